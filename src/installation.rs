//! What is known of this installation as a whole: whether it is a demo, and of which day.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::on_each;
use crate::schema::installation;

/// The day of a demo database; `None` on any other.
pub const DEMO_DAY: &str = "demo.as_of";

pub fn value(conn: &mut Conn, name: &str) -> Result<Option<String>, Error> {
    Ok(installation::table.find(name).select(installation::value).first(conn).optional()?)
}

pub fn set(conn: &mut Conn, name: &str, value: &str) -> Result<(), Error> {
    let row = (installation::name.eq(name), installation::value.eq(value));
    on_each!(conn, inner => diesel::insert_into(installation::table)
        .values(row).on_conflict(installation::name).do_update()
        .set(installation::value.eq(value)).execute(inner))?;
    Ok(())
}

/// The day a demo database was made for; `None` on any other database.
pub fn demo_day(conn: &mut Conn) -> Result<Option<NaiveDate>, Error> {
    let day = value(conn, DEMO_DAY)?;
    day.map(|day| day.parse().map_err(|_| anyhow::anyhow!("the demo's day {day:?} is no date").into()))
        .transpose()
}
