//! What criteria ask of a person: single facts, and tests of them.

use std::fmt::{self, Display, Formatter};

use super::answer::Answer;
use super::conditions::Condition;
use super::expression::{Atom, Choice, Comparison, Hundredths};
use super::facts::{Ended, Facts, Flag, Quantity, add_years};

/// A fact with one value a person. Each condition register is a fact of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    Flag(Flag),
    Condition(Condition),
    Quantity(Quantity),
    Sex,
    LevelOfNeed,
}

impl Display for Fact {
    /// The word of the language, or `condition:DM`.
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Fact::Flag(flag) => out.write_str(flag.word()),
            Fact::Condition(condition) => write!(out, "condition:{}", condition.code()),
            Fact::Quantity(quantity) => out.write_str(quantity.word()),
            Fact::Sex => out.write_str("sex"),
            Fact::LevelOfNeed => out.write_str("level_of_need"),
        }
    }
}

/// A question to one fact that is met or not. Words are a bit a value, in the order of `ALL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    Flag(Flag),
    Condition(Condition),
    Number(Quantity, Comparison, Hundredths),
    Sex(u8),
    LevelOfNeed(u8),
}

impl Test {
    pub fn fact(self) -> Fact {
        match self {
            Test::Flag(flag) => Fact::Flag(flag),
            Test::Condition(condition) => Fact::Condition(condition),
            Test::Number(quantity, ..) => Fact::Quantity(quantity),
            Test::Sex(_) => Fact::Sex,
            Test::LevelOfNeed(_) => Fact::LevelOfNeed,
        }
    }

    /// Whether its fact is blank and read as no.
    pub fn reads_blank(self, facts: &Facts) -> bool {
        match self {
            Test::Flag(flag) => facts.read_as_no().has_flag(flag),
            Test::Condition(_) => facts.read_as_no().has_conditions(),
            _ => false,
        }
    }

    /// Not known exactly where the fact is not known.
    pub fn answer(self, facts: &Facts) -> Answer {
        match self {
            Test::Flag(flag) => facts.flag(flag),
            Test::Condition(condition) => facts.condition(condition),
            Test::Number(quantity, comparison, number) => compare(facts, quantity, comparison, number),
            Test::Sex(wanted) => one_of(facts.sex.map(|sex| sex as u8), wanted),
            Test::LevelOfNeed(wanted) => one_of(facts.level_of_need.map(|level| level as u8), wanted),
        }
    }
}

fn one_of(value: Option<u8>, wanted: u8) -> Answer {
    value.map_or(Answer::NotKnown, |value| Answer::from(wanted & 1 << value != 0))
}

fn compare(facts: &Facts, quantity: Quantity, comparison: Comparison, number: Hundredths) -> Answer {
    let hundredths = match quantity {
        Quantity::Age => Some(i64::from(facts.age) * 100),
        Quantity::LtcCount => facts.ltc_count.map(|count| i64::from(count) * 100),
        Quantity::RiskScore => facts.risk_score.map(i64::from),
        Quantity::UnplannedAdmissions => facts.unplanned_admissions.map(|count| i64::from(count) * 100),
        Quantity::AnnualCost => facts.annual_cost,
        Quantity::YearsSinceCancerTreatment => return compare_years(facts, comparison, number),
    };
    let number = i64::try_from(number.0).unwrap_or(i64::MAX);
    hundredths.map_or(Answer::NotKnown, |value| Answer::from(comparison.met_by(value.cmp(&number))))
}

/// By anniversary: it equals n on the n-th anniversary itself.
fn compare_years(facts: &Facts, comparison: Comparison, number: Hundredths) -> Answer {
    match facts.cancer_treatment_ended {
        Ended::NotKnown => Answer::NotKnown,
        Ended::Never => Answer::No,
        Ended::On(day) => {
            let years = i32::try_from(number.0 / 100).unwrap_or(i32::MAX);
            Answer::from(comparison.met_by(facts.as_of.cmp(&add_years(day, years))))
        }
    }
}

/// An atom as tests: met when any of them is, or, where `negated`, when none is.
pub struct Asked {
    pub tests: Vec<Test>,
    pub negated: bool,
}

impl Atom {
    pub fn asked(&self) -> Asked {
        let (tests, negated) = match self {
            Atom::Flag(flag) => (vec![Test::Flag(*flag)], false),
            Atom::Condition(condition) => (vec![Test::Condition(*condition)], false),
            Atom::AnyCondition(conditions) => {
                (conditions.iter().map(|condition| Test::Condition(*condition)).collect(), false)
            }
            Atom::Number(quantity, comparison, number) => {
                (vec![Test::Number(*quantity, *comparison, *number)], false)
            }
            Atom::Sex(choice) => {
                (vec![Test::Sex(bits(choice, |sex| sex as u8))], matches!(choice, Choice::IsNot(_)))
            }
            Atom::LevelOfNeed(choice) => {
                let wanted = bits(choice, |level| level as u8);
                (vec![Test::LevelOfNeed(wanted)], matches!(choice, Choice::IsNot(_)))
            }
        };
        Asked { tests, negated }
    }
}

fn bits<T: Copy>(choice: &Choice<T>, place: fn(T) -> u8) -> u8 {
    choice.values().iter().fold(0, |bits, value| bits | 1 << place(*value))
}
