//! What becomes of criteria whose group a scheme retires: they cannot be proposed or approved for a day on which it is in
//! force, and those that are on their way are withdrawn when it takes force.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::life::State;
use super::post;
use super::seen::{Agreement, path};
use super::store;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::criteria::store::{State as VersionState, Version};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};
use crate::groups::schemes::names::Names;
use crate::groups::schemes::store::in_force;
use crate::mail::Letter;
use crate::page::long_day;
use crate::runs::store::{Locality, locality_of};
use crate::schema::{criteria_versions, proposals};

/// The scheme among some versions.
pub fn scheme_among(versions: &[Version]) -> Result<Option<Scheme>, Error> {
    versions.iter().find(|version| version.is_scheme()).map(Version::scheme).transpose()
}

/// A group that a scheme has and in which nobody is placed any more.
fn retired<'a>(scheme: &'a Scheme, code: &str) -> Option<&'a Group> {
    scheme.group(code).filter(|group| group.is_retired())
}

/// Why versions cannot take force together on a day: the scheme of that day, theirs or the one agreed, retires a group.
pub fn retired_on(conn: &mut Conn, versions: &[Version], on: NaiveDate) -> Result<Option<String>, Error> {
    let own = scheme_among(versions)?;
    for version in versions.iter().filter(|version| !version.is_scheme()) {
        let scheme = match &own {
            Some(own) => own.clone(),
            None => in_force(conn, version.locality_id, on)?,
        };
        if let Some(group) = retired(&scheme, &version.group_code) {
            let whose = if own.is_some() { "proposed with it" } else { "in force" };
            return Ok(Some(format!(
                "The grouping scheme {whose} on {} retires {}, so its criteria would place nobody",
                long_day(on),
                group.label
            )));
        }
    }
    Ok(None)
}

/// The other proposals of a locality, proposed or approved, that have criteria of a group which a scheme retires.
pub fn in_its_way(
    conn: &mut Conn,
    locality_id: i64,
    scheme: &Scheme,
    but: i64,
) -> Result<Vec<Agreement>, Error> {
    let open = store::in_states(conn, &[locality_id], &[State::Proposed, State::Approved])?;
    let mut found = Vec::new();
    for proposal in open.into_iter().filter(|proposal| proposal.id != but) {
        let agreement = Agreement::one(conn, proposal.id)?;
        if agreement.groups().iter().any(|code| retired(scheme, code).is_some()) {
            found.push(agreement);
        }
    }
    Ok(found)
}

/// Withdraws what a scheme that has just taken force leaves without a group, and tells those concerned.
pub fn withdraw_retired(conn: &mut Conn, now: Now, taken: &Agreement) -> Result<(), Error> {
    let Some(version) = taken.versions.iter().find(|version| version.is_scheme()) else { return Ok(()) };
    let scheme = version.scheme()?;
    let locality = locality_of(conn, taken.proposal.locality_id)?;
    let names = Names::on(conn, locality.id, now.today)?;
    for agreement in in_its_way(conn, locality.id, &scheme, taken.proposal.id)? {
        let codes = agreement.groups();
        let groups: Vec<&str> =
            codes.iter().filter_map(|code| retired(&scheme, code)).map(|group| &*group.label).collect();
        let reason = format!("{} took force and retires {}", names.title(version), groups.join(", "));
        withdraw(conn, now, &locality, &agreement, &reason)?;
    }
    Ok(())
}

fn withdraw(
    conn: &mut Conn,
    now: Now,
    locality: &Locality,
    agreement: &Agreement,
    reason: &str,
) -> Result<(), Error> {
    let (proposal, service) = (&agreement.proposal, Actor::service());
    diesel::update(proposals::table.find(proposal.id))
        .set((
            proposals::state.eq(State::Withdrawn),
            proposals::withdrawn_who.eq(&service.who),
            proposals::withdrawn_at.eq(now.recorded()),
            proposals::withdrawn_from.eq(proposal.state),
            proposals::withdrawal_reason.eq(reason),
            proposals::version.eq(proposals::version + 1),
        ))
        .execute(conn)?;
    for from in [VersionState::Proposed, VersionState::Approved] {
        store::move_versions(conn, proposal.id, from, VersionState::Withdrawn)?;
    }
    diesel::update(criteria_versions::table.filter(criteria_versions::proposal_id.eq(proposal.id)))
        .set(criteria_versions::in_force_from.eq(None::<NaiveDate>))
        .execute(conn)?;
    let mut subjects = vec![Subject::proposal(&proposal.reference), Subject::locality(&locality.code)];
    subjects.extend(agreement.groups().iter().map(|group| Subject::criteria(&locality.code, group)));
    let details = json!({ "hash": proposal.hash, "reason": reason, "was": proposal.state.word() });
    audit::record(conn, now.moment, &service, Verb::CriteriaWithdrawn, &subjects, details)?;
    let page = agreement
        .versions
        .first()
        .map_or_else(|| "/criteria".into(), |version| path(&locality.code, version));
    post::tell_all(conn, now, &service, agreement, Letter::CriteriaWithdrawn, &page)
}
