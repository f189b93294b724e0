//! Applying a run: rows are staged in small transactions, so that nothing else waits, and one short transaction
//! publishes them. Stopped before that, nothing has happened, and the next run sweeps away what was left.

use std::time::Duration;

use serde_json::json;

use super::amend::Seen;
use super::grouping::{Found, Grouping};
use super::reason::Reason;
use super::staged::{self, NewMovement, NewPlacement};
use super::store::{self, Run, State};
use super::summary::Summary;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::{Clock, Moment};
use crate::criteria::answer::Answer;
use crate::criteria::facts::Sex;
use crate::database::Database;
use crate::decisions::{holds, questions};
use crate::error::Error;
use crate::groups::counts::{Counted, RunCounts};
use crate::groups::place::Place;
use crate::people::snapshot::Snapshot;

/// How rows are staged.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Rows a transaction.
    pub rows: usize,
    /// Between two transactions, for other writers.
    pub pause: Duration,
}

impl Pace {
    /// While others use the portal: the write lock is held a few milliseconds at a time.
    pub const AMONG_OTHERS: Pace = Pace { rows: 1_000, pause: Duration::from_millis(4) };
    /// While nobody else does.
    pub const ALONE: Pace = Pace { rows: 50_000, pause: Duration::ZERO };
}

/// How often a run is worked out anew because somebody decided a case meanwhile.
const TRIES: usize = 5;

/// How one try to write a run ended.
enum Tried {
    Published(Box<Summary>),
    Stopped,
    /// Somebody decided a case, or corrected a fact, since the facts were read.
    Overtaken,
}

/// Says how far the work is, `done` of `total`; whether to go on.
pub type Progress<'a> = &'a dyn Fn(&str, i64, i64) -> Result<bool, Error>;

/// What applying a run needs.
pub struct Applying<'a> {
    pub database: &'a Database,
    pub clock: &'a Clock,
    pub actor: &'a Actor,
    pub pace: Pace,
    pub progress: Progress<'a>,
}

impl Applying<'_> {
    /// Applies a run that stands as applying. `None` where it was stopped.
    ///
    /// # Errors
    /// `Refused` where no criteria are in force, the date lies after today or before the last applied run, or another
    /// run was faster.
    pub fn apply(&self, run: &Run) -> Result<Option<Summary>, Error> {
        let worked = self.work(run);
        let ended = match &worked {
            Ok(Some(_)) => return worked,
            Ok(None) => State::Cancelled,
            Err(_) => State::Failed,
        };
        self.database.write_now(|conn| store::advance(conn, run.id, &[State::Applying], ended))?;
        self.sweep(run)?;
        worked
    }

    /// Works the run out and publishes it, anew where somebody decides a case meanwhile.
    fn work(&self, run: &Run) -> Result<Option<Summary>, Error> {
        self.database.write_now(|conn| staged::give_up_dead(conn, run.locality_id, run.id))?;
        for _ in 0..TRIES {
            self.sweep(run)?;
            match self.once(run)? {
                Tried::Published(summary) => return Ok(Some(*summary)),
                Tried::Stopped => return Ok(None),
                Tried::Overtaken => {}
            }
        }
        Err(Error::Refused(
            "Decisions were made faster than the run could be written. It changed nothing: apply it again."
                .into(),
        ))
    }

    fn once(&self, run: &Run) -> Result<Tried, Error> {
        let today = self.clock.now().today;
        if run.as_of > today {
            return Err(too_late(run.as_of, today));
        }
        let (grouping, found) = find(self.database, run.locality_id, run.as_of)?;
        if let Some(last) = grouping.is_too_early() {
            return Err(too_early(&grouping, last));
        }
        let previous = grouping.previous.as_ref().map(|run| run.id);
        self.database.write_now(|conn| {
            store::keep_summary(conn, run.id, grouping.register, previous, &found.summary)?;
            staged::stage_reasons(conn, run.id, &reasons(&found))
        })?;
        self.database.write_now(|conn| counts(&found).keep(conn, run.id))?;
        if !self.stage(run, &grouping, &found)? {
            return Ok(Tried::Stopped);
        }
        match self.publish(run, &grouping, &found)? {
            true => Ok(Tried::Published(Box::new(found.summary))),
            false => Ok(Tried::Overtaken),
        }
    }

    /// Stages placements and movements; whether it came to the end.
    fn stage(&self, run: &Run, grouping: &Grouping, found: &Found) -> Result<bool, Error> {
        let total = i64::try_from(found.placed.len() + found.moved.len()).unwrap_or(i64::MAX);
        let mut done = 0;
        for some in found.placed.chunks(self.pace.rows) {
            let rows: Vec<NewPlacement> = some.iter().map(|one| placement(run.id, one, found)).collect();
            self.database.write_now(|conn| staged::stage_placements(conn, &rows))?;
            if !self.staged(&mut done, some.len(), total)? {
                return Ok(false);
            }
        }
        let now = self.clock.now().moment;
        for some in found.moved.chunks(self.pace.rows) {
            let rows: Vec<NewMovement> = some.iter().map(|one| movement(run, grouping, now, one)).collect();
            self.database.write_now(|conn| staged::stage_movements(conn, &rows))?;
            if !self.staged(&mut done, some.len(), total)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn staged(&self, done: &mut i64, rows: usize, total: i64) -> Result<bool, Error> {
        std::thread::sleep(self.pace.pause);
        *done += i64::try_from(rows).unwrap_or(0);
        (self.progress)("Writing placements and movements", *done, total)
    }

    /// Makes the run the one that stands; not where a case was decided since its facts were read.
    fn publish(&self, run: &Run, grouping: &Grouping, found: &Found) -> Result<bool, Error> {
        let now = self.clock.now();
        let previous = grouping.previous.as_ref().map(|run| run.id);
        let published = self.database.write_now(|conn| {
            store::lock_standing(conn, run.locality_id)?;
            if Seen::now(conn, previous)? != grouping.seen {
                return Ok(None);
            }
            if !store::publish(conn, now.moment, run, previous)? {
                return Ok(Some(false));
            }
            holds::end_of_those_gone(conn, run.locality_id, run.id, now.today)?;
            questions::withdraw_settled(conn, run.locality_id, run.id, now.today)?;
            let code = &grouping.locality.code;
            let subjects = [Subject::run(&run.reference), Subject::locality(code)];
            let summary = &found.summary;
            let details = json!({
                "as_of": run.as_of,
                "register": grouping.register,
                "people": summary.people,
                "moved": summary.moved,
                "criteria": summary.criteria,
            });
            audit::record(conn, now.moment, self.actor, Verb::RunApplied, &subjects, details)?;
            Ok(Some(true))
        })?;
        match published {
            None => return Ok(false),
            Some(true) => {
                self.database.refresh_statistics();
                return Ok(true);
            }
            Some(false) => {}
        }
        let code = &grouping.locality.code;
        Err(Error::Refused(format!(
            "Another grouping run of {code} started meanwhile. This one changed nothing."
        )))
    }

    /// Deletes what runs of the locality staged that were never published, this one's earlier try among them.
    fn sweep(&self, run: &Run) -> Result<(), Error> {
        let at_once = i64::try_from(self.pace.rows).unwrap_or(1_000).min(10_000);
        let unpublished =
            self.database.read_now(|conn| staged::unpublished(conn, run.locality_id, run.id))?;
        for id in unpublished {
            while self.database.write_now(|conn| staged::sweep(conn, id, at_once))? {
                std::thread::sleep(self.pace.pause);
            }
        }
        Ok(())
    }
}

/// What a run of a locality would find on a date, from the register as it stands. Writes nothing.
pub fn find(
    database: &Database,
    locality_id: i64,
    as_of: chrono::NaiveDate,
) -> Result<(Grouping, Found), Error> {
    let (mut grouping, register) = database.read_now(|conn| {
        let locality = store::locality_of(conn, locality_id)?;
        let grouping = Grouping::prepare(conn, locality, as_of)?;
        Ok((grouping, Snapshot::load(conn, Some(locality_id))?))
    })?;
    let found = grouping.work_out(&register);
    Ok((grouping, found))
}

fn too_late(as_of: chrono::NaiveDate, today: chrono::NaiveDate) -> Error {
    Error::Refused(format!(
        "A run applies only as of today, {today}, or a day before. For {as_of} there is only a dry run."
    ))
}

fn too_early(grouping: &Grouping, last: chrono::NaiveDate) -> Error {
    Error::Refused(format!(
        "A run applies only on or after the date of the last applied one: in {} that is {last}. For {} there is only a dry run.",
        grouping.locality.code, grouping.as_of
    ))
}

/// The number of the reason of people out of scope.
pub const OUT_OF_SCOPE: i64 = -1;

/// Reasons by outcome.
fn reasons(found: &Found) -> Vec<(i64, Reason)> {
    let rules = found.placer.rules();
    (0..).zip(found.placer.outcomes()).map(|(number, outcome)| (number, Reason::of(outcome, rules))).collect()
}

/// The figures pages show of the run.
fn counts(found: &Found) -> RunCounts {
    let mut counts = RunCounts::default();
    for one in &found.placed {
        let facts = &one.member.facts;
        counts.add(&Counted {
            place: &Place::of(one.group(&found.placer), one.is_out_of_scope()),
            practice_id: one.member.practice_id,
            sex: facts.sex.map_or("", Sex::word),
            age: facts.age,
            provisional: one.is_provisional(&found.placer),
            supplementary: one.supplementary_care == Some(Answer::Yes),
            cost_pence: facts.annual_cost,
        });
    }
    counts
}

fn placement(run_id: i64, one: &super::grouping::Placed, found: &Found) -> NewPlacement {
    NewPlacement {
        run_id,
        person_id: one.member.person_id,
        practice_id: one.member.practice_id,
        group_code: one.group(&found.placer).map(str::to_owned),
        out_of_scope: one.is_out_of_scope(),
        provisional: one.is_provisional(&found.placer),
        supplementary_care: one.supplementary_care.and_then(Answer::known),
        reason_number: one.outcome.map_or(OUT_OF_SCOPE, i64::from),
        source: one.source(&found.placer),
    }
}

fn movement(run: &Run, grouping: &Grouping, now: Moment, moved: &super::grouping::Moved) -> NewMovement {
    NewMovement {
        run_id: Some(run.id),
        person_id: moved.person_id,
        locality_id: grouping.locality.id,
        from_group: moved.from.clone(),
        to_group: moved.to.clone(),
        effective_on: moved.effective_on,
        cause: moved.cause,
        reference: run.reference.clone(),
        recorded_at: now,
    }
}
