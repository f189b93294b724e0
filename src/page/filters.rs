//! How templates write dates, times and counts; a page's module has `use crate::page::filters;` for them.

use std::borrow::Borrow;
use std::fmt::Display;

use askama::{Result, Values};
use chrono::{NaiveDate, NaiveDateTime, TimeZone, Timelike};
use chrono_tz::Europe::London;

/// "5 April 2026".
#[askama::filter_fn]
pub fn day(date: impl Borrow<NaiveDate>, _: &dyn Values) -> Result<String> {
    Ok(long_day(*date.borrow()))
}

/// A moment in UTC as London's clock shows it: "5 April 2026, 9:30am".
#[askama::filter_fn]
pub fn moment(at: impl Borrow<NaiveDateTime>, _: &dyn Values) -> Result<String> {
    Ok(moment_words(*at.borrow()))
}

/// "153,687".
#[askama::filter_fn]
pub fn count(number: impl Display, _: &dyn Values) -> Result<String> {
    Ok(thousands(number))
}

/// A moment in UTC as London's clock shows it: "5 April 2026, 9:30am".
pub fn moment_words(at: NaiveDateTime) -> String {
    let local = London.from_utc_datetime(&at).naive_local();
    format!("{}, {}", long_day(local.date()), clock(local))
}

/// "5 April 2026".
pub fn long_day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// A whole number with a comma between thousands.
pub fn thousands(number: impl Display) -> String {
    let plain = number.to_string();
    let digits = plain.trim_start_matches('-');
    let mut written = plain[..plain.len() - digits.len()].to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A moment in UTC as a time of day in London: "9:30am".
pub fn time_of_day(at: NaiveDateTime) -> String {
    clock(London.from_utc_datetime(&at).naive_local())
}

fn clock(at: NaiveDateTime) -> String {
    match (at.hour(), at.minute()) {
        (0, 0) => "midnight".into(),
        (12, 0) => "midday".into(),
        (_, 0) => at.format("%-I%P").to_string(),
        _ => at.format("%-I:%M%P").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_as_london_s_clock_shows_it() {
        let at = |month, hour, minute| {
            let utc = NaiveDate::from_ymd_opt(2026, month, 5).unwrap().and_hms_opt(hour, minute, 7).unwrap();
            clock(London.from_utc_datetime(&utc).naive_local())
        };
        assert_eq!(at(1, 9, 30), "9:30am");
        assert_eq!(at(7, 8, 30), "9:30am");
        assert_eq!(at(1, 12, 0), "midday");
        assert_eq!(at(7, 23, 0), "midnight");
        assert_eq!(at(1, 17, 0), "5pm");
    }

    #[test]
    fn counts_have_a_comma_between_thousands() {
        assert_eq!(thousands(153_687), "153,687");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(-1_204), "-1,204");
    }
}
