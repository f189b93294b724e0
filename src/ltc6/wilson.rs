//! Wilson's 95% interval of a share: how far it may be off for having asked some people and not all.

/// Of the normal distribution, for 95%.
const Z: f64 = 1.959_964;

/// From where to where a share may lie, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// Half of its width: what stands after a ±.
    pub fn half_width(self) -> f64 {
        (self.upper - self.lower) / 2.0
    }
}

/// The interval of `some` of `all`; none of nothing.
pub fn of_counts(some: u64, all: u64) -> Option<Interval> {
    (all > 0).then(|| of_share(some as f64 / all as f64, all as f64))
}

/// The interval that `answers` would give if a share (0 to 1) of them said so: for planning; none of nothing.
pub fn expected(share: f64, answers: u64) -> Option<Interval> {
    (answers > 0).then(|| of_share(share, answers as f64))
}

fn of_share(share: f64, all: f64) -> Interval {
    let z2 = Z * Z;
    let scale = 1.0 + z2 / all;
    let centre = (share + z2 / (2.0 * all)) / scale;
    let half = Z * (share * (1.0 - share) / all + z2 / (4.0 * all * all)).sqrt() / scale;
    Interval { lower: (centre - half).max(0.0), upper: (centre + half).min(1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(share: f64) -> f64 {
        (share * 1000.0).round() / 10.0
    }

    #[test]
    fn the_worked_examples_come_out() {
        for (some, all, lower, upper) in [
            (0, 10, 0.0, 27.8),
            (3, 4, 30.1, 95.4),
            (10, 10, 72.2, 100.0),
            (7, 12, 32.0, 80.7),
            (75, 100, 65.7, 82.5),
            (60, 80, 64.5, 83.2),
        ] {
            let interval = of_counts(some, all).unwrap();
            assert_eq!((percent(interval.lower), percent(interval.upper)), (lower, upper), "{some} of {all}");
        }
        assert_eq!(of_counts(0, 0), None);
    }

    proptest! {
        #[test]
        fn more_answers_narrow_it_and_it_holds_the_share(answers in 1u64..5_000, more in 1u64..5_000) {
            for share in [0.5, 0.75] {
                let (few, many) = (expected(share, answers).unwrap(), expected(share, answers + more).unwrap());
                prop_assert!(many.half_width() < few.half_width());
                prop_assert!(few.lower <= share && share <= few.upper);
            }
        }
    }
}
