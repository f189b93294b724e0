//! What a run finds, as it is kept with the run and printed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::groups::scheme::CancerMode;

/// The figures of a run, previewed or applied. Exact: for those who may list the people counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// On the register on the as-of date: placed, unplaced and out of scope.
    pub people: u64,
    pub placed: u64,
    pub unplaced: u64,
    /// Among placed and unplaced.
    pub judgement_cases: u64,
    pub out_of_scope: u64,
    /// Held where they are by a decision or a petition: among placed and unplaced, and no judgement cases.
    #[serde(default)]
    pub held: u64,
    /// Held in another place than the criteria give.
    #[serde(default)]
    pub held_elsewhere: u64,
    /// In scheme order; an overlay is in no total.
    pub groups: Vec<GroupCount>,
    /// People whose place changes: as many as the run has movements.
    pub moved: u64,
    /// From where to where, in scheme order, none last.
    pub moves: Vec<Move>,
    /// How many judgement cases hang on each fact, most first.
    pub hangs_on: Vec<HangsOn>,
    /// Judgement cases with more unknown facts than can be worked through.
    pub too_many_unknown: u64,
    /// In scope, and supplementary care is not known.
    pub supplementary_not_known: u64,
    /// The versions that placed people.
    pub criteria: Vec<CriterionUsed>,
    pub cancer_mode: CancerMode,
    /// The number of the locality's scheme; 0 is the shipped one.
    #[serde(default)]
    pub scheme: i64,
    pub minimum_age: u16,
    /// The facts whose blanks were read as no, by practice (row id).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub declared: BTreeMap<i64, Vec<String>>,
    /// The last change of settings that it read; 0 is none.
    #[serde(default)]
    pub settings: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCount {
    pub code: String,
    pub name: String,
    pub overlay: bool,
    pub people: u64,
    /// Sum of the annual costs that are known.
    pub cost_pence: i64,
}

/// People who go from one group to another; none is no group, or not on the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub from: Option<String>,
    pub to: Option<String>,
    pub people: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HangsOn {
    pub fact: String,
    pub cases: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionUsed {
    pub group: String,
    pub number: i64,
    pub text_hash: String,
}

impl Summary {
    /// People in scope.
    pub fn in_scope(&self) -> u64 {
        self.placed + self.unplaced
    }

    /// How many people come to a group from elsewhere.
    pub fn came_to(&self, code: &str) -> i64 {
        let moves = self.moves.iter().filter(|moved| moved.to.as_deref() == Some(code));
        moves.map(|moved| i64::try_from(moved.people).unwrap_or(i64::MAX)).sum()
    }

    /// How many people go from a group.
    pub fn went_from(&self, code: &str) -> i64 {
        let moves = self.moves.iter().filter(|moved| moved.from.as_deref() == Some(code));
        moves.map(|moved| i64::try_from(moved.people).unwrap_or(i64::MAX)).sum()
    }

    /// Whether more than one person in twenty of those in scope is a judgement case.
    pub fn has_many_judgement_cases(&self) -> bool {
        self.judgement_cases * 20 > self.in_scope()
    }
}

/// What `group --json` prints.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    pub locality: &'a str,
    pub as_of: NaiveDate,
    pub people: u64,
    pub placed: u64,
    pub unplaced: u64,
    pub judgement_cases: u64,
    pub out_of_scope: u64,
    pub groups: &'a [GroupCount],
    pub moved: u64,
    pub elapsed_ms: u128,
}
