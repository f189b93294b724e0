//! Dates counted back from the demo's own date.

use super::draw::Chance;
use chrono::{Datelike, Days, NaiveDate};

/// The same day `years` earlier; 28 February where that year has no 29th.
pub fn years_before(date: NaiveDate, years: u32) -> NaiveDate {
    let year = date.year() - years as i32;
    date.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28)).unwrap_or(date)
}

/// The 1 April on or before a date.
pub fn financial_year(date: NaiveDate) -> NaiveDate {
    let begins = NaiveDate::from_ymd_opt(date.year(), 4, 1).unwrap_or(date);
    if begins <= date { begins } else { years_before(begins, 1) }
}

pub fn days_before(date: NaiveDate, days: u32) -> NaiveDate {
    date - Days::new(days.into())
}

/// A birthday of someone who is `age` completed years old on `as_of`.
pub fn birth_date(chance: &mut Chance, as_of: NaiveDate, age: u8) -> NaiveDate {
    let latest = years_before(as_of, age.into());
    let too_early = years_before(as_of, u32::from(age) + 1);
    days_before(latest, chance.below((latest - too_early).num_days() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Born 29 February, one turns a year older on 1 March in common years.
    fn age(born: NaiveDate, on: NaiveDate) -> u8 {
        let passed = (on.month(), on.day()) >= (born.month(), born.day());
        (on.year() - born.year() - i32::from(!passed)) as u8
    }

    #[test]
    fn a_birth_date_gives_the_age_asked_for() {
        let mut chance = Chance::seeded(29);
        for as_of in ["2024-02-29", "2025-02-28", "2025-03-01", "2025-01-01", "2025-12-31"] {
            let as_of: NaiveDate = as_of.parse().unwrap();
            for years in 0..=104 {
                for _ in 0..400 {
                    let born = birth_date(&mut chance, as_of, years);
                    assert_eq!(age(born, as_of), years, "{born} on {as_of}");
                }
            }
        }
    }

    #[test]
    fn the_financial_year_begins_in_april() {
        let first = |date: &str| financial_year(date.parse().unwrap()).to_string();
        assert_eq!(first("2025-03-31"), "2024-04-01");
        assert_eq!(first("2025-04-01"), "2025-04-01");
    }
}
