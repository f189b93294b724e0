//! One break-glass read before the auditor, and the mark that it was looked at.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::store::{self, Unmasking, Whose};
use crate::access::{Auditor, Who, say_done};
use crate::audit::trail::Ours;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, filters, see_other, show};

#[derive(Template)]
#[template(path = "unmasking/one.html")]
struct OnePage {
    chrome: Chrome,
    one: Unmasking,
    key: String,
}

pub async fn one(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let one = database
        .read(move |conn| {
            let whose = Whose::Ours(Ours::of(conn, &who)?);
            store::one(conn, &whose, &reference)
        })
        .await?;
    show(&OnePage { chrome, one, key: fresh_key() })
}

/// The mark, with the version it was given on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MarkForm {
    /// `yes` or `no`.
    looked: String,
    key: String,
    version: String,
}

pub async fn mark(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<MarkForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let looked = form.looked != "no";
    let to = database.write(move |conn| set(conn, &who, now, &reference, &form)).await?;
    say_done(&session, if looked { "Marked as looked at." } else { "No longer marked as looked at." })?;
    Ok(see_other(to))
}

fn set(conn: &mut Conn, who: &Who, now: Now, reference: &str, form: &MarkForm) -> Result<String, Error> {
    let whose = Whose::Ours(Ours::of(conn, who)?);
    store::one(conn, &whose, reference)?;
    let page = format!("/audit/break-glass/{reference}");
    once(conn, now.moment, who.user_id, &form.key, |conn| {
        let version = form.version.parse().unwrap_or(0);
        match record(conn, now, who, reference, version, form.looked != "no")? {
            true => Ok(page.clone()),
            false => Err(Error::conflict(
                "Another auditor has marked this break-glass read meanwhile.",
                page.clone(),
                format!("Go to break-glass read {reference}"),
            )),
        }
    })
}

/// Marks a break-glass read of the auditor's as looked at, or not after all, and records it; whether it was still at that
/// version.
pub fn record(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    reference: &str,
    version: i64,
    looked: bool,
) -> Result<bool, Error> {
    let whose = Whose::Ours(Ours::of(conn, who)?);
    let one = store::one(conn, &whose, reference)?;
    if !store::mark(conn, now.moment, who, (reference, version), looked)? {
        return Ok(false);
    }
    let verb = if looked { Verb::UnmaskingLookedAt } else { Verb::UnmaskingReopened };
    let subjects = [Subject::unmasking(reference), Subject::person(&one.pseudonym)];
    audit::record(conn, now.moment, &who.actor, verb, &subjects, json!({}))?;
    Ok(true)
}
