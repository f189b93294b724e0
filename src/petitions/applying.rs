//! Applying an approved petition on its date: the person is moved and held, or their record is corrected and the
//! criteria place them; the ledger says by which petition.

use diesel::prelude::*;
use serde_json::json;

use super::found::{self, Person};
use super::history::{self, What};
use super::life::State;
use super::petition::{Category, Petition};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::decisions::holds;
use crate::decisions::questions::{self, Withdrawn};
use crate::error::Error;
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
    let person = found::person(conn, petition.person_id)?;
    let run = match is_gone(conn, now, petition, &person)? {
        true => None,
        false => current(conn, petition.locality_id)?,
    };
    let stands = match &run {
        Some(run) => stands(conn, run.id, petition.person_id)?,
        None => None,
    };
    let (Some(run), Some(_)) = (run, stands) else { return lapse(conn, now, actor, petition, &person) };
    let due = petitions::table
        .find(petition.id)
        .filter(petitions::applied_on.is_null().and(petitions::lapsed_on.is_null()));
    let review_on = petition.review_on.filter(|_| petition.category != Some(Category::RecordWrong));
    let set = (petitions::applied_on.eq(now.today), petitions::review_on.eq(review_on));
    if diesel::update(due).set(set).execute(conn)? == 0 {
        return Ok(Applied::Moved);
    }
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

/// Whether the person has died, or has left the locality.
fn is_gone(conn: &mut Conn, now: Now, petition: &Petition, person: &Person) -> Result<bool, Error> {
    let past = |day: Option<chrono::NaiveDate>| day.is_some_and(|day| day < now.today);
    if past(person.died_on) || past(person.deducted_on) {
        return Ok(true);
    }
    let here: Option<i64> =
        organisations::table.find(person.practice_id).select(organisations::locality_id).first(conn)?;
    Ok(here != Some(petition.locality_id))
}

fn lapse(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    petition: &Petition,
    person: &Person,
) -> Result<Applied, Error> {
    let open = petitions::table.find(petition.id).filter(petitions::lapsed_on.is_null());
    let set = (petitions::lapsed_on.eq(now.today), petitions::review_on.eq(None::<chrono::NaiveDate>));
    diesel::update(open).set(set).execute(conn)?;
    let why = match person.died_on {
        Some(_) => "The person died before the date of effect",
        None => "The person left before the date of effect",
    };
    history::note(conn, now, None, (petition.id, petition.state), What::Lapsed, why)?;
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
