//! Laws of placement: one group a person, and judgement cases exactly where an assignment of the unknown facts says so.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::placement::{MOST_UNKNOWN, Outcome, Placer};
use super::rules::{HomeGroup, Rules};
use crate::criteria::answer::Answer;
use crate::criteria::arbitrary::{as_of, blanks, expression, facts, learned};
use crate::criteria::asked::{Fact, Test};
use crate::criteria::attainable::{Value, attainable};
use crate::criteria::expression::Expression;
use crate::criteria::facts::{Blanks, Facts, Flag};
use crate::criteria::parser::parse;

fn rules(criteria: Vec<Expression>) -> Rules {
    let home = |(at, criterion)| HomeGroup { code: format!("G{at}"), criterion };
    Rules::new(criteria.into_iter().enumerate().map(home).collect(), None, 0)
}

fn outcome(criteria: &[Expression], facts: &Facts) -> Outcome {
    let mut placer = Placer::new(rules(criteria.to_vec()), as_of());
    let id = placer.place(facts);
    placer.outcome(id).clone()
}

/// An assignment, as the place of each fact's value, and the group it gives.
type Assigned = (Vec<usize>, Option<usize>);

/// Every assignment of the unknown facts, or nothing where there are too many to try.
fn assignments(criteria: &[Expression], facts: &Facts) -> Option<(Vec<Fact>, Vec<Assigned>)> {
    let tests: Vec<Test> = criteria
        .iter()
        .flat_map(|criterion| criterion.atoms())
        .flat_map(|atom| atom.asked().tests)
        .filter(|test| test.answer(facts) == Answer::NotKnown)
        .collect();
    let mut asked: Vec<Fact> = Vec::new();
    tests.iter().map(|test| test.fact()).for_each(|fact| {
        if !asked.contains(&fact) {
            asked.push(fact)
        }
    });
    let of = |fact: &Fact| tests.iter().copied().filter(|test| test.fact() == *fact).collect::<Vec<_>>();
    let values: Vec<Vec<Value>> =
        asked.iter().map(|fact| attainable(*fact, &of(fact), Some(as_of()))).collect();
    if values.iter().map(Vec::len).try_fold(1usize, usize::checked_mul).is_none_or(|count| count > 3_000) {
        return None;
    }
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for values in &values {
        let longer = |chosen: &Vec<usize>| {
            let chosen = chosen.clone();
            (0..values.len()).map(move |value| chosen.iter().copied().chain([value]).collect::<Vec<_>>())
        };
        all = all.iter().flat_map(longer).collect();
    }
    let group = |chosen: &Vec<usize>| {
        let tested = |test: Test| match asked.iter().position(|fact| *fact == test.fact()) {
            Some(at) => Answer::from(values[at][chosen[at]].meets(test)),
            None => test.answer(facts),
        };
        criteria.iter().position(|criterion| criterion.answer_by(&tested).is_yes())
    };
    let table = all.into_iter().map(|chosen| (chosen.clone(), group(&chosen))).collect();
    Some((asked, table))
}

fn by_brute_force(criteria: &[Expression], facts: &Facts) -> Option<(Vec<Option<usize>>, Vec<String>)> {
    let (asked, table) = assignments(criteria, facts)?;
    let provisional = criteria.iter().position(|criterion| criterion.provisionally(facts));
    let mut could_be: Vec<Option<usize>> =
        table.iter().map(|(_, group)| *group).chain([provisional]).collect();
    could_be.sort_by_key(|group| group.unwrap_or(usize::MAX));
    could_be.dedup();
    let differ_in = |one: &[usize], other: &[usize], at: usize| {
        one[at] != other[at] && (0..one.len()).all(|place| place == at || one[place] == other[place])
    };
    let hangs = |at: usize| {
        table.iter().any(|(one, group)| {
            table.iter().any(|(other, another)| group != another && differ_in(one, other, at))
        })
    };
    let facts: BTreeSet<String> =
        asked.iter().enumerate().filter(|(at, _)| hangs(*at)).map(|(_, fact)| fact.to_string()).collect();
    if could_be.len() == 1 {
        return Some((Vec::new(), Vec::new()));
    }
    Some((could_be, facts.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_diagram_finds_what_trying_every_assignment_finds(
        criteria in prop::collection::vec(expression(), 1..5),
        facts in facts(),
    ) {
        let Some((could_be, hangs_on)) = by_brute_force(&criteria, &facts) else { return Ok(()) };
        let found = outcome(&criteria, &facts);
        prop_assert_eq!(found.could_be, could_be);
        prop_assert_eq!(found.hangs_on.iter().map(ToString::to_string).collect::<Vec<_>>(), hangs_on);
    }

    #[test]
    fn a_person_has_the_first_group_whose_criterion_is_met(
        criteria in prop::collection::vec(expression(), 1..5),
        facts in facts(),
        more in facts(),
    ) {
        let facts = learned(facts, more);
        let found = outcome(&criteria, &facts);
        let met: Vec<usize> = (0..criteria.len()).filter(|at| criteria[*at].answer(&facts).is_yes()).collect();
        prop_assert_eq!(found.group, met.first().copied());
        prop_assert_eq!(&found.also_meets, &met[met.len().min(1)..]);
        prop_assert!(!found.is_provisional());
    }

    #[test]
    fn a_firm_placement_stands_whatever_is_learned(
        criteria in prop::collection::vec(expression(), 1..5),
        facts in facts(),
        more in facts(),
    ) {
        let before = outcome(&criteria, &facts);
        let after = outcome(&criteria, &learned(facts, more));
        if before.is_provisional() {
            prop_assert!(before.too_many_unknown || before.could_be.contains(&after.group));
        } else {
            prop_assert_eq!(before.group, after.group);
        }
    }

    #[test]
    fn a_pattern_seen_before_gives_the_same_outcome(
        criteria in prop::collection::vec(expression(), 1..5),
        people in prop::collection::vec(facts(), 1..20),
        blanks in blanks(),
    ) {
        let mut placer = Placer::new(rules(criteria.clone()), as_of());
        for mut facts in people {
            facts.read_blanks_as_no(blanks);
            let id = placer.place(&facts);
            prop_assert_eq!(placer.outcome(id), &outcome(&criteria, &facts));
        }
    }
}

fn parsed(texts: &[&str]) -> Vec<Expression> {
    texts.iter().map(|text| parse(text).unwrap().expression).collect()
}

#[test]
fn a_condition_or_its_opposite_hangs_on_nothing() {
    let found = outcome(&parsed(&["dementia or not dementia"]), &Facts::nothing_known(as_of(), 40));
    assert!(!found.is_provisional());
    assert_eq!(found.group, Some(0));
}

#[test]
fn beyond_sixteen_unknown_facts_there_are_no_lists() {
    let codes = |count: usize| {
        let codes = crate::criteria::conditions::Condition::ALL[..count].iter();
        let parts: Vec<String> = codes.map(|one| format!("condition(\"{}\")", one.code())).collect();
        parsed(&[&parts.join(" or ")])
    };
    let facts = Facts::nothing_known(as_of(), 40);
    assert_eq!(outcome(&codes(MOST_UNKNOWN), &facts).hangs_on.len(), MOST_UNKNOWN);
    let found = outcome(&codes(MOST_UNKNOWN + 1), &facts);
    assert!(found.too_many_unknown && found.is_provisional());
    assert!(found.hangs_on.is_empty() && found.could_be.is_empty());
}

#[test]
fn a_reason_names_the_blanks_it_leaned_on_and_no_others() {
    let criteria = parsed(&["homeless or drug_dependency", "dementia", "age >= 16"]);
    let mut facts = Facts::nothing_known(as_of(), 40);
    facts.set_flag(Flag::Dementia, Some(true));
    let declared = Blanks::default().with_flag(Flag::Homeless).with_flag(Flag::CareHome);
    facts.read_blanks_as_no(declared.with_flag(Flag::DrugDependency));
    let names = |found: Outcome| found.leaned_on.iter().map(Fact::to_string).collect::<Vec<_>>();
    assert_eq!(names(outcome(&criteria, &facts)), ["drug_dependency", "homeless"]);
    facts.set_flag(Flag::DrugDependency, Some(true));
    facts.read_blanks_as_no(declared);
    assert_eq!(names(outcome(&criteria, &facts)), Vec::<String>::new());
}
