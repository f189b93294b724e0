//! Finding one case within the caller's scope, with all that its page and its decisions rest on.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::case::{Choice, Pattern, State};
use super::holds::{self, Hold};
use super::questions::{self, Asked, Question};
use super::retired::{self, Retired};
use super::store::{self, Decision, Kind};
use super::words;
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::schemes::store::{Schemes, numbered};
use crate::keys::digest_hex;
use crate::page::Choice as Offered;
use crate::people::identifiers::About;
use crate::people::register::published;
use crate::people::scope::{Reach, Scope, shares};
use crate::runs::amend::{Stands, stands};
use crate::runs::reason::Reason;
use crate::runs::store::{Locality, Run, current, locality_of};
use crate::schema::{organisations, people, person_records, run_reasons};

/// A person's case: open, or what became of it.
#[derive(Clone, Debug)]
pub struct Found {
    pub person: Person,
    pub locality: Locality,
    pub run: Run,
    pub stands: Stands,
    /// Of the provisional placement; none where nothing is open.
    pub open: Option<Pattern>,
    pub too_many_unknown: bool,
    pub hold: Option<Hold>,
    pub decisions: Vec<Decision>,
    pub questions: Vec<Question>,
    /// What settled the cases that a register or an answer retired, latest first.
    pub retired: Vec<Retired>,
    /// Whether the caller sees the person's name.
    pub named: bool,
    /// What groups are called.
    pub schemes: Schemes,
}

/// Whom a case is about.
#[derive(Clone, Debug, Queryable)]
pub struct Person {
    pub id: i64,
    pub pseudonym: String,
    pub nhs_number: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub born: NaiveDate,
    pub practice_id: i64,
    pub practice: String,
    pub practice_name: String,
    pub locality_id: Option<i64>,
}

impl Found {
    /// A group as the locality calls it.
    pub fn label(&self, code: Option<&str>) -> String {
        self.schemes.place(self.locality.id, code)
    }

    pub fn decided(&self, decision: &Decision) -> String {
        words::decided(&self.schemes, decision)
    }

    pub fn chosen(&self, choice: &Choice) -> String {
        words::chosen(&self.schemes, self.locality.id, choice)
    }

    /// What can be decided.
    pub fn choices(&self) -> Vec<Offered> {
        words::choices(&self.schemes, self.locality.id, &self.remaining())
    }

    /// Whether it can be decided.
    pub fn is_open(&self) -> bool {
        self.open.is_some() && !self.is_retired()
    }

    /// The groups that are left for the network to decide between.
    pub fn remaining(&self) -> Vec<Option<String>> {
        let open = self.open.as_ref().filter(|_| self.is_open());
        open.map_or_else(Vec::new, |pattern| pattern.remaining(&self.ruled_out()))
    }

    /// The decisions that rule a group out for this case: those made while it hung on the same facts, and not ended.
    pub fn ruling(&self) -> Vec<&Decision> {
        let Some(open) = &self.open else { return Vec::new() };
        let is_ended =
            |one: &Decision| self.decisions.iter().any(|other| other.ends.as_ref() == Some(&one.reference));
        let ruling = |one: &&Decision| {
            one.kind == Kind::NotInGroup && one.pattern().facts == open.facts && !is_ended(one)
        };
        self.decisions.iter().filter(ruling).collect()
    }

    /// The groups that are ruled out.
    pub fn ruled_out(&self) -> Vec<Option<String>> {
        self.ruling().into_iter().map(|decision| decision.group_code.clone()).collect()
    }

    /// What the caller knows of the person, and so may type; see [`crate::people::identified_text`].
    pub fn about(&self) -> About {
        if !self.named {
            return About::default();
        }
        let person = &self.person;
        About::of(person.given_name.as_deref(), person.family_name.as_deref(), person.born)
    }

    /// What is missing and the groups that are left.
    pub fn pattern(&self) -> Pattern {
        let facts = self.open.as_ref().map(|open| open.facts.clone()).unwrap_or_default();
        Pattern { facts, could_be: self.remaining() }
    }

    pub fn state(&self) -> State {
        match &self.open {
            Some(_) if self.is_retired() => State::Retired,
            Some(_) if self.questions.iter().any(|question| question.state == Asked::Asked) => State::Asked,
            Some(_) => State::Open,
            None if self.hold.is_some() => State::Decided,
            None => State::Retired,
        }
    }

    /// Whether a later register has brought the facts that the standing run did not know.
    pub fn is_retired(&self) -> bool {
        self.retired.iter().any(|retired| retired.run_id == self.run.id)
    }

    /// Changes with everything that a decision rests on: sent back with the form, it tells a stale one.
    pub fn version(&self) -> i64 {
        let decided = self.decisions.last().map_or(0, |decision| decision.id);
        let retired = self.retired.first().map_or(0, |retired| retired.id);
        let rests_on = format!("{}-{}-{decided}-{retired}", self.run.id, self.stands.reason_number);
        i64::from_str_radix(&digest_hex(rests_on.as_bytes())[..15], 16).expect("15 hexadecimal digits fit")
    }

    /// The decision that holds the person.
    pub fn holding(&self) -> Option<&Decision> {
        let hold = self.hold.as_ref()?;
        self.decisions.iter().rev().find(|decision| decision.reference == hold.reference)
    }

    fn concerns(&self, cared_for: &[String]) -> bool {
        let decided = self.decisions.iter().map(Decision::pattern);
        let retired = self.retired.iter().map(Retired::pattern);
        self.open.iter().cloned().chain(decided).chain(retired).any(|pattern| pattern.concerns(cared_for))
    }
}

/// Finds the case of a person.
///
/// # Errors
/// `NotFound` where there is none, or it is not the caller's.
pub fn find(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str) -> Result<Found, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let person = person(conn, pseudonym)?;
    let locality_id = person.locality_id.ok_or(Error::NotFound)?;
    let run = current(conn, locality_id)?.ok_or(Error::NotFound)?;
    let stands = stands(conn, run.id, person.id)?.ok_or(Error::NotFound)?;
    let mut found = read(conn, person, run, stands)?;
    found.schemes.clone_from(&scope.schemes);
    match (who.role(), &scope.reach) {
        (Role::Provider, Reach::Care(pairs)) => {
            let cared_for = cared_for(pairs, locality_id);
            if !found.concerns(&cared_for) {
                return Err(Error::NotFound);
            }
            let cares = found.stands.group_code.as_ref().is_some_and(|code| cared_for.contains(code));
            found.named = cares && found.is_open() && shares(conn, who.organisation_id(), now.today)?;
        }
        (Role::Commissioner, _) if scope.localities.contains(&locality_id) => {}
        (Role::Gp | Role::PracticeStaff, _) if found.person.practice_id == who.organisation_id() => {
            found.named = true;
        }
        _ => return Err(Error::NotFound),
    }
    let is_case = found.open.is_some() || !found.decisions.is_empty() || !found.questions.is_empty();
    if is_case || !found.retired.is_empty() { Ok(found) } else { Err(Error::NotFound) }
}

/// The groups a network cares for in a locality.
pub fn cared_for(pairs: &[(i64, String)], locality_id: i64) -> Vec<String> {
    pairs.iter().filter(|(locality, _)| *locality == locality_id).map(|(_, code)| code.clone()).collect()
}

fn person(conn: &mut Conn, pseudonym: &str) -> Result<Person, Error> {
    let register = published(conn)?;
    Ok(people::table
        .inner_join(person_records::table.inner_join(organisations::table))
        .filter(people::pseudonym.eq(pseudonym))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select((
            people::id,
            people::pseudonym,
            people::nhs_number,
            person_records::given_name,
            person_records::family_name,
            person_records::date_of_birth,
            organisations::id,
            organisations::code,
            organisations::name,
            organisations::locality_id,
        ))
        .first(conn)?)
}

fn read(conn: &mut Conn, person: Person, run: Run, stands: Stands) -> Result<Found, Error> {
    let locality = locality_of(conn, run.locality_id)?;
    let reason = match stands.provisional {
        true => Some(reason(conn, run.id, stands.reason_number)?),
        false => None,
    };
    let decisions = store::decisions_on(conn, person.id, locality.id)?;
    let open = match &reason {
        Some(reason) => Some(Pattern::of(reason, &groups_of(conn, &run)?)),
        None => None,
    };
    Ok(Found {
        open,
        too_many_unknown: reason.is_some_and(|reason| reason.too_many_unknown),
        hold: holds::of_person(conn, person.id, locality.id)?,
        questions: questions::of_person(conn, person.id)?,
        retired: retired::in_locality(conn, locality.id, Some(person.id))?,
        decisions,
        locality,
        run,
        stands,
        person,
        named: false,
        schemes: Schemes::default(),
    })
}

fn reason(conn: &mut Conn, run_id: i64, number: i64) -> Result<Reason, Error> {
    let text: String = run_reasons::table.find((run_id, number)).select(run_reasons::reason).first(conn)?;
    Ok(serde_json::from_str(&text).map_err(anyhow::Error::from)?)
}

/// The home groups a run placed people in, in precedence order.
pub fn groups_of(conn: &mut Conn, run: &Run) -> Result<Vec<String>, Error> {
    let Some(summary) = run.summary()? else { return Ok(Vec::new()) };
    let scheme = numbered(conn, run.locality_id, summary.scheme)?;
    let used = |code: &String| summary.criteria.iter().any(|used| used.group == *code);
    let groups = scheme.in_precedence().into_iter();
    Ok(groups.map(|group| group.code.clone()).filter(used).collect())
}
