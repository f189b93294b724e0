//! `import`: a file from the command line, checked and loaded in one go.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::kind::{self, Kind};
use super::problem::Problem;
use super::store::{self, NewImport};
use super::values::parse_date;
use super::work::{self, Loaded, Problems, Report, Work};
use crate::audit::Actor;
use crate::config::Ground;
use crate::error::Error;
use crate::settings::store::Values;

/// How many problems are told one by one.
const TOLD: usize = 100;

/// Checks a file and loads it; refused whole on any bad row
#[derive(Args, Clone, Debug)]
pub struct ImportFile {
    /// localities, organisations, network-members, care-agreements, users, people, risk-scores, level-of-need or
    /// ltc6-paper-returns
    #[arg(value_parser = kind::parse)]
    pub kind: Kind,
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// Check and count, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The file is the whole register of the practices in it: people absent from it are marked as left
    #[arg(long)]
    pub full: bool,
    /// The day of the extract (default: today); people are marked as left on the day before
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Load the file although it has warnings
    #[arg(long)]
    pub yes: bool,
    /// With --yes: load the file although more than 5 % of a practice would be marked as left
    #[arg(long)]
    pub confirm_leaving: bool,
    /// One line of JSON on standard output
    #[arg(long)]
    pub json: bool,
}

fn day(text: &str) -> Result<NaiveDate, &'static str> {
    parse_date(text).ok_or("a day is written YYYY-MM-DD")
}

/// The first problems, and no more.
#[derive(Default)]
struct First(Vec<Problem>);

impl Problems for First {
    fn add(&mut self, problems: Vec<Problem>) -> Result<(), Error> {
        let room = TOLD - self.0.len();
        self.0.extend(problems.into_iter().take(room));
        Ok(())
    }

    fn only(&mut self, problem: Problem) -> Result<(), Error> {
        self.0 = vec![problem];
        Ok(())
    }
}

impl ImportFile {
    pub fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let today = ground.now().today;
        let as_of = self.as_of.unwrap_or(today);
        ensure!(as_of <= today, "--as-of {as_of} is after today, {today}");
        ensure!(!self.full || self.kind == Kind::People, "--full is for people: only they have registers");
        let file = self.file.display();
        ensure!(self.file.exists(), "there is no file {file}");
        ensure!(!self.file.is_dir(), "{file} is a folder: name a CSV file in it");
        ensure!(
            self.file.is_file(),
            "{file} is a pipe or device, and the file is read twice: save it to a file first"
        );
        let actor = Actor::command_line();
        let work = Work {
            database: &ground.database,
            keys: &ground.keys,
            clock: ground.clock,
            actor: &actor,
            kind: self.kind,
            file: &self.file,
            limits: ground.database.read_now(|conn| Ok(Values::read(conn)?.limits()))?,
            as_of,
            is_whole_register: self.full,
            within: None,
        };
        let mut first = First::default();
        let checked = work::dry_run(&work, &mut first, &mut |_, _, _| Ok(true))?;
        let checked = checked.context("the check was stopped")?;
        let refusal = self.refusal(&checked);
        let loaded = match refusal.is_none() && !self.dry_run {
            true => load(&work, &checked, self.confirm_leaving)?,
            false => Err(refusal),
        };
        let is_applied = loaded.is_ok();
        let (report, refusal) = match loaded {
            Ok(report) => (report, None),
            Err(refusal) => (checked, refusal),
        };
        let refusal = refusal.filter(|_| !self.dry_run || report.errors > 0);
        if self.json {
            let refusal = refusal.as_deref();
            println!("{}", json_line(self.kind, &report, is_applied, refusal, &first.0, started));
        } else {
            self.tell(ground, &report, is_applied, &first.0)?;
        }
        Ok(match refusal {
            Some(why) => {
                eprintln!("{why}");
                ExitCode::from(1)
            }
            None => ExitCode::SUCCESS,
        })
    }

    /// Why the file is not loaded as things stand.
    fn refusal(&self, report: &Report) -> Option<String> {
        let Report { errors, warnings, many_leaving, .. } = report;
        let may_leave = self.yes && self.confirm_leaving;
        if *errors > 0 {
            return Some(format!("Nothing was loaded. Errors: {errors}. Mend the file and import it again."));
        }
        if *warnings > 0 && !self.yes {
            return Some(format!("Nothing was loaded. Warnings: {warnings}. Look at them, then add --yes."));
        }
        if !many_leaving.is_empty() && !may_leave {
            return Some(format!(
                "Nothing was loaded: more than 5 % of the people of {} would be marked as left. If that is right, add \
                 --yes --confirm-leaving.",
                many_leaving.join(", ")
            ));
        }
        None
    }

    fn tell(
        &self,
        ground: &Ground,
        report: &Report,
        is_applied: bool,
        problems: &[Problem],
    ) -> anyhow::Result<()> {
        for Problem { line, column, code, message, .. } in problems {
            let place = if column.is_empty() { String::new() } else { format!("{column}: ") };
            eprintln!("{line}: {place}{}: {message}", code.as_str());
        }
        let told = problems.len() as u64;
        if report.errors + report.warnings > told {
            eprintln!("… and {} more.", report.errors + report.warnings - told);
        }
        let Report { rows, new, changed, unchanged, leaving, missing, .. } = report;
        println!(
            "{}: {rows} rows; {new} new, {changed} changed, {unchanged} unchanged, {leaving} leaving, {missing} missing.",
            self.kind.word()
        );
        if report.changes_nothing() && report.errors == 0 {
            let kind = self.kind;
            if let Some(at) =
                ground.database.read_now(|conn| store::loaded_before(conn, kind, &report.hash))?
            {
                println!(
                    "This file was already loaded on {}.",
                    crate::page::long_day(crate::clock::london_day(at))
                );
            }
        }
        println!("{}", if is_applied { "Loaded." } else { "Nothing was changed." });
        Ok(())
    }
}

/// Loads the file and keeps a row that tells of it; the report, or why nothing was changed.
fn load(work: &Work<'_>, checked: &Report, may_leave: bool) -> Result<Result<Report, Option<String>>, Error> {
    let reference = store::new_reference();
    let new = NewImport {
        kind: work.kind,
        file_name: name_of(work.file),
        file_bytes: std::fs::metadata(work.file)
            .map_or(0, |file| i64::try_from(file.len()).unwrap_or(i64::MAX)),
        file_hash: checked.hash.clone(),
        as_of: work.as_of,
        whole_register: work.is_whole_register,
    };
    let loaded = work::load(
        work,
        &reference,
        checked,
        may_leave,
        &mut |_, _, _| Ok(true),
        &mut |conn, report, register, changed| {
            let now = work.clock.now().moment;
            let id = store::add(conn, now, work.actor, &reference, &new)?;
            store::note_applied(conn, now, work.actor, (&reference, id, work.kind), report, register, changed)
        },
    )?;
    Ok(match loaded {
        Loaded::Done(report) => Ok(report),
        Loaded::Stopped => Err(Some("Nothing was loaded: stopped.".into())),
        Loaded::Busy(held) => Err(Some(format!("Nothing was loaded. {held}"))),
        Loaded::Refused(why) => Err(Some(why)),
    })
}

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(String::new, |name| name.to_string_lossy().chars().take(200).collect())
}

/// The report as one line; `error`, why nothing was changed, only where that was refused.
fn json_line(
    kind: Kind,
    report: &Report,
    is_applied: bool,
    refusal: Option<&str>,
    problems: &[Problem],
    started: Instant,
) -> String {
    let errors: Vec<_> = problems.iter().map(as_json).collect();
    let mut line = json!({
        "kind": kind.word(),
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "leaving": report.leaving,
        "missing": report.missing,
        "applied": is_applied,
        "errors": errors,
        "errors_total": report.errors + report.warnings,
        "elapsed_ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    if let Some(why) = refusal {
        line["error"] = why.into();
    }
    line.to_string()
}

fn as_json(problem: &Problem) -> serde_json::Value {
    json!({
        "line": problem.line,
        "column": problem.column,
        "code": problem.code.as_str(),
        "severity": problem.severity.word(),
        "message": problem.message,
    })
}
