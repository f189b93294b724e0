//! Counts of people and the sums that hold between them: what a set of tables has told its reader, and what it keeps.

/// What a count is in its tables, which decides how readily it is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A count inside a table.
    Inner,
    /// The total of a row, a column or a table: kept as long as anything else will do.
    Total,
    /// Never shown, and of no concern when small: a total that is left out.
    Unshown,
    /// Never shown, but as telling as a shown count: those who are in a whole and not in its part.
    Rest,
    /// Never shown: by how many people two shown counts differ.
    Difference,
}

impl Kind {
    /// Whether such a count is shown unless it has to be hidden.
    pub fn is_shown(self) -> bool {
        matches!(self, Kind::Inner | Kind::Total)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub value: i64,
    pub kind: Kind,
}

/// A cell's part in a sum: +1 for the total, -1 for what adds up to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub cell: usize,
    pub sign: i64,
}

/// A sum that a cell is part of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub sum: usize,
    pub sign: i64,
}

/// Cells by number, and sums over them that the reader knows to hold. Not to be printed, not even in a log.
#[derive(Clone, Default)]
pub(super) struct System {
    cells: Vec<Cell>,
    sums: Vec<Vec<Term>>,
    memberships: Vec<Vec<Membership>>,
}

impl System {
    /// Adds a count and gives its number.
    pub fn add(&mut self, value: i64, kind: Kind) -> usize {
        self.cells.push(Cell { value, kind });
        self.memberships.push(Vec::new());
        self.cells.len() - 1
    }

    /// States that `total` is the sum of `parts`.
    pub fn state_sum(&mut self, total: usize, parts: &[usize]) {
        let sum = self.sums.len();
        let parts = parts.iter().map(|cell| Term { cell: *cell, sign: -1 });
        let terms: Vec<Term> = [Term { cell: total, sign: 1 }].into_iter().chain(parts).collect();
        for term in &terms {
            self.memberships[term.cell].push(Membership { sum, sign: term.sign });
        }
        self.sums.push(terms);
    }

    pub fn value(&self, cell: usize) -> i64 {
        self.cells[cell].value
    }

    pub fn kind(&self, cell: usize) -> Kind {
        self.cells[cell].kind
    }

    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub fn sums(&self) -> &[Vec<Term>] {
        &self.sums
    }

    /// The sums that `cell` is part of.
    pub fn sums_of(&self, cell: usize) -> &[Membership] {
        &self.memberships[cell]
    }

    /// The cells that are part of `sum`.
    pub fn terms_of(&self, sum: usize) -> &[Term] {
        &self.sums[sum]
    }
}
