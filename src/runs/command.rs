//! `group`: what a grouping run of a locality finds, and applying it.

use std::process::ExitCode;
use std::time::Instant;

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::apply::{Applying, Pace, find};
use super::store::{self, Locality, State};
use super::summary::{Printed, Summary};
use crate::audit::{self, Actor, Subject, Verb};
use crate::config::Ground;
use crate::error::Error;
use crate::money::Pence;
use crate::page::filters::thousands;

/// Places the people of a locality in its groups
#[derive(Args, Clone, Debug)]
pub struct GroupPeople {
    /// The locality's code
    #[arg(long, value_name = "CODE")]
    pub locality: String,
    /// The date on which facts and ages are taken, YYYY-MM-DD (default: today)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one line of JSON and nothing else
    #[arg(long)]
    pub json: bool,
}

impl GroupPeople {
    pub fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let as_of = self.as_of.unwrap_or(ground.now().today);
        let summary = self.work(ground, as_of)?;
        match self.json {
            true => {
                let elapsed_ms = started.elapsed().as_millis();
                println!("{}", serde_json::to_string(&printed(&self.locality, as_of, &summary, elapsed_ms))?);
            }
            false => print!("{}", table(&self.locality, as_of, &summary, self.dry_run)),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn work(&self, ground: &Ground, as_of: NaiveDate) -> Result<Summary, Error> {
        if as_of < store::FIRST_AS_OF {
            return Err(Error::Refused(format!("--as-of must be {} or later", store::FIRST_AS_OF)));
        }
        let locality = ground.database.read_now(|conn| store::locality(conn, &self.locality))?;
        let locality =
            locality.ok_or_else(|| Error::Refused(format!("no locality has the code {}", self.locality)))?;
        match self.dry_run {
            true => dry_run(ground, &locality, as_of),
            false => group(ground, &locality, as_of, &Actor::command_line(), Pace::AMONG_OTHERS),
        }
    }
}

fn dry_run(ground: &Ground, locality: &Locality, as_of: NaiveDate) -> Result<Summary, Error> {
    let (_, found) = find(&ground.database, locality.id, as_of)?;
    let now = ground.now().moment;
    let details = json!({ "as_of": as_of, "people": found.summary.people, "moved": found.summary.moved });
    let subjects = [Subject::locality(&locality.code)];
    ground.database.write_now(|conn| {
        audit::record(conn, now, &Actor::command_line(), Verb::RunPreviewed, &subjects, details)
    })?;
    Ok(found.summary)
}

/// Groups a locality here and now, without a job: for commands.
pub fn group(
    ground: &Ground,
    locality: &Locality,
    as_of: NaiveDate,
    actor: &Actor,
    pace: Pace,
) -> Result<Summary, Error> {
    let now = ground.now().moment;
    let run = ground
        .database
        .write_now(|conn| store::add(conn, now, actor, locality.id, as_of, State::Applying))?;
    let applying = Applying {
        database: &ground.database,
        clock: &ground.clock,
        actor,
        pace,
        progress: &|_, _, _| Ok(true),
    };
    let summary = applying.apply(&run)?;
    summary.ok_or_else(|| anyhow::anyhow!("a run nobody can stop was stopped").into())
}

fn printed<'a>(locality: &'a str, as_of: NaiveDate, summary: &'a Summary, elapsed_ms: u128) -> Printed<'a> {
    Printed {
        locality,
        as_of,
        people: summary.people,
        placed: summary.placed,
        unplaced: summary.unplaced,
        judgement_cases: summary.judgement_cases,
        out_of_scope: summary.out_of_scope,
        groups: &summary.groups,
        moved: summary.moved,
        elapsed_ms,
    }
}

fn table(locality: &str, as_of: NaiveDate, summary: &Summary, dry_run: bool) -> String {
    let number = |people: u64| thousands(i64::try_from(people).unwrap_or(i64::MAX));
    let done = if dry_run { "would move" } else { "moved" };
    let mut text = format!("{locality} on {as_of}: {} people on the register\n", number(summary.people));
    for group in &summary.groups {
        let (people, cost) = (number(group.people), Pence(group.cost_pence));
        let above = if group.overlay { "  also counted above" } else { "" };
        text += &format!("{people:>11}  {:>18}  {}{above}\n", cost.to_string(), group.name);
    }
    for (people, what) in [
        (summary.unplaced, "not placed"),
        (summary.out_of_scope, "out of scope"),
        (summary.judgement_cases, "judgement cases, placed for the time being"),
        (summary.moved, done),
    ] {
        text += &format!("{:>11}  {what}\n", number(people));
    }
    if summary.has_many_judgement_cases() {
        text += "More than 5% of the people in scope are judgement cases. Facts they hang on:\n";
        for one in &summary.hangs_on {
            text += &format!("{:>11}  {}\n", number(one.cases), one.fact);
        }
        text += "Where a register is complete, the setting people.blank_is_no reads its blanks as no.\n";
    }
    text
}
