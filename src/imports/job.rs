//! The two jobs of an import from a page: checking the uploaded file, and loading it.

use chrono::Duration;
use serde_json::json;

use super::problem::Problem;
use super::store::{self, Import, State};
use super::work::{self, Loaded, Problems, Report, Work};
use super::{problem_store, rights, uploads};
use crate::audit::{self, Subject, Verb};
use crate::database::Database;
use crate::error::Error;
use crate::jobs::{Claimed, Outcome, Tools};
use crate::settings::store::Values;

/// Progress is written after this many steps of reading.
const STEPS: u64 = 4;

/// How long an uploaded file waits for somebody to confirm or cancel.
const HOURS_KEPT: i64 = 24;

/// Reads the file, counts, and keeps its problems.
pub fn check(claimed: &Claimed<'_>) -> Result<Outcome, Error> {
    let import = claimed.tools.database.read_now(|conn| store::by_reference(conn, &claimed.about))?;
    if import.state != State::Checking {
        return Ok(Outcome::Completed);
    }
    let outcome = check_file(claimed, &import);
    if !matches!(outcome, Ok(Outcome::Completed)) {
        give_up(claimed, State::Checking, &outcome)?;
    }
    outcome
}

fn check_file(claimed: &Claimed<'_>, import: &Import) -> Result<Outcome, Error> {
    let database = &claimed.tools.database;
    while database.write_now(|conn| problem_store::forget_problems(conn, import.id))? > 0 {}
    let mut kept = Kept { database, import_id: import.id, next: 0 };
    let mut watch = watch(claimed);
    let Some(report) = with_work(claimed, import, |work| work::dry_run(work, &mut kept, &mut watch))? else {
        return Ok(Outcome::Stopped);
    };
    let state = if report.errors > 0 { State::Refused } else { State::Checked };
    let now = claimed.tools.clock.now().moment;
    database.write_now(|conn| {
        store::note(conn, import.id, &report)?;
        if store::advance(conn, &import.reference, &[State::Checking], None, state, None)? {
            let details = json!({ "kind": import.kind.word(), "rows": report.rows, "errors": report.errors });
            let subjects = [Subject::import(&import.reference)];
            audit::record(conn, now, &claimed.actor, Verb::ImportChecked, &subjects, details)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Completed)
}

/// Loads the file; one visible change.
pub fn apply(claimed: &Claimed<'_>) -> Result<Outcome, Error> {
    let import = claimed.tools.database.read_now(|conn| store::by_reference(conn, &claimed.about))?;
    if import.state != State::Applying {
        return Ok(Outcome::Completed);
    }
    let outcome = load_file(claimed, &import);
    match outcome {
        Ok(Outcome::Completed) => uploads::delete(&claimed.tools.folder, &import.reference)?,
        _ => give_up(claimed, State::Applying, &outcome)?,
    }
    outcome
}

fn load_file(claimed: &Claimed<'_>, import: &Import) -> Result<Outcome, Error> {
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let expected = Report {
        rows: count(import.row_count),
        new: count(import.new_count),
        changed: count(import.changed_count),
        unchanged: count(import.unchanged_count),
        leaving: count(import.leaving_count),
        missing: count(import.missing_count),
        warnings: count(import.warning_count),
        hash: import.file_hash.clone(),
        ..Report::default()
    };
    let mut watch = watch(claimed);
    let loaded = with_work(claimed, import, |work| {
        let may_leave = import.many_leaving;
        work::load(
            work,
            &import.reference,
            &expected,
            may_leave,
            &mut watch,
            &mut |conn, report, register, changed| {
                let now = claimed.tools.clock.now().moment;
                let named = (import.reference.as_str(), import.id, import.kind);
                store::note_applied(conn, now, &claimed.actor, named, report, register, changed)
            },
        )
    })?;
    match loaded {
        Loaded::Done(_) => Ok(Outcome::Completed),
        Loaded::Stopped => Ok(Outcome::Stopped),
        Loaded::Refused(why) => Ok(Outcome::Refused(why)),
        Loaded::Busy(held) => {
            let reference = &import.reference;
            claimed.tools.database.write_now(|conn| {
                store::advance(conn, reference, &[State::Applying], None, State::Checked, None)
            })?;
            Ok(Outcome::Refused(held.to_string()))
        }
    }
}

/// Ends an import that was stopped or could not be done; one that goes back to wait was moved already.
fn give_up(claimed: &Claimed<'_>, from: State, outcome: &Result<Outcome, Error>) -> Result<(), Error> {
    let to = if matches!(outcome, Ok(Outcome::Stopped)) { State::Cancelled } else { State::Failed };
    let now = claimed.tools.clock.now().moment;
    let moved = claimed
        .tools
        .database
        .write_now(|conn| store::advance(conn, &claimed.about, &[from], None, to, Some(now)))?;
    if moved {
        uploads::delete(&claimed.tools.folder, &claimed.about)?;
    }
    Ok(())
}

fn with_work<T>(
    claimed: &Claimed<'_>,
    import: &Import,
    body: impl FnOnce(&Work<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let tools = claimed.tools;
    let file = uploads::place(&tools.folder, &import.reference);
    if !file.is_file() {
        return Err(Error::Refused("The uploaded file is no longer there. Upload it again.".into()));
    }
    let (within, limits) = tools
        .database
        .read_now(|conn| Ok((rights::localities_of(conn, &claimed.actor)?, Values::read(conn)?.limits())))?;
    body(&Work {
        database: &tools.database,
        keys: &tools.keys,
        clock: tools.clock,
        actor: &claimed.actor,
        kind: import.kind,
        file: &file,
        limits,
        as_of: import.as_of,
        is_whole_register: import.whole_register,
        within,
    })
}

/// Writes progress now and then, and hears whether to go on.
fn watch<'a>(claimed: &'a Claimed<'_>) -> impl FnMut(&str, u64, u64) -> Result<bool, Error> + 'a {
    let mut steps = 0;
    move |step, done, total| {
        steps += 1;
        if (steps - 1) % STEPS != 0 {
            return Ok(true);
        }
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        claimed.progress(step, count(done), count(total))
    }
}

/// Keeps problems in the database, in the order of the file.
struct Kept<'a> {
    database: &'a Database,
    import_id: i64,
    next: i64,
}

impl Problems for Kept<'_> {
    fn add(&mut self, problems: Vec<Problem>) -> Result<(), Error> {
        for some in problems.chunks(1_000) {
            self.database
                .write_now(|conn| problem_store::add_problems(conn, self.import_id, self.next, some))?;
            self.next += i64::try_from(some.len()).unwrap_or(0);
        }
        Ok(())
    }

    fn only(&mut self, problem: Problem) -> Result<(), Error> {
        while self.database.write_now(|conn| problem_store::forget_problems(conn, self.import_id))? > 0 {}
        self.next = 0;
        self.add(vec![problem])
    }
}

/// Cancels imports that nobody confirmed within a day, and deletes their files.
pub fn forget_old(tools: &Tools) -> Result<(), Error> {
    let now = tools.clock.now().moment;
    let then = now - Duration::hours(HOURS_KEPT);
    let old = tools.database.read_now(|conn| store::waiting_since(conn, then))?;
    for import in old {
        let from = [State::Checked, State::Refused];
        tools.database.write_now(|conn| {
            store::advance(conn, &import.reference, &from, Some(import.version), State::Cancelled, Some(now))
        })?;
        uploads::delete(&tools.folder, &import.reference)?;
    }
    Ok(uploads::delete_older(&tools.folder, then)?)
}
