//! The rows of proposals, of the networks asked, and of their answers.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::{Reply, State};
use super::proposal::{Ask, Proposal};
use crate::access::Role;
use crate::audit::Actor;
use crate::clock::Moment;
use crate::criteria::store::{SCHEME, State as VersionState, Version};
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::{
    care_agreements, criteria_versions, memberships, organisations, proposal_asks, proposals,
};

/// A proposal by row id.
pub fn proposal(conn: &mut Conn, id: i64) -> Result<Proposal, Error> {
    Ok(proposals::table.find(id).select(Proposal::as_select()).first(conn)?)
}

/// The proposals of some localities in some states, oldest first.
pub fn in_states(conn: &mut Conn, localities: &[i64], states: &[State]) -> Result<Vec<Proposal>, Error> {
    Ok(proposals::table
        .filter(proposals::locality_id.eq_any(localities))
        .filter(proposals::state.eq_any(states))
        .order(proposals::id)
        .select(Proposal::as_select())
        .load(conn)?)
}

/// The proposals that made the answers of another (row id) void.
pub fn replacing(conn: &mut Conn, id: i64) -> Result<Vec<Proposal>, Error> {
    Ok(proposals::table
        .filter(proposals::replaces_id.eq(id).and(proposals::state.ne(State::Draft)))
        .order(proposals::id)
        .select(Proposal::as_select())
        .load(conn)?)
}

/// The versions of some proposals, by group.
pub fn versions_of(conn: &mut Conn, proposals: &[i64]) -> Result<Vec<Version>, Error> {
    Ok(criteria_versions::table
        .filter(criteria_versions::proposal_id.eq_any(proposals))
        .order((criteria_versions::proposal_id, criteria_versions::group_code, criteria_versions::number))
        .select(Version::as_select())
        .load(conn)?)
}

type AskRow = (
    (i64, i64, i64, String, String),
    (Moment, Option<Moment>, Option<Reply>, String, String, String, Option<Moment>, i64),
);

/// The networks asked about some proposals, by name.
pub fn asks_of(conn: &mut Conn, proposals: &[i64]) -> Result<Vec<Ask>, Error> {
    let rows: Vec<AskRow> = proposal_asks::table
        .inner_join(organisations::table)
        .filter(proposal_asks::proposal_id.eq_any(proposals))
        .order((proposal_asks::proposal_id, organisations::name_key, proposal_asks::id))
        .select((
            (
                proposal_asks::id,
                proposal_asks::proposal_id,
                proposal_asks::network_id,
                organisations::code,
                organisations::name,
            ),
            (
                proposal_asks::asked_at,
                proposal_asks::reminded_at,
                proposal_asks::answer,
                proposal_asks::comment,
                proposal_asks::hash,
                proposal_asks::answered_who,
                proposal_asks::answered_at,
                proposal_asks::version,
            ),
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|((id, proposal_id, network_id, network_code, network), answer)| {
        let (asked_at, reminded_at, reply, comment, hash, answered_who, answered_at, version) = answer;
        Ask {
            id,
            proposal_id,
            network_id,
            network_code,
            network,
            asked_at,
            reminded_at,
            reply,
            comment,
            hash,
            answered_who,
            answered_at,
            version,
        }
    });
    Ok(made.collect())
}

/// The provider networks (row id, name) with a care agreement in date for one of some groups in a locality; where the
/// scheme is among them, for any group.
pub fn carers(
    conn: &mut Conn,
    locality_id: i64,
    groups: &[&str],
    on: NaiveDate,
) -> Result<Vec<(i64, String)>, Error> {
    let any_group = groups.contains(&SCHEME).into_sql::<diesel::sql_types::Bool>();
    let rows: Vec<(i64, String, String)> = care_agreements::table
        .inner_join(organisations::table)
        .filter(care_agreements::locality_id.eq(locality_id))
        .filter(care_agreements::group_code.eq_any(groups).or(any_group))
        .filter(care_agreements::from_on.le(on))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(on)))
        .select((organisations::id, organisations::name, organisations::name_key))
        .distinct()
        .order((organisations::name_key, organisations::id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name, _)| (id, name)).collect())
}

/// The groups a network cares for in a locality on a day.
pub fn cared_for(
    conn: &mut Conn,
    network_id: i64,
    locality_id: i64,
    on: NaiveDate,
) -> Result<Vec<String>, Error> {
    Ok(care_agreements::table
        .filter(care_agreements::network_id.eq(network_id).and(care_agreements::locality_id.eq(locality_id)))
        .filter(care_agreements::from_on.le(on))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(on)))
        .select(care_agreements::group_code)
        .distinct()
        .order(care_agreements::group_code)
        .load(conn)?)
}

/// The users (row ids) who answer for a network on a day.
pub fn providers_of(conn: &mut Conn, network_id: i64, on: NaiveDate) -> Result<Vec<i64>, Error> {
    Ok(memberships::table
        .filter(memberships::organisation_id.eq(network_id).and(memberships::role.eq(Role::Provider)))
        .filter(memberships::from_on.le(on))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(on)))
        .select(memberships::user_id)
        .distinct()
        .order(memberships::user_id)
        .load(conn)?)
}

/// The open proposals (row ids) that a network was asked about and has not answered.
pub fn unanswered(conn: &mut Conn, network_id: i64) -> Result<Vec<i64>, Error> {
    Ok(proposal_asks::table
        .inner_join(proposals::table)
        .filter(proposal_asks::network_id.eq(network_id).and(proposal_asks::answer.is_null()))
        .filter(proposals::state.eq(State::Proposed))
        .order(proposals::id)
        .select(proposals::id)
        .load(conn)?)
}

/// Adds a proposal in draft that holds nothing yet.
pub fn add(conn: &mut Conn, now: Moment, actor: &Actor, locality_id: i64) -> Result<Proposal, Error> {
    let id: i64 = diesel::insert_into(proposals::table)
        .values((
            (
                proposals::reference.eq(format!("CP-{}", random_reference())),
                proposals::locality_id.eq(locality_id),
                proposals::state.eq(State::Draft),
                proposals::title.eq(""),
                proposals::reason.eq(""),
                proposals::equality_note.eq(""),
                proposals::hash.eq(""),
                proposals::proposed_who.eq(""),
            ),
            (
                proposals::decided_who.eq(""),
                proposals::decision_reason.eq(""),
                proposals::impact.eq(""),
                proposals::created_by.eq(actor.user_id),
                proposals::who.eq(&actor.who),
                proposals::created_at.eq(now),
            ),
        ))
        .returning(proposals::id)
        .get_result(conn)?;
    proposal(conn, id)
}

/// The proposal a draft version belongs to; one of its own is made for a version that belongs to none.
pub fn of_draft(conn: &mut Conn, now: Moment, actor: &Actor, version: &Version) -> Result<Proposal, Error> {
    if let Some(id) = version.proposal_id {
        return proposal(conn, id);
    }
    let made = add(conn, now, actor, version.locality_id)?;
    put_in(conn, &made, version)?;
    Ok(made)
}

/// Puts a draft version that belongs to no proposal into one.
///
/// # Errors
/// `Conflict` where somebody put it into another meanwhile.
pub fn put_in(conn: &mut Conn, proposal: &Proposal, version: &Version) -> Result<(), Error> {
    let free = criteria_versions::table
        .find(version.id)
        .filter(criteria_versions::state.eq(VersionState::Draft))
        .filter(criteria_versions::proposal_id.is_null());
    let put = diesel::update(free).set(criteria_versions::proposal_id.eq(proposal.id)).execute(conn)?;
    match put {
        1 => Ok(()),
        _ => Err(Error::conflict(
            "Somebody began to propose this draft at the same moment.",
            "/criteria",
            "Go to the criteria",
        )),
    }
}

/// Asks a network about a proposal.
pub fn ask(conn: &mut Conn, now: Moment, proposal_id: i64, network_id: i64) -> Result<(), Error> {
    diesel::insert_into(proposal_asks::table)
        .values((
            proposal_asks::proposal_id.eq(proposal_id),
            proposal_asks::network_id.eq(network_id),
            proposal_asks::asked_at.eq(now),
            proposal_asks::comment.eq(""),
            proposal_asks::hash.eq(""),
            proposal_asks::answered_who.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Moves the versions of a proposal on with it; how many.
pub fn move_versions(
    conn: &mut Conn,
    proposal_id: i64,
    from: VersionState,
    to: VersionState,
) -> Result<usize, Error> {
    Ok(diesel::update(
        criteria_versions::table
            .filter(criteria_versions::proposal_id.eq(proposal_id))
            .filter(criteria_versions::state.eq(from)),
    )
    .set((criteria_versions::state.eq(to), criteria_versions::version.eq(criteria_versions::version + 1)))
    .execute(conn)?)
}
