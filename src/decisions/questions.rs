//! The rows of questions to practices.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::found::Found;
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::people::corrections::Correctable;
use crate::runs::reason::Reason;
use crate::runs::store::reasons;
use crate::schema::{organisations, placements, questions};
use crate::stored_as_text;

stored_as_text! {
    /// How a question to a practice stands.
    Asked {
        Asked = "asked",
        Answered = "answered",
        Withdrawn = "withdrawn",
    }
}

stored_as_text! {
    /// Why a question is no longer asked.
    Withdrawn {
        Decided = "decided",
        Register = "register",
        Run = "run",
        Left = "left",
    }
}

/// A question to a practice, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Question {
    pub id: i64,
    pub reference: String,
    pub person_id: i64,
    pub locality_id: i64,
    pub network_id: i64,
    pub network: String,
    pub fact: String,
    pub reason: String,
    pub state: Asked,
    pub asked_by: Option<i64>,
    pub asked_who: String,
    pub asked_on: NaiveDate,
    /// A stored value, or `not_known`.
    pub answer: Option<String>,
    pub answered_on: Option<NaiveDate>,
    pub withdrawn_why: Option<Withdrawn>,
    pub withdrawn_on: Option<NaiveDate>,
    pub version: i64,
}

macro_rules! question_rows {
    () => {
        questions::table
            .inner_join(organisations::table.on(organisations::id.eq(questions::network_id)))
            .select((
                questions::id,
                questions::reference,
                questions::person_id,
                questions::locality_id,
                questions::network_id,
                organisations::name,
                questions::fact,
                questions::reason,
                questions::state,
                questions::asked_by,
                questions::asked_who,
                questions::asked_on,
                questions::answer,
                questions::answered_on,
                questions::withdrawn_why,
                questions::withdrawn_on,
                questions::version,
            ))
    };
}

/// The questions asked about a person, oldest first.
pub fn of_person(conn: &mut Conn, person_id: i64) -> Result<Vec<Question>, Error> {
    Ok(question_rows!().filter(questions::person_id.eq(person_id)).order(questions::id).load(conn)?)
}

/// A question by reference.
pub fn named(conn: &mut Conn, reference: &str) -> Result<Question, Error> {
    Ok(question_rows!().filter(questions::reference.eq(reference)).first(conn)?)
}

/// The questions of a locality that wait for an answer.
pub fn waiting(conn: &mut Conn, locality_id: i64) -> Result<Vec<Question>, Error> {
    Ok(question_rows!()
        .filter(questions::locality_id.eq(locality_id).and(questions::state.eq(Asked::Asked)))
        .order(questions::id)
        .load(conn)?)
}

/// Asks the practice of a case for a fact; the question's reference.
pub fn ask(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    fact: Correctable,
    reason: &str,
) -> Result<String, Error> {
    let reference = format!("Q-{}", random_reference());
    diesel::insert_into(questions::table)
        .values((
            questions::reference.eq(&reference),
            questions::person_id.eq(found.person.id),
            questions::locality_id.eq(found.locality.id),
            questions::practice_id.eq(found.person.practice_id),
            questions::network_id.eq(who.organisation_id()),
            questions::fact.eq(fact.word()),
            questions::reason.eq(reason),
            questions::state.eq(Asked::Asked),
            questions::asked_by.eq(who.user_id),
            questions::asked_who.eq(&who.name),
            questions::asked_on.eq(now.today),
            questions::asked_at.eq(now.moment),
        ))
        .execute(conn)?;
    Ok(reference)
}

/// Keeps the answer to a question; whether it still waited for one.
pub fn answer(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    question: &Question,
    answer: &str,
) -> Result<bool, Error> {
    let waiting = questions::table.find(question.id).filter(questions::state.eq(Asked::Asked));
    let answered = diesel::update(waiting)
        .set((
            questions::state.eq(Asked::Answered),
            questions::answer.eq(answer),
            questions::answered_who.eq(&who.name),
            questions::answered_on.eq(now.today),
            questions::version.eq(questions::version + 1),
        ))
        .execute(conn)?;
    Ok(answered == 1)
}

/// Withdraws the questions about a person that wait for an answer, but those for some facts.
pub fn withdraw_but(
    conn: &mut Conn,
    person_id: i64,
    kept: &[Correctable],
    why: Withdrawn,
    today: NaiveDate,
) -> Result<(), Error> {
    let kept: Vec<&str> = kept.iter().map(|fact| fact.word()).collect();
    let open = questions::table
        .filter(questions::person_id.eq(person_id).and(questions::state.eq(Asked::Asked)))
        .filter(questions::fact.ne_all(kept));
    let ids: Vec<i64> = open.select(questions::id).load(conn)?;
    withdraw_these(conn, &ids, why, today)
}

/// Withdraws the questions of a locality that no placement of its standing run hangs on.
pub fn withdraw_settled(
    conn: &mut Conn,
    locality_id: i64,
    run_id: i64,
    today: NaiveDate,
) -> Result<(), Error> {
    let waiting = waiting(conn, locality_id)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = waiting.iter().map(|question| question.person_id).collect();
    let mut reason_of: HashMap<i64, Option<i64>> = HashMap::new();
    for some in ids.chunks(5_000) {
        let rows: Vec<(i64, i64, bool)> = placements::table
            .filter(placements::run_id.eq(run_id).and(placements::person_id.eq_any(some)))
            .select((placements::person_id, placements::reason_number, placements::provisional))
            .load(conn)?;
        reason_of.extend(rows.into_iter().map(|(person, number, open)| (person, open.then_some(number))));
    }
    let reasons: HashMap<i64, Reason> = reasons(conn, run_id)?.into_iter().collect();
    let (mut settled, mut left) = (Vec::new(), Vec::new());
    for question in waiting {
        match reason_of.get(&question.person_id) {
            None => left.push(question.id),
            Some(number) if !number.is_some_and(|number| asks(reasons.get(&number), &question.fact)) => {
                settled.push(question.id);
            }
            Some(_) => {}
        }
    }
    withdraw_these(conn, &settled, Withdrawn::Run, today)?;
    withdraw_these(conn, &left, Withdrawn::Left, today)
}

/// Whether a placement still hangs on a fact that a practice is asked for.
fn asks(reason: Option<&Reason>, fact: &str) -> bool {
    let of = |name: &String| Correctable::of_fact(name).is_some_and(|one| one.word() == fact);
    reason.is_some_and(|reason| reason.too_many_unknown || reason.hangs_on.iter().any(of))
}

/// Withdraws some questions.
pub fn withdraw_these(conn: &mut Conn, ids: &[i64], why: Withdrawn, today: NaiveDate) -> Result<(), Error> {
    for some in ids.chunks(5_000) {
        diesel::update(questions::table.filter(questions::id.eq_any(some)))
            .set((
                questions::state.eq(Asked::Withdrawn),
                questions::withdrawn_why.eq(why),
                questions::withdrawn_on.eq(today),
                questions::version.eq(questions::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Withdraws the questions about a person that wait for an answer.
pub fn withdraw(conn: &mut Conn, person_id: i64, why: Withdrawn, today: NaiveDate) -> Result<(), Error> {
    withdraw_but(conn, person_id, &[], why, today)
}
