//! `/petitions/{ref}/opinion`: what a provider network thinks of a petition.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::acts;
use super::form::LONGEST;
use super::found::{Found, find, locked};
use super::life::{Act, By};
use super::overtaken::{self, Unsaved};
use super::page::{Evidence, evidence};
use super::petition::Opinion;
use super::words;
use crate::access::{Provider, Who, say_done};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Said, Typed, fields};

/// An opinion as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct OpinionForm {
    opinion: String,
    reason: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "petitions/opinion.html")]
struct OpinionPage {
    chrome: Chrome,
    found: Found,
    evidence: Option<Evidence>,
    form: OpinionForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl OpinionPage {
    fn clock(&self) -> Option<String> {
        words::clock(&self.found, self.today)
    }

    fn choices(&self) -> Vec<Choice> {
        vec![
            Choice::new(Opinion::Support.word(), "We support it"),
            Choice::new(Opinion::Oppose.word(), "We do not support it"),
            Choice::new(Opinion::NoView.word(), "We have no view"),
        ]
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: Found,
    (form, mistakes): (OpinionForm, Mistakes),
) -> Result<OpinionPage, Error> {
    let evidence = evidence(conn, who, &found)?;
    let (today, key) = (now.today, fresh_key());
    Ok(OpinionPage { chrome: who.chrome(), found, evidence, form, mistakes, today, key })
}

pub async fn form(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let read = move |conn: &mut Conn| {
        let found = find(conn, &by, now, &reference)?;
        match found.round(now.today).after(Act::Opinion, By::Member(found.caller)) {
            Ok(_) => Ok(Ok(page(conn, &by, now, found, (OpinionForm::default(), Mistakes::new()))?)),
            Err(refusal) => Ok(Err((found, refusal))),
        }
    };
    match database.read(read).await? {
        Ok(page) => show(&page),
        Err((found, refusal)) => overtaken::answer(&who, found, Some(refusal), Vec::new()),
    }
}

pub async fn give(
    Provider(who): Provider,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<OpinionForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let giving = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, giving).await? {
        Ok(address) => {
            say_done(&session, "Your network's opinion is recorded. The commissioner decides.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                page(conn, &who, now, found, (form, mistakes))
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/opinion");
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Unsaved::Refused(found, refusal)) => {
            let said = Opinion::from_word(&form.opinion).map_or("", Opinion::label).to_owned();
            overtaken::answer(&who, *found, refusal, vec![("Your opinion", said), ("Reason", form.reason)])
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &OpinionForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    let mut mistakes = Mistakes::new();
    let opinion = Opinion::from_word(&form.opinion);
    let opinion = mistakes.note("opinion", opinion.ok_or("Choose what your network thinks"));
    let reason = match opinion {
        Some(Opinion::NoView) => mistakes.note("reason", typed::text("Reason", &form.reason, LONGEST)),
        _ => mistakes.note("reason", typed::required_text("Reason", &form.reason, LONGEST)),
    };
    // A refusal goes before mistakes: there is no use in mending what cannot be sent.
    if let Err(refusal) = found.round(now.today).after(Act::Opinion, By::Member(found.caller)) {
        return Ok(Err(Unsaved::refused(found, refusal)));
    }
    let (Some(opinion), Some(reason)) = (opinion, reason) else { return Ok(Err(mistakes.into())) };
    let clear = match found.look(now, &[Typed::new("reason", "Reason", &reason)], &form.said) {
        Ok(clear) => clear,
        Err(caught) => return Ok(Err(caught.into())),
    };
    match acts::opine(conn, now, who, &found, (opinion, &clear.text("reason")))? {
        Ok(_) => {
            clear.record(conn, now, who, &found.subjects())?;
            Ok(Ok(found.petition.path()))
        }
        Err(refusal) => Ok(Err(Unsaved::refused(found, refusal))),
    }
}
