//! The rows of assignings, giving one petition within them, and taking it back.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use crate::access::{Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::petitions::assigning::{self, Colleague, word};
use crate::petitions::found::{Found, Side, locked};
use crate::petitions::life::Refusal;
use crate::schema::{assigned_petitions, assignings, users};

/// For how many minutes it can be undone.
const UNDO: i64 = 10;

/// The label of the link to what became of each petition.
const WHAT_BECAME: &str = "See what was assigned";

/// What is said of a petition that is not the caller's.
const NOT_THEIRS: &str = "It is not a petition you may see";

/// Somebody gave petitions to a colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigning {
    id: i64,
    pub reference: String,
    to_id: Option<i64>,
    /// The colleague's name; `None` is nobody.
    pub to: Option<String>,
    at: Moment,
    undone_at: Option<Moment>,
}

impl Assigning {
    pub fn path(&self) -> String {
        format!("/petitions/assignments/{}", self.reference)
    }

    /// Where it is undone.
    pub fn undo(&self) -> String {
        format!("{}/reversal", self.path())
    }

    pub fn is_undone(&self) -> bool {
        self.undone_at.is_some()
    }

    /// Whether there is still time to undo it.
    pub fn can_be_undone(&self, now: Moment) -> bool {
        !self.is_undone() && self.at >= now - Duration::minutes(UNDO)
    }
}

/// What became of a petition.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = assigned_petitions)]
pub struct Assigned {
    /// Its reference.
    pub petition: String,
    was_id: Option<i64>,
    version: i64,
    /// Why it was left out; blank where it was given.
    pub left_out: String,
    pub undone: bool,
    /// Why it was not undone; blank where it was, or nobody asked.
    pub kept: String,
}

/// Notes that the caller gives petitions to somebody, or to nobody.
pub fn begin(conn: &mut Conn, who: &Who, now: Now, to: Option<i64>) -> Result<Assigning, Error> {
    let reference = format!("AS-{}", random_reference());
    diesel::insert_into(assignings::table)
        .values((
            assignings::reference.eq(&reference),
            assignings::user_id.eq(who.user_id),
            assignings::organisation_id.eq(who.organisation_id()),
            assignings::role.eq(who.role()),
            assignings::to_id.eq(to),
            assignings::at.eq(now.moment),
        ))
        .execute(conn)?;
    mine(conn, who, &reference)
}

/// The same for petitions chosen from a list, each of which is then given in a transaction of its own.
pub fn begin_several(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    to: Option<&Colleague>,
    petitions: usize,
) -> Result<Assigning, Error> {
    let act = begin(conn, who, now, to.map(|one| one.id))?;
    let mut subjects = vec![Subject::petition(&act.reference)];
    subjects.extend(to.map(|one| Subject::user(&one.email)));
    let details = json!({ "petitions": petitions, "to": to.map(|one| &one.name) });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionAssigned, &subjects, details)?;
    Ok(act)
}

/// What the caller gave.
///
/// # Errors
/// `NotFound` where it is another's.
pub fn mine(conn: &mut Conn, who: &Who, reference: &str) -> Result<Assigning, Error> {
    type Row = (i64, String, Option<i64>, Moment, Option<Moment>);
    let (id, reference, to_id, at, undone_at): Row = assignings::table
        .filter(assignings::reference.eq(reference).and(assignings::user_id.eq(who.user_id)))
        .filter(assignings::organisation_id.eq(who.organisation_id()))
        .filter(assignings::role.eq(who.role()))
        .select((
            assignings::id,
            assignings::reference,
            assignings::to_id,
            assignings::at,
            assignings::undone_at,
        ))
        .first(conn)?;
    let to = match to_id {
        Some(id) => Some(users::table.find(id).select(users::name).first(conn)?),
        None => None,
    };
    Ok(Assigning { id, reference, to_id, to, at, undone_at })
}

/// What became of each petition, in the order of their references.
pub fn petitions(conn: &mut Conn, act: &Assigning) -> Result<Vec<Assigned>, Error> {
    Ok(assigned_petitions::table
        .filter(assigned_petitions::assigning_id.eq(act.id))
        .order(assigned_petitions::petition)
        .select(Assigned::as_select())
        .load(conn)?)
}

/// Gives a petition from one to another within an act.
pub fn give(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    (from, to): (Option<&Colleague>, Option<&Colleague>),
    act: &Assigning,
) -> Result<(), Error> {
    assigning::assign(conn, now, who, found, to, ("within", &act.reference))?;
    let given = (&*found.petition.reference, found.petition.version, from.map(|one| one.id));
    note(conn, act, given, "")
}

fn note(
    conn: &mut Conn,
    act: &Assigning,
    (petition, version, was): (&str, i64, Option<i64>),
    left_out: &str,
) -> Result<(), Error> {
    diesel::insert_into(assigned_petitions::table)
        .values((
            assigned_petitions::assigning_id.eq(act.id),
            assigned_petitions::petition.eq(petition),
            assigned_petitions::was_id.eq(was),
            assigned_petitions::version.eq(version),
            assigned_petitions::left_out.eq(left_out),
            assigned_petitions::undone.eq(false),
            assigned_petitions::kept.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// A petition as it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub reference: String,
    pub version: i64,
    /// Who had it, as [`word`] has them.
    pub was: String,
}

/// Gives a chosen petition to somebody, or notes why it is left out.
pub fn give_seen(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    seen: &Seen,
    to: Option<&Colleague>,
    act: &Assigning,
) -> Result<(), Error> {
    let found = match locked(conn, who, now, &seen.reference) {
        Ok(found) => found,
        Err(Error::NotFound) => return note(conn, act, (&seen.reference, seen.version, None), NOT_THEIRS),
        Err(error) => return Err(error),
    };
    let with = assigning::assigned(conn, who, &found)?;
    match why_left_out(conn, now, who, &found, (seen, with.as_ref(), to))? {
        None => give(conn, now, who, &found, (with.as_ref(), to), act),
        Some(why) => note(conn, act, (&seen.reference, seen.version, None), &why),
    }
}

fn why_left_out(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    (seen, with, to): (&Seen, Option<&Colleague>, Option<&Colleague>),
) -> Result<Option<String>, Error> {
    let name = |one: Option<&Colleague>| one.map_or_else(|| "Nobody".to_owned(), |one| one.name.clone());
    if !found.petition.state.is_open() {
        return Ok(Some(Refusal::State(found.petition.state).to_string()));
    }
    if found.petition.version != seen.version {
        return Ok(Some("Something happened to it after you opened the page".into()));
    }
    if seen.was != word(with) {
        return Ok(Some(format!(
            "Somebody assigned it after you opened the page: {} has it now",
            name(with)
        )));
    }
    if word(with) == word(to) {
        return Ok(Some(format!("{} has it already", name(to))));
    }
    match to {
        Some(to) => why_not(conn, now, who, found, to),
        None => Ok(None),
    }
}

/// Why somebody does not get a petition; none where they may.
fn why_not(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    to: &Colleague,
) -> Result<Option<String>, Error> {
    let may = assigning::eligible(conn, who, now, found)?.iter().any(|one| one.id == to.id);
    Ok(match (may, found.side) {
        (true, _) => None,
        (false, Side::Commissioner) => Some(format!(
            "{} may not decide it: they drafted or rejected it, or are no commissioner here any more",
            to.name
        )),
        (false, _) => Some(format!("{} cannot act on it as it stands", to.name)),
    })
}

/// Begins to undo what the caller gave.
///
/// # Errors
/// `NotFound` where it is another's; `Conflict` where it is too late, or was undone.
pub fn begin_undo(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Assigning, Error> {
    let act = mine(conn, who, reference)?;
    let lately = now.moment - Duration::minutes(UNDO);
    let waiting = assignings::table
        .filter(assignings::id.eq(act.id).and(assignings::undone_at.is_null()))
        .filter(assignings::at.ge(lately));
    match diesel::update(waiting).set(assignings::undone_at.eq(now.moment)).execute(conn)? {
        0 if act.is_undone() => Err(Error::conflict("This is undone already.", act.path(), WHAT_BECAME)),
        0 => Err(Error::conflict(
            "An assignment can be undone for 10 minutes, and those are over. Assign the petition again.",
            act.path(),
            WHAT_BECAME,
        )),
        _ => Ok(act),
    }
}

/// Gives a petition back to whoever had it, or notes why it stays as it is.
pub fn take_back(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    act: &Assigning,
    given: &Assigned,
) -> Result<(), Error> {
    let kept = match locked(conn, who, now, &given.petition) {
        Ok(found) => try_back(conn, now, who, act, (given, &found))?,
        Err(Error::NotFound) => Some(NOT_THEIRS.into()),
        Err(error) => return Err(error),
    };
    diesel::update(assigned_petitions::table.find((act.id, &given.petition)))
        .set((
            assigned_petitions::undone.eq(kept.is_none()),
            assigned_petitions::kept.eq(kept.unwrap_or_default()),
        ))
        .execute(conn)?;
    Ok(())
}

fn try_back(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    act: &Assigning,
    (given, found): (&Assigned, &Found),
) -> Result<Option<String>, Error> {
    if !found.petition.state.is_open() {
        return Ok(Some(Refusal::State(found.petition.state).to_string()));
    }
    if found.petition.version != given.version {
        return Ok(Some("Something has happened to it since".into()));
    }
    let with = assigning::assigned(conn, who, found)?;
    if with.as_ref().map(|one| one.id) != act.to_id || was_given_since(conn, who, act, given)? {
        let name = with.map_or_else(|| "nobody".to_owned(), |one| one.name);
        return Ok(Some(format!("Somebody has assigned it since: {name} has it now")));
    }
    let back = match given.was_id {
        Some(id) => Some(assigning::colleague(conn, id)?),
        None => None,
    };
    if let Some(back) = &back
        && let Some(why) = why_not(conn, now, who, found, back)?
    {
        return Ok(Some(why));
    }
    assigning::assign(conn, now, who, found, back.as_ref(), ("undoes", &act.reference))?;
    Ok(None)
}

/// Whether anybody of the caller's side has given it to somebody after an act.
fn was_given_since(conn: &mut Conn, who: &Who, act: &Assigning, given: &Assigned) -> Result<bool, Error> {
    let later = assigned_petitions::table
        .inner_join(assignings::table)
        .filter(assigned_petitions::petition.eq(&given.petition).and(assigned_petitions::left_out.eq("")))
        .filter(assigned_petitions::assigning_id.gt(act.id));
    let ours = later.filter(assignings::organisation_id.eq(who.organisation_id()));
    let theirs = later.filter(assignings::role.eq(Role::Commissioner));
    Ok(match who.role() {
        Role::Commissioner => diesel::select(diesel::dsl::exists(theirs)).get_result(conn)?,
        _ => diesel::select(diesel::dsl::exists(ours)).get_result(conn)?,
    })
}
