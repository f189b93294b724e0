//! The NHS number: ten digits, the last of which checks the other nine (modulus 11).

use std::fmt;

/// A number that has passed every check. Shown as `999 123 4567`; debug output has the last four digits alone, so
/// that no log holds one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber(u64);

/// Why a value is no NHS number, in the order of the checks. A number has one fault, the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NhsNumberFault {
    #[error("has signs that are not digits")]
    Characters,
    #[error("has {0} digits, and an NHS number has 10")]
    Length(usize),
    #[error("repeats one digit, and no such number was ever given out")]
    Repeated,
    #[error("begins with nine digits that no NHS number begins with")]
    CheckTen,
    #[error("has a last digit that does not fit the nine before it")]
    Check,
}

impl NhsNumber {
    /// Reads ten ASCII digits, or the 3-3-4 form with spaces or hyphens.
    pub fn parse(text: &str) -> Result<Self, NhsNumberFault> {
        let (digits, count) = digits(text)?;
        if count != 10 {
            return Err(NhsNumberFault::Length(count));
        }
        Self::check(digits)
    }

    /// The number itself, up to 9,999,999,999: as stored.
    pub fn value(self) -> u64 {
        self.0
    }

    /// The first nine digits, which determine the tenth and fit 32 bits.
    pub fn nine(self) -> u32 {
        u32::try_from(self.0 / 10).expect("nine digits fit 32 bits")
    }

    /// Ten digits without spaces: as exported.
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }

    /// The last four digits: all that a message may show.
    pub fn last_four(self) -> String {
        format!("{:04}", self.0 % 10_000)
    }

    fn check(digits: [u64; 10]) -> Result<Self, NhsNumberFault> {
        if digits.iter().all(|digit| *digit == digits[0]) {
            return Err(NhsNumberFault::Repeated);
        }
        let sum: u64 = digits.iter().take(9).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        match 11 - sum % 11 {
            10 => Err(NhsNumberFault::CheckTen),
            check if check % 11 == digits[9] => {
                Ok(Self(digits.iter().fold(0, |number, digit| number * 10 + digit)))
            }
            _ => Err(NhsNumberFault::Check),
        }
    }
}

/// Whether a text has a right NHS number in it, written together or as 999 123 4567, and no part of a longer number.
pub fn holds_one(text: &str) -> bool {
    let between = |sign: char| sign == ' ' || sign == '-';
    text.split(|sign: char| !sign.is_ascii_digit() && !between(sign)).any(|part| {
        let groups: Vec<&str> = part.split(between).filter(|group| !group.is_empty()).collect();
        let is_one = |digits: &str| NhsNumber::parse(digits).is_ok();
        groups.iter().any(|group| is_one(group))
            || groups
                .windows(3)
                .any(|three| three.iter().map(|group| group.len()).eq([3, 3, 4]) && is_one(&three.concat()))
    })
}

/// The first ten digits and how many there are, without the separators of the 3-3-4 form.
fn digits(text: &str) -> Result<([u64; 10], usize), NhsNumberFault> {
    let (mut digits, mut count) = ([0; 10], 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if let Some(digit) = digits.get_mut(count) {
                    *digit = u64::from(byte - b'0');
                }
                count += 1;
            }
            b' ' | b'-' if at == 3 || at == 7 && count == 6 => {}
            _ => return Err(NhsNumberFault::Characters),
        }
    }
    Ok((digits, count))
}

/// What is stored, checked once more.
impl TryFrom<i64> for NhsNumber {
    type Error = NhsNumberFault;

    fn try_from(stored: i64) -> Result<Self, NhsNumberFault> {
        Self::parse(&format!("{stored:010}"))
    }
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03} {:04}", self.0 / 10_000_000, self.0 / 10_000 % 1_000, self.0 % 10_000)
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NhsNumber(…{})", self.last_four())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_shown_in_the_3_3_4_form_and_debug_hides_it() {
        let number = NhsNumber::parse("9990001006").unwrap();
        assert_eq!(number.to_string(), "999 000 1006");
        assert_eq!(format!("{number:?}"), "NhsNumber(…1006)");
        assert_eq!(number.digits(), "9990001006");
    }

    #[test]
    fn spaces_and_hyphens_stand_in_the_3_3_4_form_alone() {
        assert!(NhsNumber::parse("999-000-1006").is_ok());
        for odd in ["99 90001006", "999  000 1006", "999000 1006 ", "999–000–1006"] {
            assert_eq!(NhsNumber::parse(odd), Err(NhsNumberFault::Characters), "{odd}");
        }
    }

    #[test]
    fn a_number_in_a_text_is_found_and_a_longer_one_is_none() {
        for text in
            ["9990001006", "My number is 9990001006.", "call 999 000 1006, please", "999-000-1006 or so"]
        {
            assert!(holds_one(text), "{text}");
        }
        for text in ["", "99900010061", "9990001007", "01632 960123", "in 2015, 3 of 10", "999 0001 006"] {
            assert!(!holds_one(text), "{text}");
        }
    }

    #[test]
    fn nine_digits_in_the_3_3_4_form_are_too_few() {
        assert_eq!(NhsNumber::parse("999 000 100"), Err(NhsNumberFault::Length(9)));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,14}") {
            let _ = NhsNumber::parse(&text);
        }

        #[test]
        fn what_is_shown_can_be_typed_back(nine in 0u64..1_000_000_000, check in 0u64..10) {
            if let Ok(number) = NhsNumber::parse(&format!("{nine:09}{check}")) {
                prop_assert_eq!(NhsNumber::parse(&number.to_string()), Ok(number));
                prop_assert_eq!(NhsNumber::try_from(number.value() as i64), Ok(number));
                prop_assert_eq!(u64::from(number.nine()), nine);
            }
        }

        #[test]
        fn one_wrong_digit_is_always_found(nine in 0u64..1_000_000_000, at in 0usize..10, add in 1u8..10) {
            let right = (0..10).find_map(|check| NhsNumber::parse(&format!("{nine:09}{check}")).ok());
            if let Some(number) = right {
                let mut typed = number.digits().into_bytes();
                typed[at] = b'0' + (typed[at] - b'0' + add) % 10;
                prop_assert!(NhsNumber::parse(std::str::from_utf8(&typed).unwrap()).is_err());
            }
        }
    }
}
