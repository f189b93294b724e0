//! What a proposal would do, in a few lines, to be frozen when it is approved and printed for others: without small counts.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::sides::Bundle;
use super::tables::tables_of;
use super::work::{Wanted, Worked, register};
use crate::criteria::agreement::store::versions_of;
use crate::disclosure::Audience;
use crate::error::Error;
use crate::groups::schemes::names::Names;
use crate::jobs::Tools;
use crate::page::long_day;
use crate::settings::store::Values;

/// The figures of a preview as everybody may see them. Counts are texts: a number with its commas, or `[c]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// The day it was worked out for.
    pub on: NaiveDate,
    /// The version of the register.
    pub register: i64,
    /// One for each group of the proposal.
    pub groups: Vec<GroupImpact>,
    /// From where to where: words of places, and people.
    pub moves: Vec<(String, String, String)>,
    pub judgement_cases: String,
    pub not_placed_before: String,
    pub not_placed_after: String,
}

/// What a version would do to its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupImpact {
    pub code: String,
    /// What the group was called then.
    pub label: String,
    /// Of supplementary care rather than of a group.
    pub overlay: bool,
    pub come: String,
    pub go: String,
    /// The annual cost of those who come and go, never money that moves.
    pub cost: String,
}

/// Works out what a proposal (row id) would do on a day against what is in force then. Takes up to some seconds where
/// the register is not in memory: not to be called within a transaction.
pub fn impact(tools: &Tools, proposal_id: i64, on: NaiveDate) -> Result<Impact, Error> {
    let (sides, versions, names) = tools.database.read_now(|conn| {
        let all = versions_of(conn, &[proposal_id])?;
        let first = all.first().cloned().ok_or(Error::NotFound)?;
        let bundle = Bundle::of(conn, &first)?;
        let names = Names::on(conn, first.locality_id, on)?.beside(&all)?;
        Ok((bundle.sides(conn, on)?, all, names))
    })?;
    let wanted = Wanted::new();
    let register = register(&tools.registers, &tools.database, &sides, &wanted.0)?.ok_or(Error::Busy)?;
    let worked = Worked::of(&register, &sides, &wanted.0).map_err(|_| Error::Busy)?;
    let to = Audience::Others(tools.database.read_now(|conn| Ok(Values::read(conn)?.suppression()))?);
    let mut found = Impact {
        on,
        register: worked.register,
        groups: Vec::new(),
        moves: Vec::new(),
        judgement_cases: String::new(),
        not_placed_before: String::new(),
        not_placed_after: String::new(),
    };
    for (at, version) in versions.iter().enumerate() {
        // Of the scheme there is no group: what it moves is told by any group's tables.
        let group = match version.is_scheme() {
            true => sides.scheme.groups().first(),
            false => sides.scheme.group(&version.group_code),
        };
        let Some(group) = group else { continue };
        // The breakdowns by practice are left out: nobody is in them, and they are not shown.
        let shown = tables_of(&worked, (group, &names), &HashMap::new(), to);
        let headline = &shown.headline;
        if !version.is_scheme() {
            found.groups.push(GroupImpact {
                code: group.code.clone(),
                label: names.label(&group.code),
                overlay: group.overlay,
                come: headline.come.shown.to_string(),
                go: headline.go.shown.to_string(),
                cost: headline.cost.to_string(),
            });
        }
        if at > 0 {
            continue;
        }
        found.judgement_cases = headline.cases[1].shown.to_string();
        found.not_placed_before = headline.not_placed.before.shown.to_string();
        found.not_placed_after = headline.not_placed.after.shown.to_string();
        for table in shown.moves.iter().filter(|table| table.wide) {
            let rows = table.rows.iter().filter(|row| !row.is_total);
            for row in rows {
                let cells = table.columns.iter().zip(&row.cells).take(table.columns.len() - 1);
                let shown = cells.filter(|(_, cell)| !cell.is_nothing());
                found
                    .moves
                    .extend(shown.map(|(to, cell)| (row.label.clone(), to.clone(), cell.shown.to_string())));
            }
        }
    }
    Ok(found)
}

/// A few lines of text.
impl Display for Impact {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "On {}, against what is in force that day (register import {}):",
            long_day(self.on),
            self.register
        )?;
        for group in &self.groups {
            let GroupImpact { label, come, go, cost, overlay, .. } = group;
            let what = if *overlay { "supplementary care: " } else { "" };
            writeln!(
                out,
                "{label}: {what}{come} in, {go} out; {cost} annual cost of those who come and go."
            )?;
        }
        let (before, after) = (&self.not_placed_before, &self.not_placed_after);
        writeln!(out, "{} judgement cases. Not placed: {before} before, {after} after.", self.judgement_cases)
    }
}
