//! What waits for those who work for a commissioner: dry runs, first groupings, people whose place is not settled.

use std::collections::HashMap;

use super::campaigns;
use super::criteria;
use super::petitions;
use super::waiting::{ToDo, Waiting};
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::decisions::list::{self, Which};
use crate::disclosure::{Shown, release_one};
use crate::error::Error;
use crate::groups::counts::kept_of;
use crate::groups::figures::audience;
use crate::groups::place::Place;
use crate::groups::store::localities;
use crate::imports::rights;
use crate::imports::store::{State as ImportState, latest};
use crate::page::{Query, long_day};
use crate::people::register::published;
use crate::people::scope::Scope;
use crate::runs::listing::{standing_in, waiting};
use crate::runs::store::Run;

/// How many imports are looked at, latest first.
const IMPORTS: i64 = 200;
/// For how many days a failed import is shown.
const DAYS: i64 = 7;

pub fn commissioner(conn: &mut Conn, who: &Who, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let places = localities(conn, &scope.localities)?;
    let standing = standing_in(conn, &scope.localities)?;
    let register = published(conn)?;
    let dry_runs = waiting(conn, &scope.localities, register)?;
    let name: HashMap<i64, &str> =
        places.iter().map(|locality| (locality.id, locality.name.as_str())).collect();
    let mut home = Waiting::default();
    petitions::petitions(conn, who, now, &mut home)?;
    criteria::commissioner(conn, who, scope, now, &mut home)?;
    home.card(
        count(dry_runs.len()),
        ("dry run that could be applied", "dry runs that could be applied"),
        "/runs?state=waiting".into(),
    );
    campaigns::campaigns(conn, scope, now, &mut home)?;
    let without: Vec<_> =
        places.iter().filter(|locality| standing.iter().all(|run| run.locality_id != locality.id)).collect();
    let start = |code: &String| format!("/runs/new{}", Query::default().with("locality", code));
    let first = without.iter().map(|locality| (locality.name.clone(), Some(start(&locality.code)))).collect();
    home.listing(
        ("locality without a first grouping", "localities without a first grouping"),
        "first",
        "Localities without a first grouping",
        first,
    );
    let due = list::count(conn, who, scope, now, Which::Due)?;
    home.people(
        Shown::Exact(due),
        (
            "person held by a decision whose review date has come",
            "people held by decisions whose review date has come",
        ),
        "/decisions?state=due".into(),
    );
    let (provisional, _) = unsettled(conn, scope, &standing)?;
    home.people(
        provisional,
        ("person whose placement is provisional", "people whose placement is provisional"),
        "/people?provisional=yes".into(),
    );
    for locality in without {
        home.to_do.push(ToDo {
            what: "Group people for the first time".into(),
            whose: locality.name.clone(),
            action: "Start a dry run",
            href: start(&locality.code),
        });
    }
    for run in dry_runs {
        home.to_do.push(ToDo {
            what: format!("Look at the dry run of {} and apply it, or discard it", long_day(run.as_of)),
            whose: name.get(&run.locality_id).copied().unwrap_or_default().to_owned(),
            action: "Look at the dry run",
            href: format!("/runs/{}", run.reference),
        });
    }
    home.to_do.truncate(10);
    Ok(home)
}

pub fn analyst(conn: &mut Conn, who: &Who, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    let ours = rights::ours(conn, who)?;
    let files = latest(conn, &ours, IMPORTS)?;
    let item = |file: &crate::imports::store::Import| {
        let words = format!("{}, {}: {}", file.reference, file.kind.label(), file.file_name);
        (words, Some(format!("/imports/{}", file.reference)))
    };
    let checked = files.iter().filter(|file| file.state == ImportState::Checked).map(item).collect();
    home.listing(
        ("import waiting to be confirmed", "imports waiting to be confirmed"),
        "to-confirm",
        "Imports waiting to be confirmed",
        checked,
    );
    let is_recent = |file: &&crate::imports::store::Import| (now.moment - file.created_at).num_days() < DAYS;
    let failed = files.iter().filter(|file| matches!(file.state, ImportState::Failed | ImportState::Refused));
    let failed = failed.filter(is_recent).map(item).collect();
    home.listing(
        ("import failed or refused this week", "imports failed or refused this week"),
        "failed",
        "Imports failed or refused this week",
        failed,
    );
    let standing = standing_in(conn, &scope.localities)?;
    let (provisional, unplaced) = unsettled(conn, scope, &standing)?;
    home.people(
        unplaced,
        ("person in scope who is not placed", "people in scope who are not placed"),
        "/people?group=not_placed".into(),
    );
    home.people(
        provisional,
        ("person with facts not known that decide", "people with facts not known that decide"),
        "/people?provisional=yes".into(),
    );
    Ok(home)
}

/// People whose placement is provisional, and people not placed, by the runs that stand.
fn unsettled(conn: &mut Conn, scope: &Scope, standing: &[Run]) -> Result<(Shown<i64>, Shown<i64>), Error> {
    let (runs, to): (Vec<i64>, _) = (standing.iter().map(|run| run.id).collect(), audience(scope));
    let kept = kept_of(conn, &runs, None)?;
    let unplaced = kept.iter().filter(|figure| figure.place == Place::NotPlaced);
    let unplaced = unplaced.map(|figure| figure.tally.people).sum();
    let provisional = kept.iter().map(|figure| figure.tally.provisional).sum();
    Ok((release_one(provisional, to), release_one(unplaced, to)))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
