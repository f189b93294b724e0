//! The acts of a petition's owner that are a text and a button: answering for information, withdrawing, appealing.

use std::future::{Ready, ready};

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::acts::{self, Done};
use super::form::LONGEST_CASE;
use super::found::{Found, find, locked};
use super::life::{Act, By, Withdrawal};
use super::overtaken::{self, Unsaved};
use super::words;
use crate::access::{OwnsPetitions, Who, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, filters, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Said, Typed, fields};

/// Which act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Answer,
    Withdraw,
    Appeal,
}

impl Kind {
    fn act(self) -> Act {
        match self {
            Kind::Answer => Act::Answer,
            Kind::Withdraw => Act::Withdraw(Withdrawal::ByOwner),
            Kind::Appeal => Act::Appeal,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Kind::Answer => "answer",
            Kind::Withdraw => "withdraw",
            Kind::Appeal => "appeal",
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Kind::Answer => "Give the information",
            Kind::Withdraw => "Withdraw the petition",
            Kind::Appeal => "Appeal against the rejection",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Kind::Answer => "Your answer",
            Kind::Withdraw => "Why you withdraw it",
            Kind::Appeal => "Ground of the appeal",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Kind::Answer => "Send the answer",
            Kind::Withdraw => "Withdraw the petition",
            Kind::Appeal => "Send the appeal",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Kind::Answer => "Your answer is sent, and the clock goes on.",
            Kind::Withdraw => "The petition is withdrawn. Everybody who was asked is told.",
            Kind::Appeal => "Your appeal is sent. Another commissioner decides it.",
        }
    }

    fn does(self, conn: &mut Conn, now: Now, who: &Who, found: &Found, text: &str) -> Result<Done, Error> {
        match self {
            Kind::Answer => acts::answer(conn, now, who, found, text),
            Kind::Withdraw => acts::withdraw(conn, now, Some(who), found, (Withdrawal::ByOwner, text)),
            Kind::Appeal => acts::appeal(conn, now, who, found, text),
        }
    }
}

/// The text as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TextForm {
    text: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "petitions/text.html")]
struct TextPage {
    chrome: Chrome,
    found: Found,
    kind: Kind,
    form: TextForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl TextPage {
    fn clock(&self) -> Option<String> {
        words::clock(&self.found, self.today)
    }
}

impl FromRequest for Kind {
    type Error = Error;
    type Future = Ready<Result<Kind, Error>>;

    /// By the last part of the address.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = |kind: &Kind| request.path().ends_with(&format!("/{}", kind.path()));
        ready([Kind::Answer, Kind::Withdraw, Kind::Appeal].into_iter().find(named).ok_or(Error::NotFound))
    }
}

pub async fn form(
    OwnsPetitions(who): OwnsPetitions,
    database: web::Data<Database>,
    now: Now,
    kind: Kind,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let found = database.read(move |conn| find(conn, &by, now, &reference)).await?;
    if let Err(refusal) = found.round(now.today).after(kind.act(), By::Member(found.caller)) {
        return overtaken::answer(&who, found, Some(refusal), Vec::new());
    }
    let (form, mistakes, key) = (TextForm::default(), Mistakes::new(), fresh_key());
    show(&TextPage { chrome: who.chrome(), found, kind, form, mistakes, today: now.today, key })
}

pub async fn act(
    OwnsPetitions(who): OwnsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    kind: Kind,
    reference: web::Path<String>,
    form: web::Form<TextForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let doing = move |conn: &mut Conn| keep(conn, &by, now, (&of, kind), &sent);
    match save(&database, now, &who, &form.key, doing).await? {
        Ok(address) => {
            say_done(&session, kind.said())?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                let (chrome, today, key) = (who.chrome(), now.today, fresh_key());
                Ok(TextPage { chrome, found, kind, form, mistakes, today, key })
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/{}", kind.path());
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Unsaved::Refused(found, refusal)) => {
            overtaken::answer(&who, *found, refusal, vec![(kind.label(), form.text)])
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (reference, kind): (&str, Kind),
    form: &TextForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    if form.version.parse() != Ok(found.petition.version) {
        return Ok(Err(Unsaved::stale(found)));
    }
    let text = match typed::required_text(kind.label(), &form.text, LONGEST_CASE) {
        Ok(text) => text,
        Err(sentence) => return Ok(Err(Mistakes::of_one("text", sentence).into())),
    };
    let clear = match found.look(now, &[Typed::new("text", kind.label(), &text)], &form.said) {
        Ok(clear) => clear,
        Err(caught) => return Ok(Err(caught.into())),
    };
    match kind.does(conn, now, who, &found, &clear.text("text"))? {
        Ok(_) => {
            clear.record(conn, now, who, &found.subjects())?;
            Ok(Ok(found.petition.path()))
        }
        Err(refusal) => Ok(Err(Unsaved::refused(found, refusal))),
    }
}
