//! Working days: Monday to Friday less England's bank holidays, as days in London.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::page::long_day;

/// `bank-holidays.csv`; a later file replaces it. Beyond its last year only weekends are no working days.
static BANK_HOLIDAYS: LazyLock<BTreeSet<NaiveDate>> = LazyLock::new(|| {
    let rows = include_str!("bank-holidays.csv").lines().skip(1);
    let days = rows.filter_map(|row| row.split(',').next());
    days.map(|day| day.parse().expect("each row of the shipped bank holidays begins with a date")).collect()
});

pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !BANK_HOLIDAYS.contains(&day)
}

/// How many working days come after `today`, `due` included; none where it is today or past.
pub fn working_days_left(today: NaiveDate, due: NaiveDate) -> usize {
    today.iter_days().skip(1).take_while(|day| *day <= due).filter(|day| is_working_day(*day)).count()
}

/// The last day with `count` working days left until `due`.
pub fn working_days_before(due: NaiveDate, count: usize) -> NaiveDate {
    let mut day = due;
    while working_days_left(day, due) < count {
        day = day - Days::new(1);
    }
    day
}

/// A date to act by: "5 December 2026 (3 working days left)".
pub fn due_in_words(today: NaiveDate, due: NaiveDate) -> String {
    let left = match (due < today, working_days_left(today, due)) {
        (true, _) => "overdue".to_owned(),
        (false, 0) if due == today => "today".to_owned(),
        (false, 1) => "1 working day left".to_owned(),
        (false, left) => format!("{left} working days left"),
    };
    format!("{} ({left})", long_day(due))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_bank_holidays_are_no_working_days() {
        for (date, works) in [
            ("2026-11-23", true),
            ("2026-11-28", false),
            ("2026-12-25", false),
            ("2026-12-28", false),
            ("2026-12-29", true),
            ("2027-01-01", false),
        ] {
            assert_eq!(is_working_day(day(date)), works, "{date}");
        }
    }

    #[test]
    fn two_working_days_before_the_new_year_lie_before_christmas_or_after() {
        assert_eq!(working_days_before(day("2026-12-30"), 2), day("2026-12-28"));
        assert_eq!(working_days_before(day("2026-12-29"), 2), day("2026-12-23"));
        assert_eq!(working_days_before(day("2026-11-27"), 2), day("2026-11-25"));
    }

    #[test]
    fn a_date_to_act_by_says_the_working_days_left() {
        let words = |due| due_in_words(day("2026-12-02"), day(due));
        assert_eq!(words("2026-12-07"), "7 December 2026 (3 working days left)");
        assert_eq!(words("2026-12-03"), "3 December 2026 (1 working day left)");
        assert_eq!(words("2026-12-02"), "2 December 2026 (today)");
        assert_eq!(words("2026-12-01"), "1 December 2026 (overdue)");
    }

    proptest! {
        #[test]
        fn counting_back_and_forth_agrees(from in 20_000i32..24_000, count in 0usize..30) {
            let due = NaiveDate::from_epoch_days(from).unwrap();
            let before = working_days_before(due, count);
            prop_assert_eq!(working_days_left(before, due), count);
            prop_assert!(count == 0 || is_working_day(before + Days::new(1)) || working_days_left(before + Days::new(1), due) < count);
        }
    }
}
