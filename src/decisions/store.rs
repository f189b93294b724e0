//! The rows of decisions.

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::case::{Choice, Pattern};
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::{decisions, organisations};
use crate::stored_as_text;

stored_as_text! {
    /// What was decided: where somebody is, where they are not, or that an earlier decision ends.
    Kind {
        InGroup = "in_group",
        NotInGroup = "not_in_group",
        Ending = "ending",
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

/// The decisions of a batch, in the order they were made.
pub fn decisions_of_batch(conn: &mut Conn, batch: &str) -> Result<Vec<Decision>, Error> {
    Ok(decision_rows!().filter(decisions::batch.eq(batch)).order(decisions::id).load(conn)?)
}

/// The latest batch (reference) in which a network decided cases of a pattern in a locality. A pattern is what was left
/// when it was read: the case as it was recorded could be more.
pub fn latest_batch(
    conn: &mut Conn,
    network_id: i64,
    locality_id: i64,
    pattern: &Pattern,
) -> Result<Option<String>, Error> {
    let rows: Vec<(Option<String>, String)> = decisions::table
        .filter(decisions::network_id.eq(network_id).and(decisions::locality_id.eq(locality_id)))
        .filter(decisions::facts.eq(pattern.facts_text()).and(decisions::batch.is_not_null()))
        .order(decisions::id.desc())
        .limit(1_000)
        .select((decisions::batch, decisions::could_be))
        .load(conn)?;
    let is_of = |could_be: &str| {
        let case = Pattern::read(&pattern.facts_text(), could_be);
        pattern.could_be.iter().all(|group| case.could_be.contains(group))
    };
    Ok(rows.into_iter().find(|(_, could_be)| is_of(could_be)).and_then(|(batch, _)| batch))
}
