//! The rows of decisions and of questions to practices.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::case::{Choice, Pattern};
use super::found::Found;
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::people::corrections::Correctable;
use crate::runs::reason::Reason;
use crate::runs::store::reasons;
use crate::schema::{decisions, organisations, placements, questions};
use crate::stored_as_text;

stored_as_text! {
    /// What was decided: where somebody is, where they are not, or that an earlier decision ends.
    Kind {
        InGroup = "in_group",
        NotInGroup = "not_in_group",
        Ending = "ending",
    }
}

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

/// A decision, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Decision {
    pub id: i64,
    pub reference: String,
    pub person_id: i64,
    pub locality_id: i64,
    pub run_id: i64,
    pub kind: Kind,
    /// The group decided for, or ruled out; none is no group.
    pub group_code: Option<String>,
    facts: String,
    could_be: String,
    pub reason: String,
    pub network: String,
    pub network_id: i64,
    pub who: String,
    pub decided_on: NaiveDate,
    pub review_on: Option<NaiveDate>,
    pub batch: Option<String>,
    /// The decision it ends, by reference.
    pub ends: Option<String>,
}

impl Decision {
    /// What the case was when it was decided.
    pub fn pattern(&self) -> Pattern {
        Pattern::read(&self.facts, &self.could_be)
    }
}

macro_rules! decision_rows {
    () => {
        decisions::table.inner_join(organisations::table).select((
            decisions::id,
            decisions::reference,
            decisions::person_id,
            decisions::locality_id,
            decisions::run_id,
            decisions::kind,
            decisions::group_code,
            decisions::facts,
            decisions::could_be,
            decisions::reason,
            organisations::name,
            decisions::network_id,
            decisions::who,
            decisions::decided_on,
            decisions::review_on,
            decisions::batch,
            decisions::ends,
        ))
    };
}

/// Decisions on a person in a locality, oldest first.
pub fn decisions_on(conn: &mut Conn, person_id: i64, locality_id: i64) -> Result<Vec<Decision>, Error> {
    Ok(decision_rows!()
        .filter(decisions::person_id.eq(person_id).and(decisions::locality_id.eq(locality_id)))
        .order(decisions::id)
        .load(conn)?)
}

/// Decisions by reference, of those asked for that are there.
pub fn decisions_named(conn: &mut Conn, references: &[String]) -> Result<Vec<Decision>, Error> {
    let mut found = Vec::new();
    for some in references.chunks(5_000) {
        let rows: Vec<Decision> =
            decision_rows!().filter(decisions::reference.eq_any(some)).order(decisions::id).load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The groups ruled out for people of a locality: person, the facts the case hung on, group.
pub fn ruled_out(conn: &mut Conn, locality_id: i64) -> Result<Vec<(i64, String, Option<String>)>, Error> {
    let ending = diesel::alias!(decisions as ending);
    let ended = ending.filter(ending.field(decisions::ends).eq(decisions::reference.nullable()));
    Ok(decisions::table
        .filter(decisions::locality_id.eq(locality_id).and(decisions::kind.eq(Kind::NotInGroup)))
        .filter(not(exists(ended)))
        .order(decisions::id)
        .select((decisions::person_id, decisions::facts, decisions::group_code))
        .load(conn)?)
}

/// A decision to be recorded.
#[derive(Clone, Debug)]
pub struct NewDecision<'a> {
    pub person_id: i64,
    pub locality_id: i64,
    pub run_id: i64,
    pub kind: Kind,
    pub group_code: Option<&'a str>,
    pub pattern: &'a Pattern,
    pub reason: &'a str,
    pub review_on: Option<NaiveDate>,
    pub batch: Option<&'a str>,
    pub ends: Option<&'a str>,
}

impl Choice {
    pub fn kind(&self) -> Kind {
        match self {
            Choice::In(_) => Kind::InGroup,
            Choice::NotIn(_) => Kind::NotInGroup,
        }
    }
}

/// Records a decision of the caller's network; its reference.
pub fn add(conn: &mut Conn, now: Now, who: &Who, new: &NewDecision<'_>) -> Result<String, Error> {
    let reference = format!("D-{}", random_reference());
    diesel::insert_into(decisions::table)
        .values((
            decisions::reference.eq(&reference),
            decisions::person_id.eq(new.person_id),
            decisions::locality_id.eq(new.locality_id),
            decisions::run_id.eq(new.run_id),
            decisions::kind.eq(new.kind),
            decisions::group_code.eq(new.group_code),
            decisions::facts.eq(new.pattern.facts_text()),
            decisions::could_be.eq(new.pattern.could_be_text()),
            decisions::reason.eq(new.reason),
            decisions::network_id.eq(who.organisation_id()),
            decisions::decided_by.eq(who.user_id),
            decisions::who.eq(&who.name),
            decisions::decided_on.eq(now.today),
            decisions::recorded_at.eq(now.moment),
            decisions::review_on.eq(new.review_on),
            decisions::batch.eq(new.batch),
            decisions::ends.eq(new.ends),
        ))
        .execute(conn)?;
    Ok(reference)
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
pub fn questions_on(conn: &mut Conn, person_id: i64) -> Result<Vec<Question>, Error> {
    Ok(question_rows!().filter(questions::person_id.eq(person_id)).order(questions::id).load(conn)?)
}

/// A question by reference.
pub fn question(conn: &mut Conn, reference: &str) -> Result<Question, Error> {
    Ok(question_rows!().filter(questions::reference.eq(reference)).first(conn)?)
}

/// The questions of a locality that wait for an answer.
pub fn waiting(conn: &mut Conn, locality_id: i64) -> Result<Vec<Question>, Error> {
    Ok(question_rows!()
        .filter(questions::locality_id.eq(locality_id).and(questions::state.eq(Asked::Asked)))
        .order(questions::id)
        .load(conn)?)
}

/// The decisions of a batch, in the order they were made.
pub fn decisions_of_batch(conn: &mut Conn, batch: &str) -> Result<Vec<Decision>, Error> {
    Ok(decision_rows!().filter(decisions::batch.eq(batch)).order(decisions::id).load(conn)?)
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
