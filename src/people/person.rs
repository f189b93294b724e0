//! One person's page: where they are and why, their movements and facts. Reading it is recorded.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::corrections::{self, Correction};
use super::filters::{left, place_words};
use super::known::{self, Dated, Fact};
use super::list::{Asked, Filters, Listed};
use super::nhs_number::NhsNumber;
use super::record::Contact;
use super::register::published;
use super::rows;
use super::scope::Scope;
use super::snapshot::Snapshot;
use super::why::{self, SENSITIVE, Why, fact_words};
use crate::access::{DECISIONS, RUNS, ReadsPeople, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::criteria::explain::Explained;
use crate::criteria::facts::{Facts, age_on};
use crate::database::{Conn, Database};
use crate::decisions::found;
use crate::decisions::holds::{self, Hold};
use crate::error::Error;
use crate::groups::place::{AgeBand, Place};
use crate::keys::read_pseudonym;
use crate::movements::entry::Entry;
use crate::movements::store::of_person;
use crate::page::{Chrome, Query, filters, long_day, show};
use crate::petitions::of_person::{self, OfPerson};
use crate::petitions::petition::Petition;
use crate::runs::again;
use crate::runs::store::{Locality, Run, current, locality_of};
use crate::settings::declared::Declared;

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    chrome: Chrome,
    person: Listed,
    /// Full name; `None` where the caller sees pseudonyms.
    name: Option<String>,
    nhs_number: Option<String>,
    age: u16,
    locality: Option<Locality>,
    run: Option<Run>,
    since: Option<NaiveDate>,
    why: Option<Why>,
    /// Whether the register has changed since the run.
    register: i64,
    movements: Vec<Entry>,
    facts: Vec<Fact>,
    scores: Vec<Dated>,
    levels: Vec<Dated>,
    contact: Option<Contact>,
    own: bool,
    /// Whether the caller may ask to see who this is.
    unmasks: bool,
    hold: Option<Hold>,
    /// Whether there is a judgement case the caller may read.
    has_case: bool,
    /// The run's, in completed years.
    minimum_age: u16,
    corrections: Vec<Correction>,
    /// None where the caller reads no petitions.
    petitions: Option<OfPerson>,
    reads_runs: bool,
    scope: Scope,
    today: NaiveDate,
}

impl PersonPage {
    fn group(&self) -> Option<String> {
        self.person.place.as_ref().map(|place| place_words(&self.scope, place))
    }

    fn minimum_age(&self) -> u16 {
        self.minimum_age
    }

    fn is_out_of_scope(&self) -> bool {
        self.person.place == Some(Place::OutOfScope)
    }

    fn group_link(&self) -> Option<String> {
        let code = self.person.group_code.as_ref()?;
        Some(format!("/groups/{}/{code}", self.locality.as_ref()?.code))
    }

    fn left(&self) -> Option<(&'static str, NaiveDate)> {
        left(self.person.registered_from, self.person.deducted_on, self.person.died_on, self.today)
    }

    fn age_band(&self) -> &'static str {
        AgeBand::of(self.age).label()
    }

    fn shown<'a>(&self, explained: &'a Explained) -> ExplainedList<'a> {
        ExplainedList { explained }
    }

    fn standing_corrections(&self) -> Vec<&Correction> {
        let is_sensitive = |fact: &str| SENSITIVE.iter().any(|flag| flag.word() == fact);
        let standing = |one: &&Correction| {
            one.state == corrections::State::Standing && (self.own || !is_sensitive(&one.fact))
        };
        self.corrections.iter().filter(standing).collect()
    }

    fn corrected(&self, one: &Correction) -> String {
        capital(fact_words(&one.fact))
    }

    /// "Healthy, 75 and over to Dementia, submitted 5 April 2026".
    fn petition_words(&self, one: &Petition) -> String {
        let group = |code: &Option<String>| self.scope.group_label(code.as_deref());
        let to = if one.to_group.is_some() { group(&one.to_group) } else { "a group not chosen yet".into() };
        let when = match (one.submitted_on, one.closed_on) {
            (_, Some(day)) => format!("closed {}", long_day(day)),
            (Some(day), None) => format!("submitted {}", long_day(day)),
            (None, None) => format!("drafted {}", long_day(one.drafted_on)),
        };
        format!("{} to {to}, {when}", capital(group(&one.from_group)))
    }

    fn list(&self) -> String {
        match &self.locality {
            Some(locality) => format!("/people{}", Query::default().with("locality", &locality.code)),
            None => "/people".into(),
        }
    }
}

/// How a criterion stands for a person, as lists within lists.
#[derive(Template)]
#[template(path = "people/explained.html")]
pub struct ExplainedList<'a> {
    pub explained: &'a Explained,
}

impl ExplainedList<'_> {
    fn below<'a>(&self, part: &'a Explained) -> ExplainedList<'a> {
        ExplainedList { explained: part }
    }

    fn answer(&self) -> &'static str {
        match self.explained.answer {
            Answer::Yes => "Met",
            Answer::No => "Not met",
            Answer::NotKnown => "Not known",
        }
    }

    fn class(&self) -> &'static str {
        match self.explained.answer {
            Answer::Yes => " cg-fact--yes",
            Answer::No => "",
            Answer::NotKnown => " cg-fact--unknown",
        }
    }
}

pub async fn person(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let pseudonym = pseudonym.into_inner();
    if read_pseudonym(&pseudonym).as_deref() != Some(pseudonym.as_str()) {
        return Err(Error::NotFound);
    }
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, now, pseudonym)).await?;
    let subject = [Subject::person(&page.person.pseudonym)];
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PersonRead, &subject, json!({})))
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, pseudonym: String) -> Result<PersonPage, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let register = published(conn)?;
    let filters = Filters { pseudonym: Some(pseudonym), everybody: true, ..Filters::default() };
    let asked = Asked::by(who.role(), &scope, &filters, now.today, register).with_objectors();
    let person = rows::one(conn, &asked)?.ok_or(Error::NotFound)?;
    let locality = person.locality_id.map(|id| locality_of(conn, id)).transpose()?;
    let run = match &locality {
        Some(locality) => current(conn, locality.id)?,
        None => None,
    };
    let own = scope.contacts;
    let read = match &run {
        Some(run) => again::facts(conn, run, person.person_id)?,
        None => None,
    };
    let facts = match (&run, read) {
        (Some(run), Some(read)) if run.register == register => read,
        _ => facts_of(conn, person.person_id, register, now.today)?.ok_or(Error::NotFound)?,
    };
    let why = match (&run, &read) {
        (Some(run), Some(read)) => why::why(conn, run, &person, read, own)?,
        _ => None,
    };
    let movements = of_person(conn, person.person_id)?;
    let since =
        movements.iter().filter(|entry| !entry.confirms()).map(|entry| entry.effective_on).next_back();
    let contact = if own { known::contact(conn, person.person_id, register)? } else { None };
    let hangs_on = why.as_ref().map(|why| why.hangs_on.clone()).unwrap_or_default();
    Ok(PersonPage {
        chrome: who.chrome(),
        name: scope.names.then(|| name(&person)),
        nhs_number: scope.names.then(|| shown_number(&person.nhs_number)),
        age: age_on(person.born, now.today),
        facts: known::facts(&facts, own, &hangs_on),
        scores: known::scores(conn, person.person_id, register)?,
        levels: known::levels(conn, person.person_id, register)?,
        reads_runs: RUNS.contains(&who.role()),
        unmasks: who.role() == Role::Commissioner,
        minimum_age: match &run {
            Some(run) => run.summary()?.map_or(0, |summary| summary.minimum_age),
            None => 0,
        },
        has_case: DECISIONS.contains(&who.role()) && case_of(conn, who, now, &person.pseudonym)?,
        corrections: corrections::of_people(conn, &[person.person_id])?,
        petitions: of_person::of_person(conn, who, now, &person)?,
        hold: match &locality {
            Some(locality) => holds::of_person(conn, person.person_id, locality.id)?,
            None => None,
        },
        scope,
        today: now.today,
        person,
        locality,
        run,
        since,
        why,
        register,
        movements,
        contact,
        own,
    })
}

/// Somebody a caller may open, by pseudonym as an address has it; those who object to planning use as well.
///
/// # Errors
/// `NotFound` for whom the caller does not see, whether there is such a one or not.
pub fn in_scope(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str) -> Result<Listed, Error> {
    if read_pseudonym(pseudonym).as_deref() != Some(pseudonym) {
        return Err(Error::NotFound);
    }
    let scope = Scope::of(conn, who, now.today)?;
    let filters = Filters { pseudonym: Some(pseudonym.to_owned()), everybody: true, ..Filters::default() };
    let asked = Asked::by(who.role(), &scope, &filters, now.today, published(conn)?).with_objectors();
    rows::one(conn, &asked)?.ok_or(Error::NotFound)
}

/// Whether the caller may read a judgement case of the person.
fn case_of(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str) -> Result<bool, Error> {
    match found::find(conn, who, now, pseudonym) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A person's facts as a register held them, as of a date.
fn facts_of(
    conn: &mut Conn,
    person_id: i64,
    register: i64,
    as_of: NaiveDate,
) -> Result<Option<Facts>, Error> {
    let declared = Declared::now(conn)?;
    let declared = |practice: i64| declared.of(practice);
    let member = Snapshot::member_of(conn, person_id, (register, as_of), &declared, None)?;
    Ok(member.map(|member| member.facts))
}

/// "Robin Ash"; none where the register has no name.
fn full_name(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [given, family].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// "Robin Ash"; where the register has no name, that it has none.
pub fn name_in_words(given: Option<&str>, family: Option<&str>) -> String {
    full_name(given, family).unwrap_or_else(|| "Name not known".into())
}

/// "Robin Ash, 999 123 4567".
pub fn name_and_number(given: Option<&str>, family: Option<&str>, nhs_number: &str) -> String {
    let number = shown_number(nhs_number);
    full_name(given, family).map_or(number.clone(), |name| format!("{name}, {number}"))
}

/// The name of somebody on a list.
pub fn name(person: &Listed) -> String {
    name_in_words(person.given_name.as_deref(), person.family_name.as_deref())
}

/// "999 123 4567".
pub fn shown_number(digits: &str) -> String {
    NhsNumber::parse(digits).map_or_else(|_| digits.to_owned(), |number| number.to_string())
}

/// With a capital at the start.
pub fn capital(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
