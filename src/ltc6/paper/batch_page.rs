//! `/campaigns/{reference}/key/batch`: the forms of a batch, which of them are keyed twice, and sealing them all.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use serde::Deserialize;

use super::form_page::{Mode, in_address, taking};
use super::keyed::{self, Keyed, Place};
use crate::access::{KeysForms, Who, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::campaigns::words::Seen;
use crate::once::{fresh_key, once, once_or};
use crate::page::{Chrome, Mistakes, see_other, show_as};

/// A form of the sample that is keyed twice.
struct Second {
    form: Keyed,
    /// The caller did not key it first.
    may_key: bool,
}

#[derive(Template)]
#[template(path = "ltc6/paper/batch.html")]
struct BatchPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    batch: String,
    forms: usize,
    sample: Vec<Second>,
    as_it_is: bool,
    key: String,
}

impl BatchPage {
    fn of(
        conn: &mut Conn,
        keys: &Keys,
        who: &Who,
        seen: Seen,
        batch: String,
        mistakes: Mistakes,
    ) -> Result<BatchPage, Error> {
        let forms = keyed::of_batch(conn, seen.campaign.id, &batch)?;
        if forms.is_empty() {
            return Err(Error::NotFound);
        }
        let sample = keyed::sample(keys, &forms).into_iter();
        let second = |form: &Keyed| Second { may_key: form.keyed_by != who.user_id, form: form.clone() };
        Ok(BatchPage {
            chrome: who.chrome(),
            mistakes,
            forms: forms.len(),
            sample: sample.map(second).collect(),
            batch,
            seen,
            as_it_is: false,
            key: fresh_key(),
        })
    }

    fn is_checked(&self) -> bool {
        self.sample.iter().all(|second| second.form.is_checked)
    }

    fn differs(&self) -> bool {
        self.sample.iter().any(|second| second.form.differs())
    }

    fn query(&self) -> String {
        in_address(&self.batch)
    }
}

pub async fn batch(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    reference: web::Path<String>,
    mode: web::Query<Mode>,
) -> Result<HttpResponse, Error> {
    let batch = mode.into_inner().batch;
    let page = database
        .read(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            BatchPage::of(conn, &keys, &who, seen, batch, Mistakes::new())
        })
        .await?;
    show_as(StatusCode::OK, &page)
}

/// Sealing a batch, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FinishForm {
    key: String,
    batch: String,
    /// How many forms the page showed.
    forms: String,
    as_it_is: String,
}

pub async fn finish(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<FinishForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let finished = database
        .write(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let path = format!("{}/key", seen.path());
            let done = once_or(conn, now.moment, who.user_id, &form.key, |conn| {
                let page =
                    BatchPage::of(conn, &keys, &who, seen.clone(), form.batch.clone(), Mistakes::new())?;
                if page.forms.to_string() != form.forms {
                    let batch = format!("{path}/batch?batch={}", page.query());
                    let what = "Forms of this batch were keyed or undone in the meantime.";
                    return Err(Error::conflict(what, batch, "Go to the batch"));
                }
                if let Some(mistake) = refused(&page, &form) {
                    let as_it_is = form.as_it_is == "yes";
                    return Ok(Err(Box::new(BatchPage { mistakes: mistake, as_it_is, ..page })));
                }
                let campaign = (&seen.campaign, seen.locality.code.as_str());
                keyed::seal_batch(conn, (&who.actor, now.moment), campaign, &form.batch)?;
                Ok(Ok(path))
            })?;
            Ok(done)
        })
        .await?;
    match finished {
        Ok(path) => {
            let wiping = database.clone();
            web::block(move || wiping.forget_deleted(&["ltc6_keyed"]))
                .await
                .context("waiting for the database")??;
            say_done(
                &session,
                "The batch is sealed. Its forms are in the box, and can no longer be read here.",
            )?;
            Ok(see_other(path))
        }
        Err(page) => show_as(StatusCode::UNPROCESSABLE_ENTITY, &*page),
    }
}

fn refused(page: &BatchPage, form: &FinishForm) -> Option<Mistakes> {
    if page.differs() {
        return Some(Mistakes::of_one("", "Settle what the two keyers read differently first"));
    }
    if page.is_checked() || form.as_it_is == "yes" {
        return None;
    }
    let tick = "Have the sample keyed a second time, or tick that the batch is sealed without";
    Some(Mistakes::of_one("as_it_is", tick))
}

/// Taking a form back, as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UndoForm {
    key: String,
    batch: String,
    number: i64,
    version: i64,
}

pub async fn undo(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<UndoForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let said = format!("{}, {} is taken back. Key it again.", form.batch, form.number);
    let path = database
        .write(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let path = format!("{}/key?batch={}", seen.path(), in_address(&form.batch));
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                let place =
                    Place { campaign_id: seen.campaign.id, batch: form.batch.clone(), number: form.number };
                let campaign = (&seen.campaign, seen.locality.code.as_str());
                match keyed::undo(conn, (&who, now.moment), campaign, &place, form.version)? {
                    true => Ok(path),
                    false => {
                        Err(Error::conflict("This form was changed or sealed already.", path, "Go to keying"))
                    }
                }
            })
        })
        .await?;
    say_done(&session, &said)?;
    Ok(see_other(path))
}
