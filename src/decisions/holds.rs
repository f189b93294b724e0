//! Holds: the one mechanism by which a run does not move a person. A decision or a petition begins one; it stands until
//! somebody ends it, or the person is gone.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::runs::placement::Held;
use crate::runs::store::Source;
use crate::schema::{holds, placements};
use crate::stored_as_text;

stored_as_text! {
    /// Why a hold ended: somebody ended it, or the person left the locality's register.
    EndedWhy {
        Ended = "ended",
        Left = "left",
    }
}

/// A hold that stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = holds)]
pub struct Hold {
    pub id: i64,
    pub person_id: i64,
    pub locality_id: i64,
    /// None is not placed.
    pub group_code: Option<String>,
    pub cause: Source,
    /// Of the decision or petition.
    pub reference: String,
    pub from_on: NaiveDate,
    pub review_on: NaiveDate,
}

impl Hold {
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.review_on <= today
    }

    /// The reason of a placement as one cell of a file: what holds it, then what the criteria say.
    pub fn before(&self, by_criteria: &str) -> String {
        format!(
            "held by {} until review on {}; by the criteria: {by_criteria}",
            self.reference, self.review_on
        )
    }
}

/// The people whom no run of a locality moves, and where they are held.
pub fn standing(conn: &mut Conn, locality_id: i64) -> Result<HashMap<i64, Held>, Error> {
    let rows: Vec<(i64, Option<String>, Source)> = holds::table
        .filter(holds::locality_id.eq(locality_id).and(holds::ended_on.is_null()))
        .select((holds::person_id, holds::group_code, holds::cause))
        .load(conn)?;
    Ok(rows.into_iter().map(|(person, group, source)| (person, Held { group, source })).collect())
}

/// The same as groups alone: what a preview holds people in.
pub fn groups(conn: &mut Conn, locality_id: i64) -> Result<HashMap<i64, Option<String>>, Error> {
    let held = standing(conn, locality_id)?;
    Ok(held.into_iter().map(|(person, held)| (person, held.group)).collect())
}

/// The hold that stands on a person in a locality.
pub fn of_person(conn: &mut Conn, person_id: i64, locality_id: i64) -> Result<Option<Hold>, Error> {
    Ok(holds::table
        .filter(holds::person_id.eq(person_id).and(holds::locality_id.eq(locality_id)))
        .filter(holds::ended_on.is_null())
        .select(Hold::as_select())
        .first(conn)
        .optional()?)
}

/// The references of the holds that stand on some people.
pub fn references(conn: &mut Conn, people: &[i64]) -> Result<HashMap<i64, Hold>, Error> {
    let mut found = HashMap::new();
    for some in people.chunks(5_000) {
        let rows: Vec<Hold> = holds::table
            .filter(holds::person_id.eq_any(some).and(holds::ended_on.is_null()))
            .select(Hold::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(|hold| (hold.person_id, hold)));
    }
    Ok(found)
}

/// The holds that stood in a locality on a date, by person.
pub fn on(conn: &mut Conn, locality_id: i64, on: NaiveDate) -> Result<HashMap<i64, Hold>, Error> {
    let rows: Vec<Hold> = holds::table
        .filter(holds::locality_id.eq(locality_id).and(holds::from_on.le(on)))
        .filter(holds::ended_on.is_null().or(holds::ended_on.gt(on)))
        .order(holds::id)
        .select(Hold::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|hold| (hold.person_id, hold)).collect())
}

/// Begins a hold. The caller has made sure that none stands.
pub fn begin(
    conn: &mut Conn,
    (person_id, locality_id): (i64, i64),
    group_code: Option<&str>,
    (cause, reference): (Source, &str),
    (from_on, review_on): (NaiveDate, NaiveDate),
) -> Result<(), Error> {
    diesel::insert_into(holds::table)
        .values((
            holds::person_id.eq(person_id),
            holds::locality_id.eq(locality_id),
            holds::group_code.eq(group_code),
            holds::cause.eq(cause),
            holds::reference.eq(reference),
            holds::from_on.eq(from_on),
            holds::review_on.eq(review_on),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts off the review of a hold; whether it stood.
pub fn extend(conn: &mut Conn, id: i64, review_on: NaiveDate) -> Result<bool, Error> {
    let standing = holds::table.find(id).filter(holds::ended_on.is_null());
    Ok(diesel::update(standing).set(holds::review_on.eq(review_on)).execute(conn)? == 1)
}

/// Ends a hold; whether it stood.
pub fn end(conn: &mut Conn, id: i64, today: NaiveDate) -> Result<bool, Error> {
    let ended = diesel::update(holds::table.find(id).filter(holds::ended_on.is_null()))
        .set((holds::ended_on.eq(today), holds::ended_why.eq(EndedWhy::Ended)))
        .execute(conn)?;
    Ok(ended == 1)
}

/// Ends the holds on people whom a run of the locality no longer found on its register.
pub fn end_of_those_gone(
    conn: &mut Conn,
    locality_id: i64,
    run_id: i64,
    today: NaiveDate,
) -> Result<(), Error> {
    let placed = placements::table
        .filter(placements::run_id.eq(run_id).and(placements::person_id.eq(holds::person_id)));
    let gone = holds::table
        .filter(holds::locality_id.eq(locality_id).and(holds::ended_on.is_null()))
        .filter(not(exists(placed)));
    diesel::update(gone)
        .set((holds::ended_on.eq(today), holds::ended_why.eq(EndedWhy::Left)))
        .execute(conn)?;
    Ok(())
}
