//! What happens to a person while their petition is open: they die, leave, move practice, or the criteria come to place
//! them in the group asked for. Each ends the petition or changes whose it is, and is told.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::acts::{self, Done};
use super::found::{self, Found};
use super::history::{self, What};
use super::letters;
use super::life::{Act, By, State, Withdrawal};
use super::store;
use crate::access::{Role, Who};
use crate::audit::{self, Actor, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::Letter;
use crate::people::register::published;
use crate::schema::{current_runs, holds, organisations, person_records, petitions, placements};

/// What happened to the person of an open petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Died,
    Left,
    /// To a practice (row id) of the same locality.
    Moved(i64),
    /// Back to the practice whose petition it is.
    CameBack,
    /// The criteria place them in the group asked for.
    Settled,
}

/// How somebody has gone, whom no petition can move any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    Died,
    Left,
}

/// Whether somebody has gone by a day. Who died has gone from that day on: the register tells of deaths when they have
/// happened. Who leaves is still on the list on the last day. A grouping run, which counts a whole day, counts both.
pub fn gone(died_on: Option<NaiveDate>, deducted_on: Option<NaiveDate>, today: NaiveDate) -> Option<Gone> {
    match () {
        () if died_on.is_some_and(|day| day <= today) => Some(Gone::Died),
        () if deducted_on.is_some_and(|day| day < today) => Some(Gone::Left),
        () => None,
    }
}

/// What the register says of the person of a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    pub practice_id: i64,
    pub locality_id: Option<i64>,
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
}

impl Registered {
    /// Whether they have gone from a locality (row id).
    pub fn gone(&self, locality_id: i64, today: NaiveDate) -> Option<Gone> {
        let elsewhere = (self.locality_id != Some(locality_id)).then_some(Gone::Left);
        gone(self.died_on, self.deducted_on, today).or(elsewhere)
    }
}

/// What happened to somebody whose petition is a practice's in a locality, and may wait for another's consent already.
pub fn happened(
    (practice_id, locality_id, new_practice_id): (i64, i64, Option<i64>),
    registered: Registered,
    today: NaiveDate,
) -> Option<Happened> {
    match registered.gone(locality_id, today) {
        Some(Gone::Died) => Some(Happened::Died),
        Some(Gone::Left) => Some(Happened::Left),
        None if registered.practice_id == practice_id => new_practice_id.map(|_| Happened::CameBack),
        None if Some(registered.practice_id) == new_practice_id => None,
        None => Some(Happened::Moved(registered.practice_id)),
    }
}

/// The open petitions something has happened to, by row id.
pub fn due(conn: &mut Conn, now: Now) -> Result<Vec<(i64, Happened)>, Error> {
    type Row = (i64, (i64, i64, Option<i64>), (i64, Option<i64>, Option<NaiveDate>, Option<NaiveDate>));
    let register = published(conn)?;
    let rows: Vec<Row> = petitions::table
        .inner_join(person_records::table.on(person_records::person_id.eq(petitions::person_id)))
        .inner_join(organisations::table.on(organisations::id.eq(person_records::practice_id)))
        .filter(petitions::state.eq_any(store::open_states()))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .filter(
            person_records::practice_id
                .ne(petitions::practice_id)
                .or(person_records::died_on.is_not_null())
                .or(person_records::deducted_on.is_not_null())
                .or(petitions::new_practice_id.is_not_null()),
        )
        .order(petitions::id)
        .select((
            petitions::id,
            (petitions::practice_id, petitions::locality_id, petitions::new_practice_id),
            (
                person_records::practice_id,
                organisations::locality_id,
                person_records::deducted_on,
                person_records::died_on,
            ),
        ))
        .load(conn)?;
    let mut due: Vec<(i64, Happened)> = rows
        .into_iter()
        .filter_map(|(id, whose, (practice_id, locality_id, deducted_on, died_on))| {
            let registered = Registered { practice_id, locality_id, deducted_on, died_on };
            Some((id, happened(whose, registered, now.today)?))
        })
        .collect();
    let settled: Vec<i64> = petitions::table
        .inner_join(current_runs::table.on(current_runs::locality_id.eq(petitions::locality_id)))
        .inner_join(placements::table.on(
            placements::run_id.eq(current_runs::run_id).and(placements::person_id.eq(petitions::person_id)),
        ))
        .filter(petitions::state.eq_any(store::open_states()))
        .filter(placements::group_code.eq(petitions::to_group).and(placements::provisional.eq(false)))
        .order(petitions::id)
        .select(petitions::id)
        .load(conn)?;
    let is_known = |id: &i64| due.iter().any(|(one, _)| one == id);
    let settled: Vec<i64> = settled.into_iter().filter(|id| !is_known(id)).collect();
    due.extend(settled.into_iter().map(|id| (id, Happened::Settled)));
    Ok(due)
}

/// Does to a petition what an event brings about, unless somebody has closed it meanwhile.
pub fn take(conn: &mut Conn, now: Now, id: i64, happened: Happened) -> Result<(), Error> {
    let found = found::by_service(conn, now, id)?;
    if !found.petition.state.is_open() {
        return Ok(());
    }
    let end = |why| (why, "");
    let done = match happened {
        Happened::Died => acts::withdraw(conn, now, None, &found, end(Withdrawal::Died))?,
        Happened::Left => acts::withdraw(conn, now, None, &found, end(Withdrawal::Left))?,
        Happened::Settled => acts::withdraw(conn, now, None, &found, end(Withdrawal::Settled))?,
        // A draft has been seen by nobody else: the practice that wrote it has lost the person.
        Happened::Moved(_) if found.petition.state == State::Draft => {
            let words = "The person has moved to another practice";
            acts::withdraw(conn, now, None, &found, (Withdrawal::Left, words))?
        }
        Happened::Moved(practice) => return wait_for_consent(conn, now, &found, Some(practice)),
        Happened::CameBack => return wait_for_consent(conn, now, &found, None),
    };
    match done {
        Ok(_) => Ok(()),
        Err(refusal) => Err(anyhow::anyhow!("petition {}: {refusal}", found.petition.reference).into()),
    }
}

/// The person is another practice's now, which has to say whether it goes on; or is back where they were.
fn wait_for_consent(conn: &mut Conn, now: Now, found: &Found, practice: Option<i64>) -> Result<(), Error> {
    let petition = &found.petition;
    let same = petitions::table.find(petition.id).filter(petitions::version.eq(petition.version));
    let set = (petitions::new_practice_id.eq(practice), petitions::version.eq(petition.version + 1));
    if diesel::update(same).set(set).execute(conn)? == 0 {
        return Ok(());
    }
    let words = match practice {
        Some(_) => "The new practice is asked whether it goes on",
        None => "The person is back at the practice whose petition it is",
    };
    history::note(conn, now, None, (petition.id, petition.state), What::Moved, words)?;
    if let Some(practice) = practice {
        let to = (practice, &[Role::Gp][..]);
        letters::organisation(conn, now, None, petition, to, (Letter::PetitionMoved, None))?;
    }
    let subjects = found.subjects();
    let details = json!({ "waits_for_consent": practice.is_some() });
    audit::record(conn, now.moment, &Actor::service(), Verb::PetitionMoved, &subjects, details)
}

/// Applied petitions that hold somebody who is on another practice's list in the same locality now: petition and that
/// practice, by row id.
pub fn held_elsewhere(conn: &mut Conn) -> Result<Vec<(i64, i64)>, Error> {
    let register = published(conn)?;
    Ok(petitions::table
        .inner_join(holds::table.on(holds::reference.eq(petitions::reference)))
        .inner_join(person_records::table.on(person_records::person_id.eq(petitions::person_id)))
        .inner_join(organisations::table.on(organisations::id.eq(person_records::practice_id)))
        .filter(holds::ended_on.is_null())
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .filter(person_records::practice_id.ne(petitions::practice_id))
        .filter(organisations::locality_id.eq(petitions::locality_id.nullable()))
        .order(petitions::id)
        .select((petitions::id, person_records::practice_id))
        .load(conn)?)
}

/// A hold goes with the person: their practice of now looks at it on its review date.
pub fn follow(conn: &mut Conn, now: Now, id: i64, practice: i64) -> Result<(), Error> {
    let found = found::by_service(conn, now, id)?;
    let petition = &found.petition;
    if petition.practice_id == practice {
        return Ok(());
    }
    diesel::update(petitions::table.find(id))
        .set((petitions::practice_id.eq(practice), petitions::version.eq(petition.version + 1)))
        .execute(conn)?;
    let words = "The person has moved, and their new practice looks at the hold";
    history::note(conn, now, None, (id, petition.state), What::Moved, words)?;
    let details = json!({ "from": found.label_of(petition.practice_id), "waits_for_consent": false });
    audit::record(conn, now.moment, &Actor::service(), Verb::PetitionMoved, &found.subjects(), details)
}

/// The new practice goes on with it: it is its own petition from now on.
pub fn consent(conn: &mut Conn, now: Now, who: &Who, found: &Found) -> Result<Done, Error> {
    let petition = &found.petition;
    let state = match found.round(now.today).after(Act::Consent, By::Member(found.caller)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(practice) = petition.new_practice_id else { return Err(Error::NotFound) };
    let former = petition.practice_id;
    diesel::update(petitions::table.find(petition.id))
        .set((
            petitions::practice_id.eq(practice),
            petitions::new_practice_id.eq(None::<i64>),
            petitions::version.eq(petition.version + 1),
        ))
        .execute(conn)?;
    store::note_drafter(conn, petition.id, who.user_id)?;
    history::note(conn, now, Some(who), (petition.id, state), What::Consented, "")?;
    let letter = (Letter::PetitionConsented, petition.due_on);
    letters::networks(conn, now, Some(who), found, letter)?;
    letters::reviewers(conn, now, Some(who), petition, letter)?;
    let subjects = found.subjects();
    let details = json!({ "from": found.label_of(former), "to": found.label_of(practice) });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionConsented, &subjects, details)?;
    Ok(Ok(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn dying_goes_before_leaving_and_leaving_before_moving() {
        let today = day("2026-11-24");
        let here = Registered { practice_id: 1, locality_id: Some(9), deducted_on: None, died_on: None };
        let of = |registered| happened((1, 9, None), registered, today);
        assert_eq!(of(here), None);
        assert_eq!(
            of(Registered { died_on: Some(today), deducted_on: Some(today), ..here }),
            Some(Happened::Died)
        );
        assert_eq!(of(Registered { deducted_on: Some(day("2026-11-23")), ..here }), Some(Happened::Left));
        assert_eq!(of(Registered { deducted_on: Some(today), ..here }), None);
        assert_eq!(of(Registered { practice_id: 2, locality_id: Some(8), ..here }), Some(Happened::Left));
        assert_eq!(of(Registered { practice_id: 2, ..here }), Some(Happened::Moved(2)));
    }

    #[test]
    fn a_move_is_told_once_and_coming_back_undoes_it() {
        let today = day("2026-11-24");
        let there = Registered { practice_id: 2, locality_id: Some(9), deducted_on: None, died_on: None };
        assert_eq!(happened((1, 9, Some(2)), there, today), None);
        assert_eq!(happened((1, 9, Some(3)), there, today), Some(Happened::Moved(2)));
        let back = Registered { practice_id: 1, ..there };
        assert_eq!(happened((1, 9, Some(2)), back, today), Some(Happened::CameBack));
    }
}
