//! From one day to another: memberships and agreements, and what an organisation is active for.

use chrono::NaiveDate;

use crate::page::long_day;

/// Days from the first to the last, both included; without a last day it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Span {
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Span {
        Span { from, to }
    }

    /// Whether the last day comes before the first.
    pub fn is_reversed(self) -> bool {
        self.to.is_some_and(|to| to < self.from)
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether some day lies in both.
    pub fn overlaps(self, other: Span) -> bool {
        let ends_before = |one: Span, two: Span| one.to.is_some_and(|to| to < two.from);
        !ends_before(self, other) && !ends_before(other, self)
    }

    /// Whether it is over on `today`.
    pub fn has_ended(self, today: NaiveDate) -> bool {
        self.to.is_some_and(|to| to < today)
    }

    /// "from 1 April 2013 to 31 March 2014".
    pub fn in_words(self) -> String {
        let from = long_day(self.from);
        self.to.map_or_else(|| format!("from {from}"), |to| format!("from {from} to {}", long_day(to)))
    }

    /// Its state on `today`, as its tag says.
    pub fn state(self, today: NaiveDate) -> &'static str {
        match (self.contains(today), self.has_ended(today)) {
            (true, _) => "Active",
            (false, true) => "Ended",
            (false, false) => "Not started",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: i32) -> NaiveDate {
        NaiveDate::from_epoch_days(number).unwrap()
    }

    fn span() -> impl Strategy<Value = Span> {
        (0..40i32, prop::option::of(0..20i32))
            .prop_map(|(from, length)| Span::new(day(from), length.map(|length| day(from + length))))
    }

    proptest! {
        #[test]
        fn spans_overlap_where_a_day_lies_in_both(one in span(), other in span()) {
            let shared = (0..80).any(|number| one.contains(day(number)) && other.contains(day(number)));
            prop_assert_eq!(one.overlaps(other), shared);
            prop_assert_eq!(other.overlaps(one), shared);
        }

        #[test]
        fn a_day_is_before_within_or_after(one in span(), number in 0..80i32) {
            let state = one.state(day(number));
            prop_assert_eq!(state == "Active", one.contains(day(number)));
            prop_assert_eq!(state == "Not started", day(number) < one.from);
        }
    }
}
