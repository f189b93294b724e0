//! A square table from where people stand to where they would.

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// A table whose rows are where people stand by the rules in force and whose columns where they would by those proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid<T> {
    side: usize,
    cells: Vec<T>,
}

/// People, and what is known of their annual cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub people: u64,
    /// Sum of the annual costs that are known. Of people who move it is the annual cost of the people who would move,
    /// never money that moves.
    pub cost_pence: i64,
    /// People whose annual cost is not known.
    pub cost_not_known: u64,
}

impl Add for Cell {
    type Output = Cell;

    fn add(self, other: Cell) -> Cell {
        Cell {
            people: self.people + other.people,
            cost_pence: self.cost_pence.saturating_add(other.cost_pence),
            cost_not_known: self.cost_not_known + other.cost_not_known,
        }
    }
}

impl Sum for Cell {
    fn sum<I: Iterator<Item = Cell>>(cells: I) -> Cell {
        cells.fold(Cell::default(), Add::add)
    }
}

impl<T: Copy + Default + Sum> Grid<T> {
    pub fn new(side: usize) -> Grid<T> {
        Grid { side, cells: vec![T::default(); side * side] }
    }

    /// Adds a table of the same size.
    pub fn add(&mut self, other: &Grid<T>) {
        let pairs = self.cells.iter_mut().zip(&other.cells);
        pairs.for_each(|(cell, other)| *cell = [*cell, *other].into_iter().sum());
    }

    pub fn side(&self) -> usize {
        self.side
    }

    pub fn at(&self, from: usize, to: usize) -> T {
        self.cells[from * self.side + to]
    }

    pub fn at_mut(&mut self, from: usize, to: usize) -> &mut T {
        &mut self.cells[from * self.side + to]
    }

    /// By the rules in force.
    pub fn before(&self, place: usize) -> T {
        (0..self.side).map(|to| self.at(place, to)).sum()
    }

    /// By the rules proposed.
    pub fn after(&self, place: usize) -> T {
        (0..self.side).map(|from| self.at(from, place)).sum()
    }

    /// Who would leave a place.
    pub fn leaving(&self, place: usize) -> T {
        (0..self.side).filter(|to| *to != place).map(|to| self.at(place, to)).sum()
    }

    /// Who would come to a place.
    pub fn coming_to(&self, place: usize) -> T {
        (0..self.side).filter(|from| *from != place).map(|from| self.at(from, place)).sum()
    }

    /// Who would be elsewhere than they are.
    pub fn moved(&self) -> T {
        self.moves().map(|(from, to)| self.at(from, to)).sum()
    }

    /// Everybody.
    pub fn everybody(&self) -> T {
        self.cells.iter().copied().sum()
    }

    /// Every pair of different places, in the order of the rows.
    pub fn moves(&self) -> impl Iterator<Item = (usize, usize)> + use<T> {
        let side = self.side;
        (0..side).flat_map(move |from| (0..side).filter(move |to| *to != from).map(move |to| (from, to)))
    }
}
