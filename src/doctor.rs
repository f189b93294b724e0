//! `doctor`: what is well and what is not, in words.

use diesel::prelude::*;

use crate::config::Settings;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{localities, organisations, outgoing_mail, users};

/// Prints findings; whether all is well.
pub fn run(settings: &Settings) -> anyhow::Result<bool> {
    let (database, keys) = settings.look()?;
    let mut is_well = true;
    let mut say = |good: bool, text: String| {
        is_well &= good;
        println!("{} {text}", if good { "ok " } else { "BAD" });
    };
    match keys {
        Ok(keys) => say(true, format!("keys folder {}", keys.folder().display())),
        Err(error) => say(false, format!("keys: {error:#}")),
    }
    if !database.is_migrated()? {
        say(false, "the database is not migrated: run `common-ground migrate`".into());
        return Ok(false);
    }
    say(true, "the database answers and is migrated".into());
    for (good, text) in database.read_now(findings)? {
        say(good, text);
    }
    Ok(is_well)
}

fn findings(conn: &mut Conn) -> Result<Vec<(bool, String)>, Error> {
    let mut found = Vec::new();
    if let Conn::Sqlite(inner) = conn {
        #[derive(QueryableByName)]
        struct Check {
            #[diesel(sql_type = diesel::sql_types::Text)]
            quick_check: String,
        }
        let check: Check = diesel::sql_query("PRAGMA quick_check(1)").get_result(inner)?;
        found.push((check.quick_check == "ok", format!("SQLite's own check says {}", check.quick_check)));
    }
    let users: i64 = users::table.count().get_result(conn)?;
    found.push((users > 0, format!("{users} users")));
    for code in localities_without_commissioner(conn)? {
        found.push((false, format!("locality {code} has no commissioner yet: nobody can act for it")));
    }
    let failed: i64 =
        outgoing_mail::table.filter(outgoing_mail::state.eq("failed")).count().get_result(conn)?;
    found.push((failed == 0, format!("{failed} letters failed")));
    Ok(found)
}

/// Codes of localities whose commissioner is not loaded.
pub fn localities_without_commissioner(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let known =
        organisations::table.filter(organisations::kind.eq("commissioner")).select(organisations::code);
    Ok(localities::table
        .filter(localities::commissioner_code.ne_all(known))
        .order(localities::code)
        .select(localities::code)
        .load(conn)?)
}
