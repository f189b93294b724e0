//! Looking at a decision again: keeping it until another review, or ending it. Each is a dated decision of its own.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::deciding::locked;
use super::decision_form::{DecisionForm, reason, review_date};
use super::found::{Found, find};
use super::holds;
use super::settling::place_again;
use super::store::{self, Decision, Kind, NewDecision};
use crate::access::{Provider, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, Query, TypedDate, filters, save, see_other, show, show_as};
use crate::people::identified_text::{Caught, Found as Identified, Said, Typed, fields, look};
use crate::runs::again;
use crate::runs::amend::{Because, amend};
use crate::runs::store::{Cause, Source};

/// A review as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ReviewForm {
    /// The decision, by reference.
    of: String,
    /// `keep` or `end`.
    choice: String,
    reason: String,
    review_day: String,
    review_month: String,
    review_year: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

impl ReviewForm {
    fn review(&self) -> TypedDate {
        TypedDate::new(&self.review_day, &self.review_month, &self.review_year)
    }

    fn in_words(&self) -> &'static str {
        match self.choice.as_str() {
            "keep" => "Keep the decision",
            "end" => "End the decision",
            _ => "None chosen",
        }
    }
}

/// What the address names: the decision, where it is not the one that holds the person.
#[derive(Debug, Deserialize)]
pub struct Named {
    of: Option<String>,
}

#[derive(Template)]
#[template(path = "decisions/review.html")]
struct ReviewPage {
    chrome: Chrome,
    found: Found,
    decision: Decision,
    form: ReviewForm,
    mistakes: Mistakes,
    key: String,
}

impl ReviewPage {
    fn case(&self) -> String {
        format!("/decisions/{}", self.found.person.pseudonym)
    }

    fn decided(&self) -> String {
        self.found.decided(&self.decision)
    }

    fn choices(&self) -> Vec<Choice> {
        let end = Choice::new("end", "End it").hint(match self.holds() {
            true => "The person is placed by the criteria at once",
            false => "The group is no longer ruled out",
        });
        let keep = Choice::new("keep", "Keep it").hint("It stands until the next review");
        if self.holds() { vec![keep, end] } else { vec![end] }
    }

    /// Whether the decision holds the person, rather than ruling out a group.
    fn holds(&self) -> bool {
        self.found.hold.as_ref().is_some_and(|hold| hold.reference == self.decision.reference)
    }
}

/// The decision meant, where it stands: the one that holds the person, or one that rules a group out.
fn standing(found: &Found, of: Option<&str>) -> Option<Decision> {
    let holding = found.holding();
    match of.filter(|of| !of.is_empty()) {
        None => holding.cloned(),
        Some(of) => {
            let ruling = found.ruling().into_iter().chain(holding).find(|one| one.reference == of);
            ruling.cloned()
        }
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: ReviewForm,
    mistakes: Mistakes,
) -> Result<ReviewPage, Error> {
    let found = find(conn, who, now, pseudonym)?;
    let decision = standing(&found, Some(&form.of)).ok_or(Error::NotFound)?;
    Ok(ReviewPage { chrome: who.chrome(), found, decision, form, mistakes, key: fresh_key() })
}

pub async fn form(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
    named: web::Query<Named>,
) -> Result<HttpResponse, Error> {
    let of = named.into_inner().of.unwrap_or_default();
    let read = move |conn: &mut Conn| {
        let next = DecisionForm::fresh(conn, now.today)?;
        let form = ReviewForm {
            of,
            review_day: next.review_day,
            review_month: next.review_month,
            review_year: next.review_year,
            ..ReviewForm::default()
        };
        page(conn, &who, now, &pseudonym, form, Mistakes::new())
    };
    show(&database.read(read).await?)
}

/// Why a review was not recorded.
enum Unsaved {
    Mistaken(Mistakes),
    Overtaken(Box<Found>),
    Identified(Box<Identified>),
}

#[derive(Template)]
#[template(path = "decisions/reviewed.html")]
struct ReviewedPage {
    chrome: Chrome,
    found: Found,
    theirs: Option<Decision>,
    form: ReviewForm,
}

impl ReviewedPage {
    fn theirs_words(&self, theirs: &Decision) -> String {
        self.found.decided(theirs)
    }
}

pub async fn review(
    Provider(who): Provider,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    pseudonym: web::Path<String>,
    form: web::Form<ReviewForm>,
) -> Result<HttpResponse, Error> {
    let (form, pseudonym) = (form.into_inner(), pseudonym.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), pseudonym.clone());
    let reviewing = move |conn: &mut Conn| record(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, reviewing).await? {
        Ok(address) => {
            say_done(&session, "Your decision is recorded.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, &pseudonym, form, mistakes);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let review = format!("/decisions/{pseudonym}/review");
            let back = format!("{review}{}", Query::default().with("of", &form.of));
            found.ask(&who, review, back, fields(&form))
        }
        Err(Unsaved::Overtaken(found)) => {
            let (found, chrome) = (*found, who.chrome());
            let theirs = found.decisions.last().cloned();
            show_as(StatusCode::CONFLICT, &ReviewedPage { chrome, found, theirs, form })
        }
    }
}

fn record(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: &ReviewForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, pseudonym)?;
    let decision = standing(&found, Some(&form.of)).filter(|_| form.version.parse() == Ok(found.version()));
    let Some(decision) = decision else { return Ok(Err(Unsaved::Overtaken(Box::new(found)))) };
    let mut mistakes = Mistakes::new();
    let holds = found.hold.as_ref().filter(|hold| hold.reference == decision.reference);
    let keeps = match form.choice.as_str() {
        "keep" if holds.is_some() => Some(true),
        "end" => Some(false),
        _ => None,
    };
    let keeps = mistakes.note("choice", keeps.ok_or("Choose what becomes of the decision"));
    let reason = mistakes.note("reason", reason(&form.reason));
    let review_on = match keeps {
        Some(true) => mistakes.note("review", review_date(&form.review(), now.today)),
        _ => Some(now.today),
    };
    let (Some(keeps), Some(reason), Some(review_on)) = (keeps, reason, review_on) else {
        return Ok(Err(Unsaved::Mistaken(mistakes)));
    };
    let clear = match look(&[Typed::new("reason", "Reason", &reason)], &found.about(), now.today, &form.said)
    {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(Unsaved::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(Unsaved::Identified(found))),
    };
    let reason = clear.text("reason");
    let pattern = decision.pattern();
    let held_in = holds.and_then(|hold| hold.group_code.clone());
    let new = NewDecision {
        person_id: found.person.id,
        locality_id: found.locality.id,
        run_id: found.run.id,
        kind: if keeps { Kind::InGroup } else { Kind::Ending },
        group_code: if keeps { held_in.as_deref() } else { decision.group_code.as_deref() },
        pattern: &pattern,
        reason: &reason,
        review_on: keeps.then_some(review_on),
        batch: None,
        ends: Some(&decision.reference),
    };
    let reference = store::add(conn, now, who, &new)?;
    if let Some(hold) = holds {
        holds::end(conn, hold.id, now.today)?;
        match keeps {
            true => keep(conn, now, &found, held_in.as_deref(), (&reference, review_on))?,
            false => place_again(conn, now, &found, (Cause::Decision, &reference))?,
        }
    }
    let subjects = [Subject::person(pseudonym), Subject::decision(&decision.reference)];
    let details =
        json!({ "kept": keeps, "reason": reason, "review_on": new.review_on, "decision": reference });
    audit::record(conn, now.moment, &who.actor, Verb::DecisionReviewed, &subjects, details)?;
    clear.record(conn, now, who, &subjects)?;
    Ok(Ok(format!("/decisions/{pseudonym}")))
}

/// Holds the person on, by the new decision.
fn keep(
    conn: &mut Conn,
    now: Now,
    found: &Found,
    group: Option<&str>,
    (reference, review_on): (&str, chrono::NaiveDate),
) -> Result<(), Error> {
    let (whom, days) = ((found.person.id, found.locality.id), (now.today, review_on));
    holds::begin(conn, whom, group, (Source::Decision, reference), days)?;
    let facts = again::facts(conn, &found.run, found.person.id)?.ok_or(Error::NotFound)?;
    let to = found.stands.held_in(group, Source::Decision);
    amend(conn, now, &found.run, (&found.stands, &to), &facts, Because { cause: Cause::Decision, reference })
}
