//! Placing the people of a locality by the criteria in force: what a run finds, before anything of it is written.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::amend::Seen;
use super::counting::count;
use super::placement::{Held, HeldId, OutcomeId, Placer};
use super::rules::{RegisterStatus, Rules, register_status};
use super::store::{self, Cause, Locality, Run, Source};
use super::summary::{CriterionUsed, Summary};
use crate::criteria;
use crate::criteria::answer::Answer;
use crate::criteria::expression::Expression;
use crate::database::Conn;
use crate::decisions::holds;
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::store::{Schemes, numbered};
use crate::people::snapshot::{Member, Snapshot};
use crate::settings::declared::Declared;
use crate::settings::store::{Values, placing};

/// All that a run depends on: the same gives the same.
pub struct Grouping {
    pub locality: Locality,
    pub as_of: NaiveDate,
    pub register: i64,
    pub previous: Option<Run>,
    criteria: Vec<CriterionUsed>,
    rules: Rules,
    /// The locality's scheme, with the number of its version.
    scheme: (i64, Scheme),
    /// The rules of the previous run, where they differ.
    earlier_rules: Option<Rules>,
    stood: HashMap<i64, Option<String>>,
    /// People whom no run moves.
    held: HashMap<i64, Held>,
    /// How far the changes between runs had come.
    pub seen: Seen,
    declared: Declared,
    /// The last change of settings that place people.
    settings: i64,
}

/// Somebody on the register.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub member: Member,
    /// None is out of scope.
    pub outcome: Option<OutcomeId>,
    /// None where cancer is a home group, or out of scope.
    pub supplementary_care: Option<Answer>,
    /// Where a petition or a decision holds them, whatever the outcome.
    pub held: Option<HeldId>,
}

/// Somebody whose place changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub person_id: i64,
    pub from: Option<String>,
    pub to: Option<String>,
    pub effective_on: NaiveDate,
    pub cause: Cause,
}

/// What a run finds.
pub struct Found {
    pub placed: Vec<Placed>,
    pub moved: Vec<Moved>,
    pub placer: Placer,
    pub summary: Summary,
}

impl Grouping {
    /// Gathers what a run depends on, apart from the register.
    ///
    /// # Errors
    /// `Refused` where no criteria are in force.
    pub fn prepare(conn: &mut Conn, locality: Locality, as_of: NaiveDate) -> Result<Grouping, Error> {
        let versions = criteria::store::in_force(conn, locality.id, as_of)?;
        if versions.is_empty() {
            let code = &locality.code;
            return Err(Error::Refused(format!(
                "{code} has no criteria in force: import the first set with `common-ground criteria import {code} FILE --in-force --reason TEXT`"
            )));
        }
        let criteria: Vec<CriterionUsed> = versions
            .iter()
            .map(|version| CriterionUsed {
                group: version.group_code.clone(),
                number: version.number,
                text_hash: version.text_hash.clone(),
            })
            .collect();
        let previous = store::current(conn, locality.id)?;
        let schemes = Schemes::on(conn, as_of)?;
        let scheme = (schemes.number(locality.id), schemes.of(locality.id).clone());
        let earlier_rules = match &previous {
            Some(run) => earlier_rules(conn, run, &criteria, scheme.0)?,
            None => None,
        };
        let stood = match &previous {
            Some(run) => store::placed(conn, run.id)?.into_iter().collect(),
            None => HashMap::new(),
        };
        let rules = rules_of(&versions, &scheme.1, Values::read(conn)?.minimum_age())?;
        let (declared, settings) = (Declared::now(conn)?, placing(conn)?);
        let held = holds::standing(conn, locality.id)?;
        let seen = Seen::now(conn, previous.as_ref().map(|run| run.id))?;
        let register = 0;
        Ok(Grouping {
            locality,
            as_of,
            register,
            previous,
            criteria,
            rules,
            scheme,
            earlier_rules,
            stood,
            held,
            seen,
            declared,
            settings,
        })
    }

    /// Whether the date lies before that of the last applied run, so that only a dry run is possible.
    pub fn is_too_early(&self) -> Option<NaiveDate> {
        self.previous.as_ref().map(|run| run.as_of).filter(|last| self.as_of < *last)
    }

    /// Places everybody.
    pub fn work_out(&mut self, register: &Snapshot) -> Found {
        self.register = register.register;
        let mut placer = Placer::new(self.rules.clone(), self.as_of);
        let mut earlier = self.earlier_rules.clone().map(|rules| Placer::new(rules, self.as_of));
        let mut placed = Vec::new();
        let mut moved = Vec::new();
        let declared = |practice: i64| self.declared.of(practice);
        let mut unseen = self.stood.clone();
        for member in register.members(self.locality.id, self.as_of, &declared) {
            let status =
                register_status(member.registered_from, member.deducted_on, member.died_on, self.as_of);
            let stood = unseen.remove(&member.person_id);
            if status == RegisterStatus::OnRegister {
                let mut one = place(&mut placer, member);
                one.held = self.held.get(&member.person_id).map(|held| placer.hold(held));
                let to = one.group(&placer).map(str::to_owned);
                let by_earlier = earlier.as_mut().filter(|_| one.held.is_none()).map(|placer| {
                    let one = place(placer, member);
                    one.group(placer).map(str::to_owned)
                });
                moved.extend(self.movement(&member, stood, to, by_earlier));
                placed.push(one);
            } else if let Some(Some(from)) = stood {
                moved.push(self.departure(&member, status, from));
            }
        }
        moved.extend(self.gone(unseen));
        let scheme = (self.scheme.0, &self.scheme.1);
        let mut summary = count(&placed, &moved, &placer, &self.criteria, scheme);
        (summary.declared, summary.settings) = (self.declared.kept(), self.settings);
        Found { placed, moved, placer, summary }
    }

    fn movement(
        &self,
        member: &Member,
        stood: Option<Option<String>>,
        to: Option<String>,
        by_earlier_rules: Option<Option<String>>,
    ) -> Option<Moved> {
        let cause = match (&self.previous, &stood) {
            (None, _) => Cause::Initial,
            (Some(_), None) => Cause::Joined,
            (Some(_), Some(_)) if by_earlier_rules.is_some_and(|group| group != to) => Cause::CriteriaChange,
            (Some(_), Some(_)) => Cause::Rerun,
        };
        let from = stood.flatten();
        let person_id = member.person_id;
        (from != to).then_some(Moved { person_id, from, to, effective_on: self.as_of, cause })
    }

    /// Somebody who left or died stops counting on the day after, but not before the run that placed them.
    fn departure(&self, member: &Member, status: RegisterStatus, from: String) -> Moved {
        let (cause, last_day) = match status {
            RegisterStatus::Died => (Cause::Died, member.died_on),
            _ => (Cause::Left, member.deducted_on),
        };
        let day_after = last_day.and_then(|day| day.checked_add_days(Days::new(1))).unwrap_or(self.as_of);
        let earliest = self.previous.as_ref().map_or(self.as_of, |run| run.as_of);
        let effective_on = day_after.max(earliest).min(self.as_of.max(earliest));
        Moved { person_id: member.person_id, from: Some(from), to: None, effective_on, cause }
    }

    /// People whom the previous run placed and who are with none of the locality's practices now.
    fn gone(&self, unseen: HashMap<i64, Option<String>>) -> Vec<Moved> {
        let left = |(person_id, from): (i64, Option<String>)| {
            let from = Some(from?);
            Some(Moved { person_id, from, to: None, effective_on: self.as_of, cause: Cause::Left })
        };
        let mut gone: Vec<Moved> = unseen.into_iter().filter_map(left).collect();
        gone.sort_by_key(|moved| moved.person_id);
        gone
    }
}

impl Placed {
    /// The code of the home group; none is not placed or out of scope.
    pub fn group<'a>(&self, placer: &'a Placer) -> Option<&'a str> {
        match self.held {
            Some(held) => placer.held(held).group.as_deref(),
            None => self.by_criteria(placer),
        }
    }

    /// The group the criteria give, whether somebody is held elsewhere or not.
    pub fn by_criteria<'a>(&self, placer: &'a Placer) -> Option<&'a str> {
        let group = placer.outcome(self.outcome?).group?;
        Some(&placer.rules().home()[group].code)
    }

    pub fn is_out_of_scope(&self) -> bool {
        self.outcome.is_none() && self.held.is_none()
    }

    /// What the placement rests on.
    pub fn source(&self, placer: &Placer) -> Source {
        self.held.map_or(Source::Run, |held| placer.held(held).source)
    }

    /// Whether the placement hangs on facts that are not known. Nobody's does who is held.
    pub fn is_provisional(&self, placer: &Placer) -> bool {
        self.held.is_none() && self.outcome.is_some_and(|id| placer.outcome(id).is_provisional())
    }
}

fn place(placer: &mut Placer, member: Member) -> Placed {
    if !placer.rules().in_scope(member.facts.age) {
        return Placed { member, outcome: None, supplementary_care: None, held: None };
    }
    let outcome = Some(placer.place(&member.facts));
    let supplementary_care = placer.supplementary_care(&member.facts);
    Placed { member, outcome, supplementary_care, held: None }
}

fn rules_of(
    versions: &[criteria::store::Version],
    scheme: &Scheme,
    minimum_age: u16,
) -> Result<Rules, Error> {
    let expressions: HashMap<&str, Expression> = versions
        .iter()
        .map(|version| Ok((version.group_code.as_str(), version.expression()?)))
        .collect::<Result<_, Error>>()?;
    Ok(Rules::of_scheme(scheme, minimum_age, |code| expressions.get(code).cloned()))
}

/// The rules a previous run placed by, where its versions differ from today's.
fn earlier_rules(
    conn: &mut Conn,
    run: &Run,
    now: &[CriterionUsed],
    scheme: i64,
) -> Result<Option<Rules>, Error> {
    let Some(summary) = run.summary()? else { return Ok(None) };
    if summary.criteria == now && summary.scheme == scheme {
        return Ok(None);
    }
    rules_used(conn, run.locality_id, &summary).map(Some)
}

/// The rules a run placed by.
pub fn rules_used(conn: &mut Conn, locality_id: i64, summary: &Summary) -> Result<Rules, Error> {
    let mut versions = Vec::new();
    for used in &summary.criteria {
        versions.extend(criteria::store::version(conn, locality_id, &used.group, used.number)?);
    }
    rules_of(&versions, &numbered(conn, locality_id, summary.scheme)?, summary.minimum_age)
}

/// The rules in force in a locality on a day; none where there are none.
pub fn rules_in_force(
    conn: &mut Conn,
    locality_id: i64,
    on: NaiveDate,
    minimum_age: u16,
) -> Result<Option<Rules>, Error> {
    let versions = criteria::store::in_force(conn, locality_id, on)?;
    if versions.is_empty() {
        return Ok(None);
    }
    let scheme = Schemes::on(conn, on)?.of(locality_id).clone();
    rules_of(&versions, &scheme, minimum_age).map(Some)
}
