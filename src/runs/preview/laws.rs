//! Laws of a preview: its figures are those of two grouping runs, on registers and rules at random.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use chrono::Days;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::naive::{self, Grouped, second_practice};
use super::*;
use crate::criteria::arbitrary::{as_of, blanks, expression, facts};
use crate::criteria::expression::Expression;
use crate::people::snapshot::Member;
use crate::runs::rules::{HomeGroup, Rules};

const CODES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// People of three practices, some of them not on the register on the day; copied, for more than a block of them.
fn members() -> impl Strategy<Value = Vec<Member>> {
    let days = || prop::option::weighted(0.2, 0u64..4);
    let person = (facts(), 0u64..4, days(), days());
    (prop::collection::vec(person, 1..40), select(vec![1usize, 2, 40])).prop_map(|(people, copies)| {
        let day = |days: u64| as_of() + Days::new(1) - Days::new(days);
        let several = people.iter().cycle().take(people.len() * copies).enumerate();
        let count = people.len() * copies;
        let member =
            |(at, (facts, from, deducted, died)): (usize, &(_, u64, Option<u64>, Option<u64>))| Member {
                person_id: 1_000 + at as i64,
                practice_id: 1 + (at * 3 / count) as i64,
                registered_from: day(*from),
                deducted_on: deducted.map(day),
                died_on: died.map(day),
                facts: *facts,
            };
        several.map(member).collect()
    })
}

/// Two sets of rules that share some of their criteria.
fn rules() -> impl Strategy<Value = [Rules; 2]> {
    let side = || {
        let groups = subsequence(CODES.to_vec(), 1..=5).prop_shuffle();
        let criteria = prop::collection::vec(0usize..6, 5);
        (groups, criteria, prop::option::of(0usize..6), select(vec![0u16, 16, 40]))
    };
    (prop::collection::vec(expression(), 6), side(), side()).prop_map(|(pool, one, other)| {
        [one, other].map(|(groups, criteria, overlay, minimum_age)| {
            let group =
                |(code, at): (&&str, usize)| HomeGroup { code: (*code).into(), criterion: pool[at].clone() };
            let home = groups.iter().zip(criteria).map(group).collect();
            Rules::new(home, overlay.map(|at| pool[at].clone()), minimum_age)
        })
    })
}

fn going() -> AtomicBool {
    AtomicBool::new(false)
}

fn packed(members: &[Member]) -> Packed {
    Packed::of(members.iter().copied(), as_of())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn its_figures_are_those_of_two_groupings(
        members in members(),
        [in_force, proposed] in rules(),
        [some, others] in [blanks(), blanks()],
        held in prop::collection::hash_map(1_000i64..1_060, prop::option::of(select(&CODES[..])), 0..6),
    ) {
        let held: HashMap<i64, Option<String>> =
            held.into_iter().map(|(person, code)| (person, code.map(str::to_owned))).collect();
        let (some, others) = (second_practice(some), second_practice(others));
        let sides =
            [Side { rules: &in_force, declared: &some }, Side { rules: &proposed, declared: &others }];
        let grouped = sides.map(|side| Grouped::by(side, &members));
        let people = packed(&members);
        let preview = Preview::of(&people, sides[0], sides[1]).holding(&held);
        let found = preview.placements(&going()).unwrap();
        let expected = naive::placements(&grouped, &held, found.home.places.clone());
        prop_assert_eq!(found, expected);
        prop_assert_eq!(preview.cases(&going()).unwrap(), naive::cases(&grouped, &held));
        for (side, grouped) in sides.iter().zip(&grouped) {
            prop_assert_eq!(overlaps(&people, *side, &going()).unwrap(), naive::overlaps(grouped));
        }
    }

    #[test]
    fn what_a_condition_leaves_out_is_what_trying_everybody_finds(
        members in members(),
        [rules, _] in rules(),
        parts in prop::collection::vec(expression(), 2..5),
        blanks in blanks(),
    ) {
        let declared = second_practice(blanks);
        let side = Side { rules: &rules, declared: &declared };
        let grouped = Grouped::by(side, &members);
        let people = packed(&members);
        let whole = Expression::And(parts.clone());
        prop_assert_eq!(attrition(&people, side, &whole, &going()).unwrap(), naive::attrition(&grouped, &parts));
        let alone = Expression::Or(parts);
        let found = attrition(&people, side, &alone, &going()).unwrap();
        prop_assert_eq!(found, naive::attrition(&grouped, std::slice::from_ref(&alone)));
    }

    #[test]
    fn rows_sum_to_the_groups_in_force_and_columns_to_those_proposed(
        members in members(),
        [in_force, proposed] in rules(),
    ) {
        let people = packed(&members);
        let sides = [Side::of(&in_force), Side::of(&proposed)];
        let home = Preview::of(&people, sides[0], sides[1]).placements(&going()).unwrap().home;
        for (side, grouped) in sides.map(|side| Grouped::by(side, &members)).iter().enumerate() {
            for (place, standing) in home.places.iter().enumerate() {
                let Standing::Group(code) = standing else { continue };
                let here = grouped.people.iter().filter(|(_, _, outcome)| {
                    let group = outcome.as_ref().and_then(|outcome| outcome.group);
                    group.is_some_and(|group| grouped.side.rules.home()[group].code == *code)
                });
                let cost: i64 = here.clone().filter_map(|(_, facts, _)| facts.annual_cost).sum();
                let cell = if side == 0 { home.all.before(place) } else { home.all.after(place) };
                prop_assert_eq!((cell.people, cell.cost_pence), (here.count() as u64, cost));
            }
        }
        let between: Cell = (0..home.places.len()).map(|place| home.all.coming_to(place)).sum();
        let out: Cell = (0..home.places.len()).map(|place| home.all.leaving(place)).sum();
        prop_assert_eq!(between, home.all.moved());
        prop_assert_eq!(out, home.all.moved());
    }

    #[test]
    fn the_rules_in_force_move_nobody(members in members(), [rules, _] in rules()) {
        let people = packed(&members);
        let preview = Preview::of(&people, Side::of(&rules), Side::of(&rules));
        let found = preview.placements(&going()).unwrap();
        prop_assert_eq!(found.home.all.moved(), Cell::default());
        prop_assert_eq!(found.care.map_or(Cell::default(), |care| care.all.moved()), Cell::default());
        let cases = preview.cases(&going()).unwrap();
        prop_assert_eq!((cases.all.made, cases.all.ended), (0, 0));
    }

    #[test]
    fn the_people_listed_are_those_counted(members in members(), [in_force, proposed] in rules()) {
        let people = packed(&members);
        let preview = Preview::of(&people, Side::of(&in_force), Side::of(&proposed));
        let found = preview.placements(&going()).unwrap();
        for (from, to) in found.care.iter().flat_map(|care| care.all.moves()) {
            let movers = preview.care_movers(&[(from, to)], &going()).unwrap();
            let counted = found.care.as_ref().map(|care| care.all.at(from, to).people);
            prop_assert_eq!(Some(movers.len() as u64), counted);
        }
        let (home, mut listed) = (found.home, 0);
        for (from, to) in home.all.moves() {
            let movers = preview.movers(&[(from, to)], &going()).unwrap();
            prop_assert_eq!(movers.len() as u64, home.all.at(from, to).people);
            let practice = |mover: &Mover| members[(mover.person_id - 1_000) as usize].practice_id;
            prop_assert!(movers.iter().all(|mover| mover.practice_id == practice(mover)));
            for (sex, grid) in &home.by_sex {
                let here = movers.iter().filter(|mover| mover.sex == *sex).count();
                prop_assert_eq!(here as u64, grid.at(from, to));
            }
            for (age, grid) in &home.by_age {
                let here = movers.iter().filter(|mover| mover.age == *age).count();
                prop_assert_eq!(here as u64, grid.at(from, to));
            }
            listed += movers.len() as u64;
        }
        prop_assert_eq!(listed, home.all.moved().people);
        let everybody = preview.movers(&home.all.moves().collect::<Vec<_>>(), &going()).unwrap();
        prop_assert!(everybody.is_sorted_by_key(|mover| mover.person_id));
        prop_assert_eq!(everybody.len() as u64, listed);
    }

    #[test]
    fn the_people_of_every_other_figure_are_those_counted(
        members in members(),
        [in_force, proposed] in rules(),
        parts in prop::collection::vec(expression(), 1..4),
    ) {
        let people = packed(&members);
        let (side, going) = (Side::of(&proposed), going());
        let preview = Preview::of(&people, Side::of(&in_force), side);
        let cases = preview.cases(&going).unwrap();
        for which in Which::ALL {
            let all = preview.people_of_cases(which, HangsOn::Anything, &going).unwrap();
            prop_assert_eq!(all.len() as u64, which.of(&cases.all));
            for one in &cases.by_fact {
                let some = preview.people_of_cases(which, HangsOn::Fact(&one.fact), &going).unwrap();
                prop_assert_eq!(some.len() as u64, which.of(&one.counts));
            }
            let rest = preview.people_of_cases(which, HangsOn::TooMany, &going).unwrap();
            prop_assert_eq!(rest.len() as u64, which.of(&cases.too_many_unknown));
        }
        let whole = Expression::And(parts);
        let found = attrition(&people, side, &whole, &going).unwrap();
        for (part, loss) in found.parts.iter().enumerate() {
            for (which, people) in [
                (OfPart::Fail, loss.fail),
                (OfPart::NotKnown, loss.not_known),
                (OfPart::FailOnlyThis, loss.fail_only_this),
                (OfPart::Removed, loss.removed),
                (OfPart::Left, loss.left),
            ] {
                let found = preview.of_part(&whole, part, which, &going).unwrap();
                prop_assert_eq!(found.len() as u64, people, "{:?}", which);
            }
        }
        let overlaps = overlaps(&people, side, &going).unwrap();
        let all = [false, true].map(|in_scope| preview.everybody(in_scope, &going).unwrap().len() as u64);
        let home = preview.placements(&going).unwrap().home;
        prop_assert_eq!(all, [home.all.everybody().people, found.of]);
        for place in 0..home.places.len() {
            let count = |proposed| preview.standing(place, proposed, &going).unwrap().len() as u64;
            let counted = (home.all.before(place).people, home.all.after(place).people);
            prop_assert_eq!((count(false), count(true)), counted);
        }
        for group in &overlaps.groups {
            let count = |care| preview.placed_in(&group.code, care, &going).unwrap().len() as u64;
            prop_assert_eq!((count(false), count(true)), (group.placed, group.with_care.unwrap_or(0)));
            for (other, count) in overlaps.groups.iter().zip(&group.also_meet) {
                if other.code != group.code {
                    let both = preview.overlapping(&group.code, &other.code, &going).unwrap();
                    prop_assert_eq!(both.len() as u64, *count);
                }
            }
        }
    }

    #[test]
    fn a_preview_of_some_people_is_that_of_a_register_of_them(
        members in members(),
        [in_force, proposed] in rules(),
        odd in any::<bool>(),
    ) {
        let is_one = |practice: i64, person: i64| (practice + person) % 2 == i64::from(odd);
        let some: Vec<Member> =
            members.iter().filter(|one| is_one(one.practice_id, one.person_id)).copied().collect();
        let (people, alone) = (packed(&members), packed(&some));
        let [in_force, proposed] = [&in_force, &proposed].map(Side::of);
        let among = Preview::of(&people, in_force, proposed).among(&is_one);
        let alone = Preview::of(&alone, in_force, proposed);
        let (going, nobody) = (going(), |(_, grid): &(i64, Grid<u64>)| grid.everybody() == 0);
        let [mut one, mut other] = [&among, &alone].map(|preview| preview.placements(&going).unwrap());
        [&mut one, &mut other].into_iter().for_each(|found| found.home.by_practice.retain(|it| !nobody(it)));
        prop_assert_eq!(one.home, other.home);
        prop_assert_eq!(one.care.map(|care| care.all), other.care.map(|care| care.all));
        prop_assert_eq!(among.cases(&going).unwrap().all, alone.cases(&going).unwrap().all);
        let movers = [&among, &alone].map(|preview| preview.everybody(true, &going).unwrap().len());
        prop_assert_eq!(movers[0], movers[1]);
        let pairs: Vec<(usize, usize)> = (0..4).flat_map(|from| (0..4).map(move |to| (from, to))).collect();
        let moving = [&among, &alone].map(|preview| preview.care_movers(&pairs, &going).unwrap());
        prop_assert_eq!(&moving[0], &moving[1]);
    }

    #[test]
    fn packed_facts_are_the_facts(members in members(), blanks in blanks()) {
        let all = |member: &Member| Member {
            registered_from: as_of(), deducted_on: None, died_on: None, ..*member
        };
        let members: Vec<Member> = members.iter().map(all).collect();
        let people = packed(&members);
        let slots = people.practices().iter().flat_map(|practice| practice.blocks.clone());
        let slots = slots.flat_map(|block| {
            let there = people.there(block);
            (0..BLOCK).filter(move |lane| there.has(*lane)).map(move |lane| block * BLOCK + lane)
        });
        prop_assert_eq!(slots.clone().count(), members.len());
        for (slot, member) in slots.zip(&members) {
            let mut facts = member.facts;
            facts.read_blanks_as_no(blanks);
            prop_assert_eq!(people.facts(slot, blanks), facts);
            prop_assert_eq!(people.person(slot), member.person_id);
        }
    }
}

#[test]
fn a_preview_that_is_no_longer_wanted_stops() {
    let facts = crate::criteria::facts::Facts::nothing_known(as_of(), 40);
    let (registered_from, deducted_on, died_on) = (as_of(), None, None);
    let member = Member { person_id: 1, practice_id: 1, registered_from, deducted_on, died_on, facts };
    let (people, rules) = (packed(&[member]), Rules::new(Vec::new(), None, 0));
    let (side, cancelled) = (Side::of(&rules), AtomicBool::new(true));
    let preview = Preview::of(&people, side, side);
    assert_eq!(preview.placements(&cancelled), Err(Cancelled));
    assert_eq!(preview.cases(&cancelled), Err(Cancelled));
    assert_eq!(preview.movers(&[(0, 0)], &cancelled), Err(Cancelled));
    assert_eq!(overlaps(&people, side, &cancelled), Err(Cancelled));
    assert_eq!(preview.placements(&going()).map(|found| found.home.all.everybody().people), Ok(1));
}

#[test]
fn a_group_whose_people_all_fall_to_earlier_ones_is_named() {
    let parsed = |text: &str| crate::criteria::parser::parse(text).unwrap().expression;
    let group = |code: &str, text: &str| HomeGroup { code: code.into(), criterion: parsed(text) };
    let rules = Rules::new(vec![group("OLD", "age >= 40"), group("OLDER", "age >= 75")], None, 0);
    let facts = crate::criteria::facts::Facts::nothing_known(as_of(), 80);
    let (registered_from, deducted_on, died_on) = (as_of(), None, None);
    let member = Member { person_id: 1, practice_id: 1, registered_from, deducted_on, died_on, facts };
    let found = overlaps(&packed(&[member]), Side::of(&rules), &going()).unwrap();
    let named: Vec<&str> = found.all_fall_to_earlier().map(|group| &*group.code).collect();
    assert_eq!(named, ["OLDER"]);
    assert_eq!(found.groups[0].also_meet, [0, 1]);
}
