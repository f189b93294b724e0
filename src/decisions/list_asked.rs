//! The worklist as an address asks for it: its filters, its lines, and what can be chosen.

use std::collections::{BTreeMap, HashMap};

use super::case::{Pattern, State, word};
use super::list::{self, Line, Wanted, Which};
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::groups::store::{chosen, localities, names};
use crate::page::Query;
use crate::people::rows::names_of;
use crate::people::scope::{Reach, Scope, shares};
use crate::runs::store::Locality;

/// The list as asked for.
pub struct List {
    pub query: Query,
    pub lines: Vec<Line>,
    /// How many lines there are in each state, whichever are shown.
    pub counts: Vec<(Which, &'static str, usize)>,
    /// Lines that are not shown because the person objects to planning use.
    pub left_out: usize,
    pub places: Vec<Locality>,
    /// Code and name by row id.
    pub practices: HashMap<i64, (String, String)>,
    /// Every fact there is to choose.
    pub facts: Vec<String>,
    pub which: Which,
    /// What groups are called.
    pub schemes: Schemes,
}

/// What states can be chosen; the figures over the list are of all but the last.
pub const STATES: [(Which, &str); 6] = [
    (Which::Waiting, "Waiting for a decision"),
    (Which::In(State::Asked), "Asked of the practice"),
    (Which::In(State::Decided), "Decided and held"),
    (Which::Due, "Review date has come"),
    (Which::In(State::Retired), "Retired"),
    (Which::Any, "Any state"),
];

/// As an address has it.
pub fn which_word(which: Which) -> &'static str {
    match which {
        Which::Waiting => "waiting",
        Which::Due => "due",
        Which::Any => "any",
        Which::In(state) => state.word(),
    }
}

/// The patterns of two or more waiting cases, those of most cases first.
pub fn alike(lines: &[Line]) -> Vec<(i64, Pattern, usize)> {
    let waiting = lines.iter().filter(|line| matches!(line.state, State::Open | State::Asked));
    let mut counts: BTreeMap<(i64, &Pattern), usize> = BTreeMap::new();
    for line in waiting {
        *counts.entry((line.locality_id, &line.pattern)).or_default() += 1;
    }
    let several = counts.into_iter().filter(|(_, cases)| *cases > 1);
    let mut patterns: Vec<(i64, Pattern, usize)> =
        several.map(|((locality, pattern), cases)| (locality, pattern.clone(), cases)).collect();
    patterns.sort_by_key(|(.., cases)| std::cmp::Reverse(*cases));
    patterns.truncate(10);
    patterns
}

/// The names of those shown whom the caller may see by name.
pub fn named(conn: &mut Conn, who: &Who, now: Now, shown: &[Line]) -> Result<HashMap<i64, String>, Error> {
    if who.role() != Role::Provider || !shares(conn, who.organisation_id(), now.today)? {
        return Ok(HashMap::new());
    }
    let scope = Scope::of(conn, who, now.today)?;
    let Reach::Care(pairs) = &scope.reach else { return Ok(HashMap::new()) };
    let cares = |line: &&Line| {
        let group = line.stands_in.as_ref();
        matches!(line.state, State::Open | State::Asked)
            && group.is_some_and(|code| pairs.contains(&(line.locality_id, code.clone())))
    };
    names_of(conn, &shown.iter().filter(cares).map(|line| line.person_id).collect::<Vec<_>>())
}

/// Reads the list. A filter for a value that nobody offers is left out, and said.
///
/// # Errors
/// `NotFound` for a locality or a practice that is not the caller's.
pub fn read(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<List, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let places = localities(conn, &scope.localities)?;
    let here = match query.get("locality") {
        Some(code) => Some(chosen(&places, Some(code))?.ok_or(Error::NotFound)?.id),
        None => None,
    };
    let (mut lines, objecting) = list::lines(conn, who, &scope, here)?;
    let practices = names(conn, &distinct(lines.iter().map(|line| line.practice_id)))?;
    let mut facts: Vec<String> = lines.iter().flat_map(|line| line.pattern.facts.clone()).collect();
    facts.sort();
    facts.dedup();
    let codes: Vec<String> =
        scope.schemes.home_groups(&scope.localities).into_iter().map(|group| group.code.clone()).collect();
    let query = query.offered(&FILTERS, |name, value| match name {
        "fact" => facts.iter().any(|fact| fact == value),
        "group" => value == word(None) || codes.iter().any(|code| code == value),
        _ => Which::from_word(value).is_some(),
    });
    let practice = query.get("practice").map(|code| {
        practices.iter().find(|(_, (each, _))| each == code).map(|(id, _)| *id).ok_or(Error::NotFound)
    });
    let wanted = Wanted {
        practice: practice.transpose()?,
        fact: query.get("fact").map(str::to_owned),
        group: query.get("group").map(|code| (code != word(None)).then(|| code.to_owned())),
    };
    let which = query.get("state").and_then(Which::from_word).unwrap_or_default();
    lines.retain(|line| wanted.fits(line));
    let is_left_out = |line: &Line| objecting.contains(&line.person_id);
    let left_out = lines.iter().filter(|line| is_left_out(line) && which.has(line, now.today)).count();
    lines.retain(|line| !is_left_out(line));
    let count = |which: Which| lines.iter().filter(|line| which.has(line, now.today)).count();
    let counts = STATES[..5].iter().map(|(which, label)| (*which, *label, count(*which))).collect();
    lines.retain(|line| which.has(line, now.today));
    Ok(List { query, lines, counts, left_out, places, practices, facts, which, schemes: scope.schemes })
}

/// The filters whose choices are the same for everybody, as the form names them.
const FILTERS: [(&str, &str); 3] =
    [("fact", "Fact not known"), ("group", "Group it could be"), ("state", "State")];

fn distinct(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
