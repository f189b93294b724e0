//! What stands in a database before a demo is made in it.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

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

/// Looks into a database; brings its tables up to date where they are ours, or where there is none.
pub fn look(database: &Database) -> anyhow::Result<Found> {
    if database.read_now(is_foreign)? {
        return Ok(Found::Other);
    }
    database.migrate()?;
    Ok(database.read_now(found)?)
}

/// Whether there are tables, and not ours.
fn is_foreign(conn: &mut Conn) -> Result<bool, Error> {
    let (all, ours) = match conn.is_sqlite() {
        true => (
            "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name = 'installation'",
        ),
        false => (
            "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema()",
            "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'installation'",
        ),
    };
    Ok(count_tables(conn, all)? > 0 && count_tables(conn, ours)? == 0)
}

fn count_tables(conn: &mut Conn, query: &str) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        tables: i64,
    }
    Ok(diesel::sql_query(query).get_result::<Count>(conn)?.tables)
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
