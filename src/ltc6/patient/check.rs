//! What was answered, before it is sent; sending; thank you.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::door::unusable;
use super::place::Place;
use super::shell::{Patient, Shell, Shown, questions};
use crate::clock::Now;
use crate::error::Error;
use crate::ltc6::Ltc6;
use crate::ltc6::ballot::{Submission, seal};
use crate::page::{Mistakes, see_other};

#[derive(Template)]
#[template(path = "ltc6/check.html")]
struct CheckPage<'a> {
    shell: &'a Shell,
    questions: Vec<Shown<'a>>,
    respondent: &'a str,
    is_blank: bool,
}

#[derive(Template)]
#[template(path = "ltc6/thanks.html")]
struct ThanksPage<'a> {
    shell: &'a Shell,
}

pub async fn page(patient: Patient) -> Result<HttpResponse, Error> {
    let Some(place) = patient.place.as_ref() else { return Ok(see_other("/ltc6")) };
    if patient.ticket().await?.is_none() {
        return unusable(&patient);
    }
    let words = &patient.shell.words;
    let respondent = match place.answers.respondent.as_str() {
        "person" => words.say("about.person"),
        "carer" => words.say("about.carer"),
        _ => words.say("check.unsaid"),
    };
    let page = CheckPage {
        shell: &patient.shell,
        questions: questions(words, &place.answers, &Mistakes::new()),
        respondent,
        is_blank: place.answers.answers().is_blank(),
    };
    patient.show(StatusCode::OK, &page)
}

pub async fn send(patient: Patient, now: Now, ltc6: web::Data<Ltc6>) -> Result<HttpResponse, Error> {
    if patient.place.is_none() {
        return Ok(see_other("/ltc6"));
    }
    match submit(&patient, now, &ltc6).await? {
        true => thank(&patient),
        false => unusable(&patient),
    }
}

/// Seals the answers and drops them into the box; whether the code was still good.
pub async fn submit(patient: &Patient, now: Now, ltc6: &Ltc6) -> Result<bool, Error> {
    let Some(place) = &patient.place else { return Ok(false) };
    let Some(ticket) = patient.ticket().await? else {
        return Ok(ltc6.ballot.was_thanked(&place.form));
    };
    let Some(public_key) = &ticket.campaign.public_key else { return Ok(false) };
    let submission = Submission {
        invitation: ticket.invitation,
        campaign_id: ticket.campaign.id,
        level: ticket.level,
        sealed: seal::seal(public_key, &place.answers.answers())?,
        form: place.form.clone(),
        today: now.today,
    };
    ltc6.ballot.submit(submission).await
}

/// On to the thanks, with nothing left on the device.
pub fn thank(patient: &Patient) -> Result<HttpResponse, Error> {
    let mut response = see_other("/ltc6/thanks");
    Place::clear(&patient.request, &mut response)?;
    Ok(response)
}

pub async fn thanks(patient: Patient) -> Result<HttpResponse, Error> {
    patient.show(StatusCode::OK, &ThanksPage { shell: &patient.shell })
}
