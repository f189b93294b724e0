//! Applying an approved petition on its date: the person is moved and held, or their record is corrected and the
//! criteria place them; the ledger says by which petition.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::events::{Gone, Registered};
use super::found::{self, Person};
use super::history::{self, What};
use super::letters;
use super::life::State;
use super::petition::{Category, Petition};
use super::store;
use crate::access::Role;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::decisions::holds;
use crate::decisions::questions::{self, Withdrawn};
use crate::error::Error;
use crate::mail::Letter;
use crate::people::corrections::{self, NewCorrection};
use crate::runs::again::{self, place_by_criteria};
use crate::runs::amend::{Because, amend, stands};
use crate::runs::store::{Cause, Run, Source, current, lock_standing};
use crate::schema::{organisations, petitions};

/// What became of an approved petition on its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Moved,
    /// The person had died or left before.
    TooLate,
}

/// Applies a petition that is approved, or whose rejection was overturned, and whose date has come. Whoever calls it
/// holds no lock yet; one that was applied already stays as it is.
pub fn apply(conn: &mut Conn, now: Now, actor: &Actor, petition: &Petition) -> Result<Applied, Error> {
    lock_standing(conn, petition.locality_id)?;
    if let Some(before) = applied_before(conn, petition.id)? {
        return Ok(before);
    }
    let person = found::person(conn, petition.person_id)?;
    let gone = registered(conn, &person)?.gone(petition.locality_id, now.today);
    let run = match gone {
        Some(_) => None,
        None => current(conn, petition.locality_id)?,
    };
    let stands = match &run {
        Some(run) => stands(conn, run.id, petition.person_id)?,
        None => None,
    };
    let (Some(run), Some(_)) = (run, stands) else {
        return lapse(conn, now, actor, petition, (&person, gone));
    };
    let review_on = petition.review_on.filter(|_| petition.category != Some(Category::RecordWrong));
    diesel::update(petitions::table.find(petition.id))
        .set((petitions::applied_on.eq(now.today), petitions::review_on.eq(review_on)))
        .execute(conn)?;
    match (petition.category, petition.fact(), petition.fact_value()) {
        (Some(Category::RecordWrong), Some(fact), Some(value)) => {
            let reference = petition.reference.as_str();
            let source = corrections::Source::Petition;
            let new = NewCorrection { person_id: petition.person_id, fact, value, source, reference };
            corrections::add(conn, now.today, &new)?;
            correct(conn, now, petition, &run)?;
        }
        _ => hold(conn, now, petition, &run)?,
    }
    questions::withdraw(conn, petition.person_id, Withdrawn::Decided, now.today)?;
    history::note(conn, now, None, (petition.id, petition.state), What::Applied, "")?;
    let subjects = [Subject::person(&person.pseudonym), Subject::petition(&petition.reference)];
    let details = json!({ "to_group": petition.to_group, "review_on": review_on });
    audit::record(conn, now.moment, actor, Verb::PetitionApplied, &subjects, details)?;
    Ok(Applied::Moved)
}

/// What became of it where somebody else has applied it meanwhile.
fn applied_before(conn: &mut Conn, petition_id: i64) -> Result<Option<Applied>, Error> {
    let dates = petitions::table.find(petition_id).select((petitions::applied_on, petitions::lapsed_on));
    Ok(match dates.first::<(Option<NaiveDate>, Option<NaiveDate>)>(conn)? {
        (Some(_), _) => Some(Applied::Moved),
        (None, Some(_)) => Some(Applied::TooLate),
        (None, None) => None,
    })
}

/// A corrected record: the criteria place the person, unless a decision holds them.
fn correct(conn: &mut Conn, now: Now, petition: &Petition, run: &Run) -> Result<(), Error> {
    let because = Because { cause: Cause::Petition, reference: &petition.reference };
    match holds::of_person(conn, petition.person_id, petition.locality_id)? {
        Some(_) => Ok(()),
        None => place_by_criteria(conn, now, run, petition.person_id, because).map(|_| ()),
    }
}

/// Moves the person and holds them there, in place of an earlier hold.
fn hold(conn: &mut Conn, now: Now, petition: &Petition, run: &Run) -> Result<(), Error> {
    let (person_id, locality_id) = (petition.person_id, petition.locality_id);
    if let Some(earlier) = holds::of_person(conn, person_id, locality_id)? {
        holds::end(conn, earlier.id, now.today)?;
    }
    let review_on = petition.review_on.unwrap_or(now.today);
    let (group, reference) = (petition.to_group.as_deref(), petition.reference.as_str());
    let days = (now.today, review_on);
    holds::begin(conn, (person_id, locality_id), group, (Source::Petition, reference), days)?;
    let facts = again::facts(conn, run, person_id)?.ok_or(Error::NotFound)?;
    let from = stands(conn, run.id, person_id)?.ok_or(Error::NotFound)?;
    let to = from.held_in(group, Source::Petition);
    amend(conn, now, run, (&from, &to), &facts, Because { cause: Cause::Petition, reference })
}

/// What the register says of the person.
fn registered(conn: &mut Conn, person: &Person) -> Result<Registered, Error> {
    let practice = organisations::table.find(person.practice_id);
    Ok(Registered {
        practice_id: person.practice_id,
        locality_id: practice.select(organisations::locality_id).first(conn)?,
        deducted_on: person.deducted_on,
        died_on: person.died_on,
    })
}

/// The petition stays approved and moves nobody.
fn lapse(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    petition: &Petition,
    (person, gone): (&Person, Option<Gone>),
) -> Result<Applied, Error> {
    diesel::update(petitions::table.find(petition.id))
        .set((petitions::lapsed_on.eq(now.today), petitions::review_on.eq(None::<NaiveDate>)))
        .execute(conn)?;
    let why = match gone {
        Some(Gone::Died) => "The person had died by the date of effect",
        Some(Gone::Left) => "The person had left by the date of effect",
        None => "No grouping run had placed the person by the date of effect",
    };
    history::note(conn, now, None, (petition.id, petition.state), What::Lapsed, why)?;
    letters::owner(conn, now, None, petition, (Letter::PetitionLapsed, None))?;
    for asked in store::opinions(conn, petition.id)? {
        let to = (asked.network_id, &[Role::Provider][..]);
        letters::organisation(conn, now, None, petition, to, (Letter::PetitionLapsed, None))?;
    }
    let subjects = [Subject::person(&person.pseudonym), Subject::petition(&petition.reference)];
    audit::record(conn, now.moment, actor, Verb::PetitionLapsed, &subjects, json!({ "why": why }))?;
    Ok(Applied::TooLate)
}

/// Approved petitions whose date has come, by row id.
pub fn due(conn: &mut Conn, now: Now) -> Result<Vec<i64>, Error> {
    Ok(petitions::table
        .filter(petitions::state.eq_any([State::Approved, State::Overturned]))
        .filter(petitions::effective_on.le(now.today))
        .filter(petitions::applied_on.is_null().and(petitions::lapsed_on.is_null()))
        .order(petitions::id)
        .select(petitions::id)
        .load(conn)?)
}
