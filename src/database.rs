//! The connection over both engines: SQLite by default, PostgreSQL where the address says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use parking_lot::FairMutex;

use crate::error::Error;

mod first_look;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One connection to either engine. Queries are written once, on this.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Runs a query on each engine's own connection: for `on_conflict` and for inserts of many rows.
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::database::Conn::Postgres($inner) => $body,
            $crate::database::Conn::Sqlite($inner) => $body,
        }
    };
}

impl Conn {
    /// Does `work` in one write transaction; whatever it fails with, nothing of it stays.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        self.begin(true)?;
        self.finish(work)
    }

    /// Does `work` on one consistent view of the database.
    pub fn read<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        self.begin(false)?;
        self.finish(work)
    }

    fn begin(&mut self, writing: bool) -> Result<(), Error> {
        let (sqlite, postgres) = match writing {
            true => ("BEGIN IMMEDIATE", "BEGIN"),
            false => ("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        };
        match self {
            Conn::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, sqlite)?,
            Conn::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(inner, postgres)?,
        }
        Ok(())
    }

    fn finish<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        match work(self) {
            Ok(done) => {
                on_each!(self, inner => AnsiTransactionManager::commit_transaction(inner))?;
                Ok(done)
            }
            Err(error) => {
                let undone = on_each!(self, inner => AnsiTransactionManager::rollback_transaction(inner));
                undone.context("rolling back")?;
                Err(error)
            }
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Conn::Sqlite(_))
    }
}

/// Where the database is: a file, or a PostgreSQL address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Address {
    /// Reads `DATABASE_URL`: `postgres:…`, `postgresql:…`, `sqlite:FILE` or a file's path.
    pub fn parse(url: &str) -> anyhow::Result<Address> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            refuse_clear_text(url)?;
            return Ok(Address::Postgres(url.to_owned()));
        }
        let file = url.strip_prefix("sqlite:").unwrap_or(url);
        anyhow::ensure!(!file.is_empty(), "DATABASE_URL names no database");
        anyhow::ensure!(
            !file.contains("://"),
            "DATABASE_URL starts with neither postgres: nor sqlite:, and is no file"
        );
        Ok(Address::Sqlite(PathBuf::from(file)))
    }

    /// The folder the database's own files stand in: keys, uploads and mail go beside it.
    pub fn folder(&self) -> PathBuf {
        match self {
            Address::Sqlite(file) => match file.parent() {
                Some(folder) if folder != Path::new("") => folder.to_owned(),
                _ => PathBuf::from("."),
            },
            Address::Postgres(_) => PathBuf::from("data"),
        }
    }
}

/// A build without TLS would send records over the network in clear: it talks to this machine alone.
fn refuse_clear_text(url: &str) -> anyhow::Result<()> {
    if cfg!(feature = "postgres-tls") {
        return Ok(());
    }
    let after_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let (authority, query) = match after_scheme.split_once('?') {
        Some((before, query)) => (before, query),
        None => (after_scheme, ""),
    };
    let authority = authority.split('/').next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_local = |host: &str| {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(""),
            None => host.split(':').next().unwrap_or(""),
        };
        matches!(name, "" | "localhost" | "127.0.0.1" | "::1")
            || name.starts_with('/')
            || name.starts_with("%2F")
    };
    let named = query
        .split('&')
        .filter_map(|part| part.strip_prefix("host=").or_else(|| part.strip_prefix("hostaddr=")));
    let all_local = host.split(',').all(is_local) && named.flat_map(|hosts| hosts.split(',')).all(is_local);
    anyhow::ensure!(
        all_local,
        "this build speaks to PostgreSQL without encryption, so only on this machine; build it with `--features postgres-tls` for a server elsewhere"
    );
    Ok(())
}

/// Opens connections by the address's scheme.
#[derive(Debug)]
pub struct Manager(pub Address);

/// Why a connection could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("opening the database: {0}")]
    Open(#[from] diesel::ConnectionError),
    #[error("asking the database: {0}")]
    Ask(#[from] diesel::result::Error),
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = ConnectError;

    fn connect(&self) -> Result<Conn, ConnectError> {
        match &self.0 {
            Address::Sqlite(file) => {
                let mut inner = SqliteConnection::establish(&file.to_string_lossy())?;
                inner.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;",
                )?;
                Ok(Conn::Sqlite(inner))
            }
            Address::Postgres(url) => {
                let mut inner = PgConnection::establish(url)?;
                inner.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning;")?;
                Ok(Conn::Postgres(inner))
            }
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectError> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking()
            || on_each!(conn, inner => AnsiTransactionManager::is_broken_transaction_manager(inner))
    }
}

/// The pool, shared by all handlers and jobs of a process.
#[derive(Clone)]
pub struct Database {
    pool: r2d2::Pool<Manager>,
    /// SQLite has one writer at a time: within a process they take their turn in the order they came.
    turn: Option<Arc<FairMutex<()>>>,
    address: Arc<Address>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Database")
    }
}

impl Database {
    /// Opens the pool; makes the folder of an embedded database, never its tables.
    ///
    /// # Errors
    /// A sentence where the database cannot be reached, or is another program's.
    pub fn open(address: Address, connections: u32) -> anyhow::Result<Database> {
        if let Address::Sqlite(file) = &address {
            let folder = address.folder();
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("making the folder {}", folder.display()))?;
            make_private(file)?;
        }
        first_look::look(&address)?;
        let pool = r2d2::Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .test_on_check_out(matches!(address, Address::Postgres(_)))
            .error_handler(Box::new(LogErrors))
            .build(Manager(address.clone()))
            .context("opening the database")?;
        let turn = matches!(address, Address::Sqlite(_)).then(|| Arc::new(FairMutex::new(())));
        Ok(Database { pool, turn, address: Arc::new(address) })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reads on a thread that may block, on one consistent view.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let database = self.clone();
        actix_web::web::block(move || database.read_now(work)).await.context("waiting for the database")?
    }

    /// Writes on a thread that may block, in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let database = self.clone();
        actix_web::web::block(move || database.write_now(work)).await.context("waiting for the database")?
    }

    /// As [`Database::read`], on this thread: for commands and jobs.
    pub fn read_now<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        self.connection()?.read(work)
    }

    /// As [`Database::write`], on this thread: for commands and jobs.
    pub fn write_now<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut conn = self.connection()?;
        let _turn = self.turn.as_ref().map(|turn| turn.lock());
        conn.write(work)
    }

    /// Brings the tables up to this program's version. PostgreSQL: one server at a time.
    pub fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let mut conn = self.connection()?;
        let _turn = self.turn.as_ref().map(|turn| turn.lock());
        let done = match &mut *conn {
            Conn::Sqlite(inner) => run(inner, SQLITE)?,
            Conn::Postgres(inner) => {
                inner.batch_execute("SELECT pg_advisory_lock(72616305)").context("waiting to migrate")?;
                let done = run(inner, POSTGRES);
                inner.batch_execute("SELECT pg_advisory_unlock(72616305)").context("ending the wait")?;
                done?
            }
        };
        return Ok(done);

        fn run<B: diesel::backend::Backend>(
            inner: &mut impl MigrationHarness<B>,
            migrations: EmbeddedMigrations,
        ) -> anyhow::Result<Vec<String>> {
            let done = inner
                .run_pending_migrations(migrations)
                .map_err(|error| anyhow::anyhow!("migrating the database: {error}"))?;
            Ok(done.iter().map(ToString::to_string).collect())
        }
    }

    /// Drops every table with all that is in it, and makes them anew: for demo databases.
    pub fn start_over(&self) -> anyhow::Result<()> {
        let mut conn = self.connection()?;
        let turn = self.turn.as_ref().map(|turn| turn.lock());
        match &mut *conn {
            Conn::Sqlite(inner) => {
                inner.batch_execute("PRAGMA foreign_keys = OFF").context("letting go of references")?;
                let dropped = inner.revert_all_migrations(SQLITE).map(drop);
                inner.batch_execute("PRAGMA foreign_keys = ON").context("taking up references")?;
                dropped
            }
            Conn::Postgres(inner) => inner.revert_all_migrations(POSTGRES).map(drop),
        }
        .map_err(|error| anyhow::anyhow!("dropping the tables: {error}"))?;
        drop(turn);
        drop(conn);
        self.migrate().map(drop)
    }

    /// Counts anew what the engine plans its queries by: after a register or a run is published. SQLite looks at a
    /// sample, so that nobody waits. What is published stays published should this fail.
    pub fn refresh_statistics(&self) {
        if let Err(error) = self.count_anew() {
            tracing::warn!("counting anew what queries are planned by: {error:#}");
        }
    }

    /// Leaves nothing behind of rows that are gone: PostgreSQL writes `tables` anew, SQLite empties its log (deleted
    /// content is overwritten as it is deleted). Ordinary work waits for milliseconds.
    pub fn forget_deleted(&self, tables: &[&str]) -> Result<(), Error> {
        let mut conn = self.connection()?;
        let _turn = self.turn.as_ref().map(|turn| turn.lock());
        match &mut *conn {
            Conn::Sqlite(inner) => {
                let ended: Checkpoint =
                    diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(inner)?;
                if ended.busy != 0 {
                    return Err(anyhow::anyhow!(
                        "the write-ahead log could not be emptied: somebody reads on"
                    )
                    .into());
                }
            }
            Conn::Postgres(inner) => {
                for table in tables {
                    inner.batch_execute(&format!("VACUUM FULL {table}"))?;
                }
            }
        }
        Ok(())
    }

    fn count_anew(&self) -> Result<(), Error> {
        let mut conn = self.connection()?;
        let _turn = self.turn.as_ref().map(|turn| turn.lock());
        conn.batch_execute(match &*conn {
            Conn::Sqlite(_) => "PRAGMA analysis_limit = 400; ANALYZE;",
            Conn::Postgres(_) => "ANALYZE;",
        })?;
        Ok(())
    }

    /// Whether the tables are those of this program.
    pub fn is_migrated(&self) -> Result<bool, Error> {
        let mut conn = self.connection()?;
        let pending = match &mut *conn {
            Conn::Sqlite(inner) => inner.has_pending_migration(SQLITE),
            Conn::Postgres(inner) => inner.has_pending_migration(POSTGRES),
        };
        Ok(!pending.map_err(|error| anyhow::anyhow!("asking for pending migrations: {error}"))?)
    }

    fn connection(&self) -> Result<r2d2::PooledConnection<Manager>, Error> {
        self.pool.get().map_err(|_| Error::Busy)
    }
}

/// How emptying SQLite's log ended.
#[derive(QueryableByName)]
struct Checkpoint {
    /// 0 where it was emptied.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// The database holds people's records: nobody but its owner reads the file.
fn make_private(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("opening the database file {}", file.display()))?;
    Ok(())
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<ConnectError> for LogErrors {
    fn handle_error(&self, error: ConnectError) {
        tracing::warn!("database connection: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_opened_by_its_scheme() {
        let file = |url: &str| Address::parse(url).expect("a file");
        assert_eq!(file("data/x.sqlite"), Address::Sqlite("data/x.sqlite".into()));
        assert_eq!(file("sqlite:x"), Address::Sqlite("x".into()));
        assert!(matches!(Address::parse("postgres:///x?host=/run/postgresql"), Ok(Address::Postgres(_))));
        assert!(matches!(Address::parse("postgresql://me:pw@localhost:5432/x"), Ok(Address::Postgres(_))));
        assert!(Address::parse("mysql://somewhere/x").is_err());
        assert!(Address::parse("").is_err());
    }

    #[cfg(not(feature = "postgres-tls"))]
    #[test]
    fn a_build_without_tls_refuses_a_postgresql_elsewhere() {
        for elsewhere in [
            "postgres://db.example.org/x",
            "postgres://u:p@10.0.0.1:5432/x",
            "postgres:///x?host=db.example.org",
        ] {
            assert!(Address::parse(elsewhere).is_err(), "{elsewhere}");
        }
    }
}
