//! What is known of this installation as a whole: whether it is a demo, and of which day.

use std::path::Path;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::on_each;
use crate::schema::installation;

/// The day of a demo database; `None` on any other.
pub const DEMO_DAY: &str = "demo.as_of";

/// The fingerprint of the keys this database was made with.
pub const KEYS: &str = "keys.fingerprint";

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

/// Opens the keys of a database: those it was made with, or new ones where none were made yet.
///
/// # Errors
/// Where the keys it was made with are not in the folder: pseudonyms would come out otherwise, sessions and links end.
pub fn keys(database: &Database, folder: &Path) -> anyhow::Result<Keys> {
    let Some(known) = database.read_now(|conn| value(conn, KEYS))? else {
        let keys = Keys::open_or_make(folder)?;
        database.write_now(|conn| set(conn, KEYS, &keys.fingerprint()))?;
        return Ok(keys);
    };
    let keys = Keys::open(folder).context("this database was made with keys that are not there")?;
    ensure!(
        keys.fingerprint() == known,
        "the keys in {} are not those this database was made with: bring those back, or name their folder in COMMON_GROUND_KEYS",
        folder.display()
    );
    Ok(keys)
}

/// The day a demo database was made for; `None` on any other database.
pub fn demo_day(conn: &mut Conn) -> Result<Option<NaiveDate>, Error> {
    let day = value(conn, DEMO_DAY)?;
    day.map(|day| day.parse().map_err(|_| anyhow::anyhow!("the demo's day {day:?} is no date").into()))
        .transpose()
}
