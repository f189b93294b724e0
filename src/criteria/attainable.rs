//! The values a fact can have, told apart as far as the tests asked of it can tell.

use chrono::{Datelike, NaiveDate};

use super::asked::{Fact, Test};
use super::facts::{Level, Quantity, Sex, add_years};

/// A value that stands for all which the tests at hand cannot tell from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    YesOrNo(bool),
    /// The place of a word in `ALL`.
    Word(u8),
    Hundredths(i64),
    /// Never treated.
    Never,
    /// Time since treatment: even on an anniversary, odd between two, -1 for a day to come.
    HalfYears(i64),
}

impl Value {
    /// Whether a fact of this value meets a test that asks it.
    pub fn meets(self, test: Test) -> bool {
        match (test, self) {
            (Test::Flag(_) | Test::Condition(_), Value::YesOrNo(yes)) => yes,
            (Test::Sex(wanted) | Test::LevelOfNeed(wanted), Value::Word(place)) => wanted & 1 << place != 0,
            (Test::Number(_, comparison, number), Value::Hundredths(value)) => {
                comparison.met_by(value.cmp(&signed(number.0)))
            }
            (Test::Number(_, comparison, number), Value::HalfYears(value)) => {
                comparison.met_by(value.cmp(&half_years(number.0)))
            }
            _ => false,
        }
    }
}

/// Values of `fact` that between them give every set of answers to `tests` it can have. Limits are those of the people
/// file. With `as_of`, an anniversary that no day has on it is left out.
pub fn attainable(fact: Fact, tests: &[Test], as_of: Option<NaiveDate>) -> Vec<Value> {
    let words = |count: usize| (0..count).map(|place| Value::Word(place as u8)).collect();
    match fact {
        Fact::Flag(_) | Fact::Condition(_) => vec![Value::YesOrNo(false), Value::YesOrNo(true)],
        Fact::Sex => words(Sex::ALL.len()),
        Fact::LevelOfNeed => words(Level::ALL.len()),
        Fact::Quantity(Quantity::YearsSinceCancerTreatment) => since_treatment(tests, as_of),
        Fact::Quantity(quantity) => numbers(quantity, tests),
    }
}

fn signed(hundredths: u64) -> i64 {
    i64::try_from(hundredths).unwrap_or(i64::MAX)
}

fn half_years(hundredths: u64) -> i64 {
    signed(hundredths) / 100 * 2
}

fn named(tests: &[Test]) -> impl Iterator<Item = u64> {
    tests.iter().filter_map(|test| match test {
        Test::Number(_, _, number) => Some(number.0),
        _ => None,
    })
}

/// Just under, on and just over each number the tests name, within what the quantity can be.
fn numbers(quantity: Quantity, tests: &[Test]) -> Vec<Value> {
    let (step, most) = match quantity {
        Quantity::Age => (100, 13_000),
        Quantity::LtcCount => (100, 4_000),
        Quantity::UnplannedAdmissions => (100, 36_500),
        Quantity::RiskScore => (1, 10_000),
        Quantity::AnnualCost => (1, 99_999_999_999),
        Quantity::YearsSinceCancerTreatment => (100, i64::MAX),
    };
    let near = |number: i64| [number.saturating_sub(step), number, number.saturating_add(step)];
    let candidates = named(tests).map(signed).flat_map(near).chain([0, most]);
    distinct(candidates.filter(|value| (0..=most).contains(value)).map(Value::Hundredths))
}

fn since_treatment(tests: &[Test], as_of: Option<NaiveDate>) -> Vec<Value> {
    let near = |on: i64| {
        let exact = as_of.is_none_or(|as_of| has_anniversary(as_of, on / 2));
        [Some(on - 1), exact.then_some(on), Some(on + 1)].into_iter().flatten()
    };
    let days = named(tests).map(half_years).flat_map(near).map(Value::HalfYears);
    distinct(std::iter::once(Value::Never).chain(days))
}

fn distinct(values: impl Iterator<Item = Value>) -> Vec<Value> {
    values.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// Whether some day has its `years`-th anniversary on `as_of`: none has one on 29 February after a common year.
fn has_anniversary(as_of: NaiveDate, years: i64) -> bool {
    let year = i32::try_from(years).ok().and_then(|years| as_of.year().checked_sub(years));
    let same_day = year.and_then(|year| NaiveDate::from_ymd_opt(year, as_of.month(), as_of.day()));
    same_day.is_some_and(|day| add_years(day, as_of.year() - day.year()) == as_of)
}

#[cfg(test)]
mod tests {
    use super::super::expression::{Comparison, Hundredths};
    use super::*;

    fn some_value_meets(quantity: Quantity, tests: &[(Comparison, u64)]) -> bool {
        let tests: Vec<Test> = tests
            .iter()
            .map(|(comparison, number)| Test::Number(quantity, *comparison, Hundredths(*number)))
            .collect();
        let values = attainable(Fact::Quantity(quantity), &tests, None);
        values.iter().any(|value| tests.iter().all(|test| value.meets(*test)))
    }

    #[test]
    fn no_count_lies_between_one_and_two() {
        let span = [(Comparison::More, 100), (Comparison::Less, 200)];
        assert!(!some_value_meets(Quantity::LtcCount, &span));
    }

    #[test]
    fn a_score_can_lie_between_two_near_numbers() {
        let span = [(Comparison::More, 1250), (Comparison::Less, 1252)];
        assert!(some_value_meets(Quantity::RiskScore, &span));
    }

    #[test]
    fn treatment_may_never_have_been_and_then_meets_nothing() {
        let fact = Quantity::YearsSinceCancerTreatment;
        let tests =
            [Comparison::AtMost, Comparison::More].map(|c| Test::Number(fact, c, Hundredths::whole(5)));
        let values = attainable(Fact::Quantity(fact), &tests, None);
        assert!(values.iter().any(|value| tests.iter().all(|test| !value.meets(*test))));
        assert!(!values.iter().any(|value| tests.iter().all(|test| value.meets(*test))));
    }

    #[test]
    fn no_day_of_a_common_year_has_an_anniversary_on_29_february() {
        let leap = NaiveDate::from_ymd_opt(2016, 2, 29).unwrap();
        assert!(!has_anniversary(leap, 1));
        assert!(has_anniversary(leap, 4));
    }
}
