//! Writing audit rows: in the transaction of what they tell, never changed afterwards.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::Serialize;

use super::{Actor, Subject, Verb, concerns};
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::{digest_hex, hex, random_bytes};
use crate::on_each;
use crate::schema::{audit_concerns, audit_entries, audit_subjects};

/// Subjects written at a time: engines bound the values of one statement.
const AT_ONCE: usize = 1_000;

/// What the digest is taken of: all that the row says, in this order.
#[derive(Serialize)]
struct Content<'a> {
    at: String,
    who: &'a str,
    user: Option<i64>,
    acting_as: &'a str,
    role: &'a str,
    verb: &'a str,
    from: &'a str,
    subjects: &'a [Subject],
    details: &'a serde_json::Value,
}

/// The records of an export of people: the localities, and the people by pseudonym where they are 1,000 at most. Whoever
/// asks who looked at a person is told that a larger file may hold them.
pub fn exported(localities: Vec<String>, people: BTreeSet<String>) -> Vec<Subject> {
    let people = if people.len() <= AT_ONCE { people } else { BTreeSet::new() };
    localities.into_iter().map(Subject::locality).chain(people.into_iter().map(Subject::person)).collect()
}

/// Writes that `actor` did `verb` to `subjects`; `details` says what changed, without passwords or answers.
///
/// The digest is SHA-256 of the salt followed by the content, so that a content can be redacted later (content
/// and salt blanked) without the digest, and so a chain over digests, changing.
pub fn record(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    verb: Verb,
    subjects: &[Subject],
    details: serde_json::Value,
) -> Result<(), Error> {
    record_entry(conn, now, actor, verb, subjects, details).map(drop)
}

/// The same; gives the entry's running number.
pub fn record_entry(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    verb: Verb,
    subjects: &[Subject],
    details: serde_json::Value,
) -> Result<i64, Error> {
    let content = serde_json::to_string(&Content {
        at: now.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        who: &actor.who,
        user: actor.user_id,
        acting_as: &actor.acting_as,
        role: &actor.role,
        verb: verb.word(),
        from: &actor.from,
        subjects,
        details: &details,
    })
    .map_err(anyhow::Error::from)?;
    let salt = hex(&random_bytes::<16>());
    let digest = digest_hex(format!("{salt}{content}").as_bytes());
    let entry_id: i64 = diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::at.eq(now),
            audit_entries::user_id.eq(actor.user_id),
            audit_entries::who.eq(&actor.who),
            audit_entries::membership_id.eq(actor.membership_id),
            audit_entries::acting_as.eq(&actor.acting_as),
            audit_entries::role.eq(&actor.role),
            audit_entries::verb.eq(verb.word()),
            audit_entries::from_address.eq(&actor.from),
            audit_entries::content.eq(&content),
            audit_entries::salt.eq(&salt),
            audit_entries::digest.eq(&digest),
        ))
        .returning(audit_entries::id)
        .get_result(conn)?;
    let rows: Vec<_> = (0i64..)
        .zip(subjects)
        .map(|(position, subject)| {
            (
                audit_subjects::entry_id.eq(entry_id),
                audit_subjects::position.eq(position),
                audit_subjects::kind.eq(subject.kind),
                audit_subjects::reference.eq(&subject.reference),
            )
        })
        .collect();
    for some in rows.chunks(AT_ONCE) {
        let some = some.to_vec();
        on_each!(conn, inner => diesel::insert_into(audit_subjects::table).values(some).execute(inner))?;
    }
    let whom: Vec<_> = concerns::of_act(conn, actor, subjects)?
        .into_iter()
        .map(|whom| (audit_concerns::whom.eq(whom), audit_concerns::entry_id.eq(entry_id)))
        .collect();
    on_each!(conn, inner => diesel::insert_into(audit_concerns::table).values(whom).execute(inner))?;
    Ok(entry_id)
}
