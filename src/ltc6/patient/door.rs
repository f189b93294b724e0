//! The door: a code is typed or scanned. Nothing is used up by opening it.

use actix_web::http::StatusCode;
use actix_web::http::header::{REFERRER_POLICY, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::place::Place;
use super::shell::{Patient, Shell};
use crate::access::from_address;
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::code::{Code, Mistyped};
use crate::ltc6::tickets;
use crate::ltc6::words::Words;
use crate::page::see_other;

#[derive(Template)]
#[template(path = "ltc6/start.html")]
struct StartPage<'a> {
    shell: &'a Shell,
    typed: &'a str,
    error: Option<String>,
    slips: Vec<String>,
}

#[derive(Template)]
#[template(path = "ltc6/unusable.html")]
struct UnusablePage<'a> {
    shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "ltc6/wait.html")]
struct WaitPage<'a> {
    shell: &'a Shell,
    text: String,
}

#[derive(Template)]
#[template(path = "ltc6/left.html")]
struct LeftPage<'a> {
    shell: &'a Shell,
}

/// What is typed at the door.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
}

pub async fn start(patient: Patient) -> Result<HttpResponse, Error> {
    let page = StartPage { shell: &patient.shell, typed: "", error: None, slips: Vec::new() };
    patient.show(StatusCode::OK, &page)
}

pub async fn enter(
    patient: Patient,
    now: Now,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    form: web::Form<Typed>,
) -> Result<HttpResponse, Error> {
    come_in(&patient, now, &database, keys, &form.code).await
}

/// The only address in which a code stands; it is left at once, and no page is told where the reader came from.
pub async fn link(
    patient: Patient,
    now: Now,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let mut response = come_in(&patient, now, &database, keys, &code).await?;
    response
        .headers_mut()
        .insert(REFERRER_POLICY, actix_web::http::header::HeaderValue::from_static("no-referrer"));
    Ok(response)
}

async fn come_in(
    patient: &Patient,
    now: Now,
    database: &Database,
    keys: web::Data<Keys>,
    typed: &str,
) -> Result<HttpResponse, Error> {
    let code = match Code::read(typed) {
        Ok(code) => code,
        Err(mistyped) => return refuse(patient, typed, &mistyped),
    };
    match admit(patient, now, database, keys, &code).await? {
        None => {
            let mut response = see_other("/ltc6/about");
            let kept = patient.place.clone().filter(|place| place.code().as_ref() == Some(&code));
            kept.unwrap_or_else(|| Place::begin(&code)).keep(&patient.request, &mut response)?;
            Ok(response)
        }
        Some(refused) => Ok(refused),
    }
}

/// The page that says why a well-formed code opens nothing; none where it opens the questionnaire.
async fn admit(
    patient: &Patient,
    now: Now,
    database: &Database,
    keys: web::Data<Keys>,
    code: &Code,
) -> Result<Option<HttpResponse>, Error> {
    let (asked, with) = (code.clone(), keys.clone());
    if database.read(move |conn| tickets::ticket(conn, &with, &asked, now.today)).await?.is_some() {
        return Ok(None);
    }
    let (tried, from) = (code.clone(), from_address(&patient.request));
    let minutes = database.write(move |conn| tickets::failed(conn, &keys, &tried, &from, now)).await?;
    if minutes == 0 {
        return unusable(patient).map(Some);
    }
    let text = patient.shell.words.fill("wait.text", &[("minutes", &minutes.to_string())]);
    let mut response =
        patient.show(StatusCode::TOO_MANY_REQUESTS, &WaitPage { shell: &patient.shell, text })?;
    response.headers_mut().insert(RETRY_AFTER, (minutes * 60).into());
    Ok(Some(response))
}

/// One page for used, closed and never made: the same bytes.
pub fn unusable(patient: &Patient) -> Result<HttpResponse, Error> {
    let mut shell = patient.shell.clone();
    shell.can_leave = false;
    patient.show(StatusCode::NOT_FOUND, &UnusablePage { shell: &shell })
}

fn refuse(patient: &Patient, typed: &str, mistyped: &Mistyped) -> Result<HttpResponse, Error> {
    let words = &patient.shell.words;
    let slips = match mistyped {
        Mistyped::CheckSign { likely } => likely
            .iter()
            .map(|slip| {
                let (at, typed, perhaps) =
                    (slip.at.to_string(), slip.typed.to_string(), slip.perhaps.to_string());
                words.fill("code.slip", &[("at", &at), ("typed", &typed), ("perhaps", &perhaps)])
            })
            .collect(),
        _ => Vec::new(),
    };
    let shown: String = typed.chars().take(60).collect();
    let page =
        StartPage { shell: &patient.shell, typed: &shown, error: Some(message(words, mistyped)), slips };
    patient.show(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What is wrong with a code, in words.
pub fn message(words: &Words, mistyped: &Mistyped) -> String {
    match mistyped {
        Mistyped::Blank => words.say("code.blank").to_owned(),
        Mistyped::Length { signs } => words.fill("code.length", &[("signs", &signs.to_string())]),
        Mistyped::NotASign { at, sign } => {
            words.fill("code.sign", &[("at", &at.to_string()), ("sign", &sign.to_string())])
        }
        Mistyped::CheckSign { .. } => words.say("code.check").to_owned(),
    }
}

pub async fn leave(patient: Patient) -> Result<HttpResponse, Error> {
    let mut response = see_other("/ltc6/left");
    Place::clear(&patient.request, &mut response)?;
    Ok(response)
}

pub async fn left(patient: Patient) -> Result<HttpResponse, Error> {
    patient.show(StatusCode::OK, &LeftPage { shell: &patient.shell })
}
