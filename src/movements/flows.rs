//! Who came to each group and went from it, month by month.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use super::store::{Filters, Wanted, changes_group, matching};
use crate::database::Conn;
use crate::error::Error;
use crate::runs::store::Cause;
use crate::schema::{movements, runs};

/// People who came to a group and went from it in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its first day.
    pub month: NaiveDate,
    pub code: String,
    pub came: i64,
    pub went: i64,
    /// Of those who came, whom the locality's first grouping placed.
    pub placed: i64,
}

/// How many months of flows a page shows.
const MONTHS: usize = 12;

/// Who came and went, by month, newest first, and group in scheme order, retired ones last; the latest twelve months with
/// movements.
pub fn flows(conn: &mut Conn, wanted: &Wanted<'_>) -> Result<Vec<Flow>, Error> {
    let columns = (movements::effective_on, movements::from_group, movements::to_group, movements::cause);
    type Grouped = (NaiveDate, Option<String>, Option<String>, Cause, i64);
    let grouped: Vec<Grouped> = movements::table
        .left_join(runs::table)
        .group_by(columns)
        .select((
            movements::effective_on,
            movements::from_group,
            movements::to_group,
            movements::cause,
            diesel::dsl::count_star(),
        ))
        .filter(matching(wanted).and(changes_group()))
        .load(conn)?;
    let mut months: BTreeMap<NaiveDate, BTreeMap<String, (i64, i64, i64)>> = BTreeMap::new();
    for (day, from, to, cause, people) in grouped {
        let groups = months.entry(day.with_day(1).unwrap_or(day)).or_default();
        if let Some(code) = to {
            let group = groups.entry(code).or_default();
            group.0 += people;
            group.2 += if cause == Cause::Initial { people } else { 0 };
        }
        if let Some(code) = from {
            groups.entry(code).or_default().1 += people;
        }
    }
    let mut flows = Vec::new();
    for (month, mut groups) in months.into_iter().rev().take(MONTHS) {
        let scheme = wanted.asked.scope.schemes.of(wanted.filters.locality_id);
        let mut codes: Vec<String> = scheme.in_precedence().iter().map(|group| group.code.clone()).collect();
        let retired = groups.keys().filter(|code| !codes.contains(code)).cloned().collect::<Vec<_>>();
        codes.extend(retired);
        for code in codes {
            if let Some((came, went, placed)) = groups.remove(&code) {
                flows.push(Flow { month, code, came, went, placed });
            }
        }
    }
    let Filters { group, from, to, .. } = wanted.filters;
    let codes: Vec<&String> = [group, from, to].into_iter().flatten().collect();
    flows.retain(|flow| codes.is_empty() || codes.contains(&&flow.code));
    Ok(flows)
}

/// Who came to a group and went from it by each run (reference) that moved people of the list.
pub fn by_run(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    code: &str,
) -> Result<HashMap<String, (i64, i64)>, Error> {
    let rows: Vec<(String, Option<String>, i64)> = movements::table
        .left_join(runs::table)
        .group_by((movements::reference, movements::to_group))
        .select((movements::reference, movements::to_group, diesel::dsl::count_star()))
        .filter(matching(wanted))
        .load(conn)?;
    let mut by_run: HashMap<String, (i64, i64)> = HashMap::new();
    for (reference, to, people) in rows {
        let (came, went) = by_run.entry(reference).or_default();
        match to.as_deref() == Some(code) {
            true => *came += people,
            false => *went += people,
        }
    }
    Ok(by_run)
}
