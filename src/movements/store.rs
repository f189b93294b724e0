//! Reading the ledger. A run's movements are part of it once the run is applied.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{LeftJoinQuerySource, auto_type, not};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{self, Bool};

use super::entry::Entry;
use super::filters::after;
use crate::caseload;
use crate::database::{Conn, MultiBackend};
use crate::error::Error;
use crate::people::list::Asked;
use crate::people::matching::objecting;
use crate::people::rows::known;
use crate::people::scope::Reach;
use crate::runs::store::{Cause, State};
use crate::schema::{movements, organisations, people, person_records, runs};

type Row = (i64, String, Option<String>, Option<String>, NaiveDate, Cause, String);

impl From<Row> for Entry {
    fn from((entry, pseudonym, from_group, to_group, effective_on, cause, reference): Row) -> Entry {
        Entry { entry, pseudonym, from_group, to_group, effective_on, cause, reference }
    }
}

/// The movements of one person, oldest first.
pub fn of_person(conn: &mut Conn, person_id: i64) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Row> = movements::table
        .inner_join(people::table)
        .left_join(runs::table)
        .filter(movements::person_id.eq(person_id))
        .filter(movements::run_id.is_null().or(runs::state.eq(State::Applied)))
        .order(movements::id)
        .select((
            movements::id,
            people::pseudonym,
            movements::from_group,
            movements::to_group,
            movements::effective_on,
            movements::cause,
            movements::reference,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// What the ledger is narrowed to, in one locality.
#[derive(Clone, Debug)]
pub struct Filters {
    /// Row id.
    pub locality_id: i64,
    /// Its first day.
    pub month: Option<NaiveDate>,
    /// Code of a group moved from or to.
    pub group: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub cause: Option<String>,
    /// Code of the practice the person is with now.
    pub practice: Option<String>,
    /// A run's reference.
    pub run: Option<String>,
}

impl Filters {
    /// Everything that moved to a group or from it.
    pub fn of_group(locality_id: i64, code: &str) -> Filters {
        Filters {
            locality_id,
            month: None,
            group: Some(code.to_owned()),
            from: None,
            to: None,
            cause: None,
            practice: None,
            run: None,
        }
    }
}

/// Since when people (row ids) are where they are.
pub type Since = HashMap<i64, NaiveDate>;

/// The day of each person's latest movement.
pub fn since(conn: &mut Conn, people: &[i64]) -> Result<Since, Error> {
    let mut since = HashMap::with_capacity(people.len());
    for some in people.chunks(5_000) {
        let rows: Vec<(i64, NaiveDate)> = movements::table
            .left_join(runs::table)
            .filter(movements::person_id.eq_any(some))
            .filter(movements::run_id.is_null().or(runs::state.nullable().eq(State::Applied)))
            .filter(changes_group())
            .order(movements::id)
            .select((movements::person_id, movements::effective_on))
            .load(conn)?;
        since.extend(rows);
    }
    Ok(since)
}

/// Whether an entry changes the group: one of a decision may confirm it.
#[auto_type]
pub fn changes_group() -> _ {
    let one_is_none = movements::from_group.is_null().ne(movements::to_group.is_null());
    one_is_none.nullable().or(movements::from_group.ne(movements::to_group))
}

/// What an address says for no group, or not on the register.
pub const NOWHERE: &str = "none";

/// Whose movements, as of which register.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub asked: Asked<'a>,
    pub filters: &'a Filters,
}

type Ledger = LeftJoinQuerySource<movements::table, runs::table>;
type Condition<'a> =
    Box<dyn BoxableExpression<Ledger, MultiBackend, SqlType = sql_types::Nullable<Bool>> + 'a>;

/// The entries of a locality within the caller's scope that the filters ask for, before those who object to planning
/// use are left out.
pub fn matching<'a>(wanted: &Wanted<'a>) -> Condition<'a> {
    let filters = wanted.filters;
    let is_published = movements::run_id.is_null().or(runs::state.nullable().eq(State::Applied));
    let mut all: Condition<'a> =
        Box::new(movements::locality_id.eq(filters.locality_id).nullable().and(is_published));
    if !wanted.asked.everybody {
        all = Box::new(all.and(within(wanted)));
    }
    if let Some(month) = filters.month {
        let within = movements::effective_on.ge(month).and(movements::effective_on.lt(after(month)));
        all = Box::new(all.and(within));
    }
    if let Some(group) = &filters.group {
        all = Box::new(all.and(movements::from_group.eq(group).or(movements::to_group.eq(group))));
    }
    if let Some(from) = &filters.from {
        all = match from.as_str() {
            NOWHERE => Box::new(all.and(movements::from_group.is_null())),
            code => Box::new(all.and(movements::from_group.eq(code))),
        };
    }
    if let Some(to) = &filters.to {
        all = match to.as_str() {
            NOWHERE => Box::new(all.and(movements::to_group.is_null())),
            code => Box::new(all.and(movements::to_group.eq(code))),
        };
    }
    if let Some(cause) = &filters.cause {
        all = Box::new(all.and(movements::cause.eq(cause)));
    }
    if let Some(run) = &filters.run {
        all = Box::new(all.and(movements::reference.eq(run)));
    }
    if let Some(practice) = &filters.practice {
        all = Box::new(all.and(movements::person_id.eq_any(with_practice(practice, wanted.asked.register))));
    }
    all
}

/// A network sees who came to its care and who went from it; others the movements of the people they may list.
fn within<'a>(wanted: &Wanted<'a>) -> Condition<'a> {
    match &wanted.asked.scope.reach {
        Reach::Care(pairs) => {
            let here = pairs.iter().filter(|(locality, _)| *locality == wanted.filters.locality_id);
            let codes: Vec<String> = here.map(|(_, code)| code.clone()).collect();
            let came = movements::to_group.eq_any(codes.clone());
            Box::new(movements::from_group.eq_any(codes).or(came))
        }
        Reach::Practices(practices) => {
            let register = wanted.asked.register;
            Box::new(movements::person_id.eq_any(with_practices(practices, register)).nullable())
        }
        Reach::Caseload(organisation) => {
            let people = caseload!(*organisation, wanted.asked.register, wanted.asked.today);
            Box::new(movements::person_id.eq_any(people).nullable())
        }
    }
}

#[auto_type]
fn with_practice<'a>(code: &'a str, register: i64) -> _ {
    person_records::table
        .inner_join(organisations::table)
        .filter(organisations::code.eq(code))
        .filter(person_records::from_register.le(register))
        .filter(person_records::until_register.gt(register))
        .select(person_records::person_id)
}

#[auto_type]
fn with_practices<'a>(practices: &'a [i64], register: i64) -> _ {
    person_records::table
        .filter(person_records::practice_id.eq_any(practices))
        .filter(person_records::from_register.le(register))
        .filter(person_records::until_register.gt(register))
        .select(person_records::person_id)
}

/// The entries the list shows.
fn listed<'a>(wanted: &Wanted<'a>) -> Condition<'a> {
    let all = matching(wanted);
    match wanted.asked.planning {
        true => {
            let objecting = objecting(wanted.asked.register);
            Box::new(all.and(not(movements::person_id.eq_any(objecting))))
        }
        false => all,
    }
}

/// How many entries the list shows, and how many it leaves out because the person objects to planning use.
pub fn count(conn: &mut Conn, wanted: &Wanted<'_>) -> Result<(i64, i64), Error> {
    let ledger = || movements::table.left_join(runs::table);
    let shown: i64 = ledger().filter(listed(wanted)).count().get_result(conn)?;
    let left_out = match wanted.asked.planning {
        true => {
            let objecting = movements::person_id.eq_any(objecting(wanted.asked.register));
            ledger().filter(matching(wanted)).filter(objecting).count().get_result(conn)?
        }
        false => 0,
    };
    Ok((shown, left_out))
}

/// The order of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    OldestFirst,
}

/// An entry with whom it is about: row id, NHS number.
pub type Of = (Entry, i64, String);

/// Some entries of the list.
pub fn rows(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<Of>, Error> {
    let ledger = movements::table.left_join(runs::table).filter(listed(wanted)).into_boxed();
    let sorted = match order {
        Order::NewestFirst => ledger.order((movements::effective_on.desc(), movements::id.desc())),
        Order::OldestFirst => ledger.order(movements::id),
    };
    type Moved = (i64, i64, Option<String>, Option<String>, NaiveDate, Cause, String);
    let found: Vec<Moved> = sorted
        .offset(offset)
        .limit(limit)
        .select((
            movements::id,
            movements::person_id,
            movements::from_group,
            movements::to_group,
            movements::effective_on,
            movements::cause,
            movements::reference,
        ))
        .load(conn)?;
    let whose = known(conn, found.iter().map(|(_, person, ..)| *person).collect())?;
    let made = found.into_iter().filter_map(|(entry, person, from, to, effective, cause, reference)| {
        let (pseudonym, number) = whose.get(&person)?.clone();
        Some((Entry::from((entry, pseudonym, from, to, effective, cause, reference)), person, number))
    });
    Ok(made.collect())
}
