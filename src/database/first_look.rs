//! The look at a database before anything is done with it: whether it can be reached, and is nobody else's. One
//! attempt, and one sentence where it fails.

use anyhow::{anyhow, ensure};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, SqliteConnection};

use super::{Address, Conn};
use crate::error::Error;

/// Looks, and changes nothing.
///
/// # Errors
/// A sentence where the database cannot be reached, or holds tables and none of this program's.
pub(super) fn look(address: &Address) -> anyhow::Result<()> {
    let mut conn = reach(address)?;
    ensure!(
        !is_foreign(&mut conn)?,
        "The database holds tables of another program, and is left alone: name another database in DATABASE_URL."
    );
    Ok(())
}

fn reach(address: &Address) -> anyhow::Result<Conn> {
    match address {
        Address::Sqlite(file) => {
            let unusable = |why: String| match why.contains("not a database") {
                true => anyhow!("The file {} is no SQLite database.", file.display()),
                false => anyhow!("The database {} cannot be opened: {}", file.display(), in_a_line(&why)),
            };
            let mut inner = SqliteConnection::establish(&file.to_string_lossy())
                .map_err(|error| unusable(error.to_string()))?;
            inner
                .batch_execute("PRAGMA busy_timeout = 5000; SELECT count(*) FROM sqlite_master;")
                .map_err(|error| unusable(error.to_string()))?;
            Ok(Conn::Sqlite(inner))
        }
        Address::Postgres(url) => {
            let reached = PgConnection::establish(&in_time(url));
            let inner = reached.map_err(|error| {
                anyhow!("The database cannot be reached: {}", in_a_line(&error.to_string()))
            })?;
            Ok(Conn::Postgres(inner))
        }
    }
}

/// A server that never answers is given up after ten seconds, unless the address says otherwise.
fn in_time(url: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    match url.contains("connect_timeout=") {
        true => url.to_owned(),
        false => format!("{url}{joint}connect_timeout=10"),
    }
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there are tables, and not ours. The list of migrations alone is what a demo leaves that was thrown away.
fn is_foreign(conn: &mut Conn) -> Result<bool, Error> {
    let (all, ours) = match conn.is_sqlite() {
        true => (
            "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '__diesel_schema_migrations'",
            "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name = 'installation'",
        ),
        false => (
            "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema() AND tablename <> '__diesel_schema_migrations'",
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
