//! The rows of drafts: their texts save by save, and which are proposed together.

use diesel::prelude::*;

use super::super::agreement::store::versions_of;
use super::super::parser::parse;
use super::super::store::{NewVersion, State, Version, hash, insert};
use crate::audit::Actor;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{criteria_versions, draft_revisions, proposals};

/// A text as it was saved.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = draft_revisions)]
pub struct Revision {
    pub id: i64,
    pub typed: String,
    pub reads: bool,
    pub who: String,
    /// Row id of the user who saved it.
    pub saved_by: Option<i64>,
    pub at: Moment,
}

/// What became of a text that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Kept; whether it can be read, and whether it was another before.
    Kept { reads: bool, changed: bool },
    /// Another was saved first: the text as it is now, who saved it (row id), and the record's version.
    Stale { theirs: String, by: Option<i64>, version: i64 },
}

/// The texts of a draft, latest first.
pub fn revisions(conn: &mut Conn, id: i64, at_most: i64) -> Result<Vec<Revision>, Error> {
    Ok(draft_revisions::table
        .filter(draft_revisions::version_id.eq(id))
        .order(draft_revisions::id.desc())
        .limit(at_most)
        .select(Revision::as_select())
        .load(conn)?)
}

/// Whether a draft's text is what was last typed into it: what was typed since may be no expression. A scheme is never
/// saved half.
pub fn is_settled(conn: &mut Conn, version: &Version) -> Result<bool, Error> {
    if version.is_scheme() {
        return Ok(true);
    }
    let typed = typed(conn, version)?;
    Ok(!version.is_blank() && canonical(&typed).as_deref() == Some(&*version.text))
}

/// The text of a draft as it was last typed, whether it can be read or not.
pub fn typed(conn: &mut Conn, version: &Version) -> Result<String, Error> {
    let latest = revisions(conn, version.id, 1)?.pop();
    Ok(latest.map_or_else(|| version.text.clone(), |revision| revision.typed))
}

/// A new draft, as which its group's versions go on counting; its number. A text that cannot be read leaves the draft
/// without one.
pub fn add(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    (locality_id, group_code): (i64, &str),
    typed: &str,
    made_from_id: Option<i64>,
) -> Result<Version, Error> {
    let new = NewVersion { made_from_id, ..NewVersion::draft(canonical(typed).unwrap_or_default()) };
    let version = insert(conn, now, actor, (locality_id, group_code), new)?;
    if !typed.is_empty() {
        add_revision(conn, now, actor, version.id, typed)?;
    }
    Ok(version)
}

/// Keeps a text that was typed into a draft as it showed it. The same text sent again is kept already.
pub fn save(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    version: &Version,
    shown: i64,
    sent: &str,
) -> Result<Saved, Error> {
    let latest = revisions(conn, version.id, 1)?.pop();
    let by = latest.as_ref().and_then(|revision| revision.saved_by);
    let before = latest.map_or_else(|| version.text.clone(), |revision| revision.typed);
    let text = canonical(sent);
    let reads = text.is_some();
    if before == sent {
        return Ok(Saved::Kept { reads, changed: false });
    }
    if shown != version.version {
        return Ok(Saved::Stale { theirs: before, by, version: version.version });
    }
    let draft = criteria_versions::table
        .find(version.id)
        .filter(criteria_versions::state.eq(State::Draft).and(criteria_versions::version.eq(shown)));
    let text = text.unwrap_or_else(|| version.text.clone());
    let saved = diesel::update(draft)
        .set((
            criteria_versions::text_hash.eq(hash(&text)),
            criteria_versions::text.eq(text),
            criteria_versions::version.eq(shown + 1),
        ))
        .execute(conn)?;
    if saved == 0 {
        return Err(Error::conflict(
            "This draft was proposed or deleted meanwhile. Your text was not saved.",
            "/criteria",
            "Go to the criteria",
        ));
    }
    add_revision(conn, now, actor, version.id, sent)?;
    Ok(Saved::Kept { reads, changed: true })
}

fn canonical(typed: &str) -> Option<String> {
    parse(typed).ok().map(|parsed| parsed.expression.to_string())
}

fn add_revision(conn: &mut Conn, now: Moment, actor: &Actor, id: i64, typed: &str) -> Result<(), Error> {
    diesel::insert_into(draft_revisions::table)
        .values((
            draft_revisions::version_id.eq(id),
            draft_revisions::typed.eq(typed),
            draft_revisions::reads.eq(parse(typed).is_ok()),
            draft_revisions::who.eq(&actor.who),
            draft_revisions::saved_by.eq(actor.user_id),
            draft_revisions::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a draft with all its texts; drafts made from it were made from what it was made from.
///
/// # Errors
/// `Conflict` where it is no draft any more.
pub fn delete(conn: &mut Conn, draft: &Version) -> Result<(), Error> {
    diesel::update(criteria_versions::table.filter(criteria_versions::made_from_id.eq(draft.id)))
        .set(criteria_versions::made_from_id.eq(draft.made_from_id))
        .execute(conn)?;
    diesel::delete(draft_revisions::table.filter(draft_revisions::version_id.eq(draft.id))).execute(conn)?;
    let same = criteria_versions::table
        .find(draft.id)
        .filter(criteria_versions::state.eq(State::Draft))
        .filter(criteria_versions::version.eq(draft.version));
    match diesel::delete(same).execute(conn)? {
        0 => Err(Error::conflict(
            "This draft was changed, proposed or deleted meanwhile.",
            "/criteria",
            "Go to the criteria",
        )),
        _ => forget_empty(conn, draft.proposal_id),
    }
}

/// Every draft of a locality, in the order of groups' codes.
pub fn drafts(conn: &mut Conn, locality_id: i64) -> Result<Vec<Version>, Error> {
    Ok(criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id))
        .filter(criteria_versions::state.eq(State::Draft))
        .order((criteria_versions::group_code, criteria_versions::number))
        .select(Version::as_select())
        .load(conn)?)
}

/// Puts a draft into a bundle, or with none takes it out of its own.
///
/// # Errors
/// `Conflict` where it is no draft any more.
pub fn put_into(conn: &mut Conn, draft: &Version, proposal_id: Option<i64>) -> Result<(), Error> {
    let still = criteria_versions::table.find(draft.id).filter(criteria_versions::state.eq(State::Draft));
    let moved = diesel::update(still).set(criteria_versions::proposal_id.eq(proposal_id)).execute(conn)?;
    if moved == 0 {
        return Err(Error::conflict(
            "This draft was proposed or deleted meanwhile.",
            "/criteria",
            "Go to the criteria",
        ));
    }
    if draft.proposal_id == proposal_id { Ok(()) } else { forget_empty(conn, draft.proposal_id) }
}

/// A bundle in draft that holds nothing any more is no bundle.
fn forget_empty(conn: &mut Conn, proposal_id: Option<i64>) -> Result<(), Error> {
    let Some(id) = proposal_id else { return Ok(()) };
    if versions_of(conn, &[id])?.is_empty() {
        diesel::delete(proposals::table.find(id).filter(proposals::state.eq("draft"))).execute(conn)?;
    }
    Ok(())
}
