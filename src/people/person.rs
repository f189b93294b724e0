//! One person's page: where they are and why, their movements and facts. Reading it is recorded.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::filters::left;
use super::list::{Asked, Filters, Listed};
use super::nhs_number::NhsNumber;
use super::record::{Contact, Record};
use super::register::published;
use super::rows;
use super::scope::Scope;
use super::snapshot::Snapshot;
use super::why::{self, Placement, SENSITIVE, Why, fact_words};
use crate::access::{RUNS, ReadsPeople, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::criteria::conditions::Condition;
use crate::criteria::explain::Explained;
use crate::criteria::facts::{Blanks, Ended, Facts, age_on};
use crate::criteria::phrases::register as register_name;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::keys::read_pseudonym;
use crate::money::Pence;
use crate::movements::store::{Entry, of_person};
use crate::page::filters::long_day;
use crate::page::{Chrome, Query, filters, show};
use crate::runs::store::{Locality, Run, current, locality_of};
use crate::schema::{levels_of_need, organisations, person_contacts, risk_scores};

/// A fact of the record: what, and its value in words; "not known" where it is blank.
struct Fact {
    what: String,
    value: String,
}

/// A dated score or level.
struct Dated {
    on: NaiveDate,
    text: String,
}

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
    placement: Option<Placement>,
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
    reads_runs: bool,
    today: NaiveDate,
}

impl PersonPage {
    /// How they are called on the page and in its title: never by name in a title.
    fn group(&self) -> Option<String> {
        self.placement.as_ref().map(|placement| match (&placement.group_code, placement.out_of_scope) {
            (Some(code), _) => why::label(Some(code)),
            (None, true) => "Out of scope".into(),
            (None, false) => "Not placed".into(),
        })
    }

    fn group_link(&self) -> Option<String> {
        let code = self.placement.as_ref()?.group_code.as_ref()?;
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
struct ExplainedList<'a> {
    explained: &'a Explained,
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
    let record = why::record(conn, person.person_id, register)?.ok_or(Error::NotFound)?;
    let declared = |_practice: i64| Blanks::default();
    let member = Snapshot::member_of(conn, person.person_id, register, now.today, &declared)?;
    let member = member.ok_or(Error::NotFound)?;
    let locality = locality(conn, &record)?;
    let run = match &locality {
        Some(locality) => current(conn, locality.id)?,
        None => None,
    };
    let placement = match &run {
        Some(run) => why::placement(conn, run, person.person_id)?,
        None => None,
    };
    let own = scope.contacts;
    let why = match (&run, &placement) {
        (Some(run), Some(placement)) => why::why(conn, run, placement, person.person_id, own)?,
        _ => None,
    };
    let movements = of_person(conn, person.person_id)?;
    let since = movements.iter().map(|entry| entry.effective_on).next_back();
    let contact = if own { contact(conn, person.person_id, register)? } else { None };
    let hangs_on = why.as_ref().map(|why| why.hangs_on.clone()).unwrap_or_default();
    Ok(PersonPage {
        chrome: who.chrome(),
        name: scope.names.then(|| name(&person)),
        nhs_number: scope.names.then(|| shown_number(&person.nhs_number)),
        age: age_on(person.born, now.today),
        facts: facts(&record, &member.facts, own, &hangs_on),
        scores: scores(conn, person.person_id, register)?,
        levels: levels(conn, person.person_id, register)?,
        reads_runs: RUNS.contains(&who.role()),
        today: now.today,
        person,
        locality,
        run,
        placement,
        since,
        why,
        register,
        movements,
        contact,
        own,
    })
}

fn locality(conn: &mut Conn, record: &Record) -> Result<Option<Locality>, Error> {
    let id: Option<i64> =
        organisations::table.find(record.practice_id).select(organisations::locality_id).first(conn)?;
    id.map(|id| locality_of(conn, id)).transpose()
}

/// "Robin Ash"; where the register has no name, that it has none.
pub fn name(person: &Listed) -> String {
    let parts: Vec<&str> =
        [&person.given_name, &person.family_name].into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { "Name not known".into() } else { parts.join(" ") }
}

/// "999 123 4567".
pub fn shown_number(digits: &str) -> String {
    NhsNumber::parse(digits).map_or_else(|_| digits.to_owned(), |number| number.to_string())
}

fn contact(conn: &mut Conn, person_id: i64, register: i64) -> Result<Option<Contact>, Error> {
    Ok(person_contacts::table
        .filter(person_contacts::person_id.eq(person_id))
        .filter(person_contacts::from_register.le(register))
        .filter(person_contacts::until_register.gt(register))
        .select(Contact::as_select())
        .first(conn)
        .optional()?)
}

/// The record's facts. Sensitive ones go to the person's own practice, or where a judgement case turns on them.
fn facts(record: &Record, known: &Facts, own: bool, hangs_on: &[String]) -> Vec<Fact> {
    let yes_or_no = |yes: bool| if yes { "Yes" } else { "No" }.to_owned();
    let fact = |what: &str, value: Option<String>| Fact {
        what: what.into(),
        value: value.unwrap_or_else(|| "Not known".into()),
    };
    let conditions = known.conditions.map(|set| {
        let names: Vec<String> = set.iter().map(|condition: Condition| register_name(condition)).collect();
        if names.is_empty() { "None".into() } else { capital(names.join(", ")) }
    });
    let mut facts = vec![
        fact("Number of long-term conditions", record.ltc_count.map(|count| count.to_string())),
        fact("Condition registers", conditions),
    ];
    for (flag, recorded) in why::flags(record) {
        let words = fact_words(flag.word());
        if own || !SENSITIVE.contains(&flag) || hangs_on.contains(&words) {
            facts.push(fact(&capital(words), recorded.map(yes_or_no)));
        }
    }
    let ended = match known.cancer_treatment_ended {
        Ended::NotKnown => None,
        Ended::Never => Some("No treatment recorded".into()),
        Ended::On(day) => Some(long_day(day)),
    };
    facts.push(fact("End of cancer treatment", ended));
    let admissions = record.unplanned_admissions_12m.map(|count| count.to_string());
    facts.push(fact("Unplanned admissions in 12 months", admissions));
    facts.push(fact("Annual cost", record.annual_cost_pence.map(|pence| Pence(pence).to_string())));
    facts
}

/// With a capital at the start.
pub fn capital(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn scores(conn: &mut Conn, person_id: i64, register: i64) -> Result<Vec<Dated>, Error> {
    let rows: Vec<(NaiveDate, i64, String, String)> = risk_scores::table
        .filter(risk_scores::person_id.eq(person_id))
        .filter(risk_scores::from_register.le(register).and(risk_scores::until_register.gt(register)))
        .order((risk_scores::scored_on.desc(), risk_scores::id.desc()))
        .select((
            risk_scores::scored_on,
            risk_scores::score_hundredths,
            risk_scores::tool,
            risk_scores::tool_version,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(on, hundredths, tool, version)| Dated {
        on,
        text: format!("{}.{:02} by {tool} {version}", hundredths / 100, hundredths % 100),
    });
    Ok(made.collect())
}

fn levels(conn: &mut Conn, person_id: i64, register: i64) -> Result<Vec<Dated>, Error> {
    let rows: Vec<(NaiveDate, String, String, NaiveDate)> = levels_of_need::table
        .inner_join(organisations::table)
        .filter(levels_of_need::person_id.eq(person_id))
        .filter(levels_of_need::from_register.le(register).and(levels_of_need::until_register.gt(register)))
        .order((levels_of_need::assessed_on.desc(), levels_of_need::id.desc()))
        .select((
            levels_of_need::assessed_on,
            levels_of_need::level,
            organisations::name,
            levels_of_need::next_review_on,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(on, level, coordinator, review)| Dated {
        on,
        text: format!("{level}, co-ordinated by {coordinator}, next review {}", long_day(review)),
    });
    Ok(made.collect())
}
