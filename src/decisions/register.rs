//! What a new register does to judgement cases and corrections. Cases it settles are noted beside the rows it prepares,
//! in small transactions; corrections and questions change in the transaction that publishes it.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::case::Pattern;
use super::found::groups_of;
use super::questions::{self as asked, Asked, Withdrawn};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::{Clock, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::insert_many;
use crate::people::corrections::{self, Correctable};
use crate::people::register::{FOREVER, Lease};
use crate::people::snapshot::Snapshot;
use crate::runs::again;
use crate::runs::placement::Placer;
use crate::runs::store::{Run, reasons};
use crate::schema::{
    current_runs, levels_of_need, person_records, placements, questions, retired_cases, risk_scores, runs,
};

/// How many provisional placements are looked at in a step.
const AT_ONCE: i64 = 500;

/// Notes which cases the register that is prepared settles: it brings the facts their placements hang on.
pub fn retire(database: &Database, clock: &Clock, lease: &Lease) -> Result<(), Error> {
    let standing: Vec<Run> = database.read_now(|conn| {
        Ok(current_runs::table
            .inner_join(runs::table)
            .order(current_runs::locality_id)
            .select(Run::as_select())
            .load(conn)?)
    })?;
    for run in standing {
        retire_of(database, clock, lease, &run)?;
    }
    Ok(())
}

fn retire_of(database: &Database, clock: &Clock, lease: &Lease, run: &Run) -> Result<(), Error> {
    let (rules, patterns) = database.read_now(|conn| {
        let all = groups_of(conn, run)?;
        let patterns: HashMap<i64, Pattern> = reasons(conn, run.id)?
            .into_iter()
            .map(|(number, reason)| (number, Pattern::of(&reason, &all)))
            .collect();
        Ok((again::rules(conn, run)?, patterns))
    })?;
    let mut placer = Placer::new(rules, run.as_of);
    let mut after = 0;
    loop {
        lease.keep(database, clock)?;
        let cases = database.read_now(|conn| cases(conn, run.id, after))?;
        let Some((last, ..)) = cases.last() else { return Ok(()) };
        after = *last;
        let today = clock.now().today;
        let settled = database.read_now(|conn| settled(conn, lease, run, &cases, &mut placer))?;
        let rows: Vec<NewRetired> = settled
            .into_iter()
            .filter_map(|(person_id, practice_id, number)| {
                let pattern = patterns.get(&number)?;
                Some(NewRetired {
                    person_id,
                    locality_id: run.locality_id,
                    run_id: run.id,
                    practice_id,
                    facts: pattern.facts_text(),
                    could_be: pattern.could_be_text(),
                    question: None,
                    retired_on: today,
                    from_register: lease.preparing,
                    until_register: FOREVER,
                })
            })
            .collect();
        let now = clock.now().moment;
        database.write_now(|conn| {
            lease.renew(conn, now)?;
            insert_many!(conn, retired_cases::table, &rows)
        })?;
    }
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = retired_cases, treat_none_as_default_value = false)]
struct NewRetired {
    person_id: i64,
    locality_id: i64,
    run_id: i64,
    practice_id: i64,
    facts: String,
    could_be: String,
    question: Option<String>,
    retired_on: NaiveDate,
    from_register: i64,
    until_register: i64,
}

/// Person, practice, number of the reason.
type Case = (i64, i64, i64);

/// Provisional placements of a run that nothing has settled since, in the order of people.
fn cases(conn: &mut Conn, run_id: i64, after: i64) -> Result<Vec<Case>, Error> {
    let settled = retired_cases::table
        .filter(retired_cases::person_id.eq(placements::person_id).and(retired_cases::run_id.eq(run_id)));
    Ok(placements::table
        .filter(placements::run_id.eq(run_id).and(placements::provisional))
        .filter(placements::person_id.gt(after))
        .filter(diesel::dsl::not(diesel::dsl::exists(settled)))
        .order(placements::person_id)
        .limit(AT_ONCE)
        .select((placements::person_id, placements::practice_id, placements::reason_number))
        .load(conn)?)
}

/// Those of some cases whose placement no longer hangs on anything by the register that is prepared.
fn settled(
    conn: &mut Conn,
    lease: &Lease,
    run: &Run,
    cases: &[Case],
    placer: &mut Placer,
) -> Result<Vec<Case>, Error> {
    let ids: Vec<i64> = cases.iter().map(|(person, ..)| *person).collect();
    let changed = changed(conn, lease.preparing, &ids)?;
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<i64> = changed.into_iter().collect();
    let declared = again::declared(run)?;
    let declared = |practice: i64| declared.of(practice);
    let facts = Snapshot::facts_of(conn, &people, lease.preparing, run.as_of, &declared)?;
    let is_settled = |(person, ..): &&Case| {
        facts.get(person).is_some_and(|facts| {
            let outcome = placer.place(facts);
            !placer.outcome(outcome).is_provisional()
        })
    };
    Ok(cases.iter().filter(is_settled).copied().collect())
}

/// Those of some people of whom the register that is prepared says something new.
fn changed(conn: &mut Conn, preparing: i64, ids: &[i64]) -> Result<BTreeSet<i64>, Error> {
    let mut changed = BTreeSet::new();
    macro_rules! add {
        ($($table:ident)*) => { $(
            let rows: Vec<i64> = $table::table
                .filter($table::person_id.eq_any(ids).and($table::until_register.eq(FOREVER)))
                .filter($table::from_register.eq(preparing))
                .select($table::person_id)
                .load(conn)?;
            changed.extend(rows);
        )* };
    }
    add! { person_records risk_scores levels_of_need }
    Ok(changed)
}

/// A question that waits: row id, person, fact, and when the person left or died.
type Waiting = (i64, i64, String, Option<NaiveDate>, Option<NaiveDate>);

/// What publishing a register changes beside it: corrections it confirms or overrides end, and what it now says is asked
/// no longer. In the transaction that publishes it.
pub fn published(conn: &mut Conn, now: Now, actor: &Actor, preparing: i64) -> Result<(), Error> {
    let settled = corrections::settle(conn, preparing, now.today)?;
    if settled != corrections::Settled::default() {
        let people = settled.confirmed.iter().chain(&settled.ended);
        let subjects: Vec<Subject> = people.map(Subject::person).collect();
        let details = json!({
            "register": preparing,
            "confirmed": settled.confirmed.len(),
            "ended": settled.ended.len(),
        });
        audit::record(conn, now.moment, actor, Verb::CorrectionsSettled, &subjects, details)?;
    }
    let waiting: Vec<Waiting> = questions::table
        .inner_join(person_records::table.on(person_records::person_id.eq(questions::person_id)))
        .filter(questions::state.eq(Asked::Asked))
        .filter(person_records::until_register.eq(FOREVER).and(person_records::from_register.eq(preparing)))
        .order(questions::id)
        .select((
            questions::id,
            questions::person_id,
            questions::fact,
            person_records::deducted_on,
            person_records::died_on,
        ))
        .load(conn)?;
    let (mut known, mut left) = (Vec::new(), Vec::new());
    for (id, person, fact, deducted_on, died_on) in waiting {
        let fact = Correctable::from_word(&fact);
        let said = fact.map(|fact| corrections::register_value(conn, person, fact)).transpose()?.flatten();
        match said {
            Some(_) => known.push(id),
            None if deducted_on.or(died_on).is_some_and(|day| day < now.today) => left.push(id),
            None => {}
        }
    }
    asked::withdraw_these(conn, &known, Withdrawn::Register, now.today)?;
    asked::withdraw_these(conn, &left, Withdrawn::Left, now.today)
}
