//! A practice's answer to the question for a fact: a correction beside the register, by which the person is placed again
//! at once.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::answer::{AnswerForm, Answered};
use super::deciding::locked;
use super::found::Found;
use super::letters;
use super::questions::{self, Asked, Question};
use super::settling::{self, place_again};
use super::words;
use crate::access::{Practice, ReadsDecisions, Role, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::conditions::Condition;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::mail::Letter;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, save, see_other, show, show_as};
use crate::people::corrections::{self, Correctable, NewCorrection, Source};
use crate::people::person::capital;
use crate::people::why::fact_words;
use crate::runs::store::Cause;

#[derive(Template)]
#[template(path = "decisions/answer.html")]
struct AnswerPage {
    chrome: Chrome,
    name: String,
    question: Question,
    fact: Correctable,
    form: AnswerForm,
    mistakes: Mistakes,
    key: String,
}

impl AnswerPage {
    fn what(&self) -> String {
        capital(fact_words(&self.question.fact))
    }

    fn is_count(&self) -> bool {
        matches!(self.fact, Correctable::LtcCount | Correctable::UnplannedAdmissions)
    }

    fn is_list(&self) -> bool {
        self.fact == Correctable::Conditions
    }

    fn yes_or_no(&self) -> Vec<Choice> {
        vec![Choice::new("yes", "Yes"), Choice::new("no", "No"), Choice::new("not_known", "Not known")]
    }

    fn registers(&self) -> Vec<Choice> {
        Condition::ALL.into_iter().map(|one| Choice::new(one.code(), one.name())).collect()
    }
}

/// A question to the caller's practice, with the person as the practice sees them.
fn asked(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<(Question, Found), Error> {
    let question = questions::named(conn, reference)?;
    let pseudonym = settling::pseudonym(conn, question.person_id)?;
    let found = super::found::find(conn, who, now, &pseudonym)?;
    Ok((question, found))
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: AnswerForm,
    mistakes: Mistakes,
) -> Result<Result<AnswerPage, AnsweredPage>, Error> {
    let (question, found) = asked(conn, who, now, reference)?;
    if question.state != Asked::Asked {
        return Ok(Err(AnsweredPage { chrome: who.chrome(), question, found, mine: None }));
    }
    Ok(Ok(AnswerPage {
        chrome: who.chrome(),
        name: super::case_page::name(&found),
        fact: Correctable::from_word(&question.fact).ok_or(Error::NotFound)?,
        question,
        form,
        mistakes,
        key: fresh_key(),
    }))
}

/// A question that no longer waits, beside what was typed.
#[derive(Template)]
#[template(path = "decisions/answered.html")]
struct AnsweredPage {
    chrome: Chrome,
    question: Question,
    found: Found,
    mine: Option<String>,
}

impl AnsweredPage {
    fn what(&self) -> String {
        capital(fact_words(&self.question.fact))
    }

    fn theirs(&self) -> String {
        words::asked(&self.question)
    }
}

/// The question's page for the practice; the networks and commissioners are led to the case.
pub async fn form(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (actor, answers) = (who.actor.clone(), matches!(who.role(), Role::Gp | Role::PracticeStaff));
    let read = move |conn: &mut Conn| {
        let (question, found) = asked(conn, &who, now, &reference)?;
        let subjects = [Subject::person(&found.person.pseudonym), Subject::question(&question.reference)];
        Ok((page(conn, &who, now, &reference, AnswerForm::default(), Mistakes::new())?, subjects))
    };
    let (page, subjects) = database.read(read).await?;
    if !answers {
        return Ok(see_other(format!("/decisions/{}", subjects[0].reference)));
    }
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CaseRead, &subjects, json!({})))
        .await?;
    match page {
        Ok(page) => show(&page),
        Err(page) => show(&page),
    }
}

/// Why an answer was not kept.
enum Unsaved {
    Mistaken(Mistakes),
    Overtaken(Box<(Question, Found)>),
}

pub async fn answer(
    Practice(who): Practice,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (AnswerForm::of(form.into_inner()), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let answering = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, answering).await? {
        Ok(address) => {
            say_done(&session, "Your answer is recorded. The network that asked is told.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, &reference, form, mistakes);
            match database.read(read).await? {
                Ok(page) => show_as(StatusCode::UNPROCESSABLE_ENTITY, &page),
                Err(page) => show_as(StatusCode::CONFLICT, &page),
            }
        }
        Err(Unsaved::Overtaken(theirs)) => {
            let (question, found) = *theirs;
            let mine = Some(form.in_words());
            let page = AnsweredPage { chrome: who.chrome(), question, found, mine };
            show_as(StatusCode::CONFLICT, &page)
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &AnswerForm,
) -> Result<Result<String, Unsaved>, Error> {
    let (question, found) = asked(conn, who, now, reference)?;
    let found = locked(conn, who, now, &found.person.pseudonym)?;
    let fact = Correctable::from_word(&question.fact).ok_or(Error::NotFound)?;
    let answered = match form.check(fact) {
        Ok(answered) => answered,
        Err(mistakes) => return Ok(Err(Unsaved::Mistaken(mistakes))),
    };
    match settle(conn, who, now, &question, &found, (fact, answered))? {
        true => Ok(Ok("/decisions".into())),
        false => {
            let question = questions::named(conn, reference)?;
            Ok(Err(Unsaved::Overtaken(Box::new((question, found)))))
        }
    }
}

/// Keeps an answer, corrects the fact and places the person again; whether the question still waited.
pub fn settle(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    question: &Question,
    found: &Found,
    (fact, answered): (Correctable, Answered),
) -> Result<bool, Error> {
    let reference = question.reference.as_str();
    let text = match answered {
        Answered::Value(value) => value.text(),
        Answered::NotKnown => "not_known".into(),
    };
    if !questions::answer(conn, now, who, question, &text)? {
        return Ok(false);
    }
    if let Answered::Value(value) = answered {
        let person_id = found.person.id;
        let source = Source::Answer;
        corrections::add(conn, now.today, &NewCorrection { person_id, fact, value, source, reference })?;
        place_again(conn, now, found, (Cause::Correction, reference))?;
    }
    let to = (question.network_id, &[Role::Provider][..]);
    let about = (reference, format!("/decisions/questions/{reference}"));
    letters::send(conn, now, who, to, Letter::QuestionAnswered, about)?;
    let subjects = [Subject::person(&found.person.pseudonym), Subject::question(reference)];
    let details = json!({ "fact": fact.word(), "answer": text });
    audit::record(conn, now.moment, &who.actor, Verb::QuestionAnswered, &subjects, details)?;
    Ok(true)
}
