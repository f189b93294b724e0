//! One question a page; each can be skipped.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::shell::{Patient, Shell, Shown, questions, too_long};
use crate::error::Error;
use crate::ltc6::answers::Fields;
use crate::page::{Mistakes, see_other};

/// Questions, those in words among them.
const ALL: usize = 8;

#[derive(Template)]
#[template(path = "ltc6/question.html")]
struct QuestionPage<'a> {
    shell: &'a Shell,
    number: usize,
    of: String,
    question: Shown<'a>,
    back: String,
    /// Whether the check page is where this goes on to.
    checking: bool,
}

/// Where a page was come to from.
#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    change: String,
}

pub async fn page(
    patient: Patient,
    number: web::Path<usize>,
    from: web::Query<From>,
) -> Result<HttpResponse, Error> {
    let number = number.into_inner();
    if !(1..=ALL).contains(&number) {
        return Err(Error::NotFound);
    }
    if patient.ticket().await?.is_none() {
        return Ok(see_other("/ltc6"));
    }
    let answers = patient.place.as_ref().map(|place| place.answers.clone()).unwrap_or_default();
    show(&patient, StatusCode::OK, (number, from.change == "yes"), &answers, &Mistakes::new())
}

fn show(
    patient: &Patient,
    status: StatusCode,
    (number, checking): (usize, bool),
    answers: &Fields,
    mistakes: &Mistakes,
) -> Result<HttpResponse, Error> {
    let words = &patient.shell.words;
    let question = questions(words, answers, mistakes).swap_remove(number - 1);
    let back = match (checking, number) {
        (true, _) => "/ltc6/check".to_owned(),
        (false, 1) => "/ltc6/about".to_owned(),
        (false, number) => format!("/ltc6/questions/{}", number - 1),
    };
    let of = words.fill("question.of", &[("number", &number.to_string()), ("all", &ALL.to_string())]);
    patient.show(status, &QuestionPage { shell: &patient.shell, number, of, question, back, checking })
}

/// One answer, or the wish to skip it.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(flatten)]
    fields: Fields,
    #[serde(default)]
    go: String,
    #[serde(default)]
    change: String,
}

pub async fn answer(
    patient: Patient,
    number: web::Path<usize>,
    form: web::Form<Answer>,
) -> Result<HttpResponse, Error> {
    let number = number.into_inner();
    if !(1..=ALL).contains(&number) {
        return Err(Error::NotFound);
    }
    let Some(mut place) = patient.place.clone() else { return Ok(see_other("/ltc6")) };
    let checking = form.change == "yes";
    let typed = match number {
        7 => ("improve_text", &form.fields.improve_text),
        8 => ("confidence_text", &form.fields.confidence_text),
        _ => (SCORED[number - 1], &form.fields.scores()[number - 1].to_owned()),
    };
    let (field, value) = typed;
    if form.go == "pass" {
        place.answers.put(field, "");
    } else {
        place.answers.put(field, value);
        let mistakes = too_long(&patient.shell.words, &place.answers);
        if mistakes.of(field).is_some() {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&patient, status, (number, checking), &place.answers, &mistakes);
        }
    }
    let next = match number {
        _ if checking => "/ltc6/check".to_owned(),
        ALL => "/ltc6/check".to_owned(),
        _ => format!("/ltc6/questions/{}", number + 1),
    };
    let mut response = see_other(next);
    place.keep(&patient.request, &mut response)?;
    Ok(response)
}

const SCORED: [&str; 6] = ["q1", "q2", "q3", "q4", "q5", "q6"];
