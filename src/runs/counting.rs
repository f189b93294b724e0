//! The figures of a run: how many people are where, what moves, and what judgement cases hang on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::grouping::{Moved, Placed};
use super::placement::{Outcome, Placer};
use super::summary::{CriterionUsed, GroupCount, HangsOn, Move, Summary};
use crate::criteria::answer::Answer;
use crate::groups::scheme::{Group, Scheme};

/// Counts what a run found.
pub fn count(
    placed: &[Placed],
    moved: &[Moved],
    placer: &Placer,
    criteria: &[CriterionUsed],
    (number, scheme): (i64, &Scheme),
) -> Summary {
    let such = |is_so: &dyn Fn(&Placed) -> bool| placed.iter().filter(|one| is_so(one)).count() as u64;
    let cases = || placed.iter().filter(|one| one.is_provisional(placer)).filter_map(|one| one.outcome);
    let cases = || cases().map(|outcome| placer.outcome(outcome));
    let out_of_scope = such(&Placed::is_out_of_scope);
    let in_groups = such(&|one| one.group(placer).is_some());
    let not_known = |one: &&Placed| one.supplementary_care == Some(Answer::NotKnown);
    let people = placed.len() as u64;
    Summary {
        people,
        placed: in_groups,
        unplaced: people - in_groups - out_of_scope,
        judgement_cases: cases().count() as u64,
        out_of_scope,
        held: such(&|one| one.held.is_some()),
        held_elsewhere: such(&|one| one.held.is_some() && one.group(placer) != one.by_criteria(placer)),
        groups: group_counts(placed, placer, scheme),
        moved: moved.len() as u64,
        moves: moves(moved, scheme),
        hangs_on: hangs_on(cases()),
        too_many_unknown: cases().filter(|outcome| outcome.too_many_unknown).count() as u64,
        supplementary_not_known: placed.iter().filter(not_known).count() as u64,
        criteria: criteria.to_vec(),
        cancer_mode: scheme.cancer_mode(),
        scheme: number,
        minimum_age: placer.rules().minimum_age(),
        declared: BTreeMap::new(),
        settings: 0,
    }
}

/// How many of the outcomes hang on each fact, most first.
fn hangs_on<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Vec<HangsOn> {
    let mut cases: BTreeMap<String, u64> = BTreeMap::new();
    for fact in outcomes.flat_map(|outcome| &outcome.hangs_on) {
        *cases.entry(fact.to_string()).or_default() += 1;
    }
    let mut cases: Vec<HangsOn> = cases.into_iter().map(|(fact, cases)| HangsOn { fact, cases }).collect();
    cases.sort_by_key(|one| Reverse(one.cases));
    cases
}

fn group_counts(placed: &[Placed], placer: &Placer, scheme: &Scheme) -> Vec<GroupCount> {
    let mut by_code: HashMap<&str, (u64, i64)> = HashMap::new();
    let overlay = scheme.overlay().filter(|_| placer.rules().overlay().is_some());
    for one in placed {
        let supplementary = overlay.filter(|_| one.supplementary_care == Some(Answer::Yes));
        for code in one.group(placer).into_iter().chain(supplementary.map(|group| &*group.code)) {
            let (people, cost) = by_code.entry(code).or_default();
            *people += 1;
            *cost += one.member.facts.annual_cost.unwrap_or(0);
        }
    }
    let shown = |group: &&Group| !group.is_retired() || by_code.contains_key(&*group.code);
    let groups = scheme.groups().iter().filter(shown).map(|group| {
        let (people, cost_pence) = by_code.get(&*group.code).copied().unwrap_or_default();
        let (code, name) = (group.code.clone(), group.label.clone());
        GroupCount {
            code,
            name,
            overlay: overlay.is_some_and(|over| over.code == group.code),
            people,
            cost_pence,
        }
    });
    groups.collect()
}

fn moves(moved: &[Moved], scheme: &Scheme) -> Vec<Move> {
    let place = |code: &Option<String>| {
        let number = |code: &String| scheme.group(code).map(|group| group.number);
        code.as_ref().map_or(Some(u8::MAX), number)
    };
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for one in moved {
        let key = (place(&one.from), place(&one.to), one.from.clone(), one.to.clone());
        *counts.entry(key).or_default() += 1;
    }
    counts.into_iter().map(|((_, _, from, to), people)| Move { from, to, people }).collect()
}
