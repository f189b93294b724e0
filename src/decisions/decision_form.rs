//! A decision as typed: what is decided, why, and until when.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::case::{Choice, Settled, settle};
use crate::database::Conn;
use crate::error::Error;
use crate::page::{Mistakes, TypedDate, long_day, typed};
use crate::people::identified_text::Said;
use crate::settings::store::Values;

/// The longest reason, in characters.
const LONGEST: usize = 1_000;

/// The furthest a review may lie ahead, in months.
const FURTHEST: u32 = 36;

/// A decision as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DecisionForm {
    pub choice: String,
    pub reason: String,
    pub review_day: String,
    pub review_month: String,
    pub review_year: String,
    pub key: String,
    pub version: String,
    #[serde(flatten)]
    pub said: Said,
}

/// A decision that can be recorded.
#[derive(Clone, Debug)]
pub struct Checked {
    pub choice: Choice,
    pub reason: String,
    pub review_on: NaiveDate,
}

impl DecisionForm {
    /// The form as it is first shown.
    pub fn fresh(conn: &mut Conn, today: NaiveDate) -> Result<DecisionForm, Error> {
        Ok(DecisionForm::reviewed_in(Values::read(conn)?.review_months(), today))
    }

    /// A review so many months ahead.
    fn reviewed_in(months: u32, today: NaiveDate) -> DecisionForm {
        let review = TypedDate::of(months_after(today, months));
        DecisionForm {
            review_day: review.day,
            review_month: review.month,
            review_year: review.year,
            ..DecisionForm::default()
        }
    }

    pub fn review(&self) -> TypedDate {
        TypedDate::new(&self.review_day, &self.review_month, &self.review_year)
    }

    /// What is meant, where it is one of the choices offered.
    pub fn check(&self, today: NaiveDate, offered: &[Option<String>]) -> Result<Checked, Mistakes> {
        let mut mistakes = Mistakes::new();
        let choice = Choice::read(&self.choice);
        let choice = choice.filter(|choice| settle(offered, None, choice) != Settled::NotAmongThem);
        let choice = mistakes.note("choice", choice.ok_or("Choose what you decide"));
        let reason = mistakes.note("reason", reason(&self.reason));
        let review_on = mistakes.note("review", review_date(&self.review(), today));
        match (choice, reason, review_on) {
            (Some(choice), Some(reason), Some(review_on)) => Ok(Checked { choice, reason, review_on }),
            _ => Err(mistakes),
        }
    }
}

/// A reason of one paragraph or more.
pub fn reason(typed: &str) -> Result<String, String> {
    let lines = typed.replace("\r\n", "\n");
    let text = lines.trim();
    match text.chars().count() {
        0 => Err("Enter the reason".into()),
        length if length > LONGEST => Err(format!("Reason must be {LONGEST} characters or fewer")),
        _ if text.contains(|sign: char| sign.is_control() && sign != '\n') => {
            Err("Reason must be without tabs or other control characters".into())
        }
        _ => Ok(text.to_owned()),
    }
}

pub fn review_date(typed: &TypedDate, today: NaiveDate) -> Result<NaiveDate, String> {
    let date = typed::required_day("Review date", typed)?;
    let last = months_after(today, FURTHEST);
    match () {
        () if date < today => Err(format!("Review date must be {} or later", long_day(today))),
        () if date > last => Err(format!("Review date must be {} or earlier", long_day(last))),
        () => Ok(date),
    }
}

fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_review_lies_between_today_and_three_years_ahead() {
        let today = day("2026-11-23");
        let check = |text: &str| review_date(&TypedDate::of(day(text)), today);
        assert_eq!(check("2026-11-23"), Ok(today));
        assert_eq!(check("2029-11-23"), Ok(day("2029-11-23")));
        assert_eq!(check("2026-11-22"), Err("Review date must be 23 November 2026 or later".into()));
        assert_eq!(check("2029-11-24"), Err("Review date must be 23 November 2029 or earlier".into()));
        assert_eq!(DecisionForm::reviewed_in(12, today).review(), TypedDate::of(day("2027-11-23")));
    }

    #[test]
    fn all_mistakes_of_a_decision_are_told_at_once() {
        let offered = [Some("SEMI".to_owned()), None];
        let form = DecisionForm { choice: "in:LTC_75".into(), ..DecisionForm::default() };
        let mistakes = form.check(day("2026-11-23"), &offered).unwrap_err();
        assert_eq!(mistakes.of("choice"), Some("Choose what you decide"));
        assert_eq!(mistakes.of("reason"), Some("Enter the reason"));
        assert_eq!(mistakes.of("review"), Some("Enter the review date"));
        assert!(reason(&"a".repeat(1_001)).is_err() && reason("a\tb").is_err());
        assert_eq!(reason(" a\r\nb "), Ok("a\nb".into()));
    }
}
