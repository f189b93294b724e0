//! The difference between two campaigns, and whether it is more than chance would give.

use super::share::{Share, decimal, tenths};

/// A share against that of the last campaign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// This less the last, from -1 to 1.
    pub difference: f64,
    /// Newcombe's 95% interval of it, from the two Wilson intervals.
    pub lower: f64,
    pub upper: f64,
}

impl Change {
    pub fn between(now: &Share, last: &Share) -> Change {
        let (here, before) = (now.fraction(), last.fraction());
        let far = |a: f64, b: f64| a.hypot(b);
        let difference = here - before;
        Change {
            difference,
            lower: difference - far(here - now.interval.lower, last.interval.upper - before),
            upper: difference + far(now.interval.upper - here, before - last.interval.lower),
        }
    }

    pub fn is_more_than_chance(&self) -> bool {
        self.lower > 0.0 || self.upper < 0.0
    }

    /// "up 4.2 points (-1.0 to 9.4), could be chance".
    pub fn words(&self) -> String {
        let points = tenths(self.difference.abs());
        let moved = match (points, self.difference > 0.0) {
            (0, _) => "no difference".to_owned(),
            (points, true) => format!("up {} points", decimal(points)),
            (points, false) => format!("down {} points", decimal(points)),
        };
        let judged = if self.is_more_than_chance() { "more than chance" } else { "could be chance" };
        format!("{moved} ({} to {}), {judged}", decimal(tenths(self.lower)), decimal(tenths(self.upper)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(now: (i64, i64), last: (i64, i64)) -> Change {
        Change::between(&Share::new(now.0, now.1).unwrap(), &Share::new(last.0, last.1).unwrap())
    }

    #[test]
    fn newcombe_s_own_example_comes_out() {
        let change = between((56, 70), (48, 80));
        assert_eq!(change.words(), "up 20.0 points (5.2 to 33.4), more than chance");
        assert_eq!(between((48, 80), (56, 70)).words(), "down 20.0 points (-33.4 to -5.2), more than chance");
    }

    #[test]
    fn a_few_answers_more_are_noise() {
        assert!(!between((31, 40), (29, 40)).is_more_than_chance());
        assert_eq!(between((30, 40), (60, 80)).words(), "no difference (-17.3 to 15.1), could be chance");
    }

    proptest! {
        #[test]
        fn it_holds_its_difference_and_turns_round_with_it(n in 1i64..900, m in 1i64..900, a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let now = ((a * n as f64) as i64, n);
            let last = ((b * m as f64) as i64, m);
            let (one, other) = (between(now, last), between(last, now));
            prop_assert!(one.lower <= one.difference && one.difference <= one.upper);
            prop_assert!((one.lower + other.upper).abs() < 1e-9 && (one.upper + other.lower).abs() < 1e-9);
        }
    }
}
