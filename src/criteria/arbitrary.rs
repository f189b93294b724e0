//! Expressions and facts at random, for tests of laws.

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::conditions::{Condition, ConditionSet};
use super::expression::{Atom, Choice, Comparison, Expression, Hundredths};
use super::facts::{Blanks, Ended, Facts, Flag, Level, Quantity, Sex};

pub fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 4, 1).unwrap()
}

fn choice<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Choice<T>> {
    prop_oneof![
        select(values).prop_map(Choice::Is),
        select(values).prop_map(Choice::IsNot),
        vec(select(values), 1..4).prop_map(Choice::In),
    ]
}

fn number() -> impl Strategy<Value = Atom> {
    (select(&Quantity::ALL[..]), select(&Comparison::ALL[..]), 0u64..8, 0u64..100).prop_map(
        |(quantity, comparison, whole, part)| {
            let hundredths = match quantity {
                Quantity::Age => whole * 1_500,
                Quantity::RiskScore | Quantity::AnnualCost => whole * 100 + part,
                _ => whole * 100,
            };
            Atom::Number(quantity, comparison, Hundredths(hundredths))
        },
    )
}

pub fn atom() -> impl Strategy<Value = Atom> {
    prop_oneof![
        4 => select(&Flag::ALL[..]).prop_map(Atom::Flag),
        1 => select(&Condition::ALL[..]).prop_map(Atom::Condition),
        1 => vec(select(&Condition::ALL[..4]), 1..4).prop_map(Atom::AnyCondition),
        4 => number(),
        1 => choice(&Sex::ALL).prop_map(Atom::Sex),
        1 => choice(&Level::ALL).prop_map(Atom::LevelOfNeed),
    ]
}

pub fn expression() -> impl Strategy<Value = Expression> {
    atom().prop_map(Expression::Atom).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Expression::Not(Box::new(part))),
            vec(inner.clone(), 2..4).prop_map(Expression::And),
            vec(inner.clone(), 2..4).prop_map(Expression::Or),
            vec(inner.clone(), 1..4).prop_map(Expression::AnyOf),
            (1usize..4, vec(inner, 1..4))
                .prop_map(|(n, parts)| Expression::AtLeast(n.min(parts.len()), parts)),
        ]
    })
}

fn ended() -> impl Strategy<Value = Ended> {
    prop_oneof![
        Just(Ended::NotKnown),
        Just(Ended::Never),
        (0u64..3_000).prop_map(|days| Ended::On(as_of() + Days::new(30) - Days::new(days))),
        (0i32..8).prop_map(|years| Ended::On(super::facts::add_years(as_of(), -years))),
    ]
}

pub fn facts() -> impl Strategy<Value = Facts> {
    let numbers = (
        option::of(0u8..8),
        option::of(0u16..8),
        option::of(0i64..800),
        option::of(0u16..800),
        option::of(select(&Sex::ALL[..])),
        option::of(select(&Level::ALL[..])),
    );
    let conditions = option::of((0u32..16).prop_map(ConditionSet));
    (0u16..110, vec(option::of(any::<bool>()), Flag::ALL.len()), conditions, ended(), numbers).prop_map(
        |(age, flags, conditions, cancer_treatment_ended, (ltc, admissions, cost, risk, sex, level))| {
            let mut facts = Facts::nothing_known(as_of(), age);
            facts.conditions = conditions;
            facts.ltc_count = ltc;
            facts.unplanned_admissions = admissions;
            facts.annual_cost = cost;
            facts.risk_score = risk;
            facts.cancer_treatment_ended = cancer_treatment_ended;
            facts.sex = sex;
            facts.level_of_need = level;
            Flag::ALL.into_iter().zip(flags).for_each(|(flag, recorded)| facts.set_flag(flag, recorded));
            facts
        },
    )
}

pub fn blanks() -> impl Strategy<Value = Blanks> {
    (vec(any::<bool>(), Flag::ALL.len()), any::<bool>()).prop_map(|(flags, conditions)| {
        let with = |blanks: Blanks, (flag, declared)| if declared { blanks.with_flag(flag) } else { blanks };
        let blanks = Flag::ALL.into_iter().zip(flags).fold(Blanks::default(), with);
        if conditions { blanks.with_conditions() } else { blanks }
    })
}

/// What is not known in `facts` taken from `others`: everything is known of the result.
pub fn learned(facts: Facts, others: Facts) -> Facts {
    let mut learned = facts;
    for flag in Flag::ALL {
        let recorded = facts.recorded_flag(flag).or(others.recorded_flag(flag)).or(Some(false));
        learned.set_flag(flag, recorded);
    }
    learned.conditions = facts.conditions.or(others.conditions).or(Some(ConditionSet(0)));
    learned.ltc_count = facts.ltc_count.or(others.ltc_count).or(Some(0));
    learned.unplanned_admissions = facts.unplanned_admissions.or(others.unplanned_admissions).or(Some(0));
    learned.annual_cost = facts.annual_cost.or(others.annual_cost).or(Some(0));
    learned.risk_score = facts.risk_score.or(others.risk_score).or(Some(0));
    learned.sex = facts.sex.or(others.sex).or(Some(Sex::Indeterminate));
    learned.level_of_need = facts.level_of_need.or(others.level_of_need).or(Some(Level::Medium));
    if facts.cancer_treatment_ended == Ended::NotKnown {
        learned.cancer_treatment_ended = match others.cancer_treatment_ended {
            Ended::NotKnown => Ended::Never,
            known => known,
        };
    }
    learned
}
