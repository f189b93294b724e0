//! The cases of a caller's scope, narrowed, in the order of what is missing and then of time.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::case::{Pattern, State};
use super::found::{Retired, cared_for, groups_of, retired};
use super::holds::Hold;
use super::store::{self, Decision};
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::store::localities;
use crate::people::matching::objecting;
use crate::people::register::published;
use crate::people::scope::{Reach, Scope};
use crate::people::why::fact_words;
use crate::runs::listing::standing_in;
use crate::runs::reason::Reason;
use crate::runs::store::{Locality, Run, Source, reasons};
use crate::schema::{holds, placements};

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
    pub locality: Option<i64>,
    /// Row id.
    pub practice: Option<i64>,
    /// A missing fact, by name.
    pub fact: Option<String>,
    /// A group it could be.
    pub group: Option<Option<String>>,
    pub which: Which,
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
    fn fits(&self, line: &Line) -> bool {
        self.practice.is_none_or(|practice| line.practice_id == practice)
            && self.fact.as_ref().is_none_or(|fact| line.pattern.facts.contains(fact))
            && self.group.as_ref().is_none_or(|group| line.pattern.could_be.contains(group))
    }
}

/// All cases in scope that fit, whatever their state, in order; and how many are left out because the person objects to
/// planning use.
pub fn lines(conn: &mut Conn, who: &Who, now: Now, wanted: &Wanted) -> Result<(Vec<Line>, usize), Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let mut lines = Vec::new();
    for run in standing_in(conn, &scope.localities)? {
        if wanted.locality.is_none_or(|id| run.locality_id == id) {
            lines.extend(of_run(conn, &run, &Concerned::of(who, &scope, run.locality_id), Which::Any)?);
        }
    }
    lines.retain(|line| wanted.fits(line));
    let mut left_out = 0;
    if who.role() == Role::Commissioner {
        let objecting = objectors(conn, &lines)?;
        left_out = objecting.len();
        lines.retain(|line| !objecting.contains(&line.person_id));
    }
    lines.sort_by_cached_key(|line| (line.missing(), line.on, line.person_id, line.state));
    Ok((lines, left_out))
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

/// Who asks.
enum Concerned {
    /// All cases of the locality.
    All,
    /// Those that could be in one of these groups.
    Groups(Vec<String>),
}

impl Concerned {
    fn of(who: &Who, scope: &Scope, locality_id: i64) -> Concerned {
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
fn of_run(conn: &mut Conn, run: &Run, concerned: &Concerned, which: Which) -> Result<Vec<Line>, Error> {
    let is_held = matches!(which, Which::Due | Which::In(State::Decided) | Which::Any);
    let mut lines = if is_held { held(conn, run, concerned)? } else { Vec::new() };
    if matches!(which, Which::Due | Which::In(State::Decided)) {
        return Ok(lines);
    }
    let retired = retired(conn, run.locality_id, None)?;
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
    for question in store::waiting(conn, run.locality_id)? {
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

fn objectors(conn: &mut Conn, lines: &[Line]) -> Result<HashSet<i64>, Error> {
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

/// The localities of a caller's scope.
pub fn places(conn: &mut Conn, who: &Who, now: Now) -> Result<Vec<Locality>, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    localities(conn, &scope.localities)
}
