//! Counting lists of people.

use chrono::NaiveDate;
use diesel::dsl::{case_when, count_star};
use diesel::prelude::*;

use super::list::{Asked, Filters, Standing};
use super::matching::{everybody, matching, objecting};
use super::scope::Reach;
use crate::criteria::facts::age_on;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::counts::{Counted, Figure, RunCounts};
use crate::groups::place::Place;
use crate::runs::store::Run;
use crate::schema::{current_runs, organisations, person_records, placements};

/// How many people a list has.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub shown: i64,
    /// Left out because they object to planning use.
    pub left_out: i64,
    /// Practices (row ids) in the order of their codes, each with how many people of it are shown.
    pub by_practice: Vec<(i64, i64)>,
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
