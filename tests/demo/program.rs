//! The program itself: started, asked over the network, stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

fn demo(folder: &std::path::Path, adults: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_common-ground"));
    command
        .current_dir(folder)
        .args(["demo", "--json", "--people", adults, "--as-of", "2026-01-31"])
        .args(more);
    for name in ["DATABASE_URL", "COMMON_GROUND_KEYS", "COMMON_GROUND_TODAY", "COMMON_GROUND_LISTEN"] {
        command.env_remove(name);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Killed when a test ends, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn status_of(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

#[test]
fn the_first_line_of_json_says_where_it_is_and_who_can_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running(demo(folder.path(), "40", &["--listen", "127.0.0.1:0"]).spawn().unwrap());
    let mut out = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["as_of"], &told["locality"]), (&"2026-01-31".into(), &"ALDERWICK".into()));
    let accounts = told["accounts"].as_array().unwrap();
    let gps = accounts.iter().filter(|account| account["role"] == "gp").count();
    assert_eq!(gps, 2);
    for account in accounts {
        assert!(account["email"].is_string() && account["password"].is_string());
        assert_eq!(account["organisation"].is_null(), account["role"] == "administrator");
    }
    let address = told["address"].as_str().unwrap();
    assert!(status_of(address, "/health/ready").contains("200"));
    assert!(status_of(address, "/sign-in").contains("200"));
    Command::new("kill").arg(running.0.id().to_string()).status().unwrap();
    assert!(running.0.wait().unwrap().success(), "it stops when asked to");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "and says nothing else");
}

#[test]
fn prepared_only_it_has_no_address_and_other_wishes_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = demo(folder.path(), "40", &["--prepare-only"]).output().unwrap();
    assert!(prepared.status.success());
    assert!(serde_json::from_slice::<Value>(&prepared.stdout).unwrap()["address"].is_null());
    assert!(folder.path().join("data/common-ground.sqlite").exists());
    let mut later = demo(folder.path(), "40", &["--prepare-only"]);
    let later = later.env("COMMON_GROUND_TODAY", "2026-02-01").output().unwrap();
    assert!(later.status.success(), "the clock may be another day's than the demo's");
    let refused = demo(folder.path(), "41", &["--prepare-only"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(serde_json::from_slice::<Value>(&refused.stdout).unwrap()["error"].is_string());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--fresh"));
}

#[test]
fn a_demo_of_nobody_or_of_no_day_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(demo(folder.path(), "0", &[]).output().unwrap().status.code(), Some(2));
    let mut command = Command::new(env!("CARGO_BIN_EXE_common-ground"));
    let command = command.current_dir(folder.path()).args(["demo", "--as-of", "1900-01-01"]);
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}
