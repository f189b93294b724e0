//! Tallies that are shown together: a total, and how it breaks down by practice, sex or age band.

use super::sheet::{At, Layer, Sheet, ShownSheet, release_sheet};
use super::{Audience, Guarded, ShownTally, Tally};

/// The counts of some tallies, each a table of one column.
#[derive(Clone, Copy)]
struct Layers {
    people: Layer,
    provisional: Layer,
    supplementary: Layer,
}

/// Releases a total with its breakdowns, line by line in their order. Whatever of the total is shown elsewhere on a
/// page belongs in the same call.
pub fn release_together(
    total: Tally,
    breakdowns: &[Vec<Tally>],
    audience: Audience,
) -> (ShownTally, Vec<Vec<ShownTally>>) {
    let mut sheet = Sheet::new();
    let of_total = Layers::add(&mut sheet, &[total], None);
    let of_lines: Vec<Layers> =
        breakdowns.iter().map(|lines| Layers::add(&mut sheet, lines, Some(of_total))).collect();
    let shown = release_sheet(sheet, audience);
    let lines = breakdowns.iter().zip(of_lines).map(|(lines, layers)| layers.all(&shown, lines));
    (of_total.one(&shown, 0, &total), lines.collect())
}

impl Layers {
    /// Adds the counts of `tallies`, which break down `under`, or stand on their own.
    fn add(sheet: &mut Sheet, tallies: &[Tally], under: Option<Layers>) -> Layers {
        let mut add = |count: fn(&Tally) -> Guarded<i64>, under: Option<Layer>| {
            let counts: Vec<Guarded<i64>> = tallies.iter().map(count).collect();
            match under {
                Some(whole) => sheet.breakdown(whole, At::All, &counts),
                None => sheet.line(&counts, true),
            }
        };
        let layers = Layers {
            people: add(|tally| tally.people, under.map(|of| of.people)),
            provisional: add(|tally| tally.provisional, under.map(|of| of.provisional)),
            supplementary: add(|tally| tally.supplementary, under.map(|of| of.supplementary)),
        };
        sheet.within(layers.provisional, layers.people);
        sheet.within(layers.supplementary, layers.people);
        layers
    }

    fn all(self, shown: &ShownSheet, tallies: &[Tally]) -> Vec<ShownTally> {
        tallies.iter().enumerate().map(|(row, tally)| self.one(shown, row, tally)).collect()
    }

    fn one(self, shown: &ShownSheet, row: usize, tally: &Tally) -> ShownTally {
        let at = At::Cell(row, 0);
        ShownTally {
            people: shown.count(self.people, at),
            provisional: shown.count(self.provisional, at),
            supplementary: shown.count(self.supplementary, at),
            cost: shown.built_on(&[(self.people, at)], tally.cost),
            supplementary_cost: shown.built_on(&[(self.supplementary, at)], tally.supplementary_cost),
        }
    }
}
