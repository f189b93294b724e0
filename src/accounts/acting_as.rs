//! Choosing whom to act as, of several memberships.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::access::{Membership, SignedIn, session_words};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;
use crate::page::{Chrome, Mistakes, see_other, show_as};

#[derive(Template)]
#[template(path = "accounts/acting-as.html")]
struct ActingAsPage {
    chrome: Chrome,
    mistakes: Mistakes,
    memberships: Vec<Membership>,
    current: i64,
}

#[derive(Deserialize)]
pub struct ActingAsForm {
    #[serde(default)]
    membership: String,
}

pub async fn form(SignedIn(who): SignedIn) -> Result<HttpResponse, Error> {
    let page = ActingAsPage {
        chrome: who.chrome(),
        mistakes: Mistakes::new(),
        current: who.membership.id,
        memberships: who.memberships,
    };
    show_as(StatusCode::OK, &page)
}

pub async fn submit(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    Now { moment, .. }: Now,
    session: Session,
    form: web::Form<ActingAsForm>,
) -> Result<HttpResponse, Error> {
    let chosen = who.memberships.iter().find(|each| each.id.to_string() == form.membership).cloned();
    let Some(chosen) = chosen else {
        let page = ActingAsPage {
            chrome: who.chrome(),
            mistakes: Mistakes::of_one("membership", "Choose whom to act as"),
            current: who.membership.id,
            memberships: who.memberships,
        };
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let details = json!({ "now": chosen.label() });
    let subject = Subject::user(&who.email);
    database
        .write(move |conn| {
            audit::record(conn, moment, &who.actor, Verb::SwitchedMembership, &[subject], details)
        })
        .await?;
    let kept = session.insert(session_words::MEMBERSHIP, chosen.id);
    kept.map_err(|error| anyhow::anyhow!("keeping the membership: {error}"))?;
    Ok(see_other("/"))
}
