//! What a preview should find, person by person with the placer of grouping runs: slow and plain.

use std::collections::{BTreeMap, HashMap};

use super::bands::{AgeBand, Band};
use super::cases::Counts;
use super::grid::Grid;
use super::overlaps::GroupOverlap;
use super::*;
use crate::criteria::answer::Answer;
use crate::criteria::expression::Expression;
use crate::criteria::facts::{Blanks, Facts};
use crate::criteria::reading::Reading;
use crate::people::snapshot::Member;
use crate::runs::placement::{Outcome, Placer};
use crate::runs::rules::{RegisterStatus, Rules, register_status};

/// The people on the register, and what one side makes of each.
pub struct Grouped<'a> {
    pub side: Side<'a>,
    pub people: Vec<(Member, Facts, Option<Outcome>)>,
}

impl<'a> Grouped<'a> {
    pub fn by(side: Side<'a>, members: &[Member]) -> Grouped<'a> {
        let on_register = |member: &&Member| {
            let (from, deducted, died) = (member.registered_from, member.deducted_on, member.died_on);
            register_status(from, deducted, died, member.facts.as_of) == RegisterStatus::OnRegister
        };
        let place = |member: &Member| {
            let mut facts = member.facts;
            facts.read_blanks_as_no((side.declared)(member.practice_id));
            let mut placer = Placer::new(side.rules.clone(), facts.as_of);
            let outcome = side.rules.in_scope(facts.age).then(|| {
                let id = placer.place(&facts);
                placer.outcome(id).clone()
            });
            (*member, facts, outcome)
        };
        Grouped { side, people: members.iter().filter(on_register).map(place).collect() }
    }

    fn standing(&self, at: usize, held: &HashMap<i64, Option<String>>) -> Standing {
        let (member, _, outcome) = &self.people[at];
        let group = match (held.get(&member.person_id), outcome) {
            (Some(held), _) => held.clone(),
            (None, None) => return Standing::OutOfScope,
            (None, Some(outcome)) => outcome.group.map(|group| self.side.rules.home()[group].code.clone()),
        };
        group.map_or(Standing::NotPlaced, Standing::Group)
    }

    fn care(&self, at: usize) -> Care {
        let (_, facts, outcome) = &self.people[at];
        match (outcome, self.side.rules.overlay()) {
            (Some(_), Some(criterion)) => match criterion.answer(facts) {
                Answer::Yes => Care::Yes,
                Answer::No => Care::No,
                Answer::NotKnown => Care::NotKnown,
            },
            _ => Care::NotAsked,
        }
    }

    fn case(&self, at: usize, held: &HashMap<i64, Option<String>>) -> Option<&Outcome> {
        let (member, _, outcome) = &self.people[at];
        let is_case = |outcome: &&Outcome| outcome.is_provisional() && !held.contains_key(&member.person_id);
        outcome.as_ref().filter(is_case)
    }
}

/// Every table of a preview, from two groupings.
pub fn moves<P: PartialEq>(
    sides: &[Grouped<'_>; 2],
    places: Vec<P>,
    place: impl Fn(usize, usize) -> P,
) -> Moves<P> {
    let side = places.len();
    let grid = || Grid::new(side);
    let mut found = Moves {
        all: Grid::new(side),
        by_practice: Vec::new(),
        by_sex: Band::sexes().map(|sex| (sex, grid())).into(),
        by_age: AgeBand::all().map(|band| (band, grid())).into(),
        places,
    };
    for (at, (member, facts, _)) in sides[0].people.iter().enumerate() {
        let [from, to] = [0, 1].map(|side| found.place(&place(side, at)).unwrap());
        let cell = found.all.at_mut(from, to);
        cell.people += 1;
        cell.cost_pence += facts.annual_cost.unwrap_or(0);
        cell.cost_not_known += u64::from(facts.annual_cost.is_none());
        if found.by_practice.last().is_none_or(|(practice, _)| *practice != member.practice_id) {
            found.by_practice.push((member.practice_id, grid()));
        }
        let (_, here) = found.by_practice.last_mut().unwrap();
        *here.at_mut(from, to) += 1;
        let of_sex = found.by_sex.iter_mut().find(|(sex, _)| *sex == facts.sex).unwrap();
        *of_sex.1.at_mut(from, to) += 1;
        let in_band = |band: &AgeBand| facts.age >= band.from && band.to.is_none_or(|to| facts.age <= to);
        let of_age = found.by_age.iter_mut().find(|(band, _)| in_band(band)).unwrap();
        *of_age.1.at_mut(from, to) += 1;
    }
    found
}

pub fn placements(
    sides: &[Grouped<'_>; 2],
    held: &HashMap<i64, Option<String>>,
    places: Vec<Standing>,
) -> Placements {
    let with_care = sides.iter().any(|grouped| grouped.side.rules.overlay().is_some());
    Placements {
        home: moves(sides, places, |side, at| sides[side].standing(at, held)),
        care: with_care.then(|| moves(sides, Care::ALL.to_vec(), |side, at| sides[side].care(at))),
    }
}

pub fn cases(sides: &[Grouped<'_>; 2], held: &HashMap<i64, Option<String>>) -> Cases {
    let mut found = Cases {
        all: Counts::default(),
        by_fact: Vec::new(),
        too_many_unknown: Counts::default(),
        in_scope: sides[1].people.iter().filter(|(_, _, outcome)| outcome.is_some()).count() as u64,
    };
    let mut by_fact: BTreeMap<String, Counts> = BTreeMap::new();
    let count = |counts: &mut Counts, [before, after]: [bool; 2]| {
        counts.before += u64::from(before);
        counts.after += u64::from(after);
        counts.made += u64::from(after && !before);
        counts.ended += u64::from(before && !after);
    };
    for at in 0..sides[0].people.len() {
        let both = [0, 1].map(|side: usize| sides[side].case(at, held));
        count(&mut found.all, both.map(|case| case.is_some()));
        count(&mut found.too_many_unknown, both.map(|case| case.is_some_and(|case| case.too_many_unknown)));
        let facts = both.iter().flatten().flat_map(|case| &case.hangs_on);
        let facts: std::collections::BTreeSet<String> = facts.map(ToString::to_string).collect();
        for fact in facts {
            let hangs = |case: Option<&Outcome>| {
                case.is_some_and(|case| case.hangs_on.iter().any(|one| one.to_string() == fact))
            };
            count(by_fact.entry(fact.clone()).or_default(), both.map(hangs));
        }
    }
    found.by_fact = by_fact.into_iter().map(|(fact, counts)| FactCases { fact, counts }).collect();
    found.by_fact.sort_by_key(|one| std::cmp::Reverse((one.counts.after, one.counts.before)));
    found
}

fn in_scope<'a>(grouped: &'a Grouped<'_>) -> impl Iterator<Item = (&'a Facts, &'a Outcome)> {
    grouped.people.iter().filter_map(|(_, facts, outcome)| Some((facts, outcome.as_ref()?)))
}

pub fn overlaps(grouped: &Grouped<'_>) -> Overlaps {
    let rules: &Rules = grouped.side.rules;
    let overlap = |(at, group): (usize, &crate::runs::rules::HomeGroup)| {
        let placed = || in_scope(grouped).filter(|(_, outcome)| outcome.group == Some(at));
        let also = |other| placed().filter(|(_, outcome)| outcome.also_meets.contains(&other)).count() as u64;
        let cared = |criterion: &Expression| {
            placed().filter(|(facts, _)| criterion.answer(facts).is_yes()).count() as u64
        };
        GroupOverlap {
            code: group.code.clone(),
            meet: in_scope(grouped).filter(|(facts, _)| group.criterion.provisionally(facts)).count() as u64,
            placed: placed().count() as u64,
            also_meet: (0..rules.home().len()).map(also).collect(),
            with_care: rules.overlay().map(cared),
        }
    };
    Overlaps { groups: rules.home().iter().enumerate().map(overlap).collect() }
}

pub fn attrition(grouped: &Grouped<'_>, parts: &[Expression]) -> Attrition {
    let count =
        |fits: &dyn Fn(&Facts) -> bool| in_scope(grouped).filter(|(facts, _)| fits(facts)).count() as u64;
    let meets = |part: &Expression, facts: &Facts| part.provisionally(facts);
    let first = |facts: &Facts, several: usize| parts[..several].iter().all(|part| meets(part, facts));
    let loss = |(at, part): (usize, &Expression)| Loss {
        text: part.to_string(),
        reading: Reading::of(part).to_string(),
        fail: count(&|facts| !meets(part, facts)),
        not_known: count(&|facts| !meets(part, facts) && part.answer(facts) == Answer::NotKnown),
        fail_only_this: count(&|facts| {
            parts.iter().enumerate().all(|(other, part)| meets(part, facts) == (other != at))
        }),
        removed: count(&|facts| first(facts, at) && !meets(part, facts)),
        left: count(&|facts| first(facts, at + 1)),
    };
    Attrition {
        of: count(&|_| true),
        parts: parts.iter().enumerate().map(loss).collect(),
        meet: count(&|facts| first(facts, parts.len())),
    }
}

/// Declares blanks for the second practice alone.
pub fn second_practice(blanks: Blanks) -> impl Fn(i64) -> Blanks {
    move |practice| if practice == 2 { blanks } else { Blanks::default() }
}
