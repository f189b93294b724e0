//! Counting and reading petitions, some rows at a time.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{case_when, count_star, min};
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::filters::{By, Filters, Sort, View};
use super::matching::{is_overdue, matching, theirs};
use super::whose::Whose;
use crate::database::Conn;
use crate::error::Error;
use crate::petitions::life::State;
use crate::petitions::petition::Petition;
use crate::petitions::store::open_states;
use crate::schema::{organisations, petitions};

/// How many petitions a list shows.
pub fn count(conn: &mut Conn, whose: &Whose, filters: &Filters) -> Result<i64, Error> {
    Ok(petitions::table.filter(matching(whose, filters)).count().get_result(conn)?)
}

/// How many of them are overdue.
pub fn count_overdue(conn: &mut Conn, whose: &Whose, filters: &Filters) -> Result<i64, Error> {
    let overdue = petitions::table.filter(matching(whose, filters)).filter(is_overdue(whose.today));
    Ok(overdue.count().get_result(conn)?)
}

/// The views of a role, each with how many petitions it has.
pub fn counts(conn: &mut Conn, whose: &Whose) -> Result<Vec<(View, i64)>, Error> {
    let by_state: Vec<(State, i64)> = petitions::table
        .group_by(petitions::state)
        .select((petitions::state, count_star()))
        .filter(theirs(whose))
        .load(conn)?;
    let mut counts = Vec::new();
    for view in View::of(whose.role) {
        let of_states = |fits: fn(State) -> bool| {
            by_state.iter().filter(|(state, _)| fits(*state)).map(|(_, count)| count).sum()
        };
        let count = match view {
            View::All => of_states(|_| true),
            View::Closed => of_states(|state| !state.is_open()),
            view => count(conn, whose, &Filters::of(view))?,
        };
        counts.push((view, count));
    }
    Ok(counts)
}

/// How many petitions of a list each practice (row id) has.
pub fn count_by_practice(
    conn: &mut Conn,
    whose: &Whose,
    filters: &Filters,
) -> Result<HashMap<i64, i64>, Error> {
    let rows: Vec<(i64, i64)> = petitions::table
        .group_by(petitions::practice_id)
        .select((petitions::practice_id, count_star()))
        .filter(matching(whose, filters))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The next day, not past, on which something of an open petition of the caller's is due.
pub fn next_due(conn: &mut Conn, whose: &Whose) -> Result<Option<NaiveDate>, Error> {
    Ok(petitions::table
        .filter(theirs(whose))
        .filter(petitions::state.eq_any(open_states()).and(petitions::due_on.ge(whose.today)))
        .select(min(petitions::due_on))
        .first(conn)?)
}

/// A whole number in a condition.
macro_rules! place {
    ($number:expr) => {
        $number.into_sql::<Integer>()
    };
}

/// Some petitions of a list. Which they are is read from indexes; their rows, with their long texts, come after.
pub fn rows(
    conn: &mut Conn,
    whose: &Whose,
    filters: &Filters,
    sort: Sort,
    (offset, limit): (i64, i64),
) -> Result<Vec<Petition>, Error> {
    let ids = ids(conn, whose, filters, sort, (offset, limit))?;
    those(conn, &ids)
}

/// Petitions by row id, in the order given.
pub fn those(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Petition>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(5_000) {
        let some: Vec<Petition> =
            petitions::table.filter(petitions::id.eq_any(some)).select(Petition::as_select()).load(conn)?;
        found.extend(some.into_iter().map(|petition| (petition.id, petition)));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Row ids of some petitions of a list, in its order.
pub fn ids(
    conn: &mut Conn,
    whose: &Whose,
    filters: &Filters,
    sort: Sort,
    (offset, limit): (i64, i64),
) -> Result<Vec<i64>, Error> {
    let query = petitions::table.filter(matching(whose, filters)).select(petitions::id).into_boxed();
    let is_closed = || petitions::state.ne_all(open_states());
    // Within each of the three there is either a date for all, or for none: engines differ on where none sorts.
    let kind =
        case_when(is_closed(), place!(2)).when(petitions::due_on.is_null(), place!(1)).otherwise(place!(0));
    let due = case_when(petitions::state.eq_any(open_states()), petitions::due_on);
    let state = case_when(petitions::state.eq(State::Draft), place!(0))
        .when(petitions::state.eq(State::WithProvider), place!(1))
        .when(petitions::state.eq(State::InfoRequested), place!(2))
        .when(petitions::state.eq(State::UnderReview), place!(3))
        .when(petitions::state.eq(State::Appealed), place!(4))
        .when(petitions::state.eq(State::Approved), place!(5))
        .when(petitions::state.eq(State::Overturned), place!(6))
        .when(petitions::state.eq(State::Rejected), place!(7))
        .when(petitions::state.eq(State::RejectionConfirmed), place!(8))
        .otherwise(place!(9));
    let practice = organisations::table
        .filter(organisations::id.eq(petitions::practice_id))
        .select(organisations::name_key)
        .single_value();
    let (unsent, submitted) = (petitions::submitted_on.is_null(), petitions::submitted_on);
    let (drafted, closed, last) = (petitions::drafted_on, petitions::closed_on, petitions::id);
    let query = match (sort.by, sort.backwards) {
        (By::Due, false) => query.order((kind, due, closed.desc(), last)),
        (By::Due, true) => query.order((kind, due.desc(), closed.desc(), last)),
        (By::Submitted, false) => query.order((unsent, submitted, drafted, last)),
        (By::Submitted, true) => query.order((unsent.desc(), submitted.desc(), drafted.desc(), last.desc())),
        (By::State, false) => query.order((state, last)),
        (By::State, true) => query.order((state.desc(), last)),
        (By::Practice, false) => query.order((practice, last)),
        (By::Practice, true) => query.order((practice.desc(), last)),
    };
    Ok(query.offset(offset).limit(limit).load(conn)?)
}
