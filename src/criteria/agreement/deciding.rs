//! Approving and returning by a commissioner other than the proposer, and withdrawing before it takes force.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::life::{Refusal, State, Step};
use super::post;
use super::proposing::in_the_way;
use super::seen::Seen;
use super::store;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::store::State as VersionState;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::Letter;
use crate::schema::{criteria_versions, proposals};

/// What a commissioner decides about a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve {
        on: NaiveDate,
        /// JSON of what it would do, worked out before.
        impact: String,
    },
    Return,
}

/// Why a decision was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDecided {
    Refused(Vec<Refusal>),
    /// A version of the same group is in the way of the date.
    InTheWay(String),
    /// Somebody answered or decided since the page was shown.
    Stale,
}

/// Approves or returns a proposal at a version. The rule that nobody decides about their own proposal stands in the
/// update as well.
pub fn decide(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    seen: &Seen,
    version: i64,
    decision: &Decision,
    reason: &str,
) -> Result<Result<(), NotDecided>, Error> {
    let agreement = seen.proposed()?;
    if agreement.proposal.version != version {
        return Ok(Err(NotDecided::Stale));
    }
    let round = agreement.round();
    let allowed = match decision {
        Decision::Approve { on, .. } => round.approve(who.user_id, now.today, Some(*on), reason),
        Decision::Return => round.give_back(who.user_id, now.today, reason),
    };
    if let Err(refusals) = allowed {
        return Ok(Err(NotDecided::Refused(refusals)));
    }
    let (state, version_state, verb, letter) = match decision {
        Decision::Approve { on, .. } => {
            if let Some(message) = in_the_way(conn, now.today, &agreement.versions, *on)? {
                return Ok(Err(NotDecided::InTheWay(message)));
            }
            (State::Approved, VersionState::Approved, Verb::CriteriaApproved, Letter::CriteriaApproved)
        }
        Decision::Return => {
            (State::Returned, VersionState::Returned, Verb::CriteriaReturned, Letter::CriteriaReturned)
        }
    };
    let id = agreement.proposal.id;
    let by_another = proposals::proposed_by.is_null().or(proposals::proposed_by.ne(who.user_id));
    let open = proposals::table
        .find(id)
        .filter(proposals::state.eq(State::Proposed).and(proposals::version.eq(version)))
        .filter(by_another);
    let decided = diesel::update(open)
        .set((
            proposals::state.eq(state),
            proposals::decided_by.eq(who.user_id),
            proposals::decided_who.eq(&who.name),
            proposals::decided_at.eq(now.recorded()),
            proposals::decision_reason.eq(reason),
            proposals::version.eq(version + 1),
        ))
        .execute(conn)?;
    if decided == 0 {
        return Ok(Err(NotDecided::Stale));
    }
    store::move_versions(conn, id, VersionState::Proposed, version_state)?;
    let mut details = json!({ "hash": agreement.proposal.hash, "reason": reason });
    if let Decision::Approve { on, impact } = decision {
        diesel::update(proposals::table.find(id))
            .set((proposals::takes_force_on.eq(on), proposals::impact.eq(impact)))
            .execute(conn)?;
        diesel::update(criteria_versions::table.filter(criteria_versions::proposal_id.eq(id)))
            .set(criteria_versions::in_force_from.eq(on))
            .execute(conn)?;
        details["takes_force_on"] = json!(on);
    }
    note(conn, now, who, seen, verb, details)?;
    post::tell_all(conn, now, &who.actor, agreement, letter, &seen.path())?;
    Ok(Ok(()))
}

/// Withdraws a proposal that is open or approved, before it takes force; whether it was still at that version.
///
/// # Errors
/// `Conflict` where it cannot be withdrawn any more.
pub fn withdraw(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    seen: &Seen,
    version: i64,
    reason: &str,
) -> Result<bool, Error> {
    const TOO_LATE: &str = "This cannot be withdrawn any more: it has taken force, or was withdrawn already.";
    let agreement = seen.proposed()?;
    let proposal = &agreement.proposal;
    if !may_withdraw(proposal.state, proposal.takes_force_on, now.today) {
        return Err(seen.conflict(TOO_LATE));
    }
    let open = proposals::table
        .find(proposal.id)
        .filter(proposals::state.eq(proposal.state).and(proposals::version.eq(version)));
    let withdrawn = diesel::update(open)
        .set((
            proposals::state.eq(State::Withdrawn),
            proposals::withdrawn_by.eq(who.user_id),
            proposals::withdrawn_who.eq(&who.name),
            proposals::withdrawn_at.eq(now.recorded()),
            proposals::withdrawn_from.eq(proposal.state),
            proposals::withdrawal_reason.eq(reason),
            proposals::version.eq(version + 1),
        ))
        .execute(conn)?;
    if withdrawn == 0 {
        return Ok(false);
    }
    for from in [VersionState::Proposed, VersionState::Approved, VersionState::Returned] {
        store::move_versions(conn, proposal.id, from, VersionState::Withdrawn)?;
    }
    diesel::update(criteria_versions::table.filter(criteria_versions::proposal_id.eq(proposal.id)))
        .set(criteria_versions::in_force_from.eq(None::<NaiveDate>))
        .execute(conn)?;
    let details = json!({ "hash": proposal.hash, "reason": reason, "was": proposal.state.word() });
    note(conn, now, who, seen, Verb::CriteriaWithdrawn, details)?;
    post::tell_all(conn, now, &who.actor, agreement, Letter::CriteriaWithdrawn, &seen.path())?;
    Ok(true)
}

/// Whether a proposal that was made can still be withdrawn: not once its date has come.
pub fn may_withdraw(state: State, takes_force_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    let has_force = state == State::Approved && takes_force_on.is_some_and(|on| on <= today);
    state != State::Draft && state.after(Step::Withdraw).is_some() && !has_force
}

fn note(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    seen: &Seen,
    verb: Verb,
    details: serde_json::Value,
) -> Result<(), Error> {
    let agreement = seen.proposed()?;
    let code = &seen.locality.code;
    let mut subjects = vec![Subject::proposal(&agreement.proposal.reference), Subject::locality(code)];
    subjects.extend(agreement.groups().iter().map(|group| Subject::criteria(code, group)));
    audit::record(conn, now.moment, &who.actor, verb, &subjects, details)
}
