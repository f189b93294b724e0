//! Counting and reading lists of people.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{case_when, count_star};
use diesel::prelude::*;

use super::list::{Asked, Filters, Listed, Sort, Standing};
use super::matching::{everybody, listed, matching, objecting};
use super::scope::Reach;
use crate::criteria::facts::age_on;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::counts::{Counted, Figure, RunCounts};
use crate::groups::place::Place;
use crate::runs::store::Run;
use crate::schema::{current_runs, organisations, people, person_records, placements};

/// How many people a list has.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub shown: i64,
    /// Left out because they object to planning use.
    pub left_out: i64,
    /// Practices (row ids) in the order of their codes, each with how many people of it are shown.
    by_practice: Vec<(i64, i64)>,
}

/// Counts a list, in one pass.
pub fn count(conn: &mut Conn, asked: &Asked<'_>) -> Result<Counts, Error> {
    let objects = person_records::person_id.eq_any(objecting(asked.register));
    let rows: Vec<(i64, String, i64, i64)> = everybody()
        .group_by((organisations::id, organisations::code))
        .select((
            organisations::id,
            organisations::code,
            count_star(),
            diesel::dsl::count(case_when(objects, person_records::person_id)),
        ))
        .filter(matching(asked))
        .order(organisations::code)
        .load(conn)?;
    let mut counts = Counts::default();
    for (practice, _, people, objecting) in rows {
        let left_out = if asked.planning { objecting } else { 0 };
        counts.shown += people - left_out;
        counts.left_out += left_out;
        counts.by_practice.push((practice, people - left_out));
    }
    Ok(counts)
}

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
type Placement = (i64, Option<String>, bool, bool, Option<bool>, i64);
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

/// People the standing runs counted at the scope's practices who are with others now, and the other way round.
///
/// Lists show where people are; figures count where the run found them.
pub fn moved_since(conn: &mut Conn, asked: &Asked<'_>) -> Result<(i64, i64), Error> {
    let Reach::Practices(here) = &asked.scope.reach else { return Ok((0, 0)) };
    macro_rules! counted {
        () => {{
            let standing = current_runs::table.select(current_runs::run_id);
            let mut query = placements::table
                .inner_join(person_records::table.on(person_records::person_id.eq(placements::person_id)))
                .filter(placements::run_id.eq_any(standing))
                .filter(person_records::from_register.le(asked.register))
                .filter(person_records::until_register.gt(asked.register))
                .into_boxed();
            if let Some(Standing::Placed(Place::Group(code))) = &asked.filters.standing {
                query = query.filter(placements::group_code.eq(code));
            }
            query
        }};
    }
    let gone = counted!()
        .filter(placements::practice_id.eq_any(here))
        .filter(person_records::practice_id.ne_all(here))
        .count()
        .get_result(conn)?;
    let come = counted!()
        .filter(placements::practice_id.ne_all(here))
        .filter(person_records::practice_id.eq_any(here))
        .count()
        .get_result(conn)?;
    Ok((gone, come))
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
        reason: placement.map(|placed| (placed.0, placed.5)),
    })
}

/// The figures of the people a list would show with no filter, counted now: for scopes that are no whole practices.
pub fn figures(conn: &mut Conn, asked: &Asked<'_>, run: &Run) -> Result<Vec<Figure>, Error> {
    type Counting =
        (NaiveDate, Option<String>, i64, Option<i64>, Option<(Option<String>, bool, bool, Option<bool>)>);
    let nothing = Filters { locality: Some(run.locality_id), ..Filters::default() };
    let rows: Vec<Counting> = everybody()
        .filter(matching(&Asked { filters: &nothing, ..asked.clone() }))
        .filter(placements::run_id.eq(run.id))
        .select((
            person_records::date_of_birth,
            person_records::sex,
            person_records::practice_id,
            person_records::annual_cost_pence,
            (
                placements::group_code,
                placements::out_of_scope,
                placements::provisional,
                placements::supplementary_care,
            )
                .nullable(),
        ))
        .load(conn)?;
    let mut counts = RunCounts::default();
    for (born, sex, practice_id, cost_pence, placed) in rows {
        let Some((group, out_of_scope, provisional, supplementary)) = placed else { continue };
        counts.add(&Counted {
            place: &Place::of(group.as_deref(), out_of_scope),
            practice_id,
            sex: sex.as_deref().unwrap_or(""),
            age: age_on(born, run.as_of),
            provisional,
            supplementary: supplementary == Some(true),
            cost_pence,
        });
    }
    Ok(counts.figures())
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
