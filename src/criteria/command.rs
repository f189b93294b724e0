//! `criteria check`, `criteria export` and `criteria import`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::blocks;
use super::check::{Checked, check};
use super::mistake::{Mistake, Position};
use super::store::{self, Becomes, Version};
use crate::audit::{self, Actor, Subject, Verb};
use crate::config::{Ground, Settings};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::names::Names;
use crate::groups::schemes::store::in_force;
use crate::private_file;

/// Checks, exports and imports criteria
#[derive(Subcommand, Clone, Debug)]
pub enum CriteriaCommand {
    Check(CheckCriteria),
    Export(ExportCriteria),
    Import(ImportCriteria),
}

/// Says in plain English what a file of criteria means, or what is wrong with it
#[derive(Args, Clone, Debug)]
pub struct CheckCriteria {
    /// One expression, or blocks of `group CODE` and an expression. The groups are those of the shipped scheme; import
    /// knows a locality's own
    pub file: PathBuf,
}

/// Writes a locality's criteria: those in force, or its drafts while nothing is in force
#[derive(Args, Clone, Debug)]
pub struct ExportCriteria {
    /// The locality's code
    pub locality: String,
    /// Where to write (default: standard output)
    pub file: Option<PathBuf>,
}

/// Makes drafts of the blocks of a file
#[derive(Args, Clone, Debug)]
pub struct ImportCriteria {
    /// The locality's code
    pub locality: String,
    /// Blocks of `group CODE` and an expression, a blank line between
    pub file: PathBuf,
    /// Put them in force at once; only where nothing is in force yet
    #[arg(long, requires = "reason")]
    pub in_force: bool,
    /// Why they are put in force without being agreed first
    #[arg(long, value_name = "TEXT", requires = "in_force")]
    pub reason: Option<String>,
}

impl CriteriaCommand {
    pub fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        match self {
            CriteriaCommand::Check(check) => check.run(),
            CriteriaCommand::Export(export) => export.run(&settings.open()?),
            CriteriaCommand::Import(import) => import.run(&settings.open()?),
        }
    }
}

impl CheckCriteria {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let Some(checked) = read_and_tell(&self.file, Scheme::shipped(), check)? else {
            return Ok(ExitCode::FAILURE);
        };
        let sections: Vec<String> = checked.iter().map(section).collect();
        println!("{}", sections.join("\n\n"));
        Ok(ExitCode::SUCCESS)
    }
}

fn section(checked: &Checked) -> String {
    match &checked.group {
        Some(group) => format!("{group}\n{}", checked.reading),
        None => checked.reading.to_string(),
    }
}

/// Reads a file and checks it, telling mistakes and warnings on standard error; none where it is no criteria.
fn read_and_tell(
    path: &Path,
    scheme: &Scheme,
    check: impl Fn(&str, &Scheme) -> Result<Vec<Checked>, Vec<Mistake>>,
) -> anyhow::Result<Option<Vec<Checked>>> {
    const LARGEST: u64 = 5_000_000;
    let reading = || format!("reading {}", path.display());
    let size = std::fs::metadata(path).with_context(reading)?.len();
    ensure!(size <= LARGEST, "{} is larger than any file of criteria: 5 MB at most", path.display());
    let bytes = std::fs::read(path).with_context(reading)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow::anyhow!("{} is not in UTF-8: save it as UTF-8 text", path.display()))?;
    match check(&text, scheme) {
        Ok(checked) => {
            checked.iter().flat_map(|one| &one.warnings).for_each(|warning| eprintln!("{warning}"));
            Ok(Some(checked))
        }
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| eprintln!("{mistake}"));
            Ok(None)
        }
    }
}

impl ExportCriteria {
    fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        let now = ground.now();
        let (text, are_drafts) = ground.database.write_now(|conn| {
            let locality_id = locality_id(conn, &self.locality)?;
            let mut in_force = store::in_force(conn, locality_id, now.today)?;
            let are_drafts = in_force.is_empty();
            let scheme = Names::on(conn, locality_id, now.today)?.scheme();
            // Nobody is placed by the criteria of a group that is retired.
            in_force.retain(|version| scheme.group(&version.group_code).is_some_and(|it| !it.is_retired()));
            let versions = if are_drafts { store::latest(conn, locality_id)? } else { in_force };
            if versions.is_empty() {
                return Err(Error::Refused(format!("{} has no criteria yet", self.locality)));
            }
            let details = json!({ "drafts": are_drafts, "groups": versions.len() });
            let subjects = [Subject::locality(&self.locality)];
            audit::record(
                conn,
                now.moment,
                &Actor::command_line(),
                Verb::CriteriaExported,
                &subjects,
                details,
            )?;
            Ok((text_of(&versions, &scheme)?, are_drafts))
        })?;
        match &self.file {
            Some(path) => private_file::write(path, |file| file.write_all(text.as_bytes()))?,
            None => std::io::stdout().write_all(text.as_bytes())?,
        }
        if are_drafts {
            eprintln!("Nothing is in force in {} yet: these are its drafts.", self.locality);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Versions as a file of blocks, in the order of a scheme's groups.
pub fn text_of(versions: &[Version], scheme: &Scheme) -> Result<String, Error> {
    let expressions = versions
        .iter()
        .filter(|version| !version.is_blank())
        .map(|version| Ok((version.group_code.as_str(), version.expression()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let of = |code: &str| expressions.iter().find(|(group, _)| *group == code).map(|(_, one)| one);
    Ok(blocks::print(scheme, of))
}

impl ImportCriteria {
    fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        let now = ground.now();
        let scheme = ground.database.read_now(|conn| {
            let locality_id = locality_id(conn, &self.locality)?;
            match self.in_force {
                // Nobody could be placed in a group that is only on its way.
                true => in_force(conn, locality_id, now.today),
                false => Ok(Names::on(conn, locality_id, now.today)?.scheme()),
            }
        })?;
        let checked = read_and_tell(&self.file, &scheme, check_blocks)?;
        let Some(checked) = checked else { return Ok(ExitCode::FAILURE) };
        let reason = self.reason.as_deref().map(str::trim);
        ensure!(reason.is_none_or(|reason| !reason.is_empty()), "--reason is blank: say why");
        let actor = Actor::command_line();
        let becomes = reason.map_or(Becomes::Draft, Becomes::FirstSet);
        let changed = ground
            .database
            .write_now(|conn| import(conn, now.moment, &actor, &self.locality, &checked, becomes))?;
        let what = if reason.is_some() { "in force" } else { "as drafts" };
        println!("{}: {changed} of {} criteria new {what}.", self.locality, checked.len());
        for group in scheme.groups().iter().filter(|group| !group.is_retired()) {
            if checked.iter().all(|one| one.group.as_deref() != Some(&group.code)) {
                eprintln!("The file has no block for {}.", group.code);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn check_blocks(text: &str, scheme: &Scheme) -> Result<Vec<Checked>, Vec<Mistake>> {
    if blocks::is_blocks(text) {
        return check(text, scheme);
    }
    let message =
        "A file for import begins with a block: a line with group and its code, then its criterion.";
    Err(vec![Mistake::new(Position::START, message)])
}

/// Adds checked blocks to a locality, and tells of it; how many are new.
pub fn import(
    conn: &mut Conn,
    now: crate::clock::Moment,
    actor: &Actor,
    locality: &str,
    checked: &[Checked],
    becomes: Becomes<'_>,
) -> Result<usize, Error> {
    let locality_id = locality_id(conn, locality)?;
    if becomes != Becomes::Draft && store::is_set_up(conn, locality_id)? {
        return Err(Error::Refused(format!(
            "{locality} has criteria in force already. Import drafts without --in-force, to be agreed."
        )));
    }
    let mut changed = 0;
    let mut subjects = Vec::new();
    for one in checked {
        let Some(group) = &one.group else { continue };
        let expression = &one.parsed.expression;
        if store::add(conn, now, actor, locality_id, group, expression, becomes)? {
            changed += 1;
            subjects.push(Subject::criteria(locality, group));
        }
    }
    let details = match becomes {
        Becomes::Draft => json!({ "in_force": false }),
        Becomes::FirstSet(reason) => json!({ "in_force": true, "reason": reason }),
    };
    audit::record(conn, now, actor, Verb::CriteriaImported, &subjects, details)?;
    Ok(changed)
}

fn locality_id(conn: &mut Conn, code: &str) -> Result<i64, Error> {
    use crate::schema::localities;
    use diesel::prelude::*;
    let found = localities::table.filter(localities::code.eq(code)).select(localities::id).first(conn);
    found.optional()?.ok_or_else(|| Error::Refused(format!("no locality has the code {code}")))
}
