//! A table of counts, each with the list of those it counts.

use crate::disclosure::{Audience, Guarded, Shown, release_rounded};
use crate::page::Query;

/// A table of counts of people.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name in files.
    pub name: &'static str,
    pub caption: String,
    /// What its rows are.
    pub heading: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub wide: bool,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub label: String,
    pub cells: Vec<Cell>,
    pub is_total: bool,
}

/// A count and the list of those it counts.
#[derive(Clone, Debug)]
pub struct Cell {
    pub shown: Shown<i64>,
    pub(super) list: Option<Query>,
}

impl Cell {
    /// Of a cell that is none.
    pub(super) fn unlisted(shown: Shown<i64>) -> Cell {
        Cell { shown, list: None }
    }

    /// Whether nobody is in it, or nobody can be.
    pub fn is_nothing(&self) -> bool {
        matches!(self.shown, Shown::Exact(0) | Shown::NotApplicable)
    }

    /// The list, where there is somebody on it and the count is shown.
    pub fn list(&self) -> Option<&Query> {
        self.list.as_ref().filter(|_| matches!(self.shown, Shown::Exact(1..)))
    }
}

/// A count outside the sheet, with the list of those it counts.
pub(super) fn listed(people: u64, list: Query, to: Audience) -> Cell {
    Cell { shown: release_rounded(Guarded::new(signed(people)), to), list: Some(list) }
}

pub(super) fn signed(people: u64) -> i64 {
    i64::try_from(people).unwrap_or(i64::MAX)
}
