//! Reading cases: provisional placements that wait, people held by decisions, and cases that were settled.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::case::{Pattern, State};
use super::found::{cared_for, groups_of};
use super::holds::Hold;
use super::list::{Line, Which};
use super::questions;
use super::retired::{self, Retired};
use super::store::{self, Decision};
use crate::access::{Role, Who};
use crate::database::Conn;
use crate::error::Error;
use crate::people::matching::objecting;
use crate::people::register::published;
use crate::people::scope::{Reach, Scope};
use crate::runs::reason::Reason;
use crate::runs::store::{Run, Source, reasons};
use crate::schema::{holds, placements};

/// Who asks.
pub enum Concerned {
    /// All cases of the locality.
    All,
    /// Those that could be in one of these groups.
    Groups(Vec<String>),
}

impl Concerned {
    pub fn of(who: &Who, scope: &Scope, locality_id: i64) -> Concerned {
        match (who.role(), &scope.reach) {
            (Role::Commissioner, _) => Concerned::All,
            (Role::Provider, Reach::Care(pairs)) => Concerned::Groups(cared_for(pairs, locality_id)),
            _ => Concerned::Groups(Vec::new()),
        }
    }

    fn by(&self, pattern: &Pattern) -> bool {
        match self {
            Concerned::All => true,
            Concerned::Groups(groups) => pattern.concerns(groups),
        }
    }
}

/// The cases of a locality; of which kinds, `which` says.
pub fn of_run(conn: &mut Conn, run: &Run, concerned: &Concerned, which: Which) -> Result<Vec<Line>, Error> {
    let is_held = matches!(which, Which::Due | Which::In(State::Decided) | Which::Any);
    let mut lines = if is_held { held(conn, run, concerned)? } else { Vec::new() };
    if matches!(which, Which::Due | Which::In(State::Decided)) {
        return Ok(lines);
    }
    let retired = retired::in_locality(conn, run.locality_id, None)?;
    lines.extend(waiting(conn, run, concerned, &retired)?);
    for one in retired {
        let pattern = one.pattern();
        if concerned.by(&pattern) {
            lines.push(Line {
                person_id: one.person_id,
                practice_id: one.practice_id,
                locality_id: run.locality_id,
                pattern,
                stands_in: None,
                state: State::Retired,
                on: one.on,
                held: None,
                asked: Vec::new(),
                retired: Some(one),
            });
        }
    }
    with_places(conn, run, &mut lines)?;
    Ok(lines)
}

type Provisional = (i64, i64, Option<String>, i64);

/// Provisional placements of a run that no register has settled since.
fn waiting(
    conn: &mut Conn,
    run: &Run,
    concerned: &Concerned,
    retired: &[Retired],
) -> Result<Vec<Line>, Error> {
    let all = groups_of(conn, run)?;
    let is_case = |reason: &Reason| reason.too_many_unknown || !reason.could_be.is_empty();
    let patterns: HashMap<i64, Pattern> = reasons(conn, run.id)?
        .into_iter()
        .filter(|(_, reason)| is_case(reason))
        .map(|(number, reason)| (number, Pattern::of(&reason, &all)))
        .filter(|(_, pattern)| concerned.by(pattern))
        .collect();
    let done: HashSet<i64> =
        retired.iter().filter(|one| one.run_id == run.id).map(|one| one.person_id).collect();
    let rows: Vec<Provisional> = placements::table
        .filter(placements::run_id.eq(run.id).and(placements::provisional))
        .order(placements::person_id)
        .select((
            placements::person_id,
            placements::practice_id,
            placements::group_code,
            placements::reason_number,
        ))
        .load(conn)?;
    let mut asked: HashMap<i64, Vec<(String, NaiveDate)>> = HashMap::new();
    for question in questions::waiting(conn, run.locality_id)? {
        asked.entry(question.person_id).or_default().push((question.fact, question.asked_on));
    }
    let mut ruled_out: HashMap<(i64, String), Vec<Option<String>>> = HashMap::new();
    for (person, facts, group) in store::ruled_out(conn, run.locality_id)? {
        ruled_out.entry((person, facts)).or_default().push(group);
    }
    let line = |(person_id, practice_id, stands_in, number): Provisional| {
        let pattern = patterns.get(&number).filter(|_| !done.contains(&person_id))?;
        let out = ruled_out.get(&(person_id, pattern.facts_text()));
        let could_be = out.map(|out| pattern.remaining(out));
        let asked = asked.get(&person_id).cloned().unwrap_or_default();
        Some(Line {
            person_id,
            practice_id,
            locality_id: run.locality_id,
            pattern: Pattern {
                could_be: could_be.unwrap_or_else(|| pattern.could_be.clone()),
                ..pattern.clone()
            },
            stands_in,
            state: if asked.is_empty() { State::Open } else { State::Asked },
            on: asked.iter().map(|(_, on)| *on).max().unwrap_or(run.as_of),
            held: None,
            asked: asked.into_iter().map(|(fact, _)| fact).collect(),
            retired: None,
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// People held by a decision.
fn held(conn: &mut Conn, run: &Run, concerned: &Concerned) -> Result<Vec<Line>, Error> {
    let rows: Vec<Hold> = holds::table
        .filter(holds::locality_id.eq(run.locality_id).and(holds::ended_on.is_null()))
        .filter(holds::cause.eq(Source::Decision))
        .order(holds::person_id)
        .select(Hold::as_select())
        .load(conn)?;
    let references: Vec<String> = rows.iter().map(|hold| hold.reference.clone()).collect();
    let mut decisions: HashMap<String, Decision> = store::decisions_named(conn, &references)?
        .into_iter()
        .map(|decision| (decision.reference.clone(), decision))
        .collect();
    let line = |hold: Hold| {
        let decision = decisions.remove(&hold.reference)?;
        let pattern = decision.pattern();
        concerned.by(&pattern).then(|| Line {
            person_id: hold.person_id,
            practice_id: 0,
            locality_id: run.locality_id,
            pattern,
            stands_in: hold.group_code.clone(),
            state: State::Decided,
            on: decision.decided_on,
            asked: Vec::new(),
            retired: None,
            held: Some((hold, decision)),
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Fills in practice and group of those whom the run placed.
fn with_places(conn: &mut Conn, run: &Run, lines: &mut [Line]) -> Result<(), Error> {
    let ids: Vec<i64> = lines
        .iter()
        .filter(|line| matches!(line.state, State::Decided | State::Retired))
        .map(|line| line.person_id)
        .collect();
    let mut places: HashMap<i64, (i64, Option<String>)> = HashMap::new();
    for some in ids.chunks(5_000) {
        let rows: Vec<(i64, i64, Option<String>)> = placements::table
            .filter(placements::run_id.eq(run.id).and(placements::person_id.eq_any(some)))
            .select((placements::person_id, placements::practice_id, placements::group_code))
            .load(conn)?;
        places.extend(rows.into_iter().map(|(person, practice, group)| (person, (practice, group))));
    }
    for line in lines.iter_mut() {
        if let Some((practice, group)) = places.get(&line.person_id) {
            line.practice_id = *practice;
            line.stands_in.clone_from(group);
        }
    }
    Ok(())
}

pub fn objectors(conn: &mut Conn, lines: &[Line]) -> Result<HashSet<i64>, Error> {
    use crate::schema::person_contacts;
    let register = published(conn)?;
    let mut found = HashSet::new();
    let ids: Vec<i64> = lines.iter().map(|line| line.person_id).collect();
    for some in ids.chunks(5_000) {
        let objecting = objecting(register).filter(person_contacts::person_id.eq_any(some));
        found.extend(objecting.load::<i64>(conn)?);
    }
    Ok(found)
}
