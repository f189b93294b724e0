//! Reading lists of people, some rows at a time.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::counting::Counts;
use super::list::{Asked, Listed, Sort};
use super::matching::{everybody, listed, matching};
use super::person::name_in_words;
use super::register::published;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::place::Place;
use crate::runs::store::Source;
use crate::schema::{organisations, people, person_records, placements};

type Person = (
    i64,
    Option<String>,
    Option<String>,
    NaiveDate,
    Option<String>,
    NaiveDate,
    Option<NaiveDate>,
    Option<NaiveDate>,
);
type Practice = (String, String, Option<i64>);
type Placement = (i64, Option<String>, bool, bool, Option<bool>, i64, Source);
type Row = (Person, Practice, Option<Placement>);

/// The columns of a row.
macro_rules! columns {
    () => {
        (
            (
                person_records::person_id,
                person_records::given_name,
                person_records::family_name,
                person_records::date_of_birth,
                person_records::sex,
                person_records::registered_from,
                person_records::deducted_on,
                person_records::died_on,
            ),
            (organisations::code, organisations::name, organisations::locality_id),
            (
                placements::run_id,
                placements::group_code,
                placements::out_of_scope,
                placements::provisional,
                placements::supplementary_care,
                placements::reason_number,
                placements::source,
            )
                .nullable(),
        )
    };
}

/// The one person a list is narrowed to.
pub fn one(conn: &mut Conn, asked: &Asked<'_>) -> Result<Option<Listed>, Error> {
    let found: Vec<Row> =
        everybody().filter(listed(asked)).order(person_records::id).limit(1).select(columns!()).load(conn)?;
    Ok(made(conn, found)?.into_iter().next())
}

/// Some rows of a list that was counted: two queries, however many.
///
/// Sorted by practice, only the practices that the rows fall in are read.
pub fn rows(
    conn: &mut Conn,
    asked: &Asked<'_>,
    counts: &Counts,
    sort: Sort,
    offset: i64,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let mut query = everybody().filter(listed(asked)).select(columns!()).into_boxed();
    let mut offset = offset;
    if sort == Sort::Practice {
        let (practices, before) = practices_of(&counts.by_practice, offset, limit);
        query = query.filter(person_records::practice_id.eq_any(practices));
        offset -= before;
    }
    let last = person_records::person_id;
    let code = organisations::code;
    query = match sort {
        Sort::Name => query.order((person_records::name_key, last)),
        Sort::Practice => query.order((code, last)),
        Sort::Group => query.order((placements::group_code.is_null(), placements::group_code, code, last)),
        Sort::Youngest => query.order((person_records::date_of_birth.desc(), last)),
        Sort::Oldest => query.order((person_records::date_of_birth, last)),
    };
    let found: Vec<Row> = query.offset(offset).limit(limit).load(conn)?;
    made(conn, found)
}

/// Those of some people (row ids) who are on the list, in the order given.
pub fn those(conn: &mut Conn, asked: &Asked<'_>, people: &[i64]) -> Result<Vec<Listed>, Error> {
    let within = everybody().filter(listed(asked)).filter(person_records::person_id.eq_any(people));
    let found = within.select(columns!()).load(conn)?;
    let mut found = made(conn, found)?;
    let place: HashMap<i64, usize> = people.iter().copied().zip(0..).collect();
    found.sort_by_key(|one| place.get(&one.person_id).copied());
    Ok(found)
}

/// Everybody the list is of (row ids), those who object among them.
pub fn everyone(conn: &mut Conn, asked: &Asked<'_>) -> Result<HashSet<i64>, Error> {
    let ids: Vec<i64> = everybody().filter(matching(asked)).select(person_records::person_id).load(conn)?;
    Ok(ids.into_iter().collect())
}

/// The practices that rows from `offset` fall in, and how many rows lie before the first of them.
fn practices_of(by_practice: &[(i64, i64)], offset: i64, limit: i64) -> (Vec<i64>, i64) {
    let (mut practices, mut before, mut passed) = (Vec::new(), 0, 0);
    for (practice, people) in by_practice {
        if passed + people <= offset {
            before = passed + people;
        } else if passed < offset.saturating_add(limit) {
            practices.push(*practice);
        }
        passed += people;
    }
    (practices, before)
}

/// Pseudonym and NHS number of people by row id.
pub fn known(conn: &mut Conn, ids: Vec<i64>) -> Result<HashMap<i64, (String, String)>, Error> {
    let mut known = HashMap::with_capacity(ids.len());
    for some in ids.chunks(5_000) {
        let names: Vec<(i64, String, String)> = people::table
            .filter(people::id.eq_any(some))
            .select((people::id, people::pseudonym, people::nhs_number))
            .load(conn)?;
        known.extend(names.into_iter().map(|(id, pseudonym, number)| (id, (pseudonym, number))));
    }
    Ok(known)
}

/// The names of people (row ids) in the published register, "Robin Ash"; for callers who may see them.
pub fn names_of(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>, Error> {
    let register = published(conn)?;
    let mut names = HashMap::new();
    for some in ids.chunks(5_000) {
        let rows: Vec<(i64, Option<String>, Option<String>)> = person_records::table
            .filter(person_records::person_id.eq_any(some))
            .filter(person_records::from_register.le(register))
            .filter(person_records::until_register.gt(register))
            .select((person_records::person_id, person_records::given_name, person_records::family_name))
            .load(conn)?;
        for (id, given, family) in rows {
            names.insert(id, name_in_words(given.as_deref(), family.as_deref()));
        }
    }
    Ok(names)
}

/// Those of some people (row ids) the caller could open.
pub fn among(conn: &mut Conn, asked: &Asked<'_>, people: &[i64]) -> Result<Vec<i64>, Error> {
    let within = everybody().filter(matching(asked)).filter(person_records::person_id.eq_any(people));
    Ok(within.select(person_records::person_id).load(conn)?)
}

/// Rows with what is known of each person.
fn made(conn: &mut Conn, found: Vec<Row>) -> Result<Vec<Listed>, Error> {
    let ids = found.iter().map(|(person, ..)| person.0).collect();
    let mut known = known(conn, ids)?;
    Ok(found.into_iter().filter_map(|row| listed_one(row, &mut known)).collect())
}

fn listed_one(
    (person, practice, placement): Row,
    known: &mut HashMap<i64, (String, String)>,
) -> Option<Listed> {
    let (person_id, given_name, family_name, born, sex, registered_from, deducted_on, died_on) = person;
    let (pseudonym, nhs_number) = known.remove(&person_id)?;
    let place = placement.as_ref().map(|placed| Place::of(placed.1.as_deref(), placed.2));
    Some(Listed {
        person_id,
        pseudonym,
        nhs_number,
        given_name,
        family_name,
        born,
        sex,
        practice: practice.0,
        practice_name: practice.1,
        locality_id: practice.2,
        group_code: placement.as_ref().and_then(|placed| placed.1.clone()),
        place,
        provisional: placement.as_ref().is_some_and(|placed| placed.3),
        supplementary: placement.as_ref().and_then(|placed| placed.4),
        registered_from,
        deducted_on,
        died_on,
        source: placement.as_ref().map(|placed| placed.6),
        reason: placement.map(|placed| (placed.0, placed.5)),
    })
}

#[cfg(test)]
mod tests {
    use super::practices_of;

    #[test]
    fn only_the_practices_a_page_falls_in_are_read() {
        let practices = [(7, 10), (3, 0), (5, 30), (9, 5)];
        assert_eq!(practices_of(&practices, 0, 25), (vec![7, 3, 5], 0));
        assert_eq!(practices_of(&practices, 10, 25), (vec![5], 10));
        assert_eq!(practices_of(&practices, 25, 25), (vec![5, 9], 10));
        assert_eq!(practices_of(&practices, 40, 25), (vec![9], 40));
        assert_eq!(practices_of(&practices, 45, 25), (vec![], 45));
        assert_eq!(practices_of(&[], 0, i64::MAX), (vec![], 0));
    }
}
