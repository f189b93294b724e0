//! Taking force: an approved proposal whose date has come is in force, and what it supersedes no longer is.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::life::State;
use super::retiring::withdraw_retired;
use super::seen::Agreement;
use super::store;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::criteria::store::{SCHEME, State as VersionState};
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::{self, Kind};
use crate::runs::store as runs;
use crate::schema::{criteria_versions, localities, proposals};

/// The approved proposals (row ids) whose date has come, in the order in which they take force.
pub fn due(conn: &mut Conn, today: NaiveDate) -> Result<Vec<i64>, Error> {
    Ok(proposals::table
        .filter(proposals::state.eq(State::Approved).and(proposals::takes_force_on.le(today)))
        .order((proposals::takes_force_on, proposals::id))
        .select(proposals::id)
        .load(conn)?)
}

/// Puts an approved proposal whose date has come in force; whether this call did. However many servers try, one does.
///
/// Where the locality never had criteria, this is its first set, which has no start date.
pub fn take_force(conn: &mut Conn, now: Now, proposal_id: i64) -> Result<bool, Error> {
    let approved = proposals::table
        .find(proposal_id)
        .filter(proposals::state.eq(State::Approved).and(proposals::takes_force_on.le(now.today)));
    let taken = diesel::update(approved)
        .set((proposals::state.eq(State::InForce), proposals::version.eq(proposals::version + 1)))
        .execute(conn)?;
    if taken == 0 {
        return Ok(false);
    }
    let agreement = Agreement::one(conn, proposal_id)?;
    let locality_id = agreement.proposal.locality_id;
    let had_none = !had_criteria(conn, locality_id)?;
    store::move_versions(conn, proposal_id, VersionState::Approved, VersionState::InForce)?;
    for version in &agreement.versions {
        diesel::update(
            criteria_versions::table
                .filter(criteria_versions::locality_id.eq(locality_id))
                .filter(criteria_versions::group_code.eq(&version.group_code))
                .filter(criteria_versions::state.eq(VersionState::InForce))
                .filter(criteria_versions::number.lt(version.number)),
        )
        .set((
            criteria_versions::state.eq(VersionState::Superseded),
            criteria_versions::version.eq(criteria_versions::version + 1),
        ))
        .execute(conn)?;
    }
    if had_none {
        diesel::update(criteria_versions::table.filter(criteria_versions::proposal_id.eq(proposal_id)))
            .set(criteria_versions::in_force_from.eq(None::<NaiveDate>))
            .execute(conn)?;
    }
    withdraw_retired(conn, now, &agreement)?;
    let code: String = localities::table.find(locality_id).select(localities::code).first(conn)?;
    let mut subjects = vec![Subject::proposal(&agreement.proposal.reference), Subject::locality(&code)];
    subjects.extend(agreement.groups().iter().map(|group| Subject::criteria(&code, group)));
    let details =
        json!({ "hash": agreement.proposal.hash, "takes_force_on": agreement.proposal.takes_force_on });
    audit::record(conn, now.moment, &Actor::service(), Verb::CriteriaTookForce, &subjects, details)?;
    foresee(conn, now, locality_id)?;
    Ok(true)
}

/// Starts a dry run by what is in force now, where people are grouped already, so that commissioners see who would move.
fn foresee(conn: &mut Conn, now: Now, locality_id: i64) -> Result<(), Error> {
    let standing = runs::current(conn, locality_id)?;
    if standing.is_none_or(|run| run.as_of > now.today) {
        return Ok(());
    }
    let service = Actor::service();
    let run = runs::add(conn, now.moment, &service, locality_id, now.today, runs::State::Working)?;
    jobs::add(conn, now.moment, &service, Kind::RunPreview, &run.reference)?;
    Ok(())
}

/// Whether criteria of a locality are in force already, or were.
fn had_criteria(conn: &mut Conn, locality_id: i64) -> Result<bool, Error> {
    let had = criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id).and(criteria_versions::group_code.ne(SCHEME)))
        .filter(criteria_versions::state.eq_any([VersionState::InForce, VersionState::Superseded]));
    Ok(diesel::select(diesel::dsl::exists(had)).get_result(conn)?)
}
