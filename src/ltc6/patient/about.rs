//! Who asks, why, and that it is voluntary. Mail scanners open links: nothing is used up here.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::shell::{Patient, Shell};
use crate::database::Database;
use crate::error::Error;
use crate::ltc6::campaign::Campaign;
use crate::page::{long_day, see_other, thousands};

#[derive(Template)]
#[template(path = "ltc6/about.html")]
struct AboutPage<'a> {
    shell: &'a Shell,
    lead: String,
    campaign: &'a Campaign,
    closes: String,
    help: String,
    respondent: &'a str,
}

pub async fn page(patient: Patient, database: web::Data<Database>) -> Result<HttpResponse, Error> {
    let Some(ticket) = patient.ticket().await? else { return Ok(see_other("/ltc6")) };
    let campaign = ticket.campaign.clone();
    let people = database.read(move |conn| campaign.sampled(conn)).await?;
    let (words, campaign) = (&patient.shell.words, &ticket.campaign);
    let people = thousands(people);
    let lead = words
        .fill("about.lead", &[("run_by", &campaign.run_by), ("people", &people), ("area", &ticket.area)]);
    let page = AboutPage {
        shell: &patient.shell,
        lead,
        campaign,
        closes: words.fill("about.closes", &[("day", &long_day(campaign.closes_on))]),
        help: words.fill("about.help", &[("name", &campaign.help_name), ("phone", &campaign.help_phone)]),
        respondent: patient.place.as_ref().map_or("", |place| &place.answers.respondent),
    };
    patient.show(StatusCode::OK, &page)
}

/// Who answers, and which way.
#[derive(Deserialize)]
pub struct Begin {
    #[serde(default)]
    respondent: String,
    #[serde(default)]
    go: String,
}

pub async fn begin(patient: Patient, form: web::Form<Begin>) -> Result<HttpResponse, Error> {
    let Some(mut place) = patient.place.clone() else { return Ok(see_other("/ltc6")) };
    place.answers.respondent = form.respondent.clone();
    let mut response = see_other(if form.go == "all" { "/ltc6/all" } else { "/ltc6/questions/1" });
    place.keep(&patient.request, &mut response)?;
    Ok(response)
}
