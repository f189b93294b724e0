//! `doctor`: what is well and what is not, in words.

use std::io::Write;

use diesel::prelude::*;

use crate::config::Settings;
use crate::database::Conn;
use crate::error::Error;
use crate::installation;
use crate::ltc6;
use crate::schema::{localities, organisations, outgoing_mail, users};

/// Writes findings, a line each; whether all is well.
pub fn run(settings: &Settings, out: &mut impl Write) -> anyhow::Result<bool> {
    let (database, keys) = settings.look()?;
    let mut found = vec![match &keys {
        Ok(keys) => (true, format!("keys folder {}", keys.folder().display())),
        Err(error) => (false, format!("keys: {error:#}")),
    }];
    if database.is_migrated()? {
        found.push((true, "the database answers and is migrated".into()));
        if let Ok(keys) = &keys {
            let known = database.read_now(|conn| installation::value(conn, installation::KEYS))?;
            found.push(match known.is_some_and(|known| known == keys.fingerprint()) {
                true => (true, "the keys are those the database was made with".into()),
                false => (false, "the keys are not those the database was made with".into()),
            });
            found.extend(database.read_now(|conn| ltc6::campaigns::opening::findings(conn, keys))?);
        }
        found.extend(database.read_now(findings)?);
    } else {
        found.push((false, "the database is not migrated: run `common-ground migrate`".into()));
    }
    for (good, text) in &found {
        writeln!(out, "{} {text}", if *good { "ok " } else { "BAD" })?;
    }
    Ok(found.iter().all(|(good, _)| *good))
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
