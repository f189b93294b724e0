//! `/feedback` and below: what is published, for everybody; no sign-in, no figure that is hidden anywhere else.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;

use super::store::{self, Feedback};
use super::words::{InWords, how_many, in_words};
use crate::access::SignedIn;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::Tools;
use crate::ltc6::campaign::Campaign;
use crate::ltc6::campaigns::letters::written::qr;
use crate::ltc6::campaigns::words::{Seen, of_campaign};
use crate::ltc6::instrument::LTC6;
use crate::ltc6::results::store::figures;
use crate::page::{Chrome, filters, show};

/// What everybody may read of a campaign.
struct Told {
    seen: Seen,
    feedback: Feedback,
    published_on: NaiveDate,
    how_many: String,
    questions: Vec<InWords>,
}

/// Finds what is published of a campaign; anything else is not found.
fn told(conn: &mut Conn, reference: &str) -> Result<Told, Error> {
    let campaign = Campaign::by_reference(conn, reference)?;
    let feedback = store::feedback(conn, campaign.id)?;
    let published_on = feedback.published_on.ok_or(Error::NotFound)?;
    let figures = figures(conn, &campaign)?;
    Ok(Told {
        seen: of_campaign(conn, campaign)?,
        feedback,
        published_on,
        how_many: how_many(&figures),
        questions: in_words(&figures, &LTC6.scored),
    })
}

#[derive(Template)]
#[template(path = "ltc6/feedback/list.html")]
struct ListPage {
    chrome: Chrome,
    published: Vec<(Campaign, NaiveDate)>,
}

/// Whoever is signed in keeps the header they know.
fn chrome(caller: Option<SignedIn>) -> Chrome {
    caller.map_or_else(Chrome::signed_out, |SignedIn(who)| who.chrome())
}

pub async fn list(caller: Option<SignedIn>, database: web::Data<Database>) -> Result<HttpResponse, Error> {
    let published = database.read(store::published).await?;
    show(&ListPage { chrome: chrome(caller), published })
}

#[derive(Template)]
#[template(path = "ltc6/feedback/page.html")]
struct FeedbackPage {
    chrome: Chrome,
    told: Told,
}

pub async fn page(
    caller: Option<SignedIn>,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let told = database.read(move |conn| told(conn, &reference)).await?;
    show(&FeedbackPage { chrome: chrome(caller), told })
}

#[derive(Template)]
#[template(path = "ltc6/feedback/poster.html")]
struct Poster {
    told: Told,
    /// As people type it.
    address: String,
    /// An `svg` element.
    qr: String,
}

/// A page of A4 to print and hang up, as a file of its own.
pub async fn poster(
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let told = database.read(move |conn| told(conn, &reference)).await?;
    let link = format!("{}/feedback/{}", tools.base_url.trim_end_matches('/'), told.seen.campaign.reference);
    let address = link.split_once("://").map_or(link.as_str(), |(_, plain)| plain).to_owned();
    let name = format!("attachment; filename=\"poster-{}.html\"", told.seen.campaign.code);
    let body = Poster { told, address, qr: qr(&link)? }.render().context("writing a poster")?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body))
}
