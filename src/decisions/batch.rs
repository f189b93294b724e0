//! Deciding several cases of one pattern together: the same facts missing, the same groups left. Each has its own record;
//! those changed meanwhile are left out and listed.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::case::{Pattern, State};
use super::case_page::{choices, decision_words};
use super::deciding::{Checked, DecisionForm, locked, record};
use super::list::{Line, Wanted, lines};
use super::store::{self, Decision};
use crate::access::{Provider, ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::store::{Schemes, in_force};
use crate::groups::store::names;
use crate::keys::random_reference;
use crate::once::{fresh_key, once};
use crate::page::{Choice, Chrome, Mistakes, Pages, Query, filters, save, see_other, show, show_as};
use crate::people::person::capital;
use crate::people::rows::known;
use crate::people::scope::Scope;
use crate::people::why::{fact_words, label};
use crate::runs::store::{Locality, locality};
use crate::schema::decision_batches;

/// How many are decided together at most.
const MOST: usize = 500;

/// A pattern in a locality, as an address and a form name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Alike {
    locality: String,
    facts: String,
    could_be: String,
    page: String,
}

impl Alike {
    fn pattern(&self) -> Pattern {
        Pattern::read(&self.facts, &self.could_be)
    }

    /// The address of the page that decides cases like this one.
    pub fn address(locality: &str, pattern: &Pattern) -> String {
        let query =
            Query::default().with("facts", pattern.facts_text()).with("could_be", pattern.could_be_text());
        format!("/decisions/together/{locality}{query}")
    }
}

/// A decision for several, as typed.
#[derive(Clone, Debug, Default)]
pub struct BatchForm {
    alike: Alike,
    /// `chosen` or `all`.
    which: String,
    /// Pseudonyms.
    people: Vec<String>,
    decision: DecisionForm,
}

impl BatchForm {
    fn of(locality: String, fields: Vec<(String, String)>) -> BatchForm {
        let alike = Alike { locality, ..Alike::default() };
        let mut form = BatchForm { alike, ..BatchForm::default() };
        for (name, value) in fields {
            match name.as_str() {
                "facts" => form.alike.facts = value,
                "could_be" => form.alike.could_be = value,
                "page" => form.alike.page = value,
                "which" => form.which = value,
                "people" => form.people.push(value),
                "choice" => form.decision.choice = value,
                "reason" => form.decision.reason = value,
                "review_day" => form.decision.review_day = value,
                "review_month" => form.decision.review_month = value,
                "review_year" => form.decision.review_year = value,
                "key" => form.decision.key = value,
                _ => {}
            }
        }
        form
    }
}

#[derive(Template)]
#[template(path = "decisions/batch.html")]
struct BatchPage {
    chrome: Chrome,
    locality: Locality,
    scheme: Scheme,
    pattern: Pattern,
    pages: Pages,
    people: Vec<Choice>,
    form: BatchForm,
    mistakes: Mistakes,
    key: String,
}

impl BatchPage {
    fn missing(&self) -> String {
        let facts: Vec<String> = self.pattern.facts.iter().map(|fact| fact_words(fact)).collect();
        if facts.is_empty() { "too many facts".into() } else { facts.join(", ") }
    }

    fn could_be(&self) -> String {
        let groups: Vec<String> =
            self.pattern.could_be.iter().map(|code| label(&self.scheme, code.as_deref())).collect();
        capital(groups.join("; "))
    }

    fn choices(&self) -> Vec<Choice> {
        choices(&self.scheme, &self.pattern.could_be)
    }

    fn which(&self) -> Vec<Choice> {
        let all = match usize::try_from(self.pages.rows) {
            Ok(rows) if rows > MOST => format!("The first {MOST} of all {}", filters::thousands(rows)),
            _ => format!("All {}", filters::thousands(self.pages.rows)),
        };
        vec![Choice::new("chosen", "Those ticked below"), Choice::new("all", all)]
    }

    fn query(&self) -> Query {
        Query::default()
            .with("facts", self.pattern.facts_text())
            .with("could_be", self.pattern.could_be_text())
    }
}

/// The open cases of a pattern in one of the caller's localities.
fn alike(conn: &mut Conn, who: &Who, now: Now, alike: &Alike) -> Result<(Locality, Vec<Line>), Error> {
    let locality = locality(conn, &alike.locality)?.ok_or(Error::NotFound)?;
    let wanted = Wanted { locality: Some(locality.id), ..Wanted::default() };
    let (mut lines, _) = lines(conn, who, now, &wanted)?;
    let pattern = alike.pattern();
    lines.retain(|line| matches!(line.state, State::Open | State::Asked) && line.pattern == pattern);
    if lines.is_empty() { Err(Error::NotFound) } else { Ok((locality, lines)) }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: BatchForm,
    mistakes: Mistakes,
) -> Result<BatchPage, Error> {
    let (locality, lines) = alike(conn, who, now, &form.alike)?;
    let scheme = in_force(conn, locality.id, now.today)?;
    let pages =
        Pages::new(form.alike.page.parse().unwrap_or(1), 25, i64::try_from(lines.len()).unwrap_or(i64::MAX));
    let place = |number: i64| usize::try_from(number).unwrap_or(0);
    let shown: Vec<&Line> = lines.iter().skip(place(pages.offset())).take(place(pages.per)).collect();
    let pseudonyms = known(conn, shown.iter().map(|line| line.person_id).collect())?;
    let practices = names(conn, &shown.iter().map(|line| line.practice_id).collect::<Vec<_>>())?;
    let people = shown.into_iter().filter_map(|line| {
        let (pseudonym, _) = pseudonyms.get(&line.person_id)?;
        let practice = practices.get(&line.practice_id).map_or("", |(_, name)| name);
        let asked = if line.asked.is_empty() { "" } else { ", asked of the practice" };
        let stands = label(&scheme, line.stands_in.as_deref());
        Some(Choice::new(pseudonym, pseudonym).hint(format!("{practice}, stands in {stands}{asked}")))
    });
    Ok(BatchPage {
        chrome: who.chrome(),
        people: people.collect(),
        scheme,
        pattern: form.alike.pattern(),
        locality,
        pages,
        form,
        mistakes,
        key: fresh_key(),
    })
}

pub async fn form(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    locality: web::Path<String>,
    alike: web::Query<Alike>,
) -> Result<HttpResponse, Error> {
    let alike = Alike { locality: locality.into_inner(), ..alike.into_inner() };
    let actor = who.actor.clone();
    let read = move |conn: &mut Conn| {
        let decision = DecisionForm::fresh(conn, now.today)?;
        let form = BatchForm { alike, which: "chosen".into(), decision, ..BatchForm::default() };
        page(conn, &who, now, form, Mistakes::new())
    };
    let page = database.read(read).await?;
    let subjects: Vec<Subject> = page.people.iter().map(|one| Subject::person(&one.value)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query().to_string() });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CasesListed, &subjects, details))
        .await?;
    show(&page)
}

/// What is to be decided, for whom.
struct Ready {
    locality: Locality,
    pattern: Pattern,
    checked: Checked,
    /// Pseudonyms.
    people: Vec<String>,
}

pub async fn decide(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    locality: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let form = BatchForm::of(locality.into_inner(), form.into_inner());
    let (by, sent, key) = (who.clone(), form.clone(), form.decision.key.clone());
    let begin = move |conn: &mut Conn| begin(conn, &by, now, &sent);
    match save(&database, now, &who, &key, begin).await? {
        Ok(reference) => {
            let (path, by) = (format!("/decisions/batches/{reference}"), who.clone());
            let ready = database.read(move |conn| check(conn, &by, now, &form)).await;
            if let Ok(Ok(ready)) = ready {
                decide_each(&database, &who, now, &reference, ready).await?;
            }
            Ok(see_other(path))
        }
        Err(mistakes) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, form, mistakes);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
    }
}

/// Checks the form and notes the batch; its reference.
fn begin(conn: &mut Conn, who: &Who, now: Now, form: &BatchForm) -> Result<Result<String, Mistakes>, Error> {
    let ready = match check(conn, who, now, form)? {
        Ok(ready) => ready,
        Err(mistakes) => return Ok(Err(mistakes)),
    };
    let reference = format!("B-{}", random_reference());
    diesel::insert_into(decision_batches::table)
        .values((
            decision_batches::reference.eq(&reference),
            decision_batches::locality_id.eq(ready.locality.id),
            decision_batches::network_id.eq(who.organisation_id()),
            decision_batches::left_out.eq("[]"),
            decision_batches::who.eq(&who.name),
            decision_batches::recorded_at.eq(now.moment),
        ))
        .execute(conn)?;
    let subjects = [Subject::locality(&ready.locality.code)];
    let details = json!({ "batch": reference, "people": ready.people.len(), "facts": form.alike.facts });
    audit::record(conn, now.moment, &who.actor, Verb::CasesDecided, &subjects, details)?;
    Ok(Ok(reference))
}

fn check(conn: &mut Conn, who: &Who, now: Now, form: &BatchForm) -> Result<Result<Ready, Mistakes>, Error> {
    let pattern = form.alike.pattern();
    let (locality, lines) = alike(conn, who, now, &form.alike)?;
    let mut mistakes = match form.decision.check(now.today, &pattern.could_be) {
        Ok(_) => Mistakes::new(),
        Err(mistakes) => mistakes,
    };
    let people = match form.which.as_str() {
        "all" => {
            let ids: Vec<i64> = lines.iter().take(MOST).map(|line| line.person_id).collect();
            let known = known(conn, ids.clone())?;
            ids.iter().filter_map(|id| known.get(id)).map(|(pseudonym, _)| pseudonym.clone()).collect()
        }
        _ => form.people.iter().take(MOST).cloned().collect::<Vec<_>>(),
    };
    if people.is_empty() {
        mistakes.add("people", "Choose at least one person");
    }
    match form.decision.check(now.today, &pattern.could_be) {
        Ok(checked) if mistakes.is_empty() => Ok(Ok(Ready { locality, pattern, checked, people })),
        _ => Ok(Err(mistakes)),
    }
}

/// Somebody who was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct LeftOut {
    pub pseudonym: String,
    pub why: String,
}

/// Decides each case in a transaction of its own, so that nobody else waits long.
async fn decide_each(
    database: &Database,
    who: &Who,
    now: Now,
    reference: &str,
    ready: Ready,
) -> Result<(), Error> {
    let mut left_out: Vec<LeftOut> = Vec::new();
    for pseudonym in ready.people {
        let (by, batch, of) = (who.clone(), reference.to_owned(), pseudonym.clone());
        let (pattern, checked) = (ready.pattern.clone(), ready.checked.clone());
        let one = move |conn: &mut Conn| decide_one(conn, &by, now, &batch, &of, &pattern, &checked);
        let why = match database.write(one).await {
            Ok(None) => continue,
            Ok(Some(why)) => why,
            Err(Error::NotFound) => "It is no longer a case of your network.".into(),
            Err(error) => return Err(error),
        };
        left_out.push(LeftOut { pseudonym, why });
        let (text, batch) =
            (serde_json::to_string(&left_out).map_err(anyhow::Error::from)?, reference.to_owned());
        database
            .write(move |conn| {
                let of = decision_batches::table.filter(decision_batches::reference.eq(&batch));
                Ok(diesel::update(of).set(decision_batches::left_out.eq(&text)).execute(conn)?)
            })
            .await?;
    }
    Ok(())
}

/// Decides one of them; why it was left out, where it was.
fn decide_one(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    batch: &str,
    pseudonym: &str,
    pattern: &Pattern,
    checked: &Checked,
) -> Result<Option<String>, Error> {
    let key = format!("{batch} {pseudonym}");
    let mut why = None;
    once(conn, now.moment, who.user_id, &key, |conn| {
        let found = locked(conn, who, now, pseudonym)?;
        why = if !found.is_open() {
            let decided = found.decisions.last().filter(|_| found.hold.is_some());
            Some(decided.map_or_else(
                || "A register, an answer or a run has settled it meanwhile.".to_owned(),
                |one| format!("{} decided meanwhile: {}.", one.network, decision_words(&found.scheme, one)),
            ))
        } else if found.pattern() != *pattern {
            Some("What is missing, or what it could be, has changed meanwhile.".to_owned())
        } else {
            match record(conn, who, now, &found, checked, Some(batch))? {
                Some(_) => None,
                None => Some("The person stands in this group, and several others are left.".to_owned()),
            }
        };
        Ok(String::new())
    })?;
    Ok(why)
}

#[derive(Template)]
#[template(path = "decisions/batch-done.html")]
struct DonePage {
    chrome: Chrome,
    reference: String,
    who: String,
    at: Moment,
    decisions: Vec<Decision>,
    pseudonyms: HashMap<i64, (String, String)>,
    left_out: Vec<LeftOut>,
    schemes: Schemes,
}

impl DonePage {
    fn pseudonym(&self, decision: &Decision) -> &str {
        self.pseudonyms.get(&decision.person_id).map_or("", |(pseudonym, _)| pseudonym)
    }

    fn decided(&self, decision: &Decision) -> String {
        decision_words(self.schemes.of(decision.locality_id), decision)
    }
}

/// What became of a batch.
pub async fn done(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let actor = who.actor.clone();
    let page = database.read(move |conn| done_page(conn, &who, now, reference.into_inner())).await?;
    let subjects: Vec<Subject> =
        page.decisions.iter().map(|one| Subject::person(page.pseudonym(one))).collect();
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CasesListed, &subjects, json!({})))
        .await?;
    show(&page)
}

fn done_page(conn: &mut Conn, who: &Who, now: Now, reference: String) -> Result<DonePage, Error> {
    let (network, locality, left_out, by, at): (i64, i64, String, String, Moment) = decision_batches::table
        .filter(decision_batches::reference.eq(&reference))
        .select((
            decision_batches::network_id,
            decision_batches::locality_id,
            decision_batches::left_out,
            decision_batches::who,
            decision_batches::recorded_at,
        ))
        .first(conn)?;
    let is_theirs = match who.role() {
        Role::Provider => network == who.organisation_id(),
        Role::Commissioner => Scope::of(conn, who, now.today)?.localities.contains(&locality),
        _ => false,
    };
    if !is_theirs {
        return Err(Error::NotFound);
    }
    let decisions = store::decisions_of_batch(conn, &reference)?;
    Ok(DonePage {
        schemes: Schemes::on(conn, now.today)?,
        chrome: who.chrome(),
        pseudonyms: known(conn, decisions.iter().map(|one| one.person_id).collect())?,
        left_out: serde_json::from_str(&left_out).map_err(anyhow::Error::from)?,
        who: by,
        reference,
        at,
        decisions,
    })
}
