//! One module a kind: its columns, its checked row, and the rules between its columns and rows.

pub mod care_agreements;
pub mod level_of_need;
pub mod localities;
pub mod network_members;
pub mod organisations;
pub mod paper_returns;
pub mod people;
pub mod person_facts;
pub mod risk_scores;
pub mod users;

use std::collections::HashMap;
use std::hash::Hash;

use super::checks::Checks;
use super::header::{Column, Header};
use super::kind::Kind;
use super::known::Known;
use super::problem::Problem;
use super::record::Record;

/// A checked row of one kind.
pub trait Row: Sized {
    const KIND: Kind;
    const COLUMNS: &'static [Column];
    /// Names of columns that refuse the file: what it holds is to stay nobody's.
    const IDENTIFYING: &'static [&'static str] = &[];
    /// What is remembered of the rows before.
    type Seen: Default;

    /// Checks one record; `None` where a value that a row cannot do without is missing or wrong.
    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self>;

    /// What can be told only when every row has been read.
    fn finish(_seen: &Self::Seen, _known: &Known) -> Vec<Problem> {
        Vec::new()
    }
}

/// A record with the header that says which field is which.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub header: &'a Header,
    pub record: &'a Record,
}

/// Lines on which keys were first seen.
pub type FirstLines<K> = HashMap<K, u32>;

/// The line on which the key was seen before, if it was; else remembers this one.
fn seen_before<K: Hash + Eq>(lines: &mut FirstLines<K>, key: K, line: u32) -> Option<u32> {
    let first = *lines.entry(key).or_insert(line);
    (first != line).then_some(first)
}
