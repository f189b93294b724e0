//! The program itself, as `demo` starts it, in a folder of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde::Deserialize;
use tempfile::TempDir;

/// Where the demo keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A running demo of 2,000 adults; it stops when this is dropped.
pub struct Portal {
    server: Child,
    schema: Option<Schema>,
    folder: TempDir,
    started: Started,
    _stdout: BufReader<ChildStdout>,
}

/// The line that `demo --json` prints.
#[derive(Deserialize)]
struct Started {
    address: String,
    locality: String,
    accounts: Vec<Account>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub role: String,
    pub email: String,
    pub password: String,
    /// The organisation's code; none for the administrator.
    pub organisation: Option<String>,
}

impl Portal {
    pub fn start(engine: Engine) -> Portal {
        let folder = TempDir::new().expect("a temporary folder");
        let schema = (engine == Engine::Postgres).then(Schema::new);
        let log = File::create(folder.path().join("log")).expect("a log file");
        let mut server = program(folder.path(), schema.as_ref())
            .args(["demo", "--people", "2000", "--as-of", "2026-11-22", "--listen", "127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(server.stdout.take().expect("standard output is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a first line");
        let Ok(started) = serde_json::from_str(&line) else {
            let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            panic!("demo printed {line:?}\n{log}");
        };
        Portal { server, schema, folder, started, _stdout: stdout }
    }

    /// The address of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.started.address.trim_end_matches('/'))
    }

    /// Code of the large locality.
    pub fn locality(&self) -> &str {
        &self.started.locality
    }

    /// The first account in a role.
    pub fn account(&self, role: &str) -> &Account {
        let found = self.started.accounts.iter().find(|account| account.role == role);
        found.unwrap_or_else(|| panic!("the demo has no {role}"))
    }

    /// The account with an address.
    pub fn account_of(&self, email: &str) -> &Account {
        let found = self.started.accounts.iter().find(|account| account.email == email);
        found.unwrap_or_else(|| panic!("the demo has no {email}"))
    }

    /// A file beside the database, for an upload.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("the folder can be written");
        path
    }

    /// Runs another command of the program on the same data and returns what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = program(self.folder.path(), self.schema.as_ref())
            .args(arguments)
            .output()
            .expect("the program runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "common-ground {arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("output is UTF-8")
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            eprintln!("The server's log:\n{log}");
        }
    }
}

/// A schema of its own on the PostgreSQL server of the tests; it goes when this is dropped.
struct Schema {
    server: String,
    name: String,
}

impl Schema {
    fn new() -> Schema {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let server = std::env::var("TEST_POSTGRES_URL").expect(
            "journeys on PostgreSQL need TEST_POSTGRES_URL: run bin/test, which starts a server and sets it",
        );
        let name = format!("journey_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let schema = Schema { server, name };
        schema.execute(&format!("CREATE SCHEMA {}", schema.name)).expect("a schema of its own");
        schema
    }

    fn execute(&self, statement: &str) -> Result<(), Box<dyn std::error::Error>> {
        Ok(PgConnection::establish(&self.server)?.batch_execute(statement)?)
    }

    fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}options=-csearch_path%3D{}", self.server, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Err(error) = self.execute(&format!("DROP SCHEMA {} CASCADE", self.name)) {
            eprintln!("the schema {} stays: {error}", self.name);
        }
    }
}

fn program(folder: &Path, schema: Option<&Schema>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_common-ground"));
    let ours = |name: &str| name == "DATABASE_URL" || name.starts_with("COMMON_GROUND_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(ours)) {
        command.env_remove(name);
    }
    if let Some(schema) = schema {
        command.env("DATABASE_URL", schema.url());
    }
    command.current_dir(folder);
    command
}
