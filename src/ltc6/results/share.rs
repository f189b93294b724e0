//! A share of those who answered, worked out from counts that are shown and from nothing else.

use crate::disclosure::Shown;
use crate::ltc6::wilson::{self, Interval};

/// So many of so many, with how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub some: i64,
    /// Never 0.
    pub of: i64,
    /// Wilson, 95%.
    pub interval: Interval,
}

/// What can be said of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Said {
    Share(Share),
    NoAnswers,
    /// `[c]`.
    Withheld,
}

impl Share {
    /// None of nobody.
    pub fn new(some: i64, of: i64) -> Option<Share> {
        let interval = wilson::of_counts(u64::try_from(some).ok()?, u64::try_from(of).ok()?)?;
        Some(Share { some, of, interval })
    }

    /// Tenths of a percent, half up.
    pub fn tenths(&self) -> i64 {
        (2_000 * self.some + self.of) / (2 * self.of)
    }

    /// Whether it is three quarters or more: of whole numbers, never of a rounded figure.
    pub fn meets_the_aim(&self) -> bool {
        4 * self.some >= 3 * self.of
    }

    /// From 0 to 1.
    pub fn fraction(&self) -> f64 {
        self.some as f64 / self.of as f64
    }

    /// "42.1%".
    pub fn percent(&self) -> String {
        format!("{}%", decimal(self.tenths()))
    }

    /// "27.9% to 57.8%".
    pub fn range(&self) -> String {
        format!("{}% to {}%", decimal(tenths(self.interval.lower)), decimal(tenths(self.interval.upper)))
    }
}

impl Said {
    /// Of two counts as they are shown.
    pub fn of(some: Shown<i64>, of: Shown<i64>) -> Said {
        match (some, of) {
            (_, Shown::Exact(0)) => Said::NoAnswers,
            (Shown::Exact(some), Shown::Exact(of)) => {
                Share::new(some, of).map_or(Said::Withheld, Said::Share)
            }
            _ => Said::Withheld,
        }
    }

    pub fn share(&self) -> Option<Share> {
        match self {
            Said::Share(share) => Some(*share),
            Said::NoAnswers | Said::Withheld => None,
        }
    }

    /// "42.1% (16 of 38)".
    pub fn words(&self) -> String {
        match self {
            Said::Share(share) => format!("{} ({} of {})", share.percent(), share.some, share.of),
            Said::NoAnswers => "no answers".into(),
            Said::Withheld => "[c]".into(),
        }
    }

    /// The interval alone, or why there is none.
    pub fn range(&self) -> String {
        match self {
            Said::Share(share) => share.range(),
            Said::NoAnswers => "[z]".into(),
            Said::Withheld => "[c]".into(),
        }
    }
}

/// A fraction of 1 in tenths of a percent, half up.
pub(super) fn tenths(fraction: f64) -> i64 {
    (fraction * 1_000.0 + 0.5).floor() as i64
}

/// Tenths as a decimal: 421 is "42.1".
pub(super) fn decimal(tenths: i64) -> String {
    format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worked_examples_of_shares_and_intervals_come_out() {
        for (some, of, percent, range) in [
            (0, 10, "0.0%", "0.0% to 27.8%"),
            (3, 4, "75.0%", "30.1% to 95.4%"),
            (10, 10, "100.0%", "72.2% to 100.0%"),
            (7, 12, "58.3%", "32.0% to 80.7%"),
            (75, 100, "75.0%", "65.7% to 82.5%"),
            (60, 80, "75.0%", "64.5% to 83.2%"),
            (150, 200, "75.0%", "68.6% to 80.5%"),
            (300, 400, "75.0%", "70.5% to 79.0%"),
            (1, 1, "100.0%", "20.7% to 100.0%"),
        ] {
            let share = Share::new(some, of).unwrap();
            assert_eq!((&*share.percent(), &*share.range()), (percent, range), "{some} of {of}");
        }
    }

    #[test]
    fn exactly_three_quarters_meets_the_aim_and_what_only_prints_so_does_not() {
        for (some, of, meets) in [(30, 40, true), (1_499, 2_000, false), (1_874, 2_500, false)] {
            let share = Share::new(some, of).unwrap();
            assert_eq!((share.percent(), share.meets_the_aim()), ("75.0%".into(), meets), "{some} of {of}");
        }
    }

    #[test]
    fn nobody_is_no_share_and_what_is_hidden_stays_so() {
        assert_eq!(Said::of(Shown::Exact(0), Shown::Exact(0)).words(), "no answers");
        assert_eq!(Said::of(Shown::Withheld, Shown::Exact(40)).words(), "[c]");
        assert_eq!(Said::of(Shown::Exact(12), Shown::Withheld).range(), "[c]");
        assert_eq!(Said::of(Shown::Exact(16), Shown::Exact(38)).words(), "42.1% (16 of 38)");
    }

    proptest! {
        #[test]
        fn a_share_lies_in_its_interval_and_rounds_half_up(of in 1i64..5_000, part in 0.0f64..=1.0) {
            let some = (part * of as f64) as i64;
            let share = Share::new(some, of).unwrap();
            prop_assert!(share.interval.lower <= share.fraction() + 1e-9 && share.fraction() - 1e-9 <= share.interval.upper);
            let off = 1_000 * some - share.tenths() * of;
            prop_assert!(-of <= 2 * off && 2 * off < of);
            prop_assert_eq!(share.meets_the_aim(), 100 * some >= 75 * of);
        }
    }
}
