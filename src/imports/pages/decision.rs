//! Confirming and cancelling an import.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::one::{JOBS, import_of, page};
use crate::access::{Imports, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::imports::store::{self, Import, State};
use crate::imports::uploads;
use crate::jobs::{self, Tools};
use crate::once::once;
use crate::page::{Mistakes, see_other};

/// What is ticked before a file is loaded.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    key: String,
    version: String,
    pub looked: String,
    pub leave: String,
}

impl ConfirmForm {
    fn check(&self, import: &Import) -> Mistakes {
        let mut mistakes = Mistakes::new();
        if import.warning_count > 0 && self.looked != "yes" {
            mistakes.add("looked", "Look at the warnings, then tick that they are right");
        }
        if import.many_leaving && self.leave != "yes" {
            mistakes.add("leave", "Tick that so many people have left, or cancel");
        }
        mistakes
    }
}

pub async fn confirm(
    Imports(who): Imports,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ConfirmForm>,
) -> Result<HttpResponse, Error> {
    let reference = reference.into_inner();
    let (wanted, asking) = (reference.clone(), who.clone());
    let import = database.read(move |conn| import_of(conn, &wanted, &asking)).await?;
    let mistakes = form.check(&import);
    if import.state == State::Checked && !mistakes.is_empty() {
        return page(&who, &database, &tools, &reference, &form, mistakes).await;
    }
    let form = form.into_inner();
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                load(conn, &who, now.moment, &reference, form.version.parse().unwrap_or(0))
            })
        })
        .await?;
    Ok(see_other(to))
}

/// Begins to load a file that waits; one that the same person has confirmed already, from another window, goes on.
fn load(conn: &mut Conn, who: &Who, now: Moment, reference: &str, version: i64) -> Result<String, Error> {
    let kind = jobs::Kind::ImportApply;
    if store::advance(conn, reference, &[State::Checked], Some(version), State::Applying, None)? {
        jobs::add(conn, now, &who.actor, kind, reference)?;
        return Ok(address(reference));
    }
    let is_confirmed =
        matches!(store::by_reference(conn, reference)?.state, State::Applying | State::Applied);
    match is_confirmed && jobs::was_begun_by(conn, kind, reference, who.user_id)? {
        true => Ok(address(reference)),
        false => Err(taken(reference)),
    }
}

fn address(reference: &str) -> String {
    format!("/imports/{reference}")
}

/// Somebody decided first: the page leads to the import.
fn taken(reference: &str) -> Error {
    let what = "This import has been confirmed or cancelled meanwhile.";
    Error::conflict(what, address(reference), format!("Go to import {reference}"))
}

/// Which version of an import to cancel.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CancelForm {
    key: String,
    version: String,
}

/// Cancels a file that waits, and asks a job at work to stop.
pub async fn cancel(
    Imports(who): Imports,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<CancelForm>,
) -> Result<HttpResponse, Error> {
    let reference = reference.into_inner();
    let form = form.into_inner();
    let cancelled = reference.clone();
    let (to, is_over) = database
        .write(move |conn| {
            import_of(conn, &reference, &who)?;
            let to = once(conn, now.moment, who.user_id, &form.key, |conn| {
                stop(conn, now.moment, &reference, form.version.parse().unwrap_or(0))?;
                let subjects = [Subject::import(&reference)];
                audit::record(conn, now.moment, &who.actor, Verb::ImportCancelled, &subjects, json!({}))?;
                Ok(address(&reference))
            })?;
            Ok((to, store::by_reference(conn, &reference)?.state == State::Cancelled))
        })
        .await?;
    if is_over {
        uploads::delete(&tools.folder, &cancelled)?;
        say_done(&session, "The import is cancelled and its file deleted. Nothing was changed.")?;
    }
    Ok(see_other(to))
}

/// A job that has not begun is stopped at once; one at work stops at its next step and tells of it then.
fn stop(conn: &mut Conn, now: Moment, reference: &str, version: i64) -> Result<(), Error> {
    let is_at_work = jobs::about(conn, JOBS, reference)?.is_some_and(|job| job.state == jobs::State::Running);
    jobs::ask_to_cancel(conn, JOBS, reference)?;
    if is_at_work {
        return Ok(());
    }
    let from = [State::Checking, State::Checked, State::Refused, State::Applying];
    match store::advance(conn, reference, &from, Some(version), State::Cancelled, Some(now))? {
        true => Ok(()),
        false => Err(taken(reference)),
    }
}
