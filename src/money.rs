//! Money in whole pence, shown in pounds.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// An amount in whole pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pence(pub i64);

impl Add for Pence {
    type Output = Pence;

    fn add(self, other: Pence) -> Pence {
        Pence(self.0.saturating_add(other.0))
    }
}

impl Sum for Pence {
    fn sum<I: Iterator<Item = Pence>>(amounts: I) -> Pence {
        amounts.fold(Pence(0), Add::add)
    }
}

/// £1,234 where there are no odd pence, else £1,234.50.
impl fmt::Display for Pence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = i64::try_from(self.0.unsigned_abs() / 100).expect("a hundredth of an i64 fits");
        write!(out, "{sign}£{}", crate::page::filters::thousands(whole))?;
        match self.0.unsigned_abs() % 100 {
            0 => Ok(()),
            odd => write!(out, ".{odd:02}"),
        }
    }
}

impl Pence {
    /// To the nearest pound, half up: £1,235.
    pub fn rounded(self) -> Pence {
        Pence((self.0 + 50).div_euclid(100) * 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_are_shown_as_people_write_them() {
        assert_eq!(Pence(0).to_string(), "£0");
        assert_eq!(Pence(123_456_700).to_string(), "£1,234,567");
        assert_eq!(Pence(-150).to_string(), "-£1.50");
        assert_eq!(Pence(i64::MIN).to_string(), "-£92,233,720,368,547,758.08");
        assert_eq!(Pence(150).rounded(), Pence(200));
        assert_eq!(Pence(149).rounded(), Pence(100));
    }
}
