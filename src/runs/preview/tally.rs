//! Counting people from place to place, by practice, sex and age band, in one pass.

use serde::{Deserialize, Serialize};

use super::bands::{AgeBand, Band};
use super::grid::{Cell, Grid};
use super::lanes::Lanes;
use super::packed::Packed;
use crate::criteria::facts::Sex;

/// Who goes from where to where, of all people on the register. Exact: for those who may list the people counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves<P> {
    /// What the rows and columns of the tables stand for.
    pub places: Vec<P>,
    pub all: Grid<Cell>,
    /// Every practice with somebody on the register.
    pub by_practice: Vec<(i64, Grid<u64>)>,
    /// Not known last.
    pub by_sex: Vec<(Option<Sex>, Grid<u64>)>,
    pub by_age: Vec<(AgeBand, Grid<u64>)>,
}

impl<P: PartialEq> Moves<P> {
    /// The row and column of a place.
    pub fn place(&self, place: &P) -> Option<usize> {
        self.places.iter().position(|one| one == place)
    }
}

/// Counts blocks of people, a practice after the other.
pub struct Tally<'a> {
    people: &'a Packed,
    side: usize,
    /// Of the practice at hand, a row of bands for each pair of places.
    counts: Vec<u32>,
    touched: Vec<bool>,
    practice: Option<i64>,
    all: Grid<Cell>,
    by_practice: Vec<(i64, Grid<u64>)>,
    by_sex: Vec<Grid<u64>>,
    by_age: Vec<Grid<u64>>,
}

impl<'a> Tally<'a> {
    pub fn new(people: &'a Packed, side: usize) -> Tally<'a> {
        Tally {
            people,
            side,
            counts: vec![0; side * side * Band::COUNT],
            touched: vec![false; side * side],
            practice: None,
            all: Grid::new(side),
            by_practice: Vec::new(),
            by_sex: vec![Grid::new(side); Band::SEXES],
            by_age: vec![Grid::new(side); AgeBand::COUNT],
        }
    }

    /// Counts a block; each person stands in one place of `before` and one of `after`.
    pub fn count(&mut self, practice: i64, block: usize, before: &[Lanes], after: &[Lanes]) {
        if self.practice != Some(practice) {
            self.settle();
            self.practice = Some(practice);
        }
        for (from, here) in before.iter().enumerate().filter(|(_, lanes)| !lanes.is_none()) {
            for (to, there) in after.iter().enumerate() {
                let both = *here & *there;
                if !both.is_none() {
                    self.add(from, to, block, both);
                }
            }
        }
    }

    fn add(&mut self, from: usize, to: usize, block: usize, lanes: Lanes) {
        let place = from * self.side + to;
        self.touched[place] = true;
        let counts = &mut self.counts[place * Band::COUNT..][..Band::COUNT];
        let (bands, costs) = (self.people.bands(block), self.people.costs(block));
        let mut cost = 0i64;
        lanes.for_each(|lane| {
            counts[bands[lane].number()] += 1;
            cost = cost.saturating_add(costs[lane]);
        });
        let cell = self.all.at_mut(from, to);
        cell.cost_pence = cell.cost_pence.saturating_add(cost);
        cell.cost_not_known += (lanes & !self.people.annual_cost.known(block)).count();
    }

    /// Adds the practice at hand to the totals.
    fn settle(&mut self) {
        let Some(practice) = self.practice.take() else { return };
        let mut here = Grid::new(self.side);
        for place in 0..self.touched.len() {
            if !std::mem::take(&mut self.touched[place]) {
                continue;
            }
            let (from, to) = (place / self.side, place % self.side);
            let counts = &mut self.counts[place * Band::COUNT..][..Band::COUNT];
            for (band, count) in counts.iter_mut().enumerate() {
                let people = u64::from(std::mem::take(count));
                *here.at_mut(from, to) += people;
                self.all.at_mut(from, to).people += people;
                *self.by_sex[band / AgeBand::COUNT].at_mut(from, to) += people;
                *self.by_age[band % AgeBand::COUNT].at_mut(from, to) += people;
            }
        }
        self.by_practice.push((practice, here));
    }

    /// This count and that of the practices after.
    pub fn and(mut self, mut other: Tally<'a>) -> Tally<'a> {
        self.settle();
        other.settle();
        self.all.add(&other.all);
        self.by_practice.append(&mut other.by_practice);
        self.by_sex.iter_mut().zip(&other.by_sex).for_each(|(grid, other)| grid.add(other));
        self.by_age.iter_mut().zip(&other.by_age).for_each(|(grid, other)| grid.add(other));
        self
    }

    pub fn finish<P>(mut self, places: Vec<P>) -> Moves<P> {
        self.settle();
        Moves {
            places,
            all: self.all,
            by_practice: self.by_practice,
            by_sex: Band::sexes().into_iter().zip(self.by_sex).collect(),
            by_age: AgeBand::all().into_iter().zip(self.by_age).collect(),
        }
    }
}
