//! Who of an organisation sees to a petition: a commissioner's reviewer stands in the petition itself, for its localities
//! may have several commissioners; practices, GP networks and provider networks each have a row of their own.

use diesel::prelude::*;
use serde_json::json;

use super::found::{Found, Side};
use super::history::{self, What};
use super::letters;
use super::life::State;
use crate::access::{Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::Letter;
use crate::page::Choice;
use crate::schema::{
    memberships, petition_assignments, petition_decisions, petition_drafters, petitions, users,
};

/// What forms say for nobody.
pub const NOBODY: &str = "nobody";

/// Somebody of the caller's organisation.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Colleague {
    pub id: i64,
    pub reference: String,
    pub name: String,
    pub email: String,
}

/// As forms name somebody, or nobody.
pub fn word(colleague: Option<&Colleague>) -> String {
    colleague.map_or_else(|| NOBODY.to_owned(), |one| one.reference.clone())
}

/// Those to whom petitions of the caller's list may be given, whichever they are; one of them may be refused one petition.
pub fn colleagues(conn: &mut Conn, who: &Who, now: Now) -> Result<Vec<Colleague>, Error> {
    let roles: &[Role] = match who.role() {
        Role::Gp | Role::PracticeStaff => &[Role::Gp, Role::PracticeStaff],
        Role::NetworkManager => &[Role::NetworkManager],
        Role::Provider => &[Role::Provider],
        _ => &[Role::Commissioner],
    };
    members(conn, who.organisation_id(), roles, now)
}

/// The choices of a form: the caller first, nobody, the others by name.
pub fn choices(colleagues: &[Colleague], me: i64) -> Vec<Choice> {
    let mine = colleagues.iter().filter(|one| one.id == me);
    let others = colleagues.iter().filter(|one| one.id != me);
    let mut choices: Vec<Choice> =
        mine.map(|one| Choice::new(&one.reference, format!("Me, {}", one.name))).collect();
    choices.push(Choice::new(NOBODY, "Nobody"));
    choices.extend(others.map(|one| Choice::new(&one.reference, &one.name)));
    choices
}

/// The roles that act next on a petition, from a side.
pub fn acting(found: &Found) -> &'static [Role] {
    let petition = &found.petition;
    match (found.side, found.caller.role) {
        (Side::Commissioner, _) => &[Role::Commissioner],
        (Side::Network, _) => &[Role::Provider],
        (_, Role::NetworkManager) => &[Role::NetworkManager],
        _ if petition.state == State::Draft && !petition.ready => &[Role::Gp, Role::PracticeStaff],
        _ => &[Role::Gp],
    }
}

/// The members of an organisation in some roles today, by name.
pub fn members(
    conn: &mut Conn,
    organisation_id: i64,
    roles: &[Role],
    now: Now,
) -> Result<Vec<Colleague>, Error> {
    let in_role = memberships::table
        .filter(memberships::organisation_id.eq(organisation_id).and(memberships::role.eq_any(roles)))
        .filter(memberships::from_on.le(now.today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(now.today)))
        .select(memberships::user_id);
    Ok(users::table
        .filter(users::id.eq_any(in_role))
        .order((users::name_key, users::id))
        .select((users::id, users::reference, users::name, users::email))
        .load(conn)?)
}

/// Those to whom the caller may assign a petition: never a decision to who drafted it, nor an appeal to who rejected it.
pub fn eligible(conn: &mut Conn, who: &Who, now: Now, found: &Found) -> Result<Vec<Colleague>, Error> {
    let mut all = members(conn, who.organisation_id(), acting(found), now)?;
    if found.side == Side::Commissioner {
        let id = found.petition.id;
        let mut barred: Vec<i64> = petition_drafters::table
            .filter(petition_drafters::petition_id.eq(id))
            .select(petition_drafters::user_id)
            .load(conn)?;
        let rejected: Vec<Option<i64>> = petition_decisions::table
            .filter(petition_decisions::petition_id.eq(id).and(petition_decisions::granted.eq(false)))
            .select(petition_decisions::decided_by)
            .load(conn)?;
        barred.extend(rejected.into_iter().flatten());
        all.retain(|one| !barred.contains(&one.id));
    }
    Ok(all)
}

/// Who of the caller's side has a petition.
pub fn assigned(conn: &mut Conn, who: &Who, found: &Found) -> Result<Option<Colleague>, Error> {
    let id: Option<i64> = match found.side {
        Side::Commissioner => found.petition.assigned_to,
        _ => petition_assignments::table
            .find((found.petition.id, who.organisation_id()))
            .select(petition_assignments::user_id)
            .first(conn)
            .optional()?,
    };
    id.map(|id| colleague(conn, id)).transpose()
}

/// Somebody by row id.
pub fn colleague(conn: &mut Conn, id: i64) -> Result<Colleague, Error> {
    let columns = (users::id, users::reference, users::name, users::email);
    Ok(users::table.find(id).select(columns).first(conn)?)
}

/// Gives a petition to somebody of the caller's side, or to nobody; `act` says in the trail within what it is done.
pub fn assign(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    to: Option<&Colleague>,
    (act, reference): (&'static str, &str),
) -> Result<(), Error> {
    let (petition, before) = (&found.petition, assigned(conn, who, found)?);
    if before.as_ref().map(|one| one.id) == to.map(|one| one.id) {
        return Ok(());
    }
    keep(conn, who, found, to.map(|one| one.id))?;
    let words = to.map_or_else(|| "To nobody".to_owned(), |one| format!("To {}", one.name));
    history::note(conn, now, Some(who), (petition.id, petition.state), What::Assigned, &words)?;
    if let Some(to) = to {
        letters::user(conn, now, Some(who), petition, to.id, (Letter::PetitionAssigned, petition.due_on))?;
    }
    let mut subjects = vec![Subject::person(&found.person.pseudonym), Subject::petition(&petition.reference)];
    subjects.extend(to.map(|one| Subject::user(&one.email)));
    let details =
        json!({ "from": before.map(|one| one.name), "to": to.map(|one| &one.name), (act): reference });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionAssigned, &subjects, details)
}

fn keep(conn: &mut Conn, who: &Who, found: &Found, to: Option<i64>) -> Result<(), Error> {
    let petition_id = found.petition.id;
    if found.side == Side::Commissioner {
        diesel::update(petitions::table.find(petition_id))
            .set(petitions::assigned_to.eq(to))
            .execute(conn)?;
        return Ok(());
    }
    let key = (petition_id, who.organisation_id());
    diesel::delete(petition_assignments::table.find(key)).execute(conn)?;
    if let Some(to) = to {
        diesel::insert_into(petition_assignments::table)
            .values((
                petition_assignments::petition_id.eq(petition_id),
                petition_assignments::organisation_id.eq(who.organisation_id()),
                petition_assignments::user_id.eq(to),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// A draft goes from those who write it to those who submit it, and then to others: nobody has it any more.
pub fn release(conn: &mut Conn, petition_id: i64) -> Result<(), Error> {
    let of_it = petition_assignments::table.filter(petition_assignments::petition_id.eq(petition_id));
    diesel::delete(of_it).execute(conn)?;
    Ok(())
}
