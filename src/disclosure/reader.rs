//! The reader to guard against: one who knows every number that is shown, every sum, the threshold, which of the
//! signs stand for small counts, and that counts are whole and not negative. What that reader cannot tell apart is
//! found by moving people about between hidden cells so that every sum still holds.

use super::route::Search;
use super::suppress::Suppression;
use super::system::{Kind, System};

/// What a cell could be as far as the reader knows before adding anything up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub low: i64,
    pub high: i64,
}

impl Range {
    const COUNT: Range = Range { low: 0, high: i64::MAX };
    const DIFFERENCE: Range = Range { low: i64::MIN, high: i64::MAX };

    pub fn allows(self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Another set of counts that fits all the reader knows: the cells that differ from the truth, and what they are.
type World = Vec<(usize, i64)>;

#[derive(Clone)]
pub(super) struct Reader<'a> {
    system: &'a System,
    /// How many values a small count must be able to have.
    needed: usize,
    /// The cells hidden for smallness, in order.
    small: Vec<usize>,
    /// None: the number is shown.
    ranges: Vec<Option<Range>>,
    worlds: Vec<World>,
    /// The values each cell of `small` has in some world, at least the true one.
    values: Vec<Vec<i64>>,
    place_in_small: Vec<Option<usize>>,
    /// Cells of a sum that is withheld whole, so that their signs do not say that they are small.
    unclear: Vec<bool>,
}

/// Which way a count is moved, by one person at a time.
pub(super) const WAYS: [i64; 2] = [1, -1];

impl<'a> Reader<'a> {
    /// The reader of tables in which only small counts are hidden.
    pub fn new(system: &'a System, rule: Suppression) -> Reader<'a> {
        let cells = system.cells();
        let is_small = |value: i64| (1..=rule.threshold()).contains(&value);
        let small: Vec<usize> = (0..cells.len())
            .filter(|at| cells[*at].kind != Kind::Unshown && is_small(cells[*at].value))
            .collect();
        let mut ranges: Vec<Option<Range>> = cells.iter().map(|cell| unshown(cell.kind)).collect();
        let mut place_in_small = vec![None; cells.len()];
        for (place, cell) in small.iter().enumerate() {
            ranges[*cell] = Some(Range { low: 1, high: rule.threshold() });
            place_in_small[*cell] = Some(place);
        }
        Reader {
            system,
            needed: rule.needed(),
            values: small.iter().map(|cell| vec![system.value(*cell)]).collect(),
            small,
            ranges,
            worlds: Vec::new(),
            place_in_small,
            unclear: vec![false; cells.len()],
        }
    }

    pub fn system(&self) -> &'a System {
        self.system
    }

    pub fn small(&self) -> &[usize] {
        &self.small
    }

    pub fn is_small(&self, cell: usize) -> bool {
        self.place_in_small[cell].is_some()
    }

    pub fn is_hidden(&self, cell: usize) -> bool {
        self.ranges[cell].is_some()
    }

    pub fn is_unclear(&self, cell: usize) -> bool {
        self.unclear[cell]
    }

    /// What `cell` may be, were it hidden.
    pub fn range(&self, cell: usize) -> Range {
        self.ranges[cell].unwrap_or(Range::COUNT)
    }

    /// Whether the reader is left with enough values for a small count.
    pub fn is_left_guessing(&self, cell: usize) -> bool {
        self.place_in_small[cell].is_none_or(|place| self.values[place].len() >= self.needed)
    }

    pub fn hide(&mut self, cell: usize) {
        self.ranges[cell].get_or_insert(Range::COUNT);
    }

    /// Shows a hidden cell again; what was found by moving it no longer counts.
    pub fn show(&mut self, cell: usize) {
        self.ranges[cell] = None;
        self.worlds.retain(|world| world.iter().all(|(moved, _)| *moved != cell));
        self.values = self.small.iter().map(|cell| vec![self.system.value(*cell)]).collect();
        for at in 0..self.worlds.len() {
            self.note(at);
        }
    }

    /// Hides every cell of a sum, zeros and totals too: its signs then tell small counts from others no more.
    pub fn withhold(&mut self, sum: usize) {
        for term in self.system.terms_of(sum) {
            let widest = match self.system.kind(term.cell) {
                Kind::Difference => Range::DIFFERENCE,
                _ => Range::COUNT,
            };
            self.ranges[term.cell] = Some(widest);
            self.unclear[term.cell] = true;
        }
    }

    /// Moves `cell` about as far as is needed; true when the reader is left guessing.
    pub fn explore(&mut self, cell: usize) -> bool {
        WAYS.into_iter().any(|way| {
            self.furthest(cell, way);
            self.is_left_guessing(cell)
        })
    }

    /// The world in which `cell` is moved one way, one person at a time, until it is moved far enough or stuck.
    pub fn furthest(&mut self, cell: usize, way: i64) -> Vec<i64> {
        let mut point = self.truth();
        while !self.is_left_guessing(cell) && Search::free(self).shift(&mut point, cell, way).is_some() {
            self.admit(&point);
        }
        point
    }

    /// Keeps another set of counts that fits; the cells that differ must be hidden by now.
    pub fn admit(&mut self, point: &[i64]) {
        let cells = self.system.cells().iter();
        let differing = cells.zip(point).enumerate().filter(|(_, (cell, now))| cell.value != **now);
        self.worlds.push(differing.map(|(at, (_, now))| (at, *now)).collect());
        self.note(self.worlds.len() - 1);
    }

    /// What every cell really is.
    pub fn truth(&self) -> Vec<i64> {
        self.system.cells().iter().map(|cell| cell.value).collect()
    }

    fn note(&mut self, world: usize) {
        for (cell, value) in &self.worlds[world] {
            if let Some(place) = self.place_in_small[*cell]
                && !self.values[place].contains(value)
            {
                self.values[place].push(*value);
            }
        }
    }
}

/// What is known beforehand of a cell that is never shown.
fn unshown(kind: Kind) -> Option<Range> {
    match kind {
        Kind::Inner | Kind::Total => None,
        Kind::Unshown | Kind::Rest => Some(Range::COUNT),
        Kind::Difference => Some(Range::DIFFERENCE),
    }
}
