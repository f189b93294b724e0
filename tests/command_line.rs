//! What every command does before its own work: settings, database, and saying why not.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::on_both;
use crate::samples;

/// The program on a database of this address, with one more variable.
fn said(url: &str, arguments: &[&str], (name, value): (&str, &str)) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_common-ground"))
        .current_dir(folder.path())
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("COMMON_GROUND_KEYS", folder.path().join("keys"))
        .env_remove("COMMON_GROUND_TODAY")
        .env(name, value)
        .output()
        .unwrap()
}

/// The one line on standard output, which says why not, as standard error does.
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(out.lines().count(), 1, "{out}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let why = told["error"].as_str().unwrap().to_owned();
    assert_eq!(String::from_utf8(output.stderr.clone()).unwrap().trim_end(), why.trim_end());
    why
}

const IN_JSON: [&[&str]; 3] = [
    &["group", "--locality", "LOC01", "--json"],
    &["import", "people", "people.csv", "--json"],
    &["demo", "--people", "5", "--prepare-only", "--json"],
];

#[test]
fn whatever_refuses_a_command_is_told_in_its_line_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, "databse_url = 1").unwrap();
    let url = folder.path().join("x.sqlite").display().to_string();
    for command in IN_JSON {
        let told = said(&url, command, ("COMMON_GROUND_CONFIG", settings.to_str().unwrap()));
        assert!(refusal(&told).contains("cannot be understood"));
    }
    for command in &IN_JSON[..2] {
        let url = folder.path().join(format!("{}.sqlite", command[0])).display().to_string();
        let told = said(&url, command, ("COMMON_GROUND_TODAY", "2026-01-01"));
        assert!(refusal(&told).contains("demo databases only"));
    }
}

#[test]
fn a_database_out_of_reach_is_told_of_at_once_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "Dear all, this is a letter and no database.".repeat(50)).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = format!("postgres://me@127.0.0.1:{port}/x");
    for command in IN_JSON {
        let started = Instant::now();
        let told = refusal(&said(&nobody, command, ("NO_COLOR", "1")));
        assert!(told.starts_with("The database cannot be reached: "), "{told}");
        let told = refusal(&said(file.to_str().unwrap(), command, ("NO_COLOR", "1")));
        assert!(told.ends_with("letter.txt is no SQLite database."), "{told}");
        assert!(started.elapsed() < Duration::from_secs(8));
    }
}

on_both! {
    async fn a_database_of_another_program_is_left_alone(portal) {
        portal.write(|conn| Ok(conn.batch_execute("ALTER TABLE installation RENAME TO recipes")?));
        for command in [&["migrate"][..], &["doctor"], IN_JSON[0], IN_JSON[2]] {
            let refused = samples::command(&portal, command);
            assert_eq!(refused.code, 1);
            assert!(refused.err.contains("tables of another program"), "{}", refused.err);
        }
        portal.write(|conn| Ok(conn.batch_execute("ALTER TABLE recipes RENAME TO installation")?));
        assert_eq!(samples::command(&portal, &["migrate"]).code, 0);
    }
}
