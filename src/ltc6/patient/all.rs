//! Every question on one page, and sent from there.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::check;
use super::door::{message, unusable};
use super::place::Place;
use super::shell::{Patient, Shell, Shown, questions, too_long};
use crate::clock::Now;
use crate::error::Error;
use crate::ltc6::Ltc6;
use crate::ltc6::answers::Fields;
use crate::ltc6::code::Code;
use crate::page::{Mistakes, see_other};

#[derive(Template)]
#[template(path = "ltc6/all.html")]
struct AllPage<'a> {
    shell: &'a Shell,
    questions: Vec<Shown<'a>>,
    respondent: &'a str,
    mistakes: &'a Mistakes,
    /// Asked for again where the browser did not keep it.
    code: Option<&'a str>,
}

pub async fn page(patient: Patient) -> Result<HttpResponse, Error> {
    if patient.ticket().await?.is_none() {
        return Ok(see_other("/ltc6"));
    }
    let answers = patient.place.as_ref().map(|place| place.answers.clone()).unwrap_or_default();
    show(&patient, StatusCode::OK, &answers, &Mistakes::new(), None)
}

fn show(
    patient: &Patient,
    status: StatusCode,
    answers: &Fields,
    mistakes: &Mistakes,
    code: Option<&str>,
) -> Result<HttpResponse, Error> {
    let page = AllPage {
        shell: &patient.shell,
        questions: questions(&patient.shell.words, answers, mistakes),
        respondent: &answers.respondent,
        mistakes,
        code,
    };
    patient.show(status, &page)
}

/// The whole questionnaire.
#[derive(Deserialize)]
pub struct Whole {
    #[serde(flatten)]
    fields: Fields,
    #[serde(default)]
    code: String,
    #[serde(default)]
    go: String,
}

pub async fn answer(
    patient: Patient,
    now: Now,
    ltc6: web::Data<Ltc6>,
    form: web::Form<Whole>,
) -> Result<HttpResponse, Error> {
    let words = &patient.shell.words;
    let mut mistakes = too_long(words, &form.fields);
    let place = match &patient.place {
        Some(place) => Some(place.clone()),
        None => match Code::read(&form.code) {
            Ok(code) => Some(Place::begin(&code)),
            Err(_) if form.code.is_empty() => {
                mistakes.add("code", words.say("all.code").to_owned());
                None
            }
            Err(mistyped) => {
                mistakes.add("code", message(words, &mistyped));
                None
            }
        },
    };
    let Some(place) = place.filter(|_| mistakes.is_empty()) else {
        let code = patient.place.is_none().then_some(form.code.as_str());
        return show(&patient, StatusCode::UNPROCESSABLE_ENTITY, &form.fields, &mistakes, code);
    };
    let patient = Patient { place: Some(place.with(form.fields.clone())), ..patient };
    if form.go == "check" {
        let mut response = see_other("/ltc6/check");
        patient.place.as_ref().map(|place| place.keep(&patient.request, &mut response)).transpose()?;
        return Ok(response);
    }
    match check::submit(&patient, now, &ltc6).await? {
        true => check::thank(&patient),
        false => unusable(&patient),
    }
}
