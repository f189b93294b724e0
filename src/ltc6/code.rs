//! The code of an invitation: nine random signs and a check sign, typed from a letter.

use std::fmt;

use crate::crockford::{SIGNS, check, is_right, text, value};
use crate::keys::{Keys, random_bytes};

/// Signs in a code, the check sign among them.
pub const SIGNS_IN_CODE: usize = 10;

/// A well-formed code. It stands in letters and in the patient's own browser, never in a row.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// As printed: `7K3F9-2QD4J`.
impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", &self.0[..5], &self.0[5..])
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Code(not shown)")
    }
}

impl Code {
    /// A new one, from the operating system's randomness.
    pub fn fresh() -> Code {
        let values = random_bytes::<9>().map(|byte| byte & 31);
        Code(text(&[&values[..], &[check(&values)]].concat()))
    }

    /// Reads what was typed: any case, spaces and dashes taken, I and L as 1, O as 0.
    ///
    /// # Errors
    /// What is wrong with it, worked out from the text alone.
    pub fn read(typed: &str) -> Result<Code, Mistyped> {
        let signs: Vec<char> =
            typed.chars().filter(|sign| !sign.is_whitespace() && !is_dash(*sign)).collect();
        if signs.is_empty() {
            return Err(Mistyped::Blank);
        }
        if let Some(at) = signs.iter().position(|sign| value(*sign).is_none()) {
            return Err(Mistyped::NotASign { at: at + 1, sign: signs[at] });
        }
        let values: Vec<u8> = signs.iter().filter_map(|sign| value(*sign)).collect();
        match values.len() {
            SIGNS_IN_CODE if is_right(&values) => Ok(Code(text(&values))),
            SIGNS_IN_CODE => Err(Mistyped::CheckSign { likely: likely(&values) }),
            length => Err(Mistyped::Length { signs: length }),
        }
    }

    /// What the database knows it by.
    pub fn hash(&self, keys: &Keys) -> String {
        keys.hash("ltc6 code", &self.0)
    }

    /// The ten signs without a dash, as they stand in the link.
    pub fn plain(&self) -> &str {
        &self.0
    }
}

fn is_dash(sign: char) -> bool {
    matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Why what was typed is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistyped {
    Blank,
    /// Too few signs, or too many.
    Length {
        signs: usize,
    },
    /// A character that stands in no code; places count from 1.
    NotASign {
        at: usize,
        sign: char,
    },
    /// The check sign does not fit; what was likely meant, as typed and as it may be.
    CheckSign {
        likely: Vec<Slip>,
    },
}

/// A sign that is easily taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// From 1.
    pub at: usize,
    pub typed: char,
    pub perhaps: char,
}

/// Signs that look or sound alike.
const ALIKE: [(u8, u8); 16] = [
    (b'8', b'B'),
    (b'5', b'S'),
    (b'2', b'Z'),
    (b'6', b'G'),
    (b'0', b'D'),
    (b'0', b'Q'),
    (b'1', b'7'),
    (b'1', b'J'),
    (b'4', b'A'),
    (b'9', b'G'),
    (b'V', b'Y'),
    (b'M', b'N'),
    (b'K', b'X'),
    (b'E', b'F'),
    (b'P', b'R'),
    (b'C', b'G'),
];

/// The single slips between signs that look alike which would make the code right: from the code alone.
fn likely(values: &[u8]) -> Vec<Slip> {
    let sign = |value: u8| SIGNS[usize::from(value)];
    let mut slips = Vec::new();
    for (at, typed) in values.iter().enumerate() {
        for (one, other) in ALIKE {
            let perhaps = match sign(*typed) {
                is if is == one => other,
                is if is == other => one,
                _ => continue,
            };
            let mut mended = values.to_vec();
            mended[at] = value(char::from(perhaps)).expect("signs alike are signs");
            if is_right(&mended) {
                let slip = Slip { at: at + 1, typed: char::from(sign(*typed)), perhaps: char::from(perhaps) };
                slips.push(slip);
            }
        }
    }
    slips
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let printed = Code::read("7K3F9-2QD4J").unwrap();
        assert_eq!(printed.to_string(), "7K3F9-2QD4J");
        for typed in ["7k3f92qd4j", " 7K3F9 2QD4J ", "7k3f9\u{2013}2qd4j", "7 K 3 F 9 - 2 Q D 4 J"] {
            assert_eq!(Code::read(typed), Ok(printed.clone()), "{typed}");
        }
        assert_eq!(Code::read("OOOOO-ooooo").unwrap().plain(), "0000000000");
    }

    #[test]
    fn what_is_wrong_is_told_from_the_text_alone() {
        assert_eq!(Code::read(" - "), Err(Mistyped::Blank));
        assert_eq!(Code::read("7K3F9"), Err(Mistyped::Length { signs: 5 }));
        assert_eq!(Code::read("7K3F9-2QU4J"), Err(Mistyped::NotASign { at: 8, sign: 'U' }));
        let slip = Slip { at: 3, typed: '8', perhaps: 'B' };
        let right = Code(text(&{
            let mut values: Vec<u8> = "7KBF92QD4".chars().filter_map(value).collect();
            values.push(check(&values));
            values
        }));
        let Err(Mistyped::CheckSign { likely }) = Code::read(&right.plain().replace('B', "8")) else {
            panic!()
        };
        assert!(likely.contains(&slip), "{likely:?}");
    }

    proptest! {
        #[test]
        fn a_fresh_code_is_right_and_any_wrong_sign_is_found(at in 0_usize..10, by in 1_u8..32) {
            let code = Code::fresh();
            prop_assert_eq!(Code::read(&code.to_string()), Ok(code.clone()));
            let mut values: Vec<u8> = code.plain().chars().filter_map(value).collect();
            values[at] = (values[at] + by) % 32;
            let read = Code::read(&text(&values));
            prop_assert!(matches!(read, Err(Mistyped::CheckSign { .. })), "{:?}", read);
        }
    }
}
