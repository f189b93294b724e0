//! One cell of a row: its column, where it stands in the file, and its text as given.

use crate::csv_out::unguarded;
use crate::page::typed::is_unseen;

use super::header::{Column, Quoting};
use super::rows::Source;

/// A cell of one row. Its text is trimmed, and the `'` of a spreadsheet guard is off.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    pub column: &'static Column,
    /// Where the column stands in the layout.
    pub index: usize,
    /// Where the column stands in the file, by which problems are sorted.
    pub position: usize,
    text: Option<&'a str>,
}

impl<'a> Cell<'a> {
    /// The cells of a row in the order of the layout.
    pub fn of_row<const N: usize>(columns: &'static [Column; N], source: Source<'a>) -> [Cell<'a>; N] {
        std::array::from_fn(|index| {
            let position = source.header.positions()[index];
            Cell {
                column: &columns[index],
                index,
                position: position.unwrap_or(usize::MAX),
                text: position.map(|at| unguarded(source.record.field(at).unwrap_or("")).trim_matches(' ')),
            }
        })
    }

    /// What is given; `None` for a blank and for a column that the file does not have.
    pub fn given(&self) -> Option<&'a str> {
        self.text.filter(|text| !text.is_empty())
    }

    pub fn is_blank(&self) -> bool {
        self.given().is_none()
    }

    /// Whether the file has the column at all.
    pub fn is_in_file(&self) -> bool {
        self.text.is_some()
    }

    /// The value as a message may show it: quoted and shortened, or not at all where it is or may be private.
    pub fn shown(&self) -> String {
        let text = self.given().unwrap_or("");
        let is_quoted = match self.column.quoting {
            Quoting::All => true,
            Quoting::Harmless => is_harmless(text),
            Quoting::None => false,
        };
        if !is_quoted {
            return "This value".to_owned();
        }
        let mut shown: String = text.chars().take(40).map(|c| if is_unseen(c) { ' ' } else { c }).collect();
        if text.chars().nth(40).is_some() {
            shown.push('…');
        }
        format!("\"{shown}\"")
    }
}

/// What can be no part of somebody's name, number, day of birth or address: one sign, a number of up to three digits,
/// or an organisation's code, which is capital letters before digits.
fn is_harmless(text: &str) -> bool {
    let digits = text.trim_start_matches(|sign: char| sign.is_ascii_uppercase());
    let is_number = digits.bytes().all(|sign| sign.is_ascii_digit());
    match text.len() - digits.len() {
        _ if text.chars().count() == 1 => true,
        0 => text.strip_prefix(['+', '-']).unwrap_or(text).parse::<u16>().is_ok_and(|number| number < 1_000),
        letters => letters <= 3 && is_number && (2..=5).contains(&digits.len()),
    }
}

/// A value of a column that a file may come without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent<T> {
    /// The file has no such column: what is stored stays.
    Absent,
    Blank,
    Given(T),
}

impl<T> Sent<T> {
    pub fn map<U>(self, as_other: impl FnOnce(T) -> U) -> Sent<U> {
        match self {
            Sent::Absent => Sent::Absent,
            Sent::Blank => Sent::Blank,
            Sent::Given(value) => Sent::Given(as_other(value)),
        }
    }

    /// What is stored after the import, from what was stored before.
    pub fn over(self, stored: Option<T>) -> Option<T> {
        match self {
            Sent::Absent => stored,
            Sent::Blank => None,
            Sent::Given(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn what_may_be_a_persons_is_not_harmless() {
        for quoted in ["F", "é", "7", "41", "-12", "+3", "E87004", "PN01"] {
            assert!(is_harmless(quoted), "{quoted}");
        }
        for kept in [
            "Li",
            "ANN",
            "SMITH",
            "9990001006",
            "1960",
            "1960-05-17",
            "W3 6UA",
            "W36UA",
            "E870041",
            "LTC_75",
            "",
        ] {
            assert!(!is_harmless(kept), "{kept}");
        }
    }
}
