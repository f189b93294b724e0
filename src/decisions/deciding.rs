//! Deciding a case: the person is held at once, and the ledger says by what. The network that comes second is told what
//! was decided.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::case::{Choice, Settled, settle};
use super::case_page::{self, choice_words, choices};
use super::found::{Found, find};
use super::holds;
use super::store::{self, Decision, NewDecision, Withdrawn};
use crate::access::{Provider, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, TypedDate, filters, long_day, save, see_other, show_as,
    typed,
};
use crate::runs::again;
use crate::runs::amend::{Because, amend};
use crate::runs::store::{Cause, Source, lock_standing};
use crate::settings::store::Values;

/// The longest reason, in characters.
const LONGEST: usize = 1_000;
/// The furthest a review may lie ahead, in months.
const FURTHEST: u32 = 36;

/// A decision as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DecisionForm {
    pub choice: String,
    pub reason: String,
    pub review_day: String,
    pub review_month: String,
    pub review_year: String,
    pub key: String,
    pub version: String,
}

/// A decision that can be recorded.
#[derive(Clone, Debug)]
pub struct Checked {
    pub choice: Choice,
    pub reason: String,
    pub review_on: NaiveDate,
}

impl DecisionForm {
    /// The form as it is first shown.
    pub fn fresh(conn: &mut Conn, today: NaiveDate) -> Result<DecisionForm, Error> {
        Ok(DecisionForm::reviewed_in(Values::read(conn)?.review_months(), today))
    }

    /// A review so many months ahead.
    fn reviewed_in(months: u32, today: NaiveDate) -> DecisionForm {
        let review = TypedDate::of(months_after(today, months));
        DecisionForm {
            review_day: review.day,
            review_month: review.month,
            review_year: review.year,
            ..DecisionForm::default()
        }
    }

    pub fn review(&self) -> TypedDate {
        TypedDate::new(&self.review_day, &self.review_month, &self.review_year)
    }

    /// What is meant, where it is one of the choices offered.
    pub fn check(&self, today: NaiveDate, offered: &[Option<String>]) -> Result<Checked, Mistakes> {
        let mut mistakes = Mistakes::new();
        let choice = Choice::read(&self.choice);
        let choice = choice.filter(|choice| settle(offered, None, choice) != Settled::NotAmongThem);
        let choice = mistakes.note("choice", choice.ok_or("Choose what you decide"));
        let reason = mistakes.note("reason", reason(&self.reason));
        let review_on = mistakes.note("review", review_date(&self.review(), today));
        match (choice, reason, review_on) {
            (Some(choice), Some(reason), Some(review_on)) => Ok(Checked { choice, reason, review_on }),
            _ => Err(mistakes),
        }
    }
}

/// A reason of one paragraph or more.
pub fn reason(typed: &str) -> Result<String, String> {
    let lines = typed.replace("\r\n", "\n");
    let text = lines.trim();
    match text.chars().count() {
        0 => Err("Enter the reason".into()),
        length if length > LONGEST => Err(format!("Reason must be {LONGEST} characters or fewer")),
        _ if text.contains(|sign: char| sign.is_control() && sign != '\n') => {
            Err("Reason must be without tabs or other control characters".into())
        }
        _ => Ok(text.to_owned()),
    }
}

pub fn review_date(typed: &TypedDate, today: NaiveDate) -> Result<NaiveDate, String> {
    let date = typed::required_day("Review date", typed)?;
    let last = months_after(today, FURTHEST);
    match () {
        () if date < today => Err(format!("Review date must be {} or later", long_day(today))),
        () if date > last => Err(format!("Review date must be {} or earlier", long_day(last))),
        () => Ok(date),
    }
}

fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// Why a decision was not recorded.
enum Unsaved {
    Mistaken(Mistakes),
    /// Somebody was faster, or a register or run changed the case.
    Overtaken(Box<Found>),
}

pub async fn decide(
    Provider(who): Provider,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    pseudonym: web::Path<String>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, Error> {
    let (form, pseudonym) = (form.into_inner(), pseudonym.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), pseudonym.clone());
    let deciding = move |conn: &mut Conn| decide_case(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, deciding).await? {
        Ok(address) => {
            say_done(&session, "Your decision is recorded.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let page = database
                .read(move |conn| case_page::page(conn, &who, now, &pseudonym, form, mistakes))
                .await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Unsaved::Overtaken(found)) => overtaken(&who, *found, form),
    }
}

fn decide_case(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: &DecisionForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, pseudonym)?;
    if form.version.parse() != Ok(found.version()) || !found.is_open() {
        return Ok(Err(Unsaved::Overtaken(Box::new(found))));
    }
    let checked = match form.check(now.today, &found.remaining()) {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(Err(Unsaved::Mistaken(mistakes))),
    };
    match record(conn, who, now, &found, &checked, None)? {
        Some(_) => Ok(Ok(format!("/decisions/{pseudonym}"))),
        None => Ok(Err(Unsaved::Mistaken(Mistakes::of_one("choice", WHICH_THEN)))),
    }
}

/// What somebody is told who rules out the group a person stands in where several others are left.
pub const WHICH_THEN: &str = "The person stands in this group for the time being, and several others are left. Choose the one they are in, or ask the practice";

/// The case as it stands while nobody else can decide it.
pub fn locked(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str) -> Result<Found, Error> {
    let seen = find(conn, who, now, pseudonym)?;
    lock_standing(conn, seen.locality.id)?;
    find(conn, who, now, pseudonym)
}

/// Records a decision and puts the person where it says; the decision's reference, or none where it does not say which of
/// several groups they are in.
pub fn record(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: &Found,
    checked: &Checked,
    batch: Option<&str>,
) -> Result<Option<String>, Error> {
    let open = found.open.as_ref().ok_or(Error::NotFound)?;
    let (person_id, locality_id) = (found.person.id, found.locality.id);
    let settled = settle(&found.remaining(), found.stands.group_code.as_deref(), &checked.choice);
    let held = match settled {
        Settled::Held(group) => Some(group),
        Settled::Narrowed(_) => None,
        Settled::NotAmongThem | Settled::WhichThen => return Ok(None),
    };
    let new = NewDecision {
        person_id,
        locality_id,
        run_id: found.run.id,
        kind: checked.choice.kind(),
        group_code: checked.choice.group(),
        pattern: open,
        reason: &checked.reason,
        review_on: held.as_ref().map(|_| checked.review_on),
        batch,
        ends: None,
    };
    let reference = store::add(conn, now, who, &new)?;
    if let Some(group) = &held {
        let days = (now.today, checked.review_on);
        let group = group.as_deref();
        holds::begin(conn, (person_id, locality_id), group, (Source::Decision, &reference), days)?;
        let facts = again::facts(conn, &found.run, person_id)?.ok_or(Error::NotFound)?;
        let to = found.stands.held_in(group, Source::Decision);
        let because = Because { cause: Cause::Decision, reference: &reference };
        amend(conn, now, &found.run, (&found.stands, &to), &facts, because)?;
        store::withdraw(conn, person_id, Withdrawn::Decided, now.today)?;
    }
    let subjects = [Subject::person(&found.person.pseudonym), Subject::decision(&reference)];
    let details = json!({
        "choice": checked.choice.to_string(),
        "reason": checked.reason,
        "review_on": new.review_on,
        "held_in": held,
        "batch": batch,
    });
    audit::record(conn, now.moment, &who.actor, Verb::CaseDecided, &subjects, details)?;
    Ok(Some(reference))
}

#[derive(Template)]
#[template(path = "decisions/overtaken.html")]
struct OvertakenPage {
    chrome: Chrome,
    found: Found,
    theirs: Option<Decision>,
    mine: String,
    form: DecisionForm,
}

impl OvertakenPage {
    fn theirs_words(&self, theirs: &Decision) -> String {
        case_page::decision_words(&self.found.scheme, theirs)
    }
}

/// Answers 409: what was decided meanwhile beside what was typed.
fn overtaken(who: &Who, found: Found, form: DecisionForm) -> Result<HttpResponse, Error> {
    let theirs = found.decisions.last().cloned();
    let mine =
        Choice::read(&form.choice).map(|choice| choice_words(&found.scheme, &choice)).unwrap_or_default();
    if !found.is_open() {
        let page = OvertakenPage { chrome: who.chrome(), found, theirs, mine, form };
        return show_as(StatusCode::CONFLICT, &page);
    }
    let said =
        theirs.as_ref().map(|theirs| case_page::decision_words(&found.scheme, theirs)).unwrap_or_default();
    let reason = theirs.as_ref().map(|decision| decision.reason.clone()).unwrap_or_default();
    let left: Vec<String> =
        choices(&found.scheme, &found.remaining()).into_iter().map(|choice| choice.label).collect();
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Judgement cases", href: "/decisions" },
        what: format!("Judgement case {}", found.person.pseudonym),
        fields: vec![
            Difference::new("Decision", mine, said),
            Difference::new("Reason", &form.reason, reason),
            Difference::new("What can be decided", "", left.join("; ")),
        ],
        action: format!("/decisions/{}/decision", found.person.pseudonym),
        typed: typed::fields(&form),
        version: found.version(),
        record: format!("/decisions/{}", found.person.pseudonym),
        key: String::new(),
    }
    .answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_review_lies_between_today_and_three_years_ahead() {
        let today = day("2026-11-23");
        let check = |text: &str| review_date(&TypedDate::of(day(text)), today);
        assert_eq!(check("2026-11-23"), Ok(today));
        assert_eq!(check("2029-11-23"), Ok(day("2029-11-23")));
        assert_eq!(check("2026-11-22"), Err("Review date must be 23 November 2026 or later".into()));
        assert_eq!(check("2029-11-24"), Err("Review date must be 23 November 2029 or earlier".into()));
        assert_eq!(DecisionForm::reviewed_in(12, today).review(), TypedDate::of(day("2027-11-23")));
    }

    #[test]
    fn all_mistakes_of_a_decision_are_told_at_once() {
        let offered = [Some("SEMI".to_owned()), None];
        let form = DecisionForm { choice: "in:LTC_75".into(), ..DecisionForm::default() };
        let mistakes = form.check(day("2026-11-23"), &offered).unwrap_err();
        assert_eq!(mistakes.of("choice"), Some("Choose what you decide"));
        assert_eq!(mistakes.of("reason"), Some("Enter the reason"));
        assert_eq!(mistakes.of("review"), Some("Enter the review date"));
        assert!(reason(&"a".repeat(1_001)).is_err() && reason("a\tb").is_err());
        assert_eq!(reason(" a\r\nb "), Ok("a\nb".into()));
    }
}
