//! The rows of grouping runs. What a run places stands staged under its number, and nobody sees it until the run is
//! published: then it is its locality's current run, and its movements are part of the ledger.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::reason::Reason;
use super::summary::Summary;
use crate::audit::Actor;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::{current_runs, localities, placements, run_reasons, runs};
use crate::{on_each, stored_as_text};

/// The first day a run can be as of: no register goes back further.
pub const FIRST_AS_OF: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("1 January 2000 is a day");

stored_as_text! {
    /// How far a run has come.
    State {
        Working = "working",
        Previewed = "previewed",
        Applying = "applying",
        Applied = "applied",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

stored_as_text! {
    /// Why somebody moved.
    Cause {
        Initial = "initial",
        Rerun = "rerun",
        CriteriaChange = "criteria_change",
        Petition = "petition",
        Decision = "decision",
        Joined = "joined",
        Left = "left",
        Died = "died",
        Correction = "correction",
    }
}

stored_as_text! {
    /// What a placement rests on.
    Source {
        Run = "run",
        Petition = "petition",
        Decision = "decision",
    }
}

/// A locality, as runs speak of it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = localities)]
pub struct Locality {
    pub id: i64,
    pub code: String,
    pub name: String,
}

/// A run, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = runs)]
pub struct Run {
    pub id: i64,
    pub reference: String,
    pub locality_id: i64,
    pub as_of: NaiveDate,
    /// The version of the register it read.
    pub register: i64,
    pub state: State,
    /// The run it compares with: the last applied before it.
    pub previous_run_id: Option<i64>,
    summary: String,
    pub started_by: Option<i64>,
    pub who: String,
    pub created_at: Moment,
    pub applied_at: Option<Moment>,
    pub version: i64,
}

impl Run {
    /// What the run found; none while it is still working.
    pub fn summary(&self) -> Result<Option<Summary>, Error> {
        match self.summary.as_str() {
            "" => Ok(None),
            text => Ok(Some(serde_json::from_str(text).map_err(anyhow::Error::from)?)),
        }
    }
}

/// A locality by code.
pub fn locality(conn: &mut Conn, code: &str) -> Result<Option<Locality>, Error> {
    Ok(localities::table
        .filter(localities::code.eq(code))
        .select(Locality::as_select())
        .first(conn)
        .optional()?)
}

/// A locality by row id.
pub fn locality_of(conn: &mut Conn, id: i64) -> Result<Locality, Error> {
    Ok(localities::table.find(id).select(Locality::as_select()).first(conn)?)
}

/// A run by reference.
pub fn by_reference(conn: &mut Conn, reference: &str) -> Result<Option<Run>, Error> {
    Ok(runs::table.filter(runs::reference.eq(reference)).select(Run::as_select()).first(conn).optional()?)
}

/// The run whose placements stand in a locality.
pub fn current(conn: &mut Conn, locality_id: i64) -> Result<Option<Run>, Error> {
    Ok(current_runs::table
        .inner_join(runs::table)
        .filter(current_runs::locality_id.eq(locality_id))
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// The run whose placements stood in a locality on a date: the last applied with an as-of date on or before it.
pub fn standing_on(conn: &mut Conn, locality_id: i64, on: NaiveDate) -> Result<Option<Run>, Error> {
    Ok(runs::table
        .filter(runs::locality_id.eq(locality_id))
        .filter(runs::state.eq(State::Applied).and(runs::as_of.le(on)))
        .order(runs::id.desc())
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// Adds a run that is about to work.
pub fn add(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    locality_id: i64,
    as_of: NaiveDate,
    state: State,
) -> Result<Run, Error> {
    let id: i64 = diesel::insert_into(runs::table)
        .values((
            runs::reference.eq(format!("R-{}", random_reference())),
            runs::locality_id.eq(locality_id),
            runs::as_of.eq(as_of),
            runs::register.eq(0),
            runs::state.eq(state),
            runs::summary.eq(""),
            runs::started_by.eq(actor.user_id),
            runs::who.eq(&actor.who),
            runs::created_at.eq(now),
        ))
        .returning(runs::id)
        .get_result(conn)?;
    Ok(runs::table.find(id).select(Run::as_select()).first(conn)?)
}

/// Moves a run on; whether it stood in `from`.
pub fn advance(conn: &mut Conn, id: i64, from: &[State], to: State) -> Result<bool, Error> {
    let moved = diesel::update(runs::table.find(id).filter(runs::state.eq_any(from)))
        .set((runs::state.eq(to), runs::version.eq(runs::version + 1)))
        .execute(conn)?;
    Ok(moved == 1)
}

/// Keeps what a run found, from which register and beside which earlier run.
pub fn keep_summary(
    conn: &mut Conn,
    id: i64,
    register: i64,
    previous_run_id: Option<i64>,
    summary: &Summary,
) -> Result<(), Error> {
    let text = serde_json::to_string(summary).map_err(anyhow::Error::from)?;
    diesel::update(runs::table.find(id))
        .set((runs::register.eq(register), runs::previous_run_id.eq(previous_run_id), runs::summary.eq(text)))
        .execute(conn)?;
    Ok(())
}

/// Keeps everybody else from changing what stands in a locality, for the rest of the transaction; the run that stands.
pub fn lock_standing(conn: &mut Conn, locality_id: i64) -> Result<Option<i64>, Error> {
    let standing = current_runs::table.filter(current_runs::locality_id.eq(locality_id));
    Ok(diesel::update(standing)
        .set(current_runs::locality_id.eq(locality_id))
        .returning(current_runs::run_id)
        .get_result(conn)
        .optional()?)
}

/// Makes a run its locality's current one. Not where another has taken its place meanwhile, or it was given up.
pub fn publish(conn: &mut Conn, now: Moment, run: &Run, previous_run_id: Option<i64>) -> Result<bool, Error> {
    let standing = lock_standing(conn, run.locality_id)?;
    if standing != previous_run_id || !advance(conn, run.id, &[State::Applying], State::Applied)? {
        return Ok(false);
    }
    diesel::update(runs::table.find(run.id)).set(runs::applied_at.eq(now)).execute(conn)?;
    let row = (current_runs::locality_id.eq(run.locality_id), current_runs::run_id.eq(run.id));
    on_each!(conn, inner => diesel::insert_into(current_runs::table).values(row)
        .on_conflict(current_runs::locality_id).do_update()
        .set(current_runs::run_id.eq(run.id)).execute(inner))?;
    Ok(true)
}

/// The reasons of a run by number.
pub fn reasons(conn: &mut Conn, run_id: i64) -> Result<Vec<(i64, Reason)>, Error> {
    let rows: Vec<(i64, String)> = run_reasons::table
        .filter(run_reasons::run_id.eq(run_id))
        .order(run_reasons::number)
        .select((run_reasons::number, run_reasons::reason))
        .load(conn)?;
    let read = |(number, text): (i64, String)| {
        Ok((number, serde_json::from_str(&text).map_err(anyhow::Error::from)?))
    };
    rows.into_iter().map(read).collect()
}

/// Where a run put everybody: person, group, page by page in the order of row ids.
pub fn placed(conn: &mut Conn, run_id: i64) -> Result<Vec<(i64, Option<String>)>, Error> {
    Ok(placements::table
        .filter(placements::run_id.eq(run_id))
        .order(placements::id)
        .select((placements::person_id, placements::group_code))
        .load(conn)?)
}
