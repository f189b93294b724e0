//! Criteria that are in force, and by which nobody was placed yet: the run that stands used others.

use chrono::NaiveDate;

use super::listing::{standing_in, waiting};
use super::store::Run;
use super::summary::CriterionUsed;
use crate::criteria::store::{Version, in_force_in};
use crate::database::Conn;
use crate::error::Error;
use crate::page::{Query, long_day, thousands};
use crate::people::register::published;

/// A locality whose criteria in force are not those its people were placed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unapplied {
    pub locality_id: i64,
    /// Codes of the groups whose version is another.
    pub groups: Vec<String>,
    /// The latest day on which one of them took force; none is from the start.
    pub since: Option<NaiveDate>,
    /// The latest dry run by them that could be applied, and how many people it would move.
    pub dry_run: Option<(String, u64)>,
}

/// Those of some localities (row ids) that are grouped already.
pub fn unapplied(conn: &mut Conn, localities: &[i64], today: NaiveDate) -> Result<Vec<Unapplied>, Error> {
    let standing = standing_in(conn, localities)?;
    let versions = in_force_in(conn, localities, today)?;
    let register = published(conn)?;
    let dry_runs = waiting(conn, localities, register)?;
    let mut found = Vec::new();
    for run in &standing {
        let here: Vec<&Version> =
            versions.iter().filter(|version| version.locality_id == run.locality_id).collect();
        let used = used_by(run)?;
        let others: Vec<&&Version> =
            here.iter().filter(|version| !used.contains(&criterion(version))).collect();
        if others.is_empty() {
            continue;
        }
        let now_in_force: Vec<CriterionUsed> = here.iter().map(|version| criterion(version)).collect();
        let mut dry_run = None;
        for other in dry_runs.iter().filter(|other| other.locality_id == run.locality_id) {
            let summary = other.summary()?.filter(|summary| summary.criteria == now_in_force);
            if let (Some(summary), None) = (summary, &dry_run) {
                dry_run = Some((other.reference.clone(), summary.moved));
            }
        }
        found.push(Unapplied {
            locality_id: run.locality_id,
            since: others.iter().filter_map(|version| version.in_force_from).max(),
            groups: others.iter().map(|version| version.group_code.clone()).collect(),
            dry_run,
        });
    }
    Ok(found)
}

impl Unapplied {
    /// "In force since 1 June 2015, not yet applied: 12 would move".
    pub fn in_words(&self) -> String {
        let since = self.since.map_or("from the start".to_owned(), |day| format!("since {}", long_day(day)));
        let moved = match &self.dry_run {
            None => String::new(),
            Some((_, 0)) => ": nobody would move".to_owned(),
            Some((_, people)) => format!(": {} would move", thousands(people)),
        };
        format!("In force {since}, not yet applied{moved}")
    }

    /// The dry run to look at, or where one is started in the locality of a code.
    pub fn next(&self, locality: &str) -> (&'static str, String) {
        match &self.dry_run {
            Some((reference, _)) => ("Look at the dry run", format!("/runs/{reference}")),
            None => ("Start a dry run", format!("/runs/new{}", Query::default().with("locality", locality))),
        }
    }
}

fn used_by(run: &Run) -> Result<Vec<CriterionUsed>, Error> {
    Ok(run.summary()?.map(|summary| summary.criteria).unwrap_or_default())
}

fn criterion(version: &Version) -> CriterionUsed {
    CriterionUsed {
        group: version.group_code.clone(),
        number: version.number,
        text_hash: version.text_hash.clone(),
    }
}
