//! The outbox: what was sent, what waits, what failed and can be tried again.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::store::{self, Mail, State};
use super::{About, Written};
use crate::access::{Administrator, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, Pages, Query, filters, see_other, show};

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/outbox", web::get().to(outbox))
        .route("/admin/outbox/{reference}", web::get().to(one))
        .route("/admin/outbox/{reference}/retry", web::post().to(retry));
}

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Waiting => "Waiting",
            State::Sending => "In progress",
            State::Sent => "Sent",
            State::Written => "Written to a file",
            State::Failed => "Failed",
            State::Dropped => "Not needed",
        }
    }
}

#[derive(Template)]
#[template(path = "mail/outbox.html")]
struct OutboxPage {
    chrome: Chrome,
    query: Query,
    rows: Vec<Mail>,
    pages: Pages,
    failed: i64,
}

pub async fn outbox(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let query = query.offered(&[("state", "State")], |_, value| State::from_word(value).is_some());
    let state = query.get("state").and_then(State::from_word);
    let states = state.map_or_else(|| State::ALL.to_vec(), |state| vec![state]);
    let wanted = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let (rows, pages, failed) = database
        .read(move |conn| {
            let pages = Pages::new(wanted, 25, store::count(conn, &states)?);
            let rows = store::in_states(conn, &states, pages.offset(), pages.per)?;
            Ok((rows, pages, store::count(conn, &[State::Failed])?))
        })
        .await?;
    show(&OutboxPage { chrome: who.chrome(), query, rows, pages, failed })
}

#[derive(Template)]
#[template(path = "mail/one.html")]
struct MailPage {
    chrome: Chrome,
    mail: Mail,
    /// None where it holds a code.
    written: Option<Written>,
    key: String,
}

/// The text of a letter; where its link stood, that the link is not shown.
pub async fn one(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    Now { moment, .. }: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let mail = database
        .write(move |conn| {
            let mail = store::by_reference(conn, &reference)?;
            let to = mail.to_email.iter().map(Subject::user);
            let subjects: Vec<Subject> = std::iter::once(Subject::mail(&mail.reference)).chain(to).collect();
            audit::record(conn, moment, &who.actor, Verb::MailRead, &subjects, json!({}))?;
            Ok(mail)
        })
        .await?;
    let link = match mail.letter.link_hours() {
        _ if mail.letter.holds_code() => None,
        Some(_) => Some("(link not shown)".to_owned()),
        None => Some(About::read(&mail.about)?.path),
    };
    let written = link.map(|link| mail.letter.write(&mail.reference, &mail.about, &link)).transpose()?;
    show(&MailPage { chrome, mail, written, key: fresh_key() })
}

/// Which version of a letter to try again.
#[derive(Clone, Deserialize)]
pub struct RetryForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    version: String,
}

pub async fn retry(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    Now { moment, .. }: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<RetryForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let version: i64 = form.version.parse().unwrap_or(0);
    let to = database
        .write(move |conn| {
            once(conn, moment, who.user_id, &form.key, |conn| {
                let mail = store::by_reference(conn, &reference)?;
                if !store::retry(conn, &reference, version)? {
                    return Err(Error::conflict(
                        "This letter is no longer one that failed: it was tried meanwhile.",
                        format!("/admin/outbox/{reference}"),
                        format!("Go to letter {reference}"),
                    ));
                }
                let subject = [Subject::mail(&mail.reference)];
                audit::record(conn, moment, &who.actor, Verb::MailRetried, &subject, json!({}))?;
                Ok("/admin/outbox".to_owned())
            })
        })
        .await?;
    say_done(&session, "The letter will be tried again within a minute.")?;
    Ok(see_other(to))
}
