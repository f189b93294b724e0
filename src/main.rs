//! The command line, nothing else.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use common_ground::accounts::command::AddUser;
use common_ground::config::{Flags, Settings};
use common_ground::criteria::command::CriteriaCommand;
use common_ground::demo::command::MakeDemo;
use common_ground::export::Export;
use common_ground::imports::command::ImportFile;
use common_ground::runs::command::GroupPeople;
use common_ground::serve::Serve;
use common_ground::{doctor, logs};
use serde_json::json;

/// Common Ground: population groups agreed, people placed in them, and why
#[derive(Parser)]
#[command(name = "common-ground", version)]
struct CommandLine {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(MakeDemo),
    Serve(Serve),
    /// Brings the database's tables up to this program's version
    Migrate,
    /// Keeps users
    #[command(subcommand)]
    User(UserCommand),
    /// Checks, exports and imports criteria
    #[command(subcommand)]
    Criteria(CriteriaCommand),
    Group(GroupPeople),
    Import(ImportFile),
    Export(Export),
    /// Says what is well with this installation and what is not
    Doctor,
}

#[derive(Subcommand)]
enum UserCommand {
    Add(AddUser),
}

impl Command {
    /// Whether standard output is to hold JSON and nothing else.
    fn says_json(&self) -> bool {
        match self {
            Command::Demo(demo) => demo.json,
            Command::Group(group) => group.json,
            Command::Import(import) => import.json,
            Command::Serve(_)
            | Command::Migrate
            | Command::User(_)
            | Command::Criteria(_)
            | Command::Export(_)
            | Command::Doctor => false,
        }
    }
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    logs::start();
    let says_json = line.command.says_json();
    match run(line) {
        Ok(code) => code,
        Err(error) => {
            if says_json {
                // A caller that no longer listens is told on standard error all the same.
                let _ = writeln!(std::io::stdout(), "{}", json!({ "error": format!("{error:#}") }));
            }
            eprintln!("{error:#}");
            ExitCode::from(1)
        }
    }
}

fn run(line: CommandLine) -> anyhow::Result<ExitCode> {
    let settings = Settings::new(line.flags)?;
    match line.command {
        Command::Demo(demo) => demo.run(&settings)?,
        Command::Serve(serve) => serve.run(&settings)?,
        Command::Migrate => {
            settings.open()?;
            println!("The database is up to date.");
        }
        Command::User(UserCommand::Add(add)) => add.run(&settings.open()?)?,
        Command::Criteria(criteria) => return criteria.run(&settings),
        Command::Export(export) => return export.run(&settings.open()?),
        Command::Group(group) => return group.run(&settings.open()?),
        Command::Import(import) => return import.run(&settings.open()?),
        Command::Doctor => {
            let is_well = doctor::run(&settings, &mut std::io::stdout().lock())?;
            return Ok(ExitCode::from(u8::from(!is_well)));
        }
    }
    Ok(ExitCode::SUCCESS)
}
