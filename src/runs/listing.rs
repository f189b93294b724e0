//! Runs as pages list them, and what keeps a dry run from being applied.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::store::{Run, State};
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{current_runs, runs};
use crate::settings::store::placing;

/// The most runs a page looks at.
const MOST: i64 = 1_000;

/// Why a dry run cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The last applied run has this later date.
    TooEarly(NaiveDate),
    /// Another run was applied after it was worked out.
    Overtaken,
    /// This register is published, and it read an earlier one.
    RegisterChanged(i64),
    /// A setting that places people was changed after it was worked out.
    SettingsChanged,
}

/// What keeps a dry run from being applied, given the run that stands in its locality, the published register, and the
/// last change of settings.
pub fn hindrance(run: &Run, standing: Option<&Run>, register: i64, settings: i64) -> Option<Hindrance> {
    match standing {
        Some(standing) if run.as_of < standing.as_of => Some(Hindrance::TooEarly(standing.as_of)),
        _ if run.previous_run_id != standing.map(|standing| standing.id) => Some(Hindrance::Overtaken),
        _ if run.register != register => Some(Hindrance::RegisterChanged(register)),
        _ if read_settings(run).is_some_and(|read| read != settings) => Some(Hindrance::SettingsChanged),
        _ => None,
    }
}

/// The last change of settings that a run read; none before it was worked out.
fn read_settings(run: &Run) -> Option<i64> {
    run.summary().ok().flatten().map(|summary| summary.settings)
}

/// The runs of some localities, latest first; of one state, or of all.
pub fn runs_of(conn: &mut Conn, localities: &[i64], state: Option<State>) -> Result<Vec<Run>, Error> {
    let mut query = runs::table
        .filter(runs::locality_id.eq_any(localities))
        .order(runs::id.desc())
        .limit(MOST)
        .select(Run::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(runs::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// The latest applied runs of a locality, latest first.
pub fn latest_applied(conn: &mut Conn, locality_id: i64, limit: i64) -> Result<Vec<Run>, Error> {
    Ok(runs::table
        .filter(runs::locality_id.eq(locality_id).and(runs::state.eq(State::Applied)))
        .order((runs::applied_at.desc(), runs::id.desc()))
        .limit(limit)
        .select(Run::as_select())
        .load(conn)?)
}

/// The references of a locality's runs.
pub fn references(conn: &mut Conn, locality_id: i64) -> Result<Vec<String>, Error> {
    let here = runs::table.filter(runs::locality_id.eq(locality_id)).order(runs::id);
    Ok(here.select(runs::reference).load(conn)?)
}

/// The runs whose placements stand in some localities.
pub fn standing_in(conn: &mut Conn, localities: &[i64]) -> Result<Vec<Run>, Error> {
    Ok(current_runs::table
        .inner_join(runs::table)
        .filter(current_runs::locality_id.eq_any(localities))
        .order(current_runs::locality_id)
        .select(Run::as_select())
        .load(conn)?)
}

/// Dry runs of some localities that could be applied as they are, latest first.
pub fn waiting(conn: &mut Conn, localities: &[i64], register: i64) -> Result<Vec<Run>, Error> {
    let (standing, settings) = (standing_in(conn, localities)?, placing(conn)?);
    let mut previewed = runs_of(conn, localities, Some(State::Previewed))?;
    previewed.retain(|run| {
        let here = standing.iter().find(|standing| standing.locality_id == run.locality_id);
        hindrance(run, here, register, settings).is_none()
    });
    Ok(previewed)
}

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Working | State::Applying => "In progress",
            State::Previewed => "Dry run",
            State::Applied => "Applied",
            State::Failed => "Failed",
            State::Cancelled => "Cancelled",
        }
    }
}
