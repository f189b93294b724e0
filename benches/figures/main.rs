//! The figures of the house, each beside something it can be compared with: `cargo bench --bench figures [NAME …]`.
//!
//! NAME: demo, grouping, import, start, page, preview, answers. Without names all are run. PostgreSQL is measured where
//! `TEST_POSTGRES_URL` names a server. Absolute times drift by the hour: compare within one run.

mod load;
mod ltc6;
mod program;

use std::path::Path;
use std::time::Instant;

use common_ground::database::{Address, Database};
use program::{Program, Server, cookie_of, shown};
use serde_json::Value;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |name: &str| asked.is_empty() || asked.iter().any(|word| word == name);
    let place = tempfile::tempdir().expect("a folder for the bench");
    let folder = place.path();
    if ["demo", "grouping", "start", "page", "preview"].into_iter().any(wants) {
        let told = demo(folder);
        if wants("grouping") {
            grouping(folder, &told);
        }
        if wants("start") {
            start(folder);
        }
        if wants("page") {
            page(folder, &told);
        }
        if wants("preview") {
            preview(folder, &told);
        }
    }
    if wants("import") {
        import(folder);
    }
    if wants("answers") {
        ltc6::answers(folder);
    }
}

/// `demo` at full size, from nothing to ready; the accounts it made, as JSON.
fn demo(folder: &Path) -> Value {
    let ended = Program::new(folder).run(&["demo", "--prepare-only", "--json"]);
    shown("demo at full size, from nothing to ready", ended.seconds, "s", Some(ended.peak_mib));
    serde_json::from_str(&ended.output).expect("one line of JSON")
}

/// The grouping of the large locality in memory.
fn grouping(folder: &Path, told: &Value) {
    let file = folder.join("data/common-ground.sqlite");
    let database = Database::open(Address::Sqlite(file), 2).expect("the demo");
    let as_of = told["as_of"].as_str().and_then(|day| day.parse().ok()).expect("a date");
    program::grouping(&database, as_of);
}

/// From starting the program to its first answer, and what it weighs when idle.
fn start(folder: &Path) {
    for round in 1..=3 {
        let from = Instant::now();
        let server = Program::new(folder).serve(&["serve", "--listen", "127.0.0.1:0"]);
        let first = load::get_once(&server.address, "/health/ready", "");
        assert!(first.contains("200 OK"), "{first}");
        let what = format!("start to first answer, round {round}");
        shown(&what, from.elapsed().as_secs_f64(), "s", Some(server.resident_mib()));
    }
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_common-ground")).expect("the program").len();
    shown("size of the program", size as f64 / 1e6, "MB", None);
}

/// The signed-in group page beside a bare actix-web page with a template of 20 rows, in turn, at 32 connections.
fn page(folder: &Path, told: &Value) {
    let server = Program::new(folder).serve(&["serve", "--listen", "127.0.0.1:0"]);
    let cookie = commissioner(&server, told);
    let bare = program::bare_page();
    for round in 1..=3 {
        let theirs = load::run(&bare, "/", "", 32, 3_000);
        let ours = load::run(&server.address, "/groups", &cookie, 32, 300);
        let ratio = ours.per_second / theirs.per_second;
        println!("page, round {round}: bare {theirs}; signed-in group page {ours}; ratio {ratio:.3}");
    }
    shown("resident after serving pages", server.resident_mib(), "MiB", None);
}

/// The whole preview of a version of the large locality over HTTP: the first packs the register, the others find it.
fn preview(folder: &Path, told: &Value) {
    let server = Program::new(folder).serve(&["serve", "--listen", "127.0.0.1:0"]);
    let cookie = commissioner(&server, told);
    let locality = told["locality"].as_str().expect("a locality");
    for round in 1..=6 {
        let from = Instant::now();
        let path = format!("/criteria/{locality}/LTC_75/versions/1/preview");
        let page = load::get_once(&server.address, &path, &cookie);
        assert!(page.contains("200 OK"), "{page}");
        shown(&format!("preview, round {round}"), from.elapsed().as_secs_f64() * 1e3, "ms", None);
    }
    shown("resident after previews", server.resident_mib(), "MiB", None);
}

/// The cookie of the demo's first commissioner, signed in.
fn commissioner(server: &Server, told: &Value) -> String {
    let accounts = told["accounts"].as_array().expect("accounts");
    let account = accounts.iter().find(|account| account["role"] == "commissioner").expect("a commissioner");
    let word = |name: &str| account[name].as_str().expect("a word").to_owned();
    cookie_of(&server.address, &word("email"), &word("password"))
}

/// A register of 200,000 people, exported from a demo and imported into an empty system, on each engine.
fn import(folder: &Path) {
    let source = folder.join("source");
    std::fs::create_dir_all(&source).expect("a folder");
    let program = Program::new(&source);
    program.run(&["demo", "--prepare-only", "--json", "--people", "165000"]);
    let file = source.join("people.csv");
    program.run(&["export", "people", "--identified", "--out", &file.to_string_lossy()]);
    let file = program::first_rows(&file, 200_000);
    program::import(folder, &file, "SQLite", "data/common-ground.sqlite");
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        println!("import on PostgreSQL: not measured, TEST_POSTGRES_URL names no server");
        return;
    };
    let url = program::fresh_schema(&server, "import");
    program::import(folder, &file, "PostgreSQL", &url);
}
