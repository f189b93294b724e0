//! The rows of break-glass reads: a right to look once, taken up or not, and whether an auditor has looked at it.

use chrono::{Duration, NaiveDate};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::access::Who;
use crate::audit::trail::{Ours, midnight};
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::{audit_concerns, organisations, people, unmaskings, users};

/// For how long the page may be opened after the reason was given.
const MINUTES: i64 = 5;

diesel::alias!(users as lookers: Lookers, organisations as commissioners: Commissioners);

/// A break-glass read that took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmasking {
    pub reference: String,
    pub person_id: i64,
    pub pseudonym: String,
    /// Code and name of the person's practice then.
    pub practice: (String, String),
    /// Who looked.
    pub who: String,
    /// Code and name of the commissioner they acted for.
    pub acting_as: (String, String),
    pub reason: String,
    pub at: Moment,
    /// The audit entry's running number.
    pub entry: i64,
    /// When an auditor marked it as looked at, and who.
    pub looked: Option<(Moment, String)>,
    pub version: i64,
}

type Person = (String, i64, String);
type Where = ((String, String), (String, String), String);
type When = (String, Option<Moment>, Option<i64>, Option<Moment>, Option<String>, i64);

impl Unmasking {
    fn of((person, (practice, acting_as, who), when): (Person, Where, When)) -> Option<Unmasking> {
        let (reference, person_id, pseudonym) = person;
        let (reason, at, entry, looked_at, looked_by, version) = when;
        Some(Unmasking {
            reference,
            person_id,
            pseudonym,
            practice,
            who,
            acting_as,
            reason,
            at: at?,
            entry: entry?,
            looked: looked_at.zip(looked_by),
            version,
        })
    }
}

/// Break-glass reads that took place, with all that is said of them.
macro_rules! unmasking_rows {
    () => {
        unmaskings::table
            .inner_join(people::table)
            .inner_join(organisations::table.on(organisations::id.eq(unmaskings::practice_id)))
            .inner_join(commissioners.on(commissioners.field(organisations::id).eq(unmaskings::asked_for)))
            .inner_join(users::table.on(users::id.eq(unmaskings::asked_by)))
            .left_join(lookers.on(lookers.field(users::id).nullable().eq(unmaskings::looked_by)))
            .filter(unmaskings::shown_at.is_not_null())
            .select((
                (unmaskings::reference, unmaskings::person_id, people::pseudonym),
                (
                    (organisations::code, organisations::name),
                    (commissioners.field(organisations::code), commissioners.field(organisations::name)),
                    users::name,
                ),
                (
                    unmaskings::reason,
                    unmaskings::shown_at,
                    unmaskings::entry_id,
                    unmaskings::looked_at,
                    lookers.field(users::name).nullable(),
                    unmaskings::version,
                ),
            ))
    };
}

/// Gives a commissioner the right to see once who somebody of a practice (row ids) is; its reference.
pub fn ask(
    conn: &mut Conn,
    now: Moment,
    who: &Who,
    (person_id, practice_id): (i64, i64),
    reason: &str,
) -> Result<String, Error> {
    let reference = random_reference();
    diesel::insert_into(unmaskings::table)
        .values((
            unmaskings::reference.eq(&reference),
            unmaskings::person_id.eq(person_id),
            unmaskings::practice_id.eq(practice_id),
            unmaskings::asked_by.eq(who.user_id),
            unmaskings::asked_for.eq(who.organisation_id()),
            unmaskings::reason.eq(reason),
            unmaskings::asked_at.eq(now),
        ))
        .execute(conn)?;
    Ok(reference)
}

/// What is left of a right to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// It is used up by this; why it was given.
    Taken(String),
    /// It was used, or its time is out.
    Gone,
}

/// Uses up the caller's own right to see who a person is.
///
/// # Errors
/// `NotFound` where the caller was never given it.
pub fn take(
    conn: &mut Conn,
    now: Moment,
    who: &Who,
    (person_id, reference): (i64, &str),
) -> Result<Right, Error> {
    let theirs = unmaskings::table
        .filter(unmaskings::reference.eq(reference).and(unmaskings::person_id.eq(person_id)))
        .filter(unmaskings::asked_by.eq(who.user_id).and(unmaskings::asked_for.eq(who.organisation_id())));
    let reason: String = theirs.select(unmaskings::reason).first(conn)?;
    let taken = diesel::update(unmaskings::table.filter(unmaskings::reference.eq(reference)))
        .filter(unmaskings::shown_at.is_null())
        .filter(unmaskings::asked_at.ge(now - Duration::minutes(MINUTES)))
        .set(unmaskings::shown_at.eq(now))
        .execute(conn)?;
    Ok(if taken == 1 { Right::Taken(reason) } else { Right::Gone })
}

/// Notes under which audit entry it was shown.
pub fn note_entry(conn: &mut Conn, reference: &str, entry: i64) -> Result<(), Error> {
    diesel::update(unmaskings::table.filter(unmaskings::reference.eq(reference)))
        .set(unmaskings::entry_id.eq(entry))
        .execute(conn)?;
    Ok(())
}

/// What a list of break-glass reads is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    pub looked: Option<bool>,
    /// First and last day, in London.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Whose list it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An auditor's.
    Ours(Ours),
    /// A practice's (row id).
    Practice(i64),
}

/// Narrows a query on break-glass reads.
macro_rules! narrowed {
    ($query:expr, $whose:expr, $narrowed:expr) => {{
        let mut query = $query.into_boxed();
        query = match $whose {
            Whose::Practice(practice) => query.filter(unmaskings::practice_id.eq(*practice)),
            Whose::Ours(ours) => {
                let concern = audit_concerns::table
                    .filter(audit_concerns::entry_id.nullable().eq(unmaskings::entry_id))
                    .filter(audit_concerns::whom.eq_any(ours.0.clone()));
                query.filter(exists(concern))
            }
        };
        query = match $narrowed.looked {
            Some(true) => query.filter(unmaskings::looked_at.is_not_null()),
            Some(false) => query.filter(unmaskings::looked_at.is_null()),
            None => query,
        };
        if let Some(from) = $narrowed.from {
            query = query.filter(unmaskings::shown_at.ge(midnight(from)));
        }
        if let Some(day) = $narrowed.to {
            let after = day.succ_opt().unwrap_or(day);
            query = query.filter(unmaskings::shown_at.lt(midnight(after)));
        }
        query
    }};
}

/// How many break-glass reads a list has.
pub fn count(conn: &mut Conn, whose: &Whose, narrowed: &Narrowed) -> Result<i64, Error> {
    let rows = unmaskings::table.filter(unmaskings::shown_at.is_not_null()).select(diesel::dsl::count_star());
    Ok(narrowed!(rows, whose, narrowed).first(conn)?)
}

/// Some of a list, newest first, from `offset`, at most `limit`.
pub fn list(
    conn: &mut Conn,
    whose: &Whose,
    narrowed: &Narrowed,
    (offset, limit): (i64, i64),
) -> Result<Vec<Unmasking>, Error> {
    let query = narrowed!(unmasking_rows!(), whose, narrowed);
    let rows: Vec<(Person, Where, When)> =
        query.order(unmaskings::id.desc()).offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().filter_map(Unmasking::of).collect())
}

/// One of a list.
pub fn one(conn: &mut Conn, whose: &Whose, reference: &str) -> Result<Unmasking, Error> {
    let query = narrowed!(unmasking_rows!(), whose, Narrowed::default());
    let row: (Person, Where, When) =
        query.filter(unmaskings::reference.eq(reference.to_owned())).first(conn)?;
    Unmasking::of(row).ok_or(Error::NotFound)
}

/// Marks one as looked at, or not after all; whether it was still at that version.
pub fn mark(
    conn: &mut Conn,
    now: Moment,
    who: &Who,
    (reference, version): (&str, i64),
    looked: bool,
) -> Result<bool, Error> {
    let row =
        unmaskings::table.filter(unmaskings::reference.eq(reference).and(unmaskings::version.eq(version)));
    let changed = diesel::update(row)
        .set((
            unmaskings::looked_at.eq(looked.then_some(now)),
            unmaskings::looked_by.eq(looked.then_some(who.user_id)),
            unmaskings::version.eq(version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
