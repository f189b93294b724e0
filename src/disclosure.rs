//! What figures about people may be shown to whom. A figure is guarded until it is released for an audience, and a
//! guarded one cannot be written on a page.

#[cfg(test)]
mod attacker;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;
mod reader;
mod route;
mod sheet;
mod suppress;
mod system;
mod tallies;
mod walk;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::money::Pence;
use crate::page::filters::thousands;

pub use sheet::{At, Layer, Sheet, ShownSheet, Totals, release_sheet};
pub use suppress::Suppression;
pub use tallies::release_together;

/// A figure about people that may not be shown to everybody: it has no `Display`, and debug output hides it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guarded<T>(T);

impl<T> Guarded<T> {
    pub fn new(figure: T) -> Guarded<T> {
        Guarded(figure)
    }
}

impl<T> fmt::Debug for Guarded<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Guarded")
    }
}

impl<T: Add<Output = T>> Add for Guarded<T> {
    type Output = Guarded<T>;

    fn add(self, other: Guarded<T>) -> Guarded<T> {
        Guarded(self.0 + other.0)
    }
}

impl<T: Add<Output = T> + Default> Sum for Guarded<T> {
    fn sum<I: Iterator<Item = Guarded<T>>>(figures: I) -> Guarded<T> {
        figures.fold(Guarded::default(), Add::add)
    }
}

/// The figures of some people who have something in common: a group, a practice, an age band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub people: Guarded<i64>,
    pub provisional: Guarded<i64>,
    /// With supplementary care: counted in `people` as well.
    pub supplementary: Guarded<i64>,
    /// The sum of the annual costs that are known.
    pub cost: Guarded<Pence>,
    pub supplementary_cost: Guarded<Pence>,
}

impl Tally {
    /// Those of them with supplementary care.
    pub fn with_supplementary_care(self) -> Tally {
        Tally {
            people: self.supplementary,
            provisional: Guarded::default(),
            supplementary: self.supplementary,
            cost: self.supplementary_cost,
            supplementary_cost: self.supplementary_cost,
        }
    }
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            people: self.people + other.people,
            provisional: self.provisional + other.provisional,
            supplementary: self.supplementary + other.supplementary,
            cost: self.cost + other.cost,
            supplementary_cost: self.supplementary_cost + other.supplementary_cost,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        *self = *self + other;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), Add::add)
    }
}

/// Whom figures are released to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Those who may list the people counted: exact figures.
    MayList,
    /// Everybody else: tables without small counts, and no figure outside a table.
    Others(Suppression),
}

/// A figure as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<T> {
    Exact(T),
    /// Hidden to protect people: `[c]`.
    Withheld,
    /// `[x]`.
    NotKnown,
    /// `[z]`.
    NotApplicable,
}

impl<T> Shown<T> {
    /// The text of a cell, on pages and in files alike: the figure as `write` puts it, or the sign for why there is
    /// none.
    pub fn written(&self, write: impl FnOnce(&T) -> String) -> String {
        match self {
            Shown::Exact(figure) => write(figure),
            Shown::Withheld => "[c]".into(),
            Shown::NotKnown => "[x]".into(),
            Shown::NotApplicable => "[z]".into(),
        }
    }
}

impl Shown<i64> {
    /// Whether there is nobody to list.
    pub fn is_nil(&self) -> bool {
        *self == Shown::Exact(0)
    }
}

impl fmt::Display for Shown<i64> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written(|count| thousands(count)))
    }
}

impl fmt::Display for Shown<Pence> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written(|amount| amount.rounded().to_string()))
    }
}

/// A tally as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownTally {
    pub people: Shown<i64>,
    pub provisional: Shown<i64>,
    pub supplementary: Shown<i64>,
    pub cost: Shown<Pence>,
    pub supplementary_cost: Shown<Pence>,
}

/// Releases one figure.
pub fn release_one<T>(figure: Guarded<T>, audience: Audience) -> Shown<T> {
    match audience {
        Audience::MayList => Shown::Exact(figure.0),
        Audience::Others(_) => Shown::Withheld,
    }
}

/// Releases a count of a breakdown that is not among the published ones, or its total: to the nearest 5, so that
/// no two such tables tell more than either.
pub fn release_rounded(count: Guarded<i64>, audience: Audience) -> Shown<i64> {
    match (audience, count.0) {
        (Audience::MayList, count) => Shown::Exact(count),
        (Audience::Others(_), 0) => Shown::Exact(0),
        (Audience::Others(_), ..=suppress::HIGHEST_THRESHOLD) => Shown::Withheld,
        (Audience::Others(_), count) => Shown::Exact(count.saturating_add(2) / 5 * 5),
    }
}

/// Releases about how many there are, in tens, for everybody: a whole whose parts are shown by themselves, so that what
/// no part counts cannot be worked out.
pub fn release_about(count: Guarded<i64>) -> Shown<i64> {
    match count.0 {
        0 => Shown::Exact(0),
        ..=suppress::HIGHEST_THRESHOLD => Shown::Withheld,
        count => Shown::Exact(count.saturating_add(5) / 10 * 10),
    }
}

/// Releases a table, in its order; a table is released whole, for what one row hides another could tell.
pub fn release<K>(table: Vec<(K, Tally)>, audience: Audience) -> Vec<(K, ShownTally)> {
    table.into_iter().map(|(of, tally)| (of, release_tally(tally, audience))).collect()
}

/// Releases the figures of one row.
pub fn release_tally(tally: Tally, audience: Audience) -> ShownTally {
    ShownTally {
        people: release_one(tally.people, audience),
        provisional: release_one(tally.provisional, audience),
        supplementary: release_one(tally.supplementary, audience),
        cost: release_one(tally.cost, audience),
        supplementary_cost: release_one(tally.supplementary_cost, audience),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(people: i64, pence: i64) -> Tally {
        Tally { people: Guarded::new(people), cost: Guarded::new(Pence(pence)), ..Tally::default() }
    }

    #[test]
    fn exact_figures_go_to_those_who_may_list_the_people_and_nobody_else() {
        let table = || vec![("a", tally(1204, 150)), ("b", tally(0, 0))];
        let shown = release(table(), Audience::MayList);
        assert_eq!(
            (shown[0].1.people.to_string(), shown[0].1.cost.to_string()),
            ("1,204".into(), "£2".into())
        );
        assert!(shown[1].1.people.is_nil() && !shown[0].1.people.is_nil());
        for (_, row) in release(table(), Audience::Others(Suppression::default())) {
            assert_eq!((row.people, row.cost.to_string()), (Shown::Withheld, "[c]".into()));
        }
    }

    #[test]
    fn a_guarded_figure_shows_nothing_even_to_a_log() {
        assert!(!format!("{:?}", tally(1204, 150)).contains("1204"));
    }

    #[test]
    fn tallies_add_up() {
        let sum: Tally = [tally(2, 10), tally(3, 20)].into_iter().sum();
        assert_eq!(sum, tally(5, 30));
    }
}
