//! The cases of a caller's scope, narrowed, in the order of what is missing and then of time.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::case::{Pattern, State};
use super::holds::Hold;
use super::list_store::{Concerned, objectors, of_run};
use super::retired::Retired;
use super::store::Decision;
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::people::scope::Scope;
use crate::people::why::fact_words;
use crate::runs::listing::standing_in;

/// A case on the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub person_id: i64,
    /// Row id of the practice the run found the person with.
    pub practice_id: i64,
    pub locality_id: i64,
    pub pattern: Pattern,
    /// The group the person stands in.
    pub stands_in: Option<String>,
    pub state: State,
    /// Since when: found by a run, asked, decided or retired.
    pub on: NaiveDate,
    /// What holds the person.
    pub held: Option<(Hold, Decision)>,
    /// The facts asked of the practice.
    pub asked: Vec<String>,
    pub retired: Option<Retired>,
}

impl Line {
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.held.as_ref().is_some_and(|(hold, _)| hold.is_due(today))
    }

    /// What is missing, in words.
    pub fn missing(&self) -> String {
        let facts: Vec<String> = self.pattern.facts.iter().map(|fact| fact_words(fact)).collect();
        if facts.is_empty() { "too many facts".into() } else { facts.join(", ") }
    }
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Row id.
    pub practice: Option<i64>,
    /// A missing fact, by name.
    pub fact: Option<String>,
    /// A group it could be.
    pub group: Option<Option<String>>,
}

/// The cases in which states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Open, and asked of a practice.
    #[default]
    Waiting,
    In(State),
    /// Held, and the review date has come.
    Due,
    Any,
}

impl Which {
    pub fn from_word(word: &str) -> Option<Which> {
        match word {
            "waiting" => Some(Which::Waiting),
            "due" => Some(Which::Due),
            "any" => Some(Which::Any),
            word => State::from_word(word).map(Which::In),
        }
    }

    pub fn has(self, line: &Line, today: NaiveDate) -> bool {
        match self {
            Which::Waiting => matches!(line.state, State::Open | State::Asked),
            Which::In(state) => line.state == state,
            Which::Due => line.is_due(today),
            Which::Any => true,
        }
    }
}

impl Wanted {
    /// Whether a line fits, whatever its state.
    pub fn fits(&self, line: &Line) -> bool {
        self.practice.is_none_or(|practice| line.practice_id == practice)
            && self.fact.as_ref().is_none_or(|fact| line.pattern.facts.contains(fact))
            && self.group.as_ref().is_none_or(|group| line.pattern.could_be.contains(group))
    }
}

/// All cases in scope, whatever their state, in order, with the people (row ids) whom a planning role's list leaves out.
pub fn lines(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    locality_id: Option<i64>,
) -> Result<(Vec<Line>, HashSet<i64>), Error> {
    let mut lines = Vec::new();
    for run in standing_in(conn, &scope.localities)? {
        if locality_id.is_none_or(|id| run.locality_id == id) {
            lines.extend(of_run(conn, &run, &Concerned::of(who, scope, run.locality_id), Which::Any)?);
        }
    }
    lines.sort_by_cached_key(|line| (line.missing(), line.on, line.person_id, line.state));
    let objecting = match who.role() {
        Role::Commissioner => objectors(conn, &lines)?,
        _ => HashSet::new(),
    };
    Ok((lines, objecting))
}

/// How many cases in some state the list would show.
pub fn count(conn: &mut Conn, who: &Who, scope: &Scope, now: Now, which: Which) -> Result<i64, Error> {
    let mut lines = Vec::new();
    for run in standing_in(conn, &scope.localities)? {
        lines.extend(of_run(conn, &run, &Concerned::of(who, scope, run.locality_id), which)?);
    }
    lines.retain(|line| which.has(line, now.today));
    if who.role() == Role::Commissioner {
        let objecting = objectors(conn, &lines)?;
        lines.retain(|line| !objecting.contains(&line.person_id));
    }
    Ok(i64::try_from(lines.len()).unwrap_or(i64::MAX))
}
