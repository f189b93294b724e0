//! `/runs/{reference}`: a run while it works, its dry run, and its record once it is applied.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::amend;
use super::listing::{Hindrance, hindrance};
use super::store::{self, Locality, Run, State, current, locality_of};
use super::summary::{GroupCount, Summary};
use crate::access::{Commissioner, ReadsRuns, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::store::numbered;
use crate::jobs::{self, Job, Kind};
use crate::money::Pence;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, Query, filters, see_other, show, thousands};
use crate::people::person::capital;
use crate::people::register::published;
use crate::people::scope::Scope;
use crate::people::why::{fact_words, label};
use crate::settings::store::placing;

/// The kinds of job about a run.
pub const JOBS: &[Kind] = &[Kind::RunPreview, Kind::RunApply];

/// A run within the caller's scope, and what decides what can be done with it.
pub struct Seen {
    pub run: Run,
    pub locality: Locality,
    /// The run that stands in its locality.
    pub standing: Option<Run>,
    pub hindrance: Option<Hindrance>,
}

/// Finds a run of one of the caller's localities.
pub fn seen(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Seen, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let run = store::by_reference(conn, reference)?.ok_or(Error::NotFound)?;
    if !scope.localities.contains(&run.locality_id) {
        return Err(Error::NotFound);
    }
    let standing = current(conn, run.locality_id)?;
    let register = published(conn)?;
    Ok(Seen {
        locality: locality_of(conn, run.locality_id)?,
        hindrance: hindrance(&run, standing.as_ref(), register, placing(conn)?),
        standing,
        run,
    })
}

/// From where to where people move: a row for each place they come from.
struct Matrix {
    to: Vec<Option<String>>,
    rows: Vec<(Option<String>, Vec<u64>)>,
}

impl Matrix {
    fn of(summary: &Summary, scheme: &Scheme) -> Matrix {
        let (mut from, mut to): (Vec<Option<String>>, Vec<Option<String>>) =
            summary.moves.iter().map(|moved| (moved.from.clone(), moved.to.clone())).unzip();
        for places in [&mut from, &mut to] {
            places.sort_by_key(|code| order(scheme, code.as_deref()));
            places.dedup();
        }
        let people = |from: &Option<String>, to: &Option<String>| {
            let moves = summary.moves.iter().filter(|moved| moved.from == *from && moved.to == *to);
            moves.map(|moved| moved.people).sum()
        };
        let rows = from.into_iter().map(|from| {
            let cells = to.iter().map(|to| people(&from, to)).collect();
            (from, cells)
        });
        Matrix { rows: rows.collect(), to }
    }
}

/// The order in which groups are tried, as on the page of groups; what is no home group last.
fn order(scheme: &Scheme, code: Option<&str>) -> usize {
    let home = scheme.in_precedence();
    home.iter().position(|group| code == Some(&*group.code)).unwrap_or(usize::MAX)
}

#[derive(Template)]
#[template(path = "runs/run.html")]
struct RunPage {
    chrome: Chrome,
    seen: Seen,
    job: Option<Job>,
    summary: Option<Summary>,
    matrix: Option<Matrix>,
    scheme: Scheme,
    may_act: bool,
    /// People placed anew since it was applied.
    changed: i64,
    key: String,
    now: Moment,
}

impl RunPage {
    fn is_working(&self) -> bool {
        matches!(self.seen.run.state, State::Working | State::Applying)
    }

    fn apply(&self, summary: &Summary) -> String {
        format!("Apply to {} people", thousands(summary.people))
    }

    fn application(&self) -> String {
        format!("/runs/{}/application", self.seen.run.reference)
    }

    fn is_previewed(&self) -> bool {
        self.seen.run.state == State::Previewed
    }

    fn is_applied(&self) -> bool {
        self.seen.run.state == State::Applied
    }

    /// Whether its placements are those that lists show.
    fn stands(&self) -> bool {
        self.seen.standing.as_ref().is_some_and(|standing| standing.id == self.seen.run.id)
    }

    fn cost(&self, group: &GroupCount) -> Pence {
        Pence(group.cost_pence).rounded()
    }

    fn place(&self, code: &Option<String>) -> String {
        code.as_deref()
            .map_or_else(|| "No group, or not on the register".into(), |code| label(&self.scheme, Some(code)))
    }

    fn fact(&self, fact: &str) -> String {
        capital(fact_words(fact))
    }

    fn people(&self, place: &str) -> Query {
        Query::default().with("locality", &self.seen.locality.code).with("group", place)
    }

    fn provisional(&self) -> Query {
        Query::default().with("locality", &self.seen.locality.code).with("provisional", "yes")
    }

    fn supplementary(&self) -> Query {
        Query::default().with("locality", &self.seen.locality.code).with("supplementary", "yes")
    }

    fn moved(&self) -> Query {
        let here = Query::default().with("locality", &self.seen.locality.code);
        here.with("run", &self.seen.run.reference)
    }

    /// The entries of one cell of the matrix.
    fn entries(&self, from: &Option<String>, to: &Option<String>) -> Query {
        let word = |code: &Option<String>| code.clone().unwrap_or_else(|| "none".into());
        self.moved().with("from", word(from)).with("to", word(to))
    }

    /// The place of a column.
    fn column(&self, at: &usize) -> &Option<String> {
        self.matrix.as_ref().and_then(|matrix| matrix.to.get(*at)).unwrap_or(&None)
    }

    fn settings_changed(&self) -> bool {
        self.seen.hindrance == Some(Hindrance::SettingsChanged)
    }

    fn too_early(&self) -> Option<chrono::NaiveDate> {
        match self.seen.hindrance {
            Some(Hindrance::TooEarly(last)) => Some(last),
            _ => None,
        }
    }

    fn register_changed(&self) -> Option<i64> {
        match self.seen.hindrance {
            Some(Hindrance::RegisterChanged(register)) => Some(register),
            _ => None,
        }
    }
}

pub async fn run(
    ReadsRuns(who): ReadsRuns,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let seen = seen(conn, &who, now, &reference)?;
            let mut summary = seen.run.summary()?;
            let number = summary.as_ref().map_or(0, |summary| summary.scheme);
            let scheme = numbered(conn, seen.run.locality_id, number)?;
            if let Some(summary) = &mut summary {
                summary.groups.sort_by_key(|group| order(&scheme, Some(&group.code)));
            }
            Ok(RunPage {
                chrome: who.chrome(),
                job: jobs::about(conn, JOBS, &seen.run.reference)?,
                matrix: summary.as_ref().map(|summary| Matrix::of(summary, &scheme)),
                scheme,
                summary,
                may_act: who.role() == Role::Commissioner,
                changed: amend::changed_since(conn, seen.run.id)?,
                key: fresh_key(),
                now: now.moment,
                seen,
            })
        })
        .await?;
    show(&page)
}

/// What a form about a run sends.
#[derive(Clone, Debug, Deserialize)]
pub struct RunForm {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub version: String,
}

/// Stops a run that is under way, or gives up a dry run.
pub async fn cancel(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<RunForm>,
) -> Result<HttpResponse, Error> {
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| give_up(conn, &who, now, &reference))
        })
        .await?;
    Ok(see_other(path))
}

/// Somebody did it first: the page leads to the run.
pub fn conflict(reference: &str, what: &'static str) -> Error {
    Error::conflict(what, format!("/runs/{reference}"), format!("Go to run {reference}"))
}

fn give_up(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<String, Error> {
    let seen = seen(conn, who, now, reference)?;
    let run = &seen.run;
    let job = jobs::about(conn, JOBS, &run.reference)?;
    let has_begun = job.is_some_and(|job| job.state == jobs::State::Running);
    jobs::ask_to_cancel(conn, JOBS, &run.reference)?;
    let open = [State::Working, State::Previewed, State::Applying];
    match (open.contains(&run.state), has_begun) {
        (false, _) => {
            let what = "This run has ended already, so there is nothing to stop.";
            return Err(conflict(&run.reference, what));
        }
        (true, true) => {}
        (true, false) => {
            store::advance(conn, run.id, &open, State::Cancelled)?;
        }
    }
    let subjects = [Subject::run(&run.reference), Subject::locality(&seen.locality.code)];
    audit::record(conn, now.moment, &who.actor, Verb::RunCancelled, &subjects, json!({}))?;
    Ok(format!("/runs/{}", run.reference))
}
