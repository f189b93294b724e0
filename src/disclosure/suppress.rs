//! Which counts to hide: the small ones, and as few people beside them as leave the reader guessing.

use std::cmp::Reverse;

use super::reader::{Reader, WAYS};
use super::route::{Search, price};
use super::system::System;

/// No count above this is hidden for being small.
pub(super) const HIGHEST_THRESHOLD: i64 = 7;

/// How small counts are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppression {
    threshold: i64,
    values: usize,
}

impl Default for Suppression {
    fn default() -> Suppression {
        Suppression { threshold: HIGHEST_THRESHOLD, values: 4 }
    }
}

impl Suppression {
    /// Counts from 1 to `threshold` (1 to 7) are hidden, each with at least `values` (2 to 7) values that it could
    /// have, or all from 1 to `threshold` where these are fewer.
    pub fn new(threshold: i64, values: usize) -> Option<Suppression> {
        let fits = (1..=HIGHEST_THRESHOLD).contains(&threshold) && (2..=7).contains(&values);
        fits.then_some(Suppression { threshold, values })
    }

    /// With this threshold (1 to 7), and as many values for each hidden count as by default.
    pub fn of(threshold: i64) -> Option<Suppression> {
        Suppression::new(threshold, Suppression::default().values)
    }

    pub fn threshold(self) -> i64 {
        self.threshold
    }

    /// How many values a reader must be left with for each small count.
    pub(super) fn needed(self) -> usize {
        self.values.min(usize::try_from(self.threshold).unwrap_or(usize::MAX))
    }
}

/// The cells that may not be shown.
pub(super) struct Pattern {
    pub hidden: Vec<bool>,
    /// Cells of a sum withheld whole, whose signs do not say whether they are small.
    #[cfg(test)]
    pub unclear: Vec<bool>,
}

/// Chooses what to hide. The same system and rule give the same answer.
pub(super) fn suppress(system: &System, rule: Suppression) -> Pattern {
    let mut reader = Reader::new(system, rule);
    for cell in reader.small().to_vec() {
        protect(&mut reader, cell);
    }
    show_what_was_needless(&mut reader);
    for cell in reader.small().to_vec() {
        leave_no_zero_alone(&mut reader, cell);
    }
    let cells = 0..system.cells().len();
    Pattern {
        hidden: cells.clone().map(|cell| reader.is_hidden(cell)).collect(),
        #[cfg(test)]
        unclear: cells.map(|cell| reader.is_unclear(cell)).collect(),
    }
}

/// Hides cells, then whole sums, until the reader is left guessing about a small count.
fn protect(reader: &mut Reader<'_>, cell: usize) {
    while !reader.explore(cell) {
        if hide_cheapest(reader, cell) {
            continue;
        }
        // With nothing left to withhold, nothing is known but that sums hold, and any multiple of the truth fits.
        let Some(sum) = next_to_withhold(reader, cell) else { return };
        reader.withhold(sum);
    }
}

/// Hides what it takes to move `cell` one person further than hidden cells let it go; false when nothing would.
fn hide_cheapest(reader: &mut Reader<'_>, cell: usize) -> bool {
    let mut best: Option<(u64, Vec<i64>)> = None;
    for way in WAYS {
        let mut point = reader.furthest(cell, way);
        if let Some(price) = Search::priced(reader).shift(&mut point, cell, way)
            && best.as_ref().is_none_or(|(least, _)| price < *least)
        {
            best = Some((price, point));
        }
    }
    let Some((_, point)) = best else { return false };
    hide_what_moved(reader, &point);
    true
}

fn hide_what_moved(reader: &mut Reader<'_>, point: &[i64]) {
    for (at, known) in reader.system().cells().iter().enumerate() {
        if known.value != point[at] {
            reader.hide(at);
        }
    }
    reader.admit(point);
}

/// The cheapest sum to withhold that has `cell` in it, else one that shares a cell with those withheld around it.
fn next_to_withhold(reader: &Reader<'_>, cell: usize) -> Option<usize> {
    let system = reader.system();
    let cost = |sum: usize| {
        let shown = system.terms_of(sum).iter().filter(|term| !reader.is_hidden(term.cell));
        shown.map(|term| price(system, term.cell)).fold(0, u64::saturating_add)
    };
    let is_whole = |sum: usize| system.terms_of(sum).iter().all(|term| reader.is_unclear(term.cell));
    let (mut around, mut seen) = (vec![cell], vec![false; system.sums().len()]);
    while !around.is_empty() {
        let sums = around.iter().flat_map(|cell| system.sums_of(*cell)).map(|of| of.sum);
        let sums: Vec<usize> = sums.filter(|sum| !std::mem::replace(&mut seen[*sum], true)).collect();
        let partly_shown = sums.iter().copied().filter(|sum| !is_whole(*sum));
        if let Some(cheapest) = partly_shown.min_by_key(|sum| (cost(*sum), *sum)) {
            return Some(cheapest);
        }
        around = sums.iter().flat_map(|sum| system.terms_of(*sum)).map(|term| term.cell).collect();
    }
    None
}

/// Shows again what later choices have made needless, the most people first.
fn show_what_was_needless(reader: &mut Reader<'_>) {
    let system = reader.system();
    let is_extra = |cell: &usize| {
        let chosen = reader.is_hidden(*cell) && !reader.is_small(*cell) && !reader.is_unclear(*cell);
        chosen && system.kind(*cell).is_shown()
    };
    let mut extra: Vec<usize> = (0..system.cells().len()).filter(is_extra).collect();
    extra.sort_by_key(|cell| Reverse(price(system, *cell)));
    for cell in extra {
        let mut without = reader.clone();
        without.show(cell);
        let small = without.small().to_vec();
        if small.into_iter().all(|small| without.is_left_guessing(small) || without.explore(small)) {
            *reader = without;
        }
    }
}

/// A small count is never hidden by zeros alone: another count that can move goes with them.
fn leave_no_zero_alone(reader: &mut Reader<'_>, cell: usize) {
    let system = reader.system();
    for of in system.sums_of(cell) {
        let others = system.terms_of(of.sum).iter().map(|term| term.cell).filter(|other| *other != cell);
        let (hidden, shown): (Vec<usize>, Vec<usize>) = others.partition(|other| reader.is_hidden(*other));
        if hidden.is_empty() || hidden.iter().any(|other| system.value(*other) != 0) {
            continue;
        }
        let counts = shown.into_iter().filter(|other| system.value(*other) != 0);
        let moves = counts.flat_map(|second| WAYS.map(|way| (second, way))).filter_map(|(second, way)| {
            let mut point = reader.truth();
            let price = Search::priced(reader).shift(&mut point, second, way)?;
            Some((price, point))
        });
        if let Some((_, point)) = moves.min_by_key(|(price, _)| *price) {
            hide_what_moved(reader, &point);
        }
    }
}
