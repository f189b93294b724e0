//! A database and its keys belong together; the first user comes from the command line.

use clap::Parser;
use common_ground::accounts::command::AddUser;
use common_ground::config::{Flags, Settings};
use common_ground::schema::{audit_entries, users};
use diesel::prelude::*;

use crate::harness::file_settings;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    add: AddUser,
}

fn add(settings: &Settings, words: &[&str]) -> anyhow::Result<()> {
    let all = ["add"].iter().chain(words);
    Line::try_parse_from(all).unwrap().add.run(&settings.open().unwrap())
}

#[test]
fn a_database_is_opened_with_the_keys_it_was_made_with_or_not_at_all() {
    let (folder, settings) = file_settings();
    settings.open().unwrap();
    settings.open().unwrap();
    let keys = folder.path().join("keys");
    let aside = folder.path().join("aside");
    std::fs::rename(&keys, &aside).unwrap();
    let missing = settings.open().unwrap_err();
    assert!(format!("{missing:#}").contains("made with keys that are not there"), "{missing:#}");
    assert!(!keys.exists(), "none are made in their place");
    let (other, other_settings) = file_settings();
    other_settings.open().unwrap();
    std::fs::rename(other.path().join("keys"), &keys).unwrap();
    let foreign = settings.open().unwrap_err();
    assert!(format!("{foreign:#}").contains("not those this database was made with"), "{foreign:#}");
    let mut told = Vec::new();
    assert!(!common_ground::doctor::run(&settings, &mut told).unwrap());
    assert!(String::from_utf8(told).unwrap().contains("BAD the keys are not those"));
    std::fs::remove_dir_all(&keys).unwrap();
    std::fs::rename(&aside, &keys).unwrap();
    settings.open().unwrap();
}

#[test]
fn a_user_added_again_keeps_name_and_password() {
    let (_folder, settings) = file_settings();
    let ada = ["--email", "ada@example.org", "--name", "Ada", "--role", "administrator"];
    add(&settings, &ada).unwrap();
    let again = add(&settings, &ada).unwrap_err();
    assert!(again.to_string().contains("has that membership already"));
    let mut other = ada;
    other[3] = "Somebody Else";
    assert!(add(&settings, &other).unwrap_err().to_string().contains("is the account of Ada"));
    let (names, who) = settings
        .open()
        .unwrap()
        .database
        .read_now(|conn| {
            let names: Vec<String> = users::table.select(users::name).load(conn)?;
            let who: Vec<String> = audit_entries::table.select(audit_entries::who).distinct().load(conn)?;
            Ok((names, who))
        })
        .unwrap();
    assert_eq!(names, ["Ada"]);
    let me = nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().name;
    assert_eq!(who, [format!("command line ({me})")]);
}

#[test]
fn a_settings_file_that_is_not_there_is_said_so() {
    let flags = Flags { config: Some("nowhere.toml".into()), ..Flags::default() };
    assert!(format!("{:#}", Settings::new(flags).unwrap_err()).contains("nowhere.toml"));
}
