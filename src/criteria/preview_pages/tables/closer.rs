//! What a preview tells besides of the criterion of one group: whom each condition leaves out, and overlaps.

use super::super::counted::OF_PART;
use super::super::work::Closer;
use super::table::{Cell, Row, Table, listed};
use crate::disclosure::Audience;
use crate::groups::scheme::Group;
use crate::groups::schemes::names::Names;
use crate::page::Query;
use crate::runs::preview::OfPart;

impl Closer {
    /// Whom each condition leaves out.
    pub fn attrition(&self, to: Audience) -> Table {
        let rows = self.attrition.parts.iter().enumerate().map(|(at, part)| {
            let cells = OF_PART.iter().map(|(word, which)| {
                let people = match which {
                    OfPart::Fail => part.fail,
                    OfPart::NotKnown => part.not_known,
                    OfPart::FailOnlyThis => part.fail_only_this,
                    OfPart::Removed => part.removed,
                    OfPart::Left => part.left,
                };
                listed(people, Query::default().with("part", at + 1).with("who", word), to)
            });
            Row { label: part.reading.clone(), cells: cells.collect(), is_total: false }
        });
        let columns = ["Do not meet it", "of whom not known", "Fail only this one", "Taken out here", "Left"];
        Table {
            name: "attrition",
            caption: "Condition by condition".into(),
            heading: "Condition",
            columns: columns.map(str::to_owned).into(),
            rows: rows.collect(),
            wide: false,
        }
    }

    /// People in scope, before any condition.
    pub fn in_scope(&self, to: Audience) -> Cell {
        listed(self.attrition.of, Query::default().with("all", "in_scope"), to)
    }

    /// How a group's people and those of each other group overlap; none for an overlay group's.
    pub fn overlap(&self, group: &Group, names: &Names, to: Audience) -> Option<Table> {
        let at = self.overlaps.groups.iter().position(|one| one.code == group.code)?;
        let own = &self.overlaps.groups[at];
        let others = self.overlaps.groups.iter().enumerate().filter(|(other, _)| *other != at);
        let list = |placed: &str, meet: &str| Query::default().with("placed", placed).with("meet", meet);
        let rows = others.map(|(place, other)| Row {
            label: names.label(&other.code),
            cells: vec![
                listed(own.also_meet[place], list(&own.code, &other.code), to),
                listed(other.also_meet[at], list(&other.code, &own.code), to),
            ],
            is_total: false,
        });
        Some(Table {
            name: "overlaps",
            caption: "Overlap with each other group".into(),
            heading: "Group",
            columns: vec![
                "Placed here, and meet that group's criteria too".into(),
                "Placed there, and meet these criteria too".into(),
            ],
            rows: rows.collect(),
            wide: false,
        })
    }

    /// Of an overlay group: who in each group would have supplementary care.
    pub fn with_care(&self, names: &Names, to: Audience) -> Table {
        let rows = self.overlaps.groups.iter().map(|group| {
            let placed = Query::default().with("placed", &group.code);
            let with_care = listed(group.with_care.unwrap_or(0), placed.with("care", "yes"), to);
            let cells = vec![listed(group.placed, placed, to), with_care];
            Row { label: names.label(&group.code), cells, is_total: false }
        });
        Table {
            name: "overlaps",
            caption: "Supplementary care in each group".into(),
            heading: "Group",
            columns: vec!["Placed in it".into(), "With supplementary care".into()],
            rows: rows.collect(),
            wide: false,
        }
    }

    /// Groups that somebody meets and nobody would be placed in.
    pub fn emptied(&self, names: &Names) -> Vec<String> {
        self.overlaps.all_fall_to_earlier().map(|group| names.label(&group.code)).collect()
    }
}
