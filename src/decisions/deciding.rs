//! Deciding a case: the person is held at once, and the ledger says by what. The network that comes second is told what
//! was decided.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::case::{Choice, Settled, settle};
use super::case_page;
use super::decision_form::{Checked, DecisionForm};
use super::found::{Found, find};
use super::holds;
use super::questions::{self, Withdrawn};
use super::store::{self, Decision, NewDecision};
use crate::access::{Provider, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, filters, save, see_other, show_as, typed,
};
use crate::people::identified_text::{Caught, Found as Identified, Typed, fields, look};
use crate::runs::again;
use crate::runs::amend::{Because, amend};
use crate::runs::store::{Cause, Source, lock_standing};

/// Why a decision was not recorded.
enum Unsaved {
    Mistaken(Mistakes),
    /// Somebody was faster, or a register or run changed the case.
    Overtaken(Box<Found>),
    Identified(Box<Identified>),
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
        Err(Unsaved::Identified(found)) => {
            let case = format!("/decisions/{pseudonym}");
            found.ask(&who, format!("{case}/decision"), case, fields(&form))
        }
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
    let typed = [Typed::new("reason", "Reason", &checked.reason)];
    let clear = match look(&typed, &found.about(), now.today, &form.said) {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(Unsaved::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(Unsaved::Identified(found))),
    };
    let checked = Checked { reason: clear.text("reason"), ..checked };
    match record(conn, who, now, &found, &checked, None)? {
        Some(reference) => {
            let subjects = [Subject::person(pseudonym), Subject::decision(&reference)];
            clear.record(conn, now, who, &subjects)?;
            Ok(Ok(format!("/decisions/{pseudonym}")))
        }
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
        questions::withdraw(conn, person_id, Withdrawn::Decided, now.today)?;
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
        self.found.decided(theirs)
    }
}

/// Answers 409: what was decided meanwhile beside what was typed.
fn overtaken(who: &Who, found: Found, form: DecisionForm) -> Result<HttpResponse, Error> {
    let theirs = found.decisions.last().cloned();
    let mine = Choice::read(&form.choice).map(|choice| found.chosen(&choice)).unwrap_or_default();
    if !found.is_open() {
        let page = OvertakenPage { chrome: who.chrome(), found, theirs, mine, form };
        return show_as(StatusCode::CONFLICT, &page);
    }
    let said = theirs.as_ref().map(|decision| found.decided(decision)).unwrap_or_default();
    let reason = theirs.as_ref().map(|decision| decision.reason.clone()).unwrap_or_default();
    let left: Vec<String> = found.choices().into_iter().map(|choice| choice.label).collect();
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
