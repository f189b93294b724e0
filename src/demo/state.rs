//! What stands in a database before a demo is made in it.

use diesel::prelude::*;

use super::Plan;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::installation::{self, DEMO_DAY};
use crate::schema::{localities, organisations, people, users};

const ADULTS: &str = "demo.adults";
const COMPLETE: &str = "demo.complete";

/// What a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    Demo(Plan),
    /// Marked as a demo, and never finished.
    Unfinished,
    /// Something that is no demo, and is not touched.
    Other,
}

/// Looks into a database; brings its tables up to date.
pub fn look(database: &Database) -> anyhow::Result<Found> {
    database.migrate()?;
    Ok(database.read_now(found)?)
}

fn found(conn: &mut Conn) -> Result<Found, Error> {
    let Some(as_of) = installation::demo_day(conn)? else {
        let in_use = localities::table.count().get_result::<i64>(conn)?
            + organisations::table.count().get_result::<i64>(conn)?
            + users::table.count().get_result::<i64>(conn)?
            + people::table.count().get_result::<i64>(conn)?;
        return Ok(if in_use == 0 { Found::Nothing } else { Found::Other });
    };
    let adults = installation::value(conn, ADULTS)?.and_then(|adults| adults.parse().ok());
    let is_complete = installation::value(conn, COMPLETE)?.as_deref() == Some("yes");
    Ok(match adults {
        Some(adults) if is_complete => Found::Demo(Plan { adults, as_of }),
        _ => Found::Unfinished,
    })
}

/// Marks an empty database as one in which a demo is being made.
pub fn begin(conn: &mut Conn, plan: &Plan) -> Result<(), Error> {
    installation::set(conn, DEMO_DAY, &plan.as_of.to_string())?;
    installation::set(conn, ADULTS, &plan.adults.to_string())?;
    installation::set(conn, COMPLETE, "no")
}

/// Marks the demo as finished.
pub fn complete(conn: &mut Conn) -> Result<(), Error> {
    installation::set(conn, COMPLETE, "yes")
}
