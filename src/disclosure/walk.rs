//! How to put one sum right by moving people, at the least cost: the states that are cheapest to mend come first,
//! and a cell may be moved once it is known what mending its other sums costs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::reader::WAYS;
use super::route::{Attempt, Search};
use super::system::{Membership, Term};

/// A sum that is out by one person: `2 * sum` one too many, `2 * sum + 1` one too few.
pub(super) type State = usize;

pub(super) fn state(sum: usize, off: i64) -> State {
    2 * sum + usize::from(off < 0)
}

/// What is known of the ways to mend each state.
pub(super) struct Ways {
    /// The cell to move.
    pub mover: Vec<Option<usize>>,
    /// Whether another sum, out the other way, is waiting to be mended there.
    pub meets: Vec<bool>,
}

/// Settles states from the cheapest to mend on, until the one asked for is settled.
pub(super) struct Walk<'w, 'a, 'r> {
    search: &'w Search<'a, 'r>,
    attempt: &'w Attempt,
    goal: State,
    cost: Vec<u64>,
    settled: Vec<bool>,
    ways: Ways,
    /// By cell and way: how many of the sums it would put out are settled, and what mending those costs.
    mended: Vec<(usize, u64)>,
    next: BinaryHeap<Reverse<(u64, State)>>,
}

impl<'w, 'a, 'r> Walk<'w, 'a, 'r> {
    pub fn new(search: &'w Search<'a, 'r>, attempt: &'w Attempt, goal: State) -> Walk<'w, 'a, 'r> {
        let states = 2 * search.system().sums().len();
        Walk {
            search,
            attempt,
            goal,
            cost: vec![u64::MAX; states],
            settled: vec![false; states],
            ways: Ways { mover: vec![None; states], meets: vec![false; states] },
            mended: vec![(0, 0); 2 * search.system().cells().len()],
            next: BinaryHeap::new(),
        }
    }

    /// A sum that waits to be mended, which would be if another were put out this way.
    pub fn meet(&mut self, at: State) {
        self.cost[at] = 0;
        self.ways.meets[at] = true;
        self.next.push(Reverse((0, at)));
    }

    /// Begins at cells that are part of one sum alone, too.
    pub fn start_at_loose_ends(&mut self) {
        for cell in 0..self.search.system().cells().len() {
            if let [only] = self.search.system().sums_of(cell) {
                for by in WAYS {
                    self.offer(cell, by, *only, 0);
                }
            }
        }
    }

    /// None: the sum asked for cannot be put right.
    pub fn settle_goal(mut self) -> Option<Ways> {
        while let Some(Reverse((cost, at))) = self.next.pop() {
            if self.settled[at] || cost > self.cost[at] {
                continue;
            }
            if at == self.goal {
                return Some(self.ways);
            }
            self.settled[at] = true;
            self.spread(at);
        }
        None
    }

    /// Looks at every cell that would put this state's sum out just so.
    fn spread(&mut self, at: State) {
        let system = self.search.system();
        let off = if at.is_multiple_of(2) { 1 } else { -1 };
        for Term { cell, sign } in system.terms_of(at / 2) {
            let memberships = system.sums_of(*cell);
            if memberships.len() < 2 {
                continue;
            }
            let by = off * sign;
            let (count, total) = &mut self.mended[2 * cell + usize::from(by < 0)];
            *count += 1;
            *total = total.saturating_add(self.cost[at]);
            let (count, total) = (*count, *total);
            if count + 1 < memberships.len() {
                continue;
            }
            for of in memberships.iter().filter(|of| of.sum != at / 2) {
                let own = state(of.sum, of.sign * by);
                match (self.settled[own], count == memberships.len()) {
                    (false, false) => self.offer(*cell, by, *of, total),
                    (true, true) => self.offer(*cell, by, *of, total - self.cost[own]),
                    _ => {}
                }
            }
        }
    }

    /// Offers to mend a sum by moving `cell`, whose other sums cost `beside` to mend.
    fn offer(&mut self, cell: usize, by: i64, mends: Membership, beside: u64) {
        let at = state(mends.sum, -mends.sign * by);
        let movable =
            !self.attempt.fixed.contains(&cell) && self.search.may_move(&self.attempt.point, cell, by);
        if self.settled[at] || !movable {
            return;
        }
        let cost = self.search.price_of(cell).unwrap_or(u64::MAX).saturating_add(beside);
        if cost < self.cost[at] {
            self.cost[at] = cost;
            self.ways.mover[at] = Some(cell);
            self.next.push(Reverse((cost, at)));
        }
    }
}
