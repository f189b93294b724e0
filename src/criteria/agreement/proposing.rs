//! Proposing: a draft's terms, freezing its texts, asking the networks, and taking the place of an earlier proposal.

use std::fmt;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::life::{State, Step};
use super::post;
use super::proposal::{Proposal, hash_of};
use super::retiring::retired_on;
use super::seen::{Agreement, path};
use super::store;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::criteria::drafting::store::is_settled;
use crate::criteria::store::{State as VersionState, Version, are_agreed};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::schemes::draft::beside;
use crate::groups::schemes::edit::changes;
use crate::groups::schemes::names::Names;
use crate::groups::schemes::store::{before, open_version};
use crate::mail::Letter;
use crate::page::{Mistakes, long_day};
use crate::runs::store::Locality;
use crate::schema::{criteria_versions, proposals};

/// What a proposal says beside its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub reason: String,
    pub equality_note: String,
    pub takes_force_on: NaiveDate,
    /// None where no network is asked.
    pub answer_by: Option<NaiveDate>,
}

/// Keeps the terms with a draft; whether it was still at that version.
pub fn keep(conn: &mut Conn, proposal: &Proposal, version: i64, terms: &Terms) -> Result<bool, Error> {
    let draft = proposals::table
        .find(proposal.id)
        .filter(proposals::state.eq(State::Draft).and(proposals::version.eq(version)));
    let kept = diesel::update(draft)
        .set((
            proposals::reason.eq(&terms.reason),
            proposals::equality_note.eq(&terms.equality_note),
            proposals::takes_force_on.eq(terms.takes_force_on),
            proposals::answer_by.eq(terms.answer_by),
            proposals::version.eq(version + 1),
        ))
        .execute(conn)?;
    Ok(kept == 1)
}

/// The terms kept with a draft; none where they are not complete.
pub fn terms_of(proposal: &Proposal) -> Option<Terms> {
    (!proposal.reason.is_empty()).then_some(())?;
    Some(Terms {
        reason: proposal.reason.clone(),
        equality_note: proposal.equality_note.clone(),
        takes_force_on: proposal.takes_force_on?,
        answer_by: proposal.answer_by,
    })
}

/// What is wrong with dates as of today, for the fields `force` and `answer_by`.
pub fn check_dates(
    conn: &mut Conn,
    today: NaiveDate,
    versions: &[Version],
    takes_force_on: Option<NaiveDate>,
    answer_by: Option<NaiveDate>,
) -> Result<Mistakes, Error> {
    let mut mistakes = Mistakes::new();
    if let Some(on) = takes_force_on {
        if on < today {
            mistakes.add("force", "The date it takes force must be today or later");
        } else if let Some(message) = in_the_way(conn, today, versions, on)? {
            mistakes.add("force", message);
        }
    }
    match (answer_by, takes_force_on) {
        (Some(last), _) if last < today => {
            mistakes.add("answer_by", "The last day to answer must be today or later")
        }
        (Some(last), Some(on)) if last > on => {
            mistakes.add("answer_by", "The last day to answer must be on or before the date it takes force");
        }
        _ => {}
    }
    Ok(mistakes)
}

/// Why versions cannot take force on a day: a later one of the same group is agreed, or one that takes force after it, or
/// the scheme of that day retires a group.
pub fn in_the_way(
    conn: &mut Conn,
    today: NaiveDate,
    versions: &[Version],
    on: NaiveDate,
) -> Result<Option<String>, Error> {
    if let Some(message) = retired_on(conn, versions, on)? {
        return Ok(Some(message));
    }
    for version in versions {
        let agreed: Vec<Version> = criteria_versions::table
            .filter(criteria_versions::locality_id.eq(version.locality_id))
            .filter(criteria_versions::group_code.eq(&version.group_code))
            .filter(are_agreed())
            .order(criteria_versions::number.desc())
            .select(Version::as_select())
            .load(conn)?;
        if let Some(later) = agreed.iter().find(|other| other.number > version.number) {
            let title = title(conn, today, versions, later)?;
            return Ok(Some(format!("{title} is agreed already. Start a new version from it")));
        }
        let after = agreed.iter().find(|other| other.in_force_from.is_some_and(|from| from > on));
        if let Some(from) = after.and_then(|other| other.in_force_from) {
            return Ok(Some(format!(
                "Version {} of this group takes force on {}. Choose that day or later",
                after.map_or(0, |other| other.number),
                long_day(from)
            )));
        }
    }
    Ok(None)
}

/// Why a draft cannot be proposed as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The version it is about, as its page is headed.
    pub title: String,
    pub version: Version,
    /// "its text has a mistake".
    pub why: &'static str,
    /// "Edit the draft", which leads to its page.
    pub mend: &'static str,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}. {} first", self.title, self.why, self.mend)
    }
}

/// Why the versions of a draft cannot be proposed as they are: one has no text, or one whose last typing is no text, or
/// a scheme says what the one before it says.
pub fn unfinished(
    conn: &mut Conn,
    today: NaiveDate,
    versions: &[Version],
) -> Result<Option<Unfinished>, Error> {
    for version in versions {
        let unfinished = |conn: &mut Conn, why, mend| {
            let title = title(conn, today, versions, version)?;
            Ok(Some(Unfinished { title, version: version.clone(), why, mend }))
        };
        if version.is_scheme() && changes(&before(conn, version)?, &version.scheme()?).is_empty() {
            return unfinished(conn, "it changes nothing", "Change the draft");
        }
        if !is_settled(conn, version)? {
            return unfinished(conn, "its text has a mistake or is not saved yet", "Edit the draft");
        }
    }
    Ok(None)
}

/// Why a draft was not proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotProposed {
    /// Its terms are not complete, or their dates have passed.
    Terms(Mistakes),
    /// Its texts or terms are no longer those that were looked at.
    Stale,
}

/// Proposes a draft with the texts of this hash at this version: freezes them, asks every network with a care agreement
/// for one of the groups, and takes the place of the proposals that are open for one of them.
pub fn propose(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    locality: &Locality,
    draft: &Agreement,
    (version, hash): (i64, &str),
) -> Result<Result<(), NotProposed>, Error> {
    let Some(terms) = terms_of(&draft.proposal) else { return Ok(Err(NotProposed::Stale)) };
    if draft.proposal.state.after(Step::Propose).is_none() || hash_of(&draft.versions) != hash {
        return Ok(Err(NotProposed::Stale));
    }
    if draft.versions.iter().any(Version::is_scheme)
        && let Some(open) = open_version(conn, locality.id, now.today)?
        && open.state != VersionState::Draft
    {
        return Err(beside(locality, &open));
    }
    let (force, last) = (Some(terms.takes_force_on), terms.answer_by);
    let mut mistakes = check_dates(conn, now.today, &draft.versions, force, last)?;
    if let Some(unfinished) = unfinished(conn, now.today, &draft.versions)? {
        mistakes.add("", unfinished.to_string());
    }
    if !mistakes.is_empty() {
        return Ok(Err(NotProposed::Terms(mistakes)));
    }
    let (id, at) = (draft.proposal.id, now.recorded());
    let title = heading(conn, now.today, &draft.versions)?;
    let frozen = diesel::update(
        proposals::table
            .find(id)
            .filter(proposals::state.eq(State::Draft).and(proposals::version.eq(version))),
    )
    .set((
        proposals::state.eq(State::Proposed),
        proposals::title.eq(&title),
        proposals::hash.eq(hash),
        proposals::proposed_by.eq(actor.user_id),
        proposals::proposed_who.eq(&actor.who),
        proposals::proposed_at.eq(at),
        proposals::version.eq(version + 1),
    ))
    .execute(conn)?;
    if frozen == 0 {
        return Ok(Err(NotProposed::Stale));
    }
    let moved = store::move_versions(conn, id, VersionState::Draft, VersionState::Proposed)?;
    if moved != draft.versions.len() {
        return Err(Error::conflict(
            "Somebody changed this draft while you were proposing it.",
            "/criteria",
            "Go to the criteria",
        ));
    }
    diesel::update(criteria_versions::table.filter(criteria_versions::proposal_id.eq(id)))
        .set(criteria_versions::reason.eq(&terms.reason))
        .execute(conn)?;
    let told = replace_open(conn, now, actor, locality, id)?;
    ask_networks(conn, now, actor, locality, id, &told)?;
    let mut subjects = vec![Subject::proposal(&draft.proposal.reference), Subject::locality(&locality.code)];
    subjects.extend(draft.groups().iter().map(|group| Subject::criteria(&locality.code, group)));
    let details = json!({
        "hash": hash, "reason": terms.reason, "equality_note": terms.equality_note,
        "takes_force_on": terms.takes_force_on, "answer_by": terms.answer_by,
    });
    audit::record(conn, now.moment, actor, Verb::CriteriaProposed, &subjects, details)?;
    Ok(Ok(()))
}

/// "Learning disability, version 3", or how many versions there are.
pub fn heading(conn: &mut Conn, today: NaiveDate, versions: &[Version]) -> Result<String, Error> {
    match versions {
        [only] => title(conn, today, versions, only),
        several => Ok(format!("{} groups together", several.len())),
    }
}

/// The title of a version, as those that are proposed together call its group.
fn title(
    conn: &mut Conn,
    today: NaiveDate,
    versions: &[Version],
    version: &Version,
) -> Result<String, Error> {
    Ok(Names::on(conn, version.locality_id, today)?.beside(versions)?.title(version))
}

fn ask_networks(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    locality: &Locality,
    proposal_id: i64,
    told: &[i64],
) -> Result<(), Error> {
    let agreement = Agreement::one(conn, proposal_id)?;
    for (network, _) in store::carers(conn, locality.id, &agreement.groups(), now.today)? {
        store::ask(conn, now.recorded(), proposal_id, network)?;
        let path = path_for(conn, now.today, &agreement, locality, network)?;
        let about = post::about(&agreement.proposal, &path);
        for user in store::providers_of(conn, network, now.today)? {
            if !told.contains(&user) {
                post::send(conn, now, actor, user, Letter::CriteriaProposed, &about)?;
            }
        }
    }
    Ok(())
}

/// Where a network reads a proposal: at the first version of a group it cares for.
pub fn path_for(
    conn: &mut Conn,
    today: NaiveDate,
    agreement: &Agreement,
    locality: &Locality,
    network: i64,
) -> Result<String, Error> {
    let cared = store::cared_for(conn, network, locality.id, today)?;
    let theirs = agreement.versions.iter().find(|version| cared.contains(&version.group_code));
    let version = theirs.or(agreement.versions.first()).ok_or(Error::NotFound)?;
    Ok(path(&locality.code, version))
}

/// Makes the answers to every other open proposal for one of the groups void. Gives the users who were told so.
fn replace_open(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    locality: &Locality,
    by: i64,
) -> Result<Vec<i64>, Error> {
    let new = Agreement::one(conn, by)?;
    let open = store::in_states(conn, &[locality.id], &[State::Proposed, State::Returned])?;
    let mut told = Vec::new();
    for old in open.into_iter().filter(|old| old.id != by) {
        let old = Agreement::one(conn, old.id)?;
        if old.groups().iter().any(|group| new.groups().contains(group)) {
            told.extend(replace(conn, now, actor, locality, &old, &new)?);
        }
    }
    Ok(told)
}

/// Lets a new proposal take the place of an open one: its answers are void, and the users of those networks that had
/// answered are told, with the comparison; gives them.
pub fn replace(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    locality: &Locality,
    old: &Agreement,
    new: &Agreement,
) -> Result<Vec<i64>, Error> {
    let from = old.proposal.state;
    let Some(to) = from.after(Step::Replace) else {
        return Err(Error::conflict(
            "The proposal this one was to replace is no longer open.",
            "/criteria",
            "Go to the criteria",
        ));
    };
    let open = proposals::table.find(old.proposal.id).filter(proposals::state.eq(from));
    let replaced = diesel::update(open)
        .set((proposals::state.eq(to), proposals::version.eq(proposals::version + 1)))
        .execute(conn)?;
    if replaced == 0 {
        return Err(Error::conflict(
            "The proposal this one was to replace is no longer open.",
            "/criteria",
            "Go to the criteria",
        ));
    }
    if from == State::Proposed {
        store::move_versions(conn, old.proposal.id, VersionState::Proposed, VersionState::Withdrawn)?;
        diesel::update(proposals::table.find(old.proposal.id))
            .set((
                proposals::withdrawn_by.eq(actor.user_id),
                proposals::withdrawn_who.eq(&actor.who),
                proposals::withdrawn_at.eq(now.recorded()),
                proposals::withdrawn_from.eq(from),
                proposals::withdrawal_reason.eq(format!("Replaced by {}", new.proposal.title)),
            ))
            .execute(conn)?;
    }
    diesel::update(proposals::table.find(new.proposal.id))
        .set(proposals::replaces_id.eq(old.proposal.id))
        .execute(conn)?;
    let mut told = Vec::new();
    for ask in old.asks.iter().filter(|ask| ask.reply.is_some()) {
        let path = comparison(conn, now.today, old, new, locality, ask.network_id)?;
        let about = post::about(&new.proposal, &path);
        for user in store::providers_of(conn, ask.network_id, now.today)? {
            post::send(conn, now, actor, user, Letter::CriteriaReplaced, &about)?;
            told.push(user);
        }
    }
    Ok(told)
}

/// Where a network that had answered sees what has changed; the old version where the new ones are none of its groups.
fn comparison(
    conn: &mut Conn,
    today: NaiveDate,
    old: &Agreement,
    new: &Agreement,
    locality: &Locality,
    network: i64,
) -> Result<String, Error> {
    let cared = store::cared_for(conn, network, locality.id, today)?;
    let both = old.versions.iter().filter(|before| cared.contains(&before.group_code)).find_map(|before| {
        let after = new.versions.iter().find(|after| after.group_code == before.group_code)?;
        Some((before, after))
    });
    match both {
        Some((before, after)) => Ok(format!("{}/compare/{}", path(&locality.code, after), before.number)),
        None => path_for(conn, today, old, locality, network),
    }
}
