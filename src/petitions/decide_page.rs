//! `/petitions/{ref}/decide`: the review on one page, and what a commissioner decides; of an appeal, another one.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::acts::{self, Verdict};
use super::form::{LONGEST_CASE, effective_date};
use super::found::{Found, find, locked};
use super::life::{Act, By, Refusal, State};
use super::overtaken::{self, Unsaved};
use super::page::{Evidence, evidence};
use super::petition::{Category, ReasonCode};
use super::review_facts::{self, ReviewFacts};
use super::terms::Terms;
use super::words;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::database::{Conn, Database};
use crate::decisions::decision_form::review_date;
use crate::error::Error;
use crate::money::Pence;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, TypedDate, filters, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Said, Typed, fields};

/// A decision as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DecideForm {
    /// `grant`, `refuse` or `ask`.
    choice: String,
    grant_code: String,
    refuse_code: String,
    grant_words: String,
    refuse_words: String,
    question: String,
    effective_day: String,
    effective_month: String,
    effective_year: String,
    review_day: String,
    review_month: String,
    review_year: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

impl DecideForm {
    /// As it is first shown: the date asked for, or today where it is past, and a review as the locality has it.
    fn fresh(found: &Found, terms: &Terms, today: NaiveDate) -> DecideForm {
        let effective_on = found.petition.effective_on.unwrap_or(today).max(today);
        let review_on = effective_on.checked_add_months(Months::new(terms.review_months));
        let (effective, review) =
            (TypedDate::of(effective_on), TypedDate::of(review_on.unwrap_or(effective_on)));
        DecideForm {
            effective_day: effective.day,
            effective_month: effective.month,
            effective_year: effective.year,
            review_day: review.day,
            review_month: review.month,
            review_year: review.year,
            ..DecideForm::default()
        }
    }

    pub fn effective(&self) -> TypedDate {
        TypedDate::new(&self.effective_day, &self.effective_month, &self.effective_year)
    }

    pub fn review(&self) -> TypedDate {
        TypedDate::new(&self.review_day, &self.review_month, &self.review_year)
    }

    /// What the reviewer means to do.
    fn decided(&self, today: NaiveDate, is_record: bool) -> Result<Decided, Mistakes> {
        match self.choice.as_str() {
            "grant" | "refuse" => self.check(today, is_record).map(Decided::Verdict),
            "ask" => typed::required_text("Question", &self.question, LONGEST_CASE)
                .map(Decided::Question)
                .map_err(|sentence| Mistakes::of_one("question", sentence)),
            _ => Err(Mistakes::of_one("choice", "Choose what you decide")),
        }
    }

    /// What is decided; a question is none of it.
    fn check(&self, today: NaiveDate, is_record: bool) -> Result<Verdict, Mistakes> {
        let mut mistakes = Mistakes::new();
        let granted = self.choice == "grant";
        let (code, words, prefix) = match granted {
            true => (&self.grant_code, &self.grant_words, "grant"),
            false => (&self.refuse_code, &self.refuse_words, "refuse"),
        };
        let code = ReasonCode::from_word(code).filter(|code| ReasonCode::of(granted).contains(code));
        let code = mistakes.note(format!("{prefix}_code"), code.ok_or("Choose the reason"));
        let words = mistakes
            .note(format!("{prefix}_words"), typed::required_text("Words to the GP", words, LONGEST_CASE));
        if !granted {
            return match (code, words) {
                (Some(reason_code), Some(words)) => Ok(Verdict {
                    granted,
                    reason_code,
                    words,
                    effective_on: today,
                    review_on: today,
                    batch: None,
                }),
                _ => Err(mistakes),
            };
        }
        let effective = typed::required_day("Date of effect", &self.effective());
        let effective = effective.and_then(|day| effective_date(day, today));
        let effective_on = mistakes.note("effective", effective);
        let review_on = match is_record {
            true => Some(today),
            false => mistakes.note("review", review_date(&self.review(), today)),
        };
        if let (Some(effective_on), Some(review_on)) = (effective_on, review_on)
            && !is_record
            && review_on <= effective_on
        {
            mistakes.add("review", "Review date must be after the date of effect");
        }
        match (code, words, effective_on, review_on) {
            (Some(reason_code), Some(words), Some(effective_on), Some(review_on)) if mistakes.is_empty() => {
                Ok(Verdict { granted, reason_code, words, effective_on, review_on, batch: None })
            }
            _ => Err(mistakes),
        }
    }
}

/// What a reviewer does with a petition.
enum Decided {
    Verdict(Verdict),
    Question(String),
}

impl Decided {
    /// The text of it: its field, its label and what it says.
    fn text(&self) -> (&'static str, &'static str, &str) {
        match self {
            Decided::Verdict(verdict) if verdict.granted => {
                ("grant_words", "Words to the GP", &verdict.words)
            }
            Decided::Verdict(verdict) => ("refuse_words", "Words to the GP", &verdict.words),
            Decided::Question(question) => ("question", "Question", question),
        }
    }
}

#[derive(Template)]
#[template(path = "petitions/decide.html")]
struct DecidePage {
    chrome: Chrome,
    found: Found,
    evidence: Option<Evidence>,
    facts: ReviewFacts,
    form: DecideForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl DecidePage {
    fn clock(&self) -> Option<String> {
        words::clock(&self.found, self.today)
    }

    fn is_overdue(&self) -> bool {
        self.found.petition.is_overdue(self.today)
    }

    /// The person's known annual cost.
    fn cost(&self) -> Option<String> {
        let pence = self.evidence.as_ref()?.annual_cost?;
        Some(Pence(pence).to_string())
    }

    fn is_appeal(&self) -> bool {
        self.found.petition.state == State::Appealed
    }

    fn is_record(&self) -> bool {
        is_record(&self.found)
    }

    fn record_words(&self) -> Option<String> {
        words::record(&self.found.petition, "said")
    }

    fn may(&self, act: Act) -> bool {
        self.found.round(self.today).after(act, By::Member(self.found.caller)).is_ok()
    }

    fn grants(&self) -> bool {
        self.may(if self.is_appeal() { Act::Overturn } else { Act::Approve })
    }

    fn refuses(&self) -> bool {
        self.may(if self.is_appeal() { Act::Confirm } else { Act::Reject })
    }

    fn asks(&self) -> bool {
        self.may(Act::Ask)
    }

    /// Why it cannot be granted, where it cannot.
    fn grant_refused(&self) -> Option<Refusal> {
        let act = if self.is_appeal() { Act::Overturn } else { Act::Approve };
        self.found.round(self.today).after(act, By::Member(self.found.caller)).err()
    }

    /// What the reviewer does who grants it, or who does not.
    fn verb(&self, granted: bool) -> &'static str {
        match (self.is_appeal(), granted) {
            (false, true) => "approve",
            (false, false) => "reject",
            (true, true) => "overturn",
            (true, false) => "confirm",
        }
    }

    fn codes(&self, granted: bool) -> Vec<Choice> {
        let blank = Choice::new("", "Choose a reason");
        let each = ReasonCode::of(granted).into_iter().map(|code| Choice::new(code.word(), code.label()));
        [blank].into_iter().chain(each).collect()
    }
}

fn is_record(found: &Found) -> bool {
    found.petition.category == Some(Category::RecordWrong)
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: Found,
    typed: Option<(DecideForm, Mistakes)>,
) -> Result<DecidePage, Error> {
    let terms = Terms::of(conn, &found.locality)?;
    let (form, mistakes) =
        typed.unwrap_or_else(|| (DecideForm::fresh(&found, &terms, now.today), Mistakes::new()));
    Ok(DecidePage {
        chrome: who.chrome(),
        evidence: evidence(conn, who, &found)?,
        facts: review_facts::of(conn, &found)?,
        form,
        mistakes,
        today: now.today,
        key: fresh_key(),
        found,
    })
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (by, actor) = (who.clone(), who.actor.clone());
    let read = move |conn: &mut Conn| {
        let found = find(conn, &by, now, &reference)?;
        match first_refusal(&found, now.today) {
            None => Ok(Ok(page(conn, &by, now, found, None)?)),
            Some(refusal) => Ok(Err((found, refusal))),
        }
    };
    let page = match database.read(read).await? {
        Ok(page) => page,
        Err((found, refusal)) => return overtaken::answer(&who, found, Some(refusal), Vec::new()),
    };
    let subjects = page.found.subjects();
    let record = move |conn: &mut Conn| {
        audit::record(conn, now.moment, &actor, Verb::PetitionRead, &subjects, serde_json::json!({}))
    };
    database.write(record).await?;
    show(&page)
}

/// Why there is nothing to decide here; none where something can be.
fn first_refusal(found: &Found, today: NaiveDate) -> Option<Refusal> {
    let acts = match found.petition.state {
        State::Appealed => [Act::Confirm, Act::Overturn, Act::Ask],
        _ => [Act::Reject, Act::Approve, Act::Ask],
    };
    let mut refusals =
        acts.map(|act| found.round(today).after(act, By::Member(found.caller)).err()).into_iter();
    let first = refusals.next().flatten()?;
    refusals.all(|refusal| refusal.is_some()).then_some(first)
}

pub async fn decide(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<DecideForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let deciding = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, deciding).await? {
        Ok(address) => {
            say_done(
                &session,
                match form.choice.as_str() {
                    "ask" => "The practice is asked, and the clock stands still until it answers.",
                    _ => "Your decision is recorded. The practice and the networks asked are told.",
                },
            )?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                page(conn, &who, now, found, Some((form, mistakes)))
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/decide");
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Unsaved::Refused(found, refusal)) => {
            let words = [form.grant_words, form.refuse_words, form.question];
            let written = words.into_iter().map(|text| ("What you had written", text)).collect();
            overtaken::answer(&who, *found, refusal, written)
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &DecideForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    if form.version.parse() != Ok(found.petition.version) {
        return Ok(Err(Unsaved::stale(found)));
    }
    let decided = match form.decided(now.today, is_record(&found)) {
        Ok(decided) => decided,
        Err(mistakes) => return Ok(Err(mistakes.into())),
    };
    let (field, label, text) = decided.text();
    let clear = match found.look(now, &[Typed::new(field, label, text)], &form.said) {
        Ok(clear) => clear,
        Err(caught) => return Ok(Err(caught.into())),
    };
    let text = clear.text(field);
    let done = match decided {
        Decided::Verdict(verdict) => {
            let verdict = Verdict { words: text, ..verdict };
            acts::decide(conn, now, who, &found, &verdict)?
        }
        Decided::Question(_) => acts::ask(conn, now, who, &found, &text)?,
    };
    match done {
        Ok(_) => {
            clear.record(conn, now, who, &found.subjects())?;
            Ok(Ok(found.petition.path()))
        }
        Err(refusal) => Ok(Err(Unsaved::refused(found, refusal))),
    }
}
