//! Previews and runs as jobs.

use serde_json::json;

use super::apply::{Applying, Pace, find};
use super::store::{self, Run, State};
use crate::audit::{self, Subject, Verb};
use crate::error::Error;
use crate::jobs::{Claimed, Outcome};

fn run_of(job: &Claimed<'_>) -> Result<Run, Error> {
    let run = job.tools.database.read_now(|conn| store::by_reference(conn, &job.about))?;
    run.ok_or_else(|| anyhow::anyhow!("there is no run {}", job.about).into())
}

/// Works out what a run would change, and keeps its figures.
pub fn preview(job: &Claimed<'_>) -> Result<Outcome, Error> {
    let run = run_of(job)?;
    let database = &job.tools.database;
    if !job.progress("Placing people", 0, 1)? {
        database.write_now(|conn| store::advance(conn, run.id, &[State::Working], State::Cancelled))?;
        return Ok(Outcome::Stopped);
    }
    let worked = find(database, run.locality_id, run.as_of);
    let (grouping, found) = match worked {
        Ok(worked) => worked,
        Err(error) => {
            database.write_now(|conn| store::advance(conn, run.id, &[State::Working], State::Failed))?;
            return Err(error);
        }
    };
    let now = job.tools.clock.now().moment;
    let previous = grouping.previous.as_ref().map(|run| run.id);
    database.write_now(|conn| {
        store::keep_summary(conn, run.id, grouping.register, previous, &found.summary)?;
        store::advance(conn, run.id, &[State::Working], State::Previewed)?;
        let subjects = [Subject::run(&run.reference), Subject::locality(&grouping.locality.code)];
        let details =
            json!({ "as_of": run.as_of, "people": found.summary.people, "moved": found.summary.moved });
        audit::record(conn, now, &job.actor, Verb::RunPreviewed, &subjects, details)
    })?;
    job.progress("Placing people", 1, 1)?;
    Ok(Outcome::Completed)
}

/// Applies a run that stands as applying; one that a worker applied before it died is left as it is.
pub fn apply(job: &Claimed<'_>) -> Result<Outcome, Error> {
    let run = run_of(job)?;
    match run.state {
        State::Applying => {}
        State::Applied => return Ok(Outcome::Completed),
        State::Working | State::Previewed | State::Failed | State::Cancelled => return Ok(Outcome::Stopped),
    }
    let applying = Applying {
        database: &job.tools.database,
        clock: &job.tools.clock,
        actor: &job.actor,
        pace: Pace::AMONG_OTHERS,
        progress: &|step, done, total| job.progress(step, done, total),
    };
    Ok(match applying.apply(&run)? {
        Some(_) => Outcome::Completed,
        None => Outcome::Stopped,
    })
}
