//! A date as three fields, or pasted whole into the first of them.

use chrono::NaiveDate;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Day, month and year as typed; the fields of the form are `<name>_day`, `<name>_month` and `<name>_year`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedDate {
    pub day: String,
    pub month: String,
    pub year: String,
}

impl TypedDate {
    pub fn new(day: &str, month: &str, year: &str) -> TypedDate {
        TypedDate { day: day.into(), month: month.into(), year: year.into() }
    }

    /// A known date, to be shown in the three fields.
    pub fn of(date: NaiveDate) -> TypedDate {
        let part = |format| date.format(format).to_string();
        TypedDate { day: part("%-d"), month: part("%-m"), year: part("%Y") }
    }

    /// The date, or `None` where all three fields are blank.
    ///
    /// # Errors
    /// A sentence about `what` ("Start date"), for the field.
    pub fn check(&self, what: &str) -> Result<Option<NaiveDate>, String> {
        let typed = [self.day.trim(), self.month.trim(), self.year.trim()];
        let parts: Vec<&str> = match typed {
            ["", "", ""] => return Ok(None),
            [whole, "", ""] => whole.split([' ', '/', '-', '.']).filter(|part| !part.is_empty()).collect(),
            three => three.to_vec(),
        };
        let date = match parts[..] {
            [year, month, day] if year.len() == 4 => real(day, month, year),
            [day, month, year] => real(day, month, year),
            _ => None,
        };
        let mend = || format!("{what} must be a real date, for example 5 4 2026");
        date.map(Some).ok_or_else(mend)
    }
}

fn real(day: &str, month: &str, year: &str) -> Option<NaiveDate> {
    let year = (year.len() == 4).then(|| year.parse().ok())??;
    NaiveDate::from_ymd_opt(year, month_of(month)?, day.parse().ok()?)
}

fn month_of(typed: &str) -> Option<u32> {
    let named = typed.get(..3).map(str::to_lowercase);
    let place = MONTHS.iter().position(|month| Some(*month) == named.as_deref());
    place.map_or_else(|| typed.parse().ok(), |place| u32::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(day: &str, month: &str, year: &str) -> Result<Option<NaiveDate>, String> {
        TypedDate::new(day, month, year).check("Start date")
    }

    #[test]
    fn a_date_is_read_from_three_fields_or_pasted_whole() {
        let expected = Ok(NaiveDate::from_ymd_opt(2026, 4, 5));
        assert_eq!(check("5", " 4 ", "2026"), expected);
        assert_eq!(check("05", "April", "2026"), expected);
        assert_eq!(check("5 April 2026", "", ""), expected);
        assert_eq!(check("5/4/2026", "", ""), expected);
        assert_eq!(check("2026-04-05", "", ""), expected);
        assert_eq!(check("", " ", ""), Ok(None));
    }

    #[test]
    fn what_is_no_date_is_refused_with_a_sentence() {
        for (day, month, year) in [("31", "2", "2026"), ("1", "", "2026"), ("1", "1", "26"), ("soon", "", "")]
        {
            let mend = "Start date must be a real date, for example 5 4 2026".to_owned();
            assert_eq!(check(day, month, year), Err(mend), "{day} {month} {year}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed_back(days in 0i32..60_000) {
            let date = NaiveDate::from_epoch_days(days).unwrap();
            prop_assert_eq!(TypedDate::of(date).check("Date"), Ok(Some(date)));
        }

        #[test]
        fn nothing_typed_panics(day in ".*", month in ".*", year in ".*") {
            let _ = check(&day, &month, &year);
        }
    }
}
