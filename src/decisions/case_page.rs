//! `/decisions/{pseudonym}`: what is known of one case, what is missing, what it could be, and deciding it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::case::State;
use super::decision_form::DecisionForm;
use super::found::{Found, find};
use super::questions::{Asked, Question};
use super::store::Decision;
use super::words;
use crate::access::{ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::keys::read_pseudonym;
use crate::once::fresh_key;
use crate::page::{Choice as Offered, Chrome, Mistakes, Query, filters, show};
use crate::people::corrections::{self, Correctable, Correction, State as CorrectionState};
use crate::people::known::{self, Fact};
use crate::people::person::{ExplainedList, capital, name_and_number};
use crate::people::register::published;
use crate::people::why::{self, Stands, fact_words};
use crate::runs::again;

#[derive(Template)]
#[template(path = "decisions/case.html")]
pub struct CasePage {
    chrome: Chrome,
    found: Found,
    name: Option<String>,
    age: u16,
    facts: Vec<Fact>,
    /// How the criteria of the groups it could be stand, in precedence order.
    could_be: Vec<Stands>,
    corrections: Vec<Correction>,
    /// What the decided case hung on and the published register now says.
    now_known: Vec<String>,
    /// The published register.
    register: i64,
    decides: bool,
    own: bool,
    form: DecisionForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl CasePage {
    fn state(&self) -> State {
        self.found.state()
    }

    fn ask(&self) -> String {
        format!("/decisions/{}/question", self.found.person.pseudonym)
    }

    /// The page on which a decision is reviewed; the one that holds the person where none is named.
    fn review(&self, of: &str) -> String {
        let query = Query::default().with("of", of);
        format!("/decisions/{}/review{query}", self.found.person.pseudonym)
    }

    fn missing(&self) -> Vec<String> {
        let open = self.found.open.iter();
        open.flat_map(|pattern| &pattern.facts).map(|fact| fact_words(fact)).collect()
    }

    fn choices(&self) -> Vec<Offered> {
        self.found.choices()
    }

    fn ruled_out(&self) -> String {
        let groups: Vec<String> =
            self.found.ruled_out().iter().map(|code| self.found.label(code.as_deref())).collect();
        groups.join("; ")
    }

    fn stands_in(&self) -> String {
        capital(self.found.label(self.found.stands.group_code.as_deref()))
    }

    fn age_band(&self) -> &'static str {
        AgeBand::of(self.age).label()
    }

    fn shown<'a>(&self, stands: &'a Stands) -> ExplainedList<'a> {
        ExplainedList { explained: &stands.explained }
    }

    fn decided(&self, decision: &Decision) -> String {
        self.found.decided(decision)
    }

    fn asked(&self, question: &Question) -> String {
        words::asked(question)
    }

    fn fact(&self, fact: &str) -> String {
        capital(fact_words(fact))
    }

    fn waits(&self) -> Vec<&Question> {
        self.found.questions.iter().filter(|question| question.state == Asked::Asked).collect()
    }

    fn is_due(&self) -> bool {
        self.found.hold.as_ref().is_some_and(|hold| hold.is_due(self.today))
    }

    fn standing_corrections(&self) -> Vec<&Correction> {
        let standing = |one: &&Correction| one.state == CorrectionState::Standing;
        self.corrections.iter().filter(standing).collect()
    }
}

pub async fn case(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let pseudonym = pseudonym.into_inner();
    if read_pseudonym(&pseudonym).as_deref() != Some(pseudonym.as_str()) {
        return Err(Error::NotFound);
    }
    let actor = who.actor.clone();
    let read = move |conn: &mut Conn| {
        let form = DecisionForm::fresh(conn, now.today)?;
        page(conn, &who, now, &pseudonym, form, Mistakes::new())
    };
    let page = database.read(read).await?;
    let subject = [Subject::person(&page.found.person.pseudonym)];
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CaseRead, &subject, json!({})))
        .await?;
    show(&page)
}

pub fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: DecisionForm,
    mistakes: Mistakes,
) -> Result<CasePage, Error> {
    let found = find(conn, who, now, pseudonym)?;
    let own = matches!(who.role(), Role::Gp | Role::PracticeStaff);
    let facts = again::facts(conn, &found.run, found.person.id)?.ok_or(Error::NotFound)?;
    let pattern = found.open.clone().or_else(|| found.holding().map(Decision::pattern)).unwrap_or_default();
    let codes: Vec<String> = pattern.could_be.iter().flatten().cloned().collect();
    let hangs_on: Vec<String> = pattern.facts.iter().map(|fact| fact_words(fact)).collect();
    Ok(CasePage {
        chrome: who.chrome(),
        name: found.named.then(|| name(&found)),
        age: facts.age,
        could_be: why::of_groups(conn, &found.run, &codes, &facts, &pattern.facts, own)?,
        facts: known::facts(&facts, own, &hangs_on),
        corrections: corrections::of_people(conn, &[found.person.id])?,
        now_known: now_known(conn, &found)?,
        register: published(conn)?,
        decides: who.role() == Role::Provider,
        own,
        form,
        mistakes,
        today: now.today,
        key: fresh_key(),
        found,
    })
}

/// The facts that a decided case hung on and the published register says, in words.
fn now_known(conn: &mut Conn, found: &Found) -> Result<Vec<String>, Error> {
    let Some(decision) = found.holding() else { return Ok(Vec::new()) };
    let mut known = Vec::new();
    let mut facts: Vec<Correctable> =
        decision.pattern().facts.iter().filter_map(|fact| Correctable::of_fact(fact)).collect();
    facts.dedup();
    for fact in facts {
        let said = corrections::register_value(conn, found.person.id, fact)?;
        if let Some(value) = said.and_then(|text| fact.read(&text)) {
            known.push(format!("{}: {}", fact_words(fact.word()), value.in_words()));
        }
    }
    Ok(known)
}

/// "Robin Ash, 999 123 4567".
pub fn name(found: &Found) -> String {
    let person = &found.person;
    name_and_number(person.given_name.as_deref(), person.family_name.as_deref(), &person.nhs_number)
}
