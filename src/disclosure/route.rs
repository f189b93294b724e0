//! One person more, or fewer, in a cell, and what else must change so that every sum still holds: the cheapest such
//! change, by Knuth's generalisation of Dijkstra's algorithm. In tables of one or two dimensions every cell is part
//! of two sums at most; a change is then a path, and moving one person at a time reaches every value a cell can have
//! (a maximum flow by augmenting paths). Elsewhere a change that exists may be missed, never one found that does not
//! hold: the cost is a cell hidden too many.

use super::reader::Reader;
use super::system::{Kind, Membership, System, Term};
use super::walk::{Walk, Ways, state};

/// After so many repairs a change that will not balance is given up.
const REPAIRS: usize = 64;

/// So many cells are moved on purpose at most, the one asked for apart.
const BRANCHES: usize = 4;

/// What hiding costs, so that whatever stands higher is hidden last: shown counts by people lost, then zeros, then
/// totals.
const A_PERSON: u64 = 1 << 10;
const A_ZERO: u64 = 1 << 42;
const A_TOTAL: u64 = 1 << 50;

/// The cost of hiding a shown cell.
pub(super) fn price(system: &System, cell: usize) -> u64 {
    let people = u64::try_from(system.value(cell).clamp(0, 1 << 30)).unwrap_or_default();
    let lost = people * A_PERSON + 1;
    match (system.kind(cell), people) {
        (Kind::Total, _) => A_TOTAL + lost,
        (_, 0) => A_ZERO,
        _ => lost,
    }
}

/// A search for changes among hidden cells, or among all cells at a price.
pub(super) struct Search<'a, 'r> {
    reader: &'a Reader<'r>,
    priced: bool,
}

impl<'a, 'r> Search<'a, 'r> {
    /// Among hidden cells alone.
    pub fn free(reader: &'a Reader<'r>) -> Search<'a, 'r> {
        Search { reader, priced: false }
    }

    /// Among all cells: what is shown would have to be hidden.
    pub fn priced(reader: &'a Reader<'r>) -> Search<'a, 'r> {
        Search { reader, priced: true }
    }

    pub fn system(&self) -> &'r System {
        self.reader.system()
    }

    /// Moves `cell` of `point` by `by` (1 or -1), and others with it; gives the price. Where that cannot be done,
    /// `point` is left as it was.
    pub fn shift(&self, point: &mut Vec<i64>, cell: usize, by: i64) -> Option<u64> {
        if !self.may_move(point, cell, by) {
            return None;
        }
        let mut attempt = Attempt::new(self, point);
        attempt.fix(self.system(), cell, by);
        let mut cheapest: Priced = None;
        for loose_ends in [true, false] {
            cheapest = cheaper(cheapest, self.balanced(point, attempt.clone(), loose_ends));
            if !self.priced && cheapest.is_some() {
                break;
            }
        }
        let (price, moved) = cheapest?;
        *point = moved;
        Some(price)
    }

    /// Puts right what is out in `attempt`. `loose_ends`: whether cells that are part of one sum alone may be moved.
    fn balanced(&self, from: &[i64], mut attempt: Attempt, loose_ends: bool) -> Priced {
        for _ in 0..REPAIRS {
            let Some(sum) = attempt.off.iter().position(|off| *off != 0) else {
                return Some((self.bill(from, &attempt.point), attempt.point));
            };
            let Some(changes) = self.mend(&attempt, sum, loose_ends) else {
                return self.branched(from, &attempt, sum, loose_ends);
            };
            for (moved, by) in changes {
                if !self.may_move(&attempt.point, moved, by) {
                    return None;
                }
                attempt.push(self.system(), moved, by);
            }
        }
        None
    }

    /// Where the sums that a cell puts out must be mended together, `mend` finds no way: moves each cell of a short
    /// sum in turn, and goes on from there.
    fn branched(&self, from: &[i64], attempt: &Attempt, sum: usize, loose_ends: bool) -> Priced {
        let terms = self.system().terms_of(sum);
        if terms.len() > 3 || attempt.fixed.len() > BRANCHES {
            return None;
        }
        let mut cheapest = None;
        for Term { cell, sign } in terms {
            let by = -attempt.off[sum].signum() * sign;
            if !attempt.fixed.contains(cell) && self.may_move(&attempt.point, *cell, by) {
                let mut branch = attempt.clone();
                branch.fix(self.system(), *cell, by);
                cheapest = cheaper(cheapest, self.balanced(from, branch, loose_ends));
            }
        }
        cheapest
    }

    fn bill(&self, from: &[i64], point: &[i64]) -> u64 {
        let changed = (0..point.len()).filter(|at| from[*at] != point[*at]);
        changed.filter_map(|at| self.price_of(at)).fold(0, u64::saturating_add)
    }

    /// None: may not be moved at all.
    pub fn price_of(&self, cell: usize) -> Option<u64> {
        match (self.reader.is_hidden(cell), self.priced) {
            (true, _) => Some(0),
            (false, true) => Some(price(self.system(), cell)),
            (false, false) => None,
        }
    }

    pub fn may_move(&self, point: &[i64], cell: usize, by: i64) -> bool {
        let to = point[cell].checked_add(by);
        to.is_some_and(|to| self.reader.range(cell).allows(to)) && self.price_of(cell).is_some()
    }

    /// The cheapest changes that put `sum` right, as far as other sums that are out go along.
    fn mend(&self, attempt: &Attempt, sum: usize, loose_ends: bool) -> Option<Vec<(usize, i64)>> {
        let off = &attempt.off;
        let mut walk = Walk::new(self, attempt, state(sum, off[sum]));
        for (other, off) in off.iter().enumerate().filter(|(other, off)| *other != sum && **off != 0) {
            walk.meet(state(other, -off));
        }
        if loose_ends {
            walk.start_at_loose_ends();
        }
        let ways = walk.settle_goal()?;
        Some(self.changes(&ways, sum, off[sum].signum()))
    }

    fn changes(&self, ways: &Ways, sum: usize, off: i64) -> Vec<(usize, i64)> {
        let mut seen = vec![false; ways.mover.len()];
        let mut open = vec![(sum, off)];
        let mut changes = Vec::new();
        while let Some((sum, off)) = open.pop() {
            let at = state(sum, off);
            let Some(cell) = ways.mover[at].filter(|_| !ways.meets[at] && !seen[at]) else { continue };
            seen[at] = true;
            let memberships = self.system().sums_of(cell);
            let by: i64 = memberships.iter().filter(|of| of.sum == sum).map(|of| -off * of.sign).sum();
            changes.push((cell, by));
            open.extend(memberships.iter().filter(|of| of.sum != sum).map(|of| (of.sum, of.sign * by)));
        }
        changes
    }
}

/// A set of counts on the way to one in which every sum holds.
#[derive(Clone)]
pub(super) struct Attempt {
    pub point: Vec<i64>,
    /// By how much each sum is out.
    off: Vec<i64>,
    /// Cells that have been moved on purpose.
    pub fixed: Vec<usize>,
}

impl Attempt {
    fn new(search: &Search<'_, '_>, point: &[i64]) -> Attempt {
        Attempt { point: point.to_vec(), off: vec![0; search.system().sums().len()], fixed: Vec::new() }
    }

    fn push(&mut self, system: &System, cell: usize, by: i64) {
        self.point[cell] += by;
        for Membership { sum, sign } in system.sums_of(cell) {
            self.off[*sum] += sign * by;
        }
    }

    fn fix(&mut self, system: &System, cell: usize, by: i64) {
        self.push(system, cell, by);
        self.fixed.push(cell);
    }
}

/// A set of counts, and what it costs to hide what is moved in it.
type Priced = Option<(u64, Vec<i64>)>;

fn cheaper(one: Priced, other: Priced) -> Priced {
    match (&one, &other) {
        (Some(this), Some(that)) if that.0 < this.0 => other,
        (None, _) => other,
        _ => one,
    }
}
