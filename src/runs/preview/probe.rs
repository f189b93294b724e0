//! One test of a fact, made ready for the people at hand.

use chrono::NaiveDate;

use super::column::Column;
use super::lanes::Lanes;
use super::packed::Packed;
use super::program::Answers;
use crate::criteria::asked::Test;
use crate::criteria::conditions::Condition;
use crate::criteria::expression::{Comparison, Hundredths};
use crate::criteria::facts::{Blanks, Flag, Quantity, add_years};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    Flag(Flag),
    Condition(Condition),
    /// The least number that equals what is asked or exceeds it, and the least that exceeds it.
    Number {
        quantity: Quantity,
        comparison: Comparison,
        equal_from: u64,
        more_from: u64,
    },
    /// The first day that is too late for so many years to have passed, and for more to have passed.
    Years {
        comparison: Comparison,
        passed_until: u64,
        more_until: u64,
    },
    Sex(u8),
    LevelOfNeed(u8),
}

impl Probe {
    pub fn of(test: Test, people: &Packed) -> Probe {
        match test {
            Test::Flag(flag) => Probe::Flag(flag),
            Test::Condition(condition) => Probe::Condition(condition),
            Test::Sex(wanted) => Probe::Sex(wanted),
            Test::LevelOfNeed(wanted) => Probe::LevelOfNeed(wanted),
            Test::Number(Quantity::YearsSinceCancerTreatment, comparison, number) => {
                years(comparison, number, people)
            }
            Test::Number(quantity, comparison, number) => {
                // Costs are kept in pence and scores in hundredths, the others whole.
                let unit = match quantity {
                    Quantity::AnnualCost | Quantity::RiskScore => 1,
                    _ => 100,
                };
                let (equal_from, more_from) = (number.0.div_ceil(unit), number.0 / unit + 1);
                Probe::Number { quantity, comparison, equal_from, more_from }
            }
        }
    }

    /// The answers of a block of a practice.
    pub fn answers(self, people: &Packed, block: usize, declared: Blanks) -> Answers {
        let declared_complete = |complete| if complete { Lanes::ALL } else { Lanes::NONE };
        let (known, yes) = match self {
            Probe::Flag(flag) => {
                let (known, yes) = people.flag(flag, block);
                (known | declared_complete(declared.has_flag(flag)), yes)
            }
            Probe::Condition(condition) => {
                let (known, yes) = people.condition(condition, block);
                (known | declared_complete(declared.has_conditions()), yes)
            }
            Probe::Sex(wanted) => people.sex(wanted, block),
            Probe::LevelOfNeed(wanted) => people.level_of_need(wanted, block),
            Probe::Number { quantity, comparison, equal_from, more_from } => {
                let column = column(people, quantity);
                let (from, more) = (column.at_least(block, equal_from), column.at_least(block, more_from));
                (column.known(block), compared(comparison, column.known(block), from, more))
            }
            Probe::Years { comparison, passed_until, more_until } => {
                let (column, dated) = (&people.treatment_ended, people.treatment_ended.known(block));
                let passed = dated & !column.at_least(block, passed_until);
                let more = dated & !column.at_least(block, more_until);
                (dated | people.never_treated(block), compared(comparison, dated, passed, more))
            }
        };
        Answers { yes, maybe: yes | !known, provisionally: yes }
    }
}

fn column(people: &Packed, quantity: Quantity) -> &Column {
    match quantity {
        Quantity::Age => &people.age,
        Quantity::LtcCount => &people.ltc_count,
        Quantity::RiskScore => &people.risk_score,
        Quantity::UnplannedAdmissions => &people.unplanned_admissions,
        Quantity::AnnualCost => &people.annual_cost,
        Quantity::YearsSinceCancerTreatment => &people.treatment_ended,
    }
}

/// Who meets a comparison, of those with a number, those at it or above, and those above.
fn compared(comparison: Comparison, known: Lanes, from: Lanes, more: Lanes) -> Lanes {
    match comparison {
        Comparison::Equal => from & !more,
        Comparison::NotEqual => known & !(from & !more),
        Comparison::Less => known & !from,
        Comparison::AtMost => known & !more,
        Comparison::More => more,
        Comparison::AtLeast => from,
    }
}

/// By anniversary: so many years have passed on the anniversary itself, and more on the day after it.
fn years(comparison: Comparison, number: Hundredths, people: &Packed) -> Probe {
    let years = i32::try_from(number.0 / 100).unwrap_or(i32::MAX);
    let first_not = |met: &dyn Fn(NaiveDate) -> bool| {
        let Some((first, last)) = people.treatment_ended.span() else { return 0 };
        let (mut low, mut high) = (first, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let day = i32::try_from(middle).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
            match day.is_some_and(met) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    };
    Probe::Years {
        comparison,
        passed_until: first_not(&|day| people.as_of >= add_years(day, years)),
        more_until: first_not(&|day| people.as_of > add_years(day, years)),
    }
}
