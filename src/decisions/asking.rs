//! Asking the practice for a fact a case hangs on.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::deciding::locked;
use super::decision_form::reason;
use super::found::{Found, find};
use super::letters;
use super::questions::{self, Asked};
use crate::access::{Provider, Role, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::criteria::facts::{Facts, Flag};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::mail::Letter;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, save, see_other, show, show_as};
use crate::people::corrections::Correctable;
use crate::people::identified_text::{Caught, Found as Identified, Said, Typed, fields, look};
use crate::people::person::capital;
use crate::people::why::fact_words;
use crate::runs::again;

/// A question as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct QuestionForm {
    fact: String,
    reason: String,
    key: String,
    #[serde(flatten)]
    said: Said,
}

/// Why nothing was asked.
enum NotAsked {
    Mistaken(Mistakes),
    Identified(Box<Identified>),
}

#[derive(Template)]
#[template(path = "decisions/question.html")]
struct QuestionPage {
    chrome: Chrome,
    found: Found,
    askable: Vec<Choice>,
    form: QuestionForm,
    mistakes: Mistakes,
    key: String,
}

impl QuestionPage {
    fn case(&self) -> String {
        format!("/decisions/{}", self.found.person.pseudonym)
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: QuestionForm,
    mistakes: Mistakes,
) -> Result<QuestionPage, Error> {
    let found = find(conn, who, now, pseudonym)?;
    let facts = askable(conn, &found)?.into_iter();
    let askable = facts.map(|fact| Choice::new(fact.word(), capital(fact_words(fact.word())))).collect();
    Ok(QuestionPage { chrome: who.chrome(), found, askable, form, mistakes, key: fresh_key() })
}

/// The facts a practice can be asked for: those the case hangs on, or, where they are too many to name, those it does
/// not know; but those it is asked for already.
fn askable(conn: &mut Conn, found: &Found) -> Result<Vec<Correctable>, Error> {
    let Some(open) = found.open.as_ref().filter(|_| found.is_open()) else { return Ok(Vec::new()) };
    let mut facts: Vec<Correctable> = match found.too_many_unknown {
        true => {
            again::facts(conn, &found.run, found.person.id)?.map_or_else(Vec::new, |facts| unknown(&facts))
        }
        false => open.facts.iter().filter_map(|fact| Correctable::of_fact(fact)).collect(),
    };
    let is_asked = |fact: &Correctable| {
        found.questions.iter().any(|one| one.state == Asked::Asked && one.fact == fact.word())
    };
    facts.retain(|fact| !is_asked(fact));
    facts.dedup();
    Ok(facts)
}

/// What of somebody is not known that a practice could say.
fn unknown(facts: &Facts) -> Vec<Correctable> {
    let flags = Flag::ALL.into_iter().filter(|flag| facts.flag(*flag) == Answer::NotKnown);
    let mut unknown: Vec<Correctable> = flags.map(Correctable::Flag).collect();
    unknown.extend(facts.conditions.is_none().then_some(Correctable::Conditions));
    unknown.extend(facts.ltc_count.is_none().then_some(Correctable::LtcCount));
    unknown.extend(facts.unplanned_admissions.is_none().then_some(Correctable::UnplannedAdmissions));
    unknown
}

pub async fn form(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read =
        move |conn: &mut Conn| page(conn, &who, now, &pseudonym, QuestionForm::default(), Mistakes::new());
    let page = database.read(read).await?;
    may_ask(&page.found)?;
    show(&page)
}

fn may_ask(found: &Found) -> Result<(), Error> {
    match found.is_open() {
        true => Ok(()),
        false => Err(Error::conflict(
            "This case is settled, so there is nothing to ask.",
            format!("/decisions/{}", found.person.pseudonym),
            "Look at the case",
        )),
    }
}

pub async fn ask(
    Provider(who): Provider,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    pseudonym: web::Path<String>,
    form: web::Form<QuestionForm>,
) -> Result<HttpResponse, Error> {
    let (form, pseudonym) = (form.into_inner(), pseudonym.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), pseudonym.clone());
    let asking = move |conn: &mut Conn| ask_practice(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, asking).await? {
        Ok(address) => {
            say_done(&session, "The practice is asked. You hear by e-mail when it answers.")?;
            Ok(see_other(address))
        }
        Err(NotAsked::Identified(found)) => {
            let question = format!("/decisions/{pseudonym}/question");
            found.ask(&who, question.clone(), question, fields(&form))
        }
        Err(NotAsked::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, &pseudonym, form, mistakes);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
    }
}

fn ask_practice(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: &QuestionForm,
) -> Result<Result<String, NotAsked>, Error> {
    let found = locked(conn, who, now, pseudonym)?;
    may_ask(&found)?;
    let mut mistakes = Mistakes::new();
    let chosen = askable(conn, &found)?.into_iter().find(|fact| fact.word() == form.fact);
    let fact = mistakes.note("fact", chosen.ok_or("Choose the fact the practice is asked for"));
    let reason = mistakes.note("reason", reason(&form.reason));
    let (Some(fact), Some(reason)) = (fact, reason) else {
        return Ok(Err(NotAsked::Mistaken(mistakes)));
    };
    let clear = match look(&[Typed::new("reason", "Reason", &reason)], &found.about(), now.today, &form.said)
    {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(NotAsked::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(NotAsked::Identified(found))),
    };
    let reference = put(conn, who, now, &found, fact, &clear.text("reason"))?;
    clear.record(conn, now, who, &[Subject::person(pseudonym), Subject::question(reference)])?;
    Ok(Ok(format!("/decisions/{pseudonym}")))
}

/// Puts a question to the practice of a case; its reference.
pub fn put(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: &Found,
    fact: Correctable,
    reason: &str,
) -> Result<String, Error> {
    let reference = questions::ask(conn, now, who, found, fact, reason)?;
    let to = (found.person.practice_id, &[Role::Gp, Role::PracticeStaff][..]);
    let about = (reference.as_str(), format!("/decisions/questions/{reference}"));
    letters::send(conn, now, who, to, Letter::QuestionAsked, about)?;
    let subjects = [Subject::person(&found.person.pseudonym), Subject::question(&reference)];
    let details = json!({ "fact": fact.word(), "reason": reason, "practice": found.person.practice });
    audit::record(conn, now.moment, &who.actor, Verb::QuestionAsked, &subjects, details)?;
    Ok(reference)
}
