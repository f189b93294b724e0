//! The types of the import layouts: how a cell becomes a value, and what is said where it cannot.

use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::page::typed::is_unseen;
use crate::people::nhs_number::{NhsNumber, NhsNumberFault};

use super::cell::Cell;
use super::checks::Checks;
use super::problem::Code;

impl Checks {
    /// Free text or a name: at most `most` characters, nothing unseen but newlines.
    pub fn text(&mut self, cell: &Cell, most: usize) -> Option<String> {
        let text = cell.given()?.replace("\r\n", "\n");
        let length = text.chars().count();
        if text.contains(|c: char| is_unseen(c) && c != '\n') {
            let message = "The text has a sign that cannot be seen, such as a tab or one that turns the direction of \
                           writing. Take it out.";
            self.fault(cell, Code::Text, message);
        } else if length > most {
            let message =
                format!("The text has {length} characters, and at most {most} are kept. Shorten it.");
            self.fault(cell, Code::TooLong, message);
        } else {
            return Some(text);
        }
        None
    }

    /// A code of 3 to 10 capital letters and digits.
    pub fn code<'a>(&mut self, cell: &Cell<'a>) -> Option<&'a str> {
        let code = cell.given()?;
        if (3..=10).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        {
            return Some(code);
        }
        let message = format!(
            "{} is not a code. Use 3 to 10 capital letters and digits, without spaces.",
            cell.shown()
        );
        self.fault(cell, Code::Format, message);
        None
    }

    /// An e-mail address: one `@` with something on each side, no spaces, at most 254 characters.
    pub fn email(&mut self, cell: &Cell) -> Option<String> {
        let email = cell.given()?;
        let odd = |c: char| c.is_whitespace() || is_unseen(c);
        let halves = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
        if halves.is_some_and(|(_, host)| !host.contains('@'))
            && !email.contains(odd)
            && email.chars().count() <= 254
        {
            return Some(email.to_owned());
        }
        let message = "This is not an e-mail address. Give one address with one @, without spaces, of at most 254 \
                       characters.";
        self.fault(cell, Code::Format, message);
        None
    }

    /// One of a list of words, exact.
    pub fn word<T: Copy>(&mut self, cell: &Cell, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let given = cell.given()?;
        let found = all.iter().copied().find(|value| word(*value) == given);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
            let message = format!(
                "{} is not one of: {}. Use one of these, written so.",
                cell.shown(),
                words.join(", ")
            );
            self.fault(cell, Code::Enum, message);
        }
        found
    }

    /// `Y` or `N`; blank is not known.
    pub fn flag(&mut self, cell: &Cell) -> Option<bool> {
        self.word(cell, &[true, false], |yes| if yes { "Y" } else { "N" })
    }

    /// A day written `YYYY-MM-DD`.
    pub fn date(&mut self, cell: &Cell) -> Option<NaiveDate> {
        let date = parse_date(cell.given()?);
        if date.is_none() {
            let message =
                format!("{} is not a day as YYYY-MM-DD. Write 5 April 1960 as 1960-04-05.", cell.shown());
            self.fault(cell, Code::Date, message);
        }
        date
    }

    /// A day that is not after today.
    pub fn past_date(&mut self, cell: &Cell) -> Option<NaiveDate> {
        let date = self.date(cell)?;
        if date > self.today {
            let message = format!(
                "{} is after today, {}. Give the day on which it happened.",
                cell.shown(),
                self.today
            );
            self.fault(cell, Code::Future, message);
            return None;
        }
        Some(date)
    }

    /// A day from `first` to today.
    pub fn past_date_from(&mut self, cell: &Cell, first: NaiveDate) -> Option<NaiveDate> {
        let date = self.past_date(cell)?;
        if date < first {
            let message =
                format!("{} is before {first}, the first day allowed. Check the year.", cell.shown());
            self.fault(cell, Code::Range, message);
            return None;
        }
        Some(date)
    }

    /// A whole number without a sign, in a range.
    pub fn whole(&mut self, cell: &Cell, range: RangeInclusive<u32>) -> Option<u32> {
        let given = cell.given()?;
        if !given.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!(
                "{} is not a whole number. Use digits alone, without sign, comma or point.",
                cell.shown()
            );
            self.fault(cell, Code::Integer, message);
            return None;
        }
        self.within(cell, given.parse().ok(), range)
    }

    /// A number with at most two decimals, in hundredths.
    pub fn hundredths(&mut self, cell: &Cell, range: RangeInclusive<u32>) -> Option<u32> {
        let given = cell.given()?;
        let (whole, decimals) = given.split_once('.').unwrap_or((given, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            let message = format!(
                "{} is not a number with at most two decimals. Use digits and a point, as in 12.50.",
                cell.shown()
            );
            self.fault(cell, Code::Decimal, message);
            return None;
        }
        let hundredths = format!("{whole}{decimals:0<2}").parse().ok();
        if hundredths.is_none_or(|value| !range.contains(&value)) {
            let (least, most) = (range.start() / 100, range.end() / 100);
            self.out_of_range(cell, least, most);
            return None;
        }
        hundredths
    }

    /// Whole pence, in a range.
    pub fn pence(&mut self, cell: &Cell, range: RangeInclusive<i64>) -> Option<i64> {
        let given = cell.given()?;
        let digits = given.strip_prefix('-').unwrap_or(given);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!(
                "{} is not a sum in whole pence. Write £12.50 as 1250, without pound sign, comma or point.",
                cell.shown()
            );
            self.fault(cell, Code::Pence, message);
            return None;
        }
        self.within(cell, given.parse().ok(), range)
    }

    /// An NHS number that passes every check.
    pub fn nhs_number(&mut self, cell: &Cell) -> Option<NhsNumber> {
        let given = self.required(cell)?;
        NhsNumber::parse(given)
            .map_err(|fault| self.fault(cell, nhs_code(fault), nhs_message(given, fault)))
            .ok()
    }

    fn within<T: PartialOrd + Display>(
        &mut self,
        cell: &Cell,
        value: Option<T>,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        let inside = value.filter(|value| range.contains(value));
        if inside.is_none() {
            self.out_of_range(cell, range.start(), range.end());
        }
        inside
    }

    fn out_of_range(&mut self, cell: &Cell, least: impl Display, most: impl Display) {
        let message =
            format!("{} is not from {least} to {most}. Check the figure and its unit.", cell.shown());
        self.fault(cell, Code::Range, message);
    }
}

/// A real day of the proleptic Gregorian calendar from year 1, written `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
        return None;
    }
    let year = i32::try_from(digits(0..4)?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, digits(5..7)?, digits(8..10)?)
}

fn nhs_code(fault: NhsNumberFault) -> Code {
    match fault {
        NhsNumberFault::Characters => Code::NhsCharacters,
        NhsNumberFault::Length(_) => Code::NhsLength,
        NhsNumberFault::Repeated => Code::NhsRepeated,
        NhsNumberFault::CheckTen => Code::NhsCheckTen,
        NhsNumberFault::Check => Code::NhsCheck,
    }
}

fn nhs_message(given: &str, fault: NhsNumberFault) -> String {
    let digits: Vec<char> = given.chars().filter(char::is_ascii_digit).collect();
    let ending: String = digits[digits.len().saturating_sub(4)..].iter().collect();
    let mend = match fault {
        NhsNumberFault::Characters if given.contains(['E', 'e', '+']) => {
            "A spreadsheet has turned it into a number such as 9.99E+09: format the column as text and export again."
        }
        NhsNumberFault::Characters => "Use ten digits, with spaces or hyphens only as in 999 123 4567.",
        NhsNumberFault::Length(9) => {
            "A spreadsheet has probably dropped a leading 0: format the column as text."
        }
        NhsNumberFault::Length(_) => "Use all ten digits.",
        NhsNumberFault::Repeated | NhsNumberFault::CheckTen => "Look the number up again.",
        NhsNumberFault::Check => "One digit is probably mistyped: look the number up again.",
    };
    format!("The value ending \"{ending}\" {fault}. {mend}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_real_and_written_in_one_way() {
        assert_eq!(parse_date("1960-02-29"), NaiveDate::from_ymd_opt(1960, 2, 29));
        for odd in
            ["1961-02-29", "1960-2-29", "0000-01-01", "01/02/1960", "1960-02-2९", "+960-02-01", "1960-02-01T"]
        {
            assert_eq!(parse_date(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_message_holds_the_last_four_digits_of_an_nhs_number_at_most() {
        for given in ["9990001007", "9.98E+09", "Ann Sample", "99900010061"] {
            let message = nhs_message(given, NhsNumber::parse(given).unwrap_err());
            assert!(!message.contains(given), "{message}");
        }
    }
}
