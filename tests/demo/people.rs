//! What a demo is made of: the people of the published tree, and nothing the imports would refuse.

use chrono::{Datelike, NaiveDate};
use common_ground::demo::organisations::LARGE;
use common_ground::demo::person::Person;
use common_ground::demo::tree::{self, Leaf};
use common_ground::demo::{Demo, Plan};
use std::collections::{BTreeMap, BTreeSet};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn demo(adults: u32) -> Demo {
    Demo::of(Plan::new(adults, date("2025-11-24")).unwrap())
}

pub fn in_large(demo: &Demo) -> impl Iterator<Item = &Person> {
    demo.people.iter().filter(|person| demo.practices[person.practice].locality == LARGE)
}

fn age(born: NaiveDate, on: NaiveDate) -> u8 {
    let passed = (on.month(), on.day()) >= (born.month(), born.day());
    u8::try_from(on.year() - born.year() - i32::from(!passed)).unwrap()
}

fn leaf_of(leaves: &[Leaf], person: &Person, on: NaiveDate, cancer: bool) -> usize {
    let facts = &person.facts;
    let yes = |fact| fact == Some(true);
    let (dementia, disability) = (yes(facts.dementia), yes(facts.learning_disability));
    let holds = |leaf: &Leaf| {
        leaf.holds(age(person.born, on), facts.ltc_count.unwrap_or(0), dementia, disability, cancer)
    };
    leaves.iter().position(holds).expect("an adult belongs to a leaf")
}

fn within_five_years(ended: Option<NaiveDate>, on: NaiveDate) -> bool {
    ended.is_some_and(|ended| (on - ended).num_days() <= 1826)
}

#[test]
fn leaves_hold_the_people_and_costs_published_and_a_few_hundred_judgement_cases() {
    let leaves = tree::leaves();
    for (adults, cases) in [(1, 0..2), (500, 2..15), (2_000, 3..40), (153_687, 100..1_000)] {
        let demo = demo(adults);
        let judged = in_large(&demo).filter(|person| is_judgement_case(person)).count();
        assert!(cases.contains(&judged), "{judged} judgement cases of {adults}");
        let mut counts = vec![0; leaves.len()];
        let mut recovering_too = vec![0; leaves.len()];
        let mut pence = vec![0; leaves.len()];
        for person in in_large(&demo) {
            let active = person.facts.cancer_active == Some(true);
            let place = leaf_of(&leaves, person, demo.plan.as_of, active);
            counts[place] += 1;
            pence[place] += person.facts.annual_cost_pence.expect("all costs are known");
            let cancer = active || within_five_years(person.facts.cancer_treatment_ended, demo.plan.as_of);
            recovering_too[leaf_of(&leaves, person, demo.plan.as_of, cancer)] += 1;
        }
        assert_eq!(counts, tree::shares(&leaves, adults));
        assert_eq!(recovering_too, counts, "the tree's cancer may be read either way");
        for (place, leaf) in leaves.iter().enumerate().filter(|(place, _)| counts[*place] > 0) {
            let mean = pence[place] as f64 / f64::from(counts[place]) / 100.0;
            let off = (mean / leaf.mean_cost_pounds - 1.0).abs();
            assert!(
                off < 0.01,
                "{adults} adults, node {}: {mean} is not {}",
                leaf.node,
                leaf.mean_cost_pounds
            );
        }
    }
}

#[test]
fn the_same_plan_makes_the_same_demo() {
    let told = |demo: &Demo| {
        let one = |person: &Person| {
            let facts = &person.facts;
            (
                person.nhs_number,
                person.family_name.clone(),
                person.born,
                facts.annual_cost_pence,
                facts.conditions,
            )
        };
        let scores: Vec<_> = demo.risk_scores.iter().map(|s| (s.person, s.hundredths, s.scored)).collect();
        let assessed: Vec<_> = demo.assessments.iter().map(|a| (a.person, a.assessed, a.level)).collect();
        (demo.people.iter().map(one).collect::<Vec<_>>(), scores, assessed)
    };
    assert_eq!(told(&demo(800)), told(&demo(800)));
    assert_ne!(told(&demo(800)), told(&demo(801)));
}

#[test]
fn registers_agree_with_counts_and_flags() {
    for person in demo(20_000).people {
        let facts = person.facts;
        let Some(conditions) = facts.conditions else {
            continue;
        };
        if let Some(count) = facts.ltc_count {
            assert_eq!(conditions.counted(), usize::from(count), "{}", person.nhs_number);
        }
        for (code, flag) in [
            ("DEM", facts.dementia),
            ("LD", facts.learning_disability),
            ("MH", facts.serious_mental_illness),
            ("PAL", facts.palliative),
        ] {
            assert!(flag.is_none_or(|flag| flag == conditions.has(code)), "{} {code}", person.nhs_number);
        }
        assert!(facts.cancer_active != Some(true) || facts.cancer_treatment_ended.is_none());
        assert!(facts.cancer_active != Some(true) || conditions.has("CAN"));
    }
}

#[test]
fn nhs_numbers_are_valid_scattered_and_used_once() {
    let demo = demo(5_000);
    let numbers: BTreeSet<u64> = demo.people.iter().map(|person| person.nhs_number).collect();
    assert_eq!(numbers.len(), demo.people.len());
    for number in &numbers {
        let digits: Vec<u64> = number.to_string().bytes().map(|digit| u64::from(digit - b'0')).collect();
        let sum: u64 = (2..=10).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        assert_eq!((sum + digits[9]) % 11, 0, "{number}");
        assert!((9_990_000_000..9_999_999_999).contains(number));
    }
    assert!(numbers.first() < Some(&9_990_100_000) && numbers.last() > Some(&9_999_900_000));
}

#[test]
fn children_and_people_who_went_are_of_the_small_localities() {
    let demo = demo(5_000);
    for person in in_large(&demo) {
        assert!(age(person.born, demo.plan.as_of) >= 16);
        assert!(person.left.is_none() && person.died.is_none());
    }
    let small = || demo.people.iter().filter(|person| demo.practices[person.practice].locality != LARGE);
    assert!(small().any(|person| person.left.is_some()));
    assert!(small().any(|person| person.died.is_some()));
    let children = small().filter(|person| age(person.born, demo.plan.as_of) < 16).count();
    assert!((150..300).contains(&children), "{children}");
}

#[test]
fn dates_keep_their_order() {
    for as_of in ["2000-01-01", "2024-02-29", "2025-02-28"] {
        let as_of = date(as_of);
        let demo = Demo::of(Plan::new(5_000, as_of).unwrap());
        for person in &demo.people {
            assert!(person.born >= date("1895-01-01"));
            assert!(person.registered >= person.born && person.registered <= as_of);
            for gone in [person.left, person.died].into_iter().flatten() {
                assert!(gone >= person.registered && gone < as_of);
            }
            assert!(
                person.facts.cancer_treatment_ended.is_none_or(|ended| ended > person.born && ended < as_of)
            );
        }
        for assessment in &demo.assessments {
            assert!(
                assessment.assessed <= as_of
                    && assessment.care_plan_agreed.is_none_or(|agreed| agreed <= as_of)
            );
            let days = (assessment.next_review - assessment.assessed).num_days();
            assert!((1..=365).contains(&days));
        }
        assert!(demo.risk_scores.iter().all(|score| score.scored <= as_of && score.hundredths <= 10_000));
        assert!(demo.sharing_agreements.iter().all(|sharing| sharing.from <= as_of && as_of <= sharing.to));
    }
}

#[test]
fn every_group_is_cared_for_in_every_locality() {
    let demo = demo(1);
    let groups: BTreeSet<&str> = demo.care_agreements.iter().map(|care| care.group).collect();
    assert_eq!(groups.len(), 9);
    for locality in &demo.localities {
        let here = demo.care_agreements.iter().filter(|care| care.locality == locality.code);
        assert_eq!(here.map(|care| care.group).collect::<BTreeSet<_>>(), groups, "{}", locality.code);
    }
}

#[test]
fn every_role_has_an_account_and_the_organisation_it_wants() {
    let demo = demo(1);
    let known: BTreeSet<&str> = demo.organisations.iter().map(|organisation| organisation.code).collect();
    let mut holders: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for membership in demo.users.iter().flat_map(|user| &user.memberships) {
        assert!(membership.organisation.is_none_or(|code| known.contains(code)));
        holders.entry(membership.role).or_default().push(membership.organisation);
    }
    assert_eq!(holders.len(), 11);
    assert_eq!(holders["administrator"], [None]);
    let distinct = |role| holders[role].iter().collect::<BTreeSet<_>>().len();
    assert!(holders["commissioner"].len() > distinct("commissioner") && distinct("commissioner") > 1);
    assert!(distinct("gp") > 1 && distinct("provider") > 1);
}

/// The home group of the first criteria, for one assignment of the facts they ask about.
fn group(facts: [bool; 7]) -> u8 {
    let [homeless, alcohol, drugs, organic, disability, mental_illness, condition] = facts;
    match () {
        () if homeless || alcohol || drugs => 9,
        () if organic => 8,
        () if disability => 7,
        () if mental_illness => 6,
        () if condition => 3,
        () => 1,
    }
}

/// Whether some values of the unknown facts give another group than none of them being so.
pub fn is_judgement_case(person: &Person) -> bool {
    let facts = &person.facts;
    let known = [
        facts.homeless,
        facts.alcohol_dependency,
        facts.drug_dependency,
        facts.advanced_organic_disorder,
        facts.learning_disability,
        facts.serious_mental_illness,
        facts.ltc_count.map(|count| count > 0),
    ];
    let assigned = |bits: u8| {
        let mut place = 0;
        known.map(|fact| {
            place += 1;
            fact.unwrap_or(bits >> (place - 1) & 1 == 1)
        })
    };
    known.contains(&None) && (0..128).any(|bits| group(assigned(bits)) != group(assigned(0)))
}
