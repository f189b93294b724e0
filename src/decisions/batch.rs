//! Deciding several cases of one pattern together: the same facts missing, the same groups left. Each has its own record;
//! those changed meanwhile are left out and listed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::batch_deciding::{MOST, NotBegun, begin, check, decide_each};
use super::case::{Pattern, State};
use super::decision_form::DecisionForm;
use super::list::{Line, lines};
use super::store;
use super::words;
use crate::access::{Provider, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::groups::store::names;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, Pages, Query, filters, save, see_other, show, show_as};
use crate::people::rows::known;
use crate::people::scope::Scope;
use crate::people::why::fact_words;
use crate::runs::store::{Locality, locality};

/// A pattern in a locality, as an address and a form name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Alike {
    pub locality: String,
    pub facts: String,
    could_be: String,
    page: String,
}

impl Alike {
    pub fn pattern(&self) -> Pattern {
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
    pub alike: Alike,
    /// `chosen` or `all`.
    pub which: String,
    /// Pseudonyms.
    pub people: Vec<String>,
    pub decision: DecisionForm,
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
                other => {
                    form.decision.said.take(other, &value);
                }
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
    pattern: Pattern,
    schemes: Schemes,
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
        words::groups(&self.schemes, self.locality.id, &self.pattern.could_be)
    }

    fn choices(&self) -> Vec<Choice> {
        words::choices(&self.schemes, self.locality.id, &self.pattern.could_be)
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
pub fn alike(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    alike: &Alike,
) -> Result<(Locality, Vec<Line>), Error> {
    let locality = locality(conn, &alike.locality)?.ok_or(Error::NotFound)?;
    let (mut lines, _) = lines(conn, who, scope, Some(locality.id))?;
    let pattern = alike.pattern();
    lines.retain(|line| matches!(line.state, State::Open | State::Asked) && line.pattern == pattern);
    if lines.is_empty() { Err(Error::NotFound) } else { Ok((locality, lines)) }
}

/// Where it is told what became of cases that wait no longer: the latest batch that the caller's network decided of
/// them, or the list of cases.
///
/// # Errors
/// `NotFound` where the network cares for nobody in the locality.
fn settled(conn: &mut Conn, who: &Who, now: Now, alike: &Alike) -> Result<String, Error> {
    let locality = locality(conn, &alike.locality)?.ok_or(Error::NotFound)?;
    let scope = Scope::of(conn, who, now.today)?;
    if !scope.localities.contains(&locality.id) {
        return Err(Error::NotFound);
    }
    let batch = store::latest_batch(conn, who.organisation_id(), locality.id, &alike.pattern())?;
    Ok(batch.map_or_else(|| "/decisions".into(), |reference| format!("/decisions/batches/{reference}")))
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: BatchForm,
    mistakes: Mistakes,
) -> Result<BatchPage, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let (locality, lines) = alike(conn, who, &scope, &form.alike)?;
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
        let stands = scope.schemes.place(locality.id, line.stands_in.as_deref());
        Some(Choice::new(pseudonym, pseudonym).hint(format!("{practice}, stands in {stands}{asked}")))
    });
    Ok(BatchPage {
        chrome: who.chrome(),
        people: people.collect(),
        schemes: scope.schemes.clone(),
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
        let of = alike.clone();
        let form = BatchForm { alike, which: "chosen".into(), decision, ..BatchForm::default() };
        match page(conn, &who, now, form, Mistakes::new()) {
            Err(Error::NotFound) => settled(conn, &who, now, &of).map(Err),
            page => page.map(Ok),
        }
    };
    let page = match database.read(read).await? {
        Ok(page) => page,
        Err(told) => return Ok(see_other(told)),
    };
    let subjects: Vec<Subject> = page.people.iter().map(|one| Subject::person(&one.value)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query().to_string() });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CasesListed, &subjects, details))
        .await?;
    show(&page)
}

/// A form whose cases have all been settled meanwhile.
async fn late(
    database: &web::Data<Database>,
    who: Who,
    now: Now,
    alike: Alike,
) -> Result<HttpResponse, Error> {
    let told = database.read(move |conn| settled(conn, &who, now, &alike)).await?;
    let what = "All of these cases have been settled meanwhile. Nothing of yours was recorded.";
    Err(Error::conflict(what, told, "See what became of them"))
}

pub async fn decide(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    locality: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let sent_again = form.clone();
    let form = BatchForm::of(locality.into_inner(), form.into_inner());
    let (by, sent, key) = (who.clone(), form.clone(), form.decision.key.clone());
    let begin = move |conn: &mut Conn| begin(conn, &by, now, &sent);
    let begun = match save(&database, now, &who, &key, begin).await {
        Err(Error::NotFound) => return late(&database, who, now, form.alike).await,
        begun => begun?,
    };
    match begun {
        Ok(reference) => {
            let (path, by) = (format!("/decisions/batches/{reference}"), who.clone());
            let ready = database.read(move |conn| check(conn, &by, now, &form)).await;
            if let Ok(Ok(ready)) = ready {
                decide_each(&database, &who, now, &reference, ready).await?;
            }
            Ok(see_other(path))
        }
        Err(NotBegun::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, form, mistakes);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(NotBegun::Identified(found)) => {
            let back = Alike::address(&form.alike.locality, &form.alike.pattern());
            found.ask(&who, format!("/decisions/together/{}", form.alike.locality), back, sent_again)
        }
    }
}
