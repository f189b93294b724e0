//! `/runs/{reference}/application`: a dry run is applied, after a page that says to how many people.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::listing::Hindrance;
use super::run_page::{RunForm, Seen, conflict, seen};
use super::store::{self, State};
use super::summary::Summary;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::{self, Kind};
use crate::once::{fresh_key, once};
use crate::page::{Chrome, filters, see_other, show, thousands};

#[derive(Template)]
#[template(path = "runs/application.html")]
struct ApplicationPage {
    chrome: Chrome,
    seen: Seen,
    summary: Summary,
    key: String,
}

impl ApplicationPage {
    fn back(&self) -> String {
        format!("/runs/{}", self.seen.run.reference)
    }

    fn label(&self) -> String {
        format!("Apply to {} people", thousands(self.summary.people))
    }

    /// Whether nobody in the locality has a group yet.
    fn is_first(&self) -> bool {
        self.seen.standing.is_none()
    }
}

/// Says what applying would do, and asks.
pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let seen = database.read(move |conn| seen(conn, &who, now, &reference)).await?;
    may_apply(&seen)?;
    let summary = seen.run.summary()?.ok_or(Error::NotFound)?;
    show(&ApplicationPage { chrome, seen, summary, key: fresh_key() })
}

fn may_apply(seen: &Seen) -> Result<(), Error> {
    let what = match (seen.run.state, seen.hindrance) {
        (State::Previewed, None) => return Ok(()),
        (State::Previewed, Some(Hindrance::TooEarly(_))) => {
            "A run applies only on or after the date of the last applied one, so this is a dry run only."
        }
        (State::Previewed, Some(Hindrance::Overtaken)) => {
            "Another run was applied since this dry run. Start a new dry run and apply that."
        }
        (State::Previewed, Some(Hindrance::RegisterChanged(_))) => {
            "The register has changed since this dry run. Start a new dry run and apply that."
        }
        (State::Previewed, Some(Hindrance::SettingsChanged)) => {
            "A setting that places people was changed since this dry run. Start a new dry run and apply that."
        }
        (State::Applying | State::Applied, _) => "This run is applied already, or is being applied.",
        (State::Working, _) => "This dry run is still being worked out.",
        (State::Failed | State::Cancelled, _) => "This run has ended. Start a new dry run and apply that.",
    };
    Err(conflict(&seen.run.reference, what))
}

/// Starts the job that applies a dry run.
pub async fn apply(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<RunForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                begin(conn, &who, now, &reference, &form.version)
            })
        })
        .await?;
    say_done(&session, "The run is being applied. This page becomes its record.")?;
    Ok(see_other(path))
}

fn begin(conn: &mut Conn, who: &Who, now: Now, reference: &str, version: &str) -> Result<String, Error> {
    let seen = seen(conn, who, now, reference)?;
    let run = &seen.run;
    let path = format!("/runs/{}", run.reference);
    if matches!(run.state, State::Applying | State::Applied)
        && jobs::was_begun_by(conn, Kind::RunApply, reference, who.user_id)?
    {
        return Ok(path);
    }
    may_apply(&seen)?;
    let is_current = version.parse() == Ok(run.version);
    if !is_current || !store::advance(conn, run.id, &[State::Previewed], State::Applying)? {
        let what = "Somebody did something with this run while you were looking at it.";
        return Err(conflict(&run.reference, what));
    }
    jobs::add(conn, now.moment, &who.actor, Kind::RunApply, &run.reference)?;
    let subjects = [Subject::run(&run.reference), Subject::locality(&seen.locality.code)];
    let details = json!({ "as_of": run.as_of, "apply": true });
    audit::record(conn, now.moment, &who.actor, Verb::RunStarted, &subjects, details)?;
    Ok(path)
}
