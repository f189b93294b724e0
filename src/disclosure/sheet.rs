//! Tables that are shown together: what one gives away about another is looked at as one.

use super::suppress::{HIGHEST_THRESHOLD, suppress};
use super::system::{Kind, System};
use super::{Audience, Guarded, Shown};

/// A place in a table of rows and columns, counted from 0. A table of one dimension is one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Cell(usize, usize),
    /// The total of a row.
    Row(usize),
    /// The total of a column.
    Column(usize),
    /// The total of the table.
    All,
}

/// Which totals a table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    pub rows: bool,
    pub columns: bool,
    pub all: bool,
}

impl Totals {
    pub const EVERY: Totals = Totals { rows: true, columns: true, all: true };
    pub const NONE: Totals = Totals { rows: false, columns: false, all: false };
}

/// A table of a sheet; of no use with another sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer(usize);

/// Tables of counts of people that are shown together, on one page or on several.
#[derive(Clone, Default)]
pub struct Sheet {
    pub(super) system: System,
    pub(super) tables: Vec<Table>,
}

/// Stands for a cell that is no cell: nobody can be in it, as everybody knows.
const NOBODY: usize = usize::MAX;

/// The numbers of a table's cells in the system, row by row, totals last.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: usize,
    columns: usize,
    cells: Vec<usize>,
    /// Figures that contradict each other are withheld whole.
    adds_up: bool,
}

impl Table {
    pub fn cell(&self, at: At) -> Option<usize> {
        let (row, column) = match at {
            At::Cell(row, column) if row < self.rows && column < self.columns => (row, column),
            At::Row(row) if row < self.rows => (row, self.columns),
            At::Column(column) if column < self.columns => (self.rows, column),
            At::All => (self.rows, self.columns),
            _ => return None,
        };
        self.cells.get(row * (self.columns + 1) + column).copied().filter(|cell| *cell != NOBODY)
    }

    pub fn places(&self) -> impl Iterator<Item = At> + use<> {
        let (rows, columns) = (self.rows, self.columns);
        let cells = (0..rows).flat_map(move |row| (0..columns).map(move |column| At::Cell(row, column)));
        cells.chain((0..rows).map(At::Row)).chain((0..columns).map(At::Column)).chain([At::All])
    }
}

impl Sheet {
    pub fn new() -> Sheet {
        Sheet::default()
    }

    /// Adds a table of two dimensions, row by row; what a short row lacks is nil.
    pub fn grid(&mut self, rows: &[Vec<Guarded<i64>>], totals: Totals) -> Layer {
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let counts =
            rows.iter().flat_map(|row| (0..columns).map(|at| row.get(at).map_or(0, |count| count.0)));
        let counts: Vec<i64> = counts.collect();
        self.table(rows.len(), columns, &counts, totals)
    }

    /// Adds a table of two dimensions with all its totals, in which nobody can be in some cells, as everybody knows.
    /// Such a cell is no place to hide behind.
    pub fn sparse(&mut self, rows: &[Vec<Option<Guarded<i64>>>]) -> Layer {
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let place = |row: usize, column: usize| row * (columns + 1) + column;
        let mut cells = vec![NOBODY; (rows.len() + 1) * (columns + 1)];
        for (row, counts) in rows.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                let count = count.map(|count| self.system.add(count.0, Kind::Inner));
                cells[place(row, column)] = count.unwrap_or(NOBODY);
            }
        }
        let is_cell = |cell: &usize| *cell != NOBODY;
        for row in 0..rows.len() {
            let parts: Vec<usize> =
                (0..columns).map(|column| cells[place(row, column)]).filter(is_cell).collect();
            cells[place(row, columns)] = self.total(&parts, Kind::Total);
        }
        for column in 0..columns {
            let parts = (0..rows.len()).map(|row| cells[place(row, column)]).filter(is_cell);
            cells[place(rows.len(), column)] = self.total(&parts.collect::<Vec<_>>(), Kind::Total);
        }
        let mut of_rows: Vec<usize> = (0..rows.len()).map(|row| cells[place(row, columns)]).collect();
        let mut of_columns: Vec<usize> =
            (0..columns).map(|column| cells[place(rows.len(), column)]).collect();
        cells[place(rows.len(), columns)] = match of_columns[..] {
            [only] => only,
            _ => self.total(&of_rows, Kind::Total),
        };
        of_rows.sort_unstable();
        of_columns.sort_unstable();
        if rows.len() > 1 && columns > 1 && of_rows != of_columns {
            self.system.state_sum(cells[place(rows.len(), columns)], &of_columns);
        }
        self.keep(Table { rows: rows.len(), columns, cells, adds_up: true })
    }

    /// Adds a table of one dimension, with or without its total.
    pub fn line(&mut self, counts: &[Guarded<i64>], total: bool) -> Layer {
        let counts: Vec<i64> = counts.iter().map(|count| count.0).collect();
        self.table(counts.len(), 1, &counts, Totals { rows: true, columns: total, all: total })
    }

    /// Adds a table of one dimension that breaks down a count of another. Who is in none of its lines is guarded like
    /// a line.
    pub fn breakdown(&mut self, of: Layer, at: At, counts: &[Guarded<i64>]) -> Layer {
        let whole = self.tables[of.0].cell(at);
        let lines: Vec<usize> = counts.iter().map(|count| self.system.add(count.0, Kind::Inner)).collect();
        let counted = counts.iter().fold(0i64, |sum, count| sum.saturating_add(count.0));
        let rest = whole.map_or(-1, |whole| self.system.value(whole).saturating_sub(counted));
        if let (Some(whole), 0..) = (whole, rest) {
            let rest = (rest > 0).then(|| self.system.add(rest, Kind::Rest));
            let parts: Vec<usize> = lines.iter().copied().chain(rest).collect();
            self.system.state_sum(whole, &parts);
        }
        let total = whole.unwrap_or_else(|| self.system.add(0, Kind::Unshown));
        let cells = lines.into_iter().flat_map(|line| [line, line]).chain([total, total]).collect();
        self.keep(Table { rows: counts.len(), columns: 1, cells, adds_up: rest >= 0 })
    }

    /// States that a table counts those people of another, in the same rows and columns, who have something in
    /// common besides. Who has it not is guarded like who has.
    pub fn within(&mut self, part: Layer, whole: Layer) {
        let pairs = self.pairs(part, whole);
        if pairs.iter().any(|(part, whole)| self.system.value(*part) > self.system.value(*whole)) {
            self.tables[part.0].adds_up = false;
            return;
        }
        for (part, whole) in pairs {
            if self.is_all_but_one(part, whole) {
                continue;
            }
            let rest = self.system.value(whole) - self.system.value(part);
            let rest = self.system.add(rest, Kind::Rest);
            self.system.state_sum(whole, &[part, rest]);
        }
    }

    /// States that, in every row and for every total, a table counts those of some others together.
    pub fn together(&mut self, whole: Layer, parts: &[Layer]) {
        let cells_at = |at: At| {
            let parts: Option<Vec<usize>> = parts.iter().map(|part| self.tables[part.0].cell(at)).collect();
            Some((self.tables[whole.0].cell(at)?, parts?))
        };
        let mut sums: Vec<(usize, Vec<usize>)> = self.tables[whole.0].places().filter_map(cells_at).collect();
        sums.sort_unstable();
        sums.dedup();
        let adds_up = |(whole, parts): &(usize, Vec<usize>)| {
            let of_parts = parts.iter().map(|part| self.system.value(*part));
            self.system.value(*whole) == of_parts.fold(0, i64::saturating_add)
        };
        if !sums.iter().all(adds_up) {
            self.tables[whole.0].adds_up = false;
            return;
        }
        for (whole, parts) in sums {
            self.system.state_sum(whole, &parts);
        }
    }

    /// Whether `whole` is known to be `part` and one other cell.
    fn is_all_but_one(&self, part: usize, whole: usize) -> bool {
        let sums = self.system.sums_of(whole).iter().map(|of| self.system.terms_of(of.sum));
        sums.filter(|terms| terms.len() == 3 && terms[0].cell == whole)
            .any(|terms| terms[1..].iter().any(|term| term.cell == part))
    }

    /// States that two tables count the same in the same rows and columns, at two times or before and after a
    /// change: a small difference between two counts that are shown is guarded like a count.
    pub fn compare(&mut self, one: Layer, other: Layer) {
        for (one, other) in self.pairs(one, other) {
            let by = self.system.value(other).saturating_sub(self.system.value(one));
            if (1..=HIGHEST_THRESHOLD).contains(&by.saturating_abs()) {
                let (less, more) = if by > 0 { (one, other) } else { (other, one) };
                let difference = self.system.add(by.abs(), Kind::Difference);
                self.system.state_sum(more, &[less, difference]);
            }
        }
    }

    /// The cells that two tables have in the same places and would both show.
    fn pairs(&self, one: Layer, other: Layer) -> Vec<(usize, usize)> {
        let (one, other) = (&self.tables[one.0], &self.tables[other.0]);
        let pairs = one.places().filter_map(|at| Some((one.cell(at)?, other.cell(at)?)));
        let is_shown = |cell: usize| self.system.kind(cell).is_shown();
        let mut pairs: Vec<(usize, usize)> =
            pairs.filter(|(one, other)| one != other && is_shown(*one) && is_shown(*other)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn table(&mut self, rows: usize, columns: usize, counts: &[i64], totals: Totals) -> Layer {
        let kind = |shown: bool| if shown { Kind::Total } else { Kind::Unshown };
        let place = |row: usize, column: usize| row * (columns + 1) + column;
        let mut cells = vec![0; (rows + 1) * (columns + 1)];
        for row in 0..rows {
            for column in 0..columns {
                cells[place(row, column)] = self.system.add(counts[row * columns + column], Kind::Inner);
            }
            let parts: Vec<usize> = (0..columns).map(|column| cells[place(row, column)]).collect();
            cells[place(row, columns)] = self.total(&parts, kind(totals.rows || rows == 1 && totals.all));
        }
        for column in 0..columns {
            let parts: Vec<usize> = (0..rows).map(|row| cells[place(row, column)]).collect();
            cells[place(rows, column)] =
                self.total(&parts, kind(totals.columns || columns == 1 && totals.all));
        }
        let of_rows: Vec<usize> = (0..rows).map(|row| cells[place(row, columns)]).collect();
        let of_columns: Vec<usize> = (0..columns).map(|column| cells[place(rows, column)]).collect();
        cells[place(rows, columns)] = match of_columns[..] {
            [only] => only,
            _ => self.total(&of_rows, kind(totals.all)),
        };
        if rows > 1 && columns > 1 {
            self.system.state_sum(cells[place(rows, columns)], &of_columns);
        }
        self.keep(Table { rows, columns, cells, adds_up: true })
    }

    /// The total of some cells; that of one cell is the cell itself.
    fn total(&mut self, parts: &[usize], kind: Kind) -> usize {
        if let [only] = parts {
            return *only;
        }
        let total = parts.iter().fold(0, |total: i64, part| total.saturating_add(self.system.value(*part)));
        let total = self.system.add(total, kind);
        self.system.state_sum(total, parts);
        total
    }

    fn keep(&mut self, table: Table) -> Layer {
        self.tables.push(table);
        Layer(self.tables.len() - 1)
    }
}

/// A sheet as its audience may see it. It holds no number that may not be shown.
#[derive(Clone, Debug)]
pub struct ShownSheet {
    cells: Vec<Shown<i64>>,
    tables: Vec<Table>,
}

impl ShownSheet {
    /// A count; one that is in no table of the sheet is withheld.
    pub fn count(&self, layer: Layer, at: At) -> Shown<i64> {
        let table = self.tables.get(layer.0);
        table.and_then(|table| table.cell(at)).map_or(Shown::Withheld, |cell| self.cells[cell])
    }

    /// A figure that is built on counts of this sheet, such as their cost or a share: hidden where one of them is.
    pub fn built_on<T>(&self, counts: &[(Layer, At)], figure: Guarded<T>) -> Shown<T> {
        let is_shown = |(layer, at): &(Layer, At)| matches!(self.count(*layer, *at), Shown::Exact(_));
        if counts.iter().all(is_shown) { Shown::Exact(figure.0) } else { Shown::Withheld }
    }
}

/// Releases tables for an audience: exact, or with small counts hidden and as many others as it takes.
pub fn release_sheet(sheet: Sheet, audience: Audience) -> ShownSheet {
    let hidden = match audience {
        Audience::MayList => vec![false; sheet.system.cells().len()],
        Audience::Others(rule) => {
            let mut hidden = suppress(&sheet.system, rule).hidden;
            let at_odds = sheet.tables.iter().filter(|table| !table.adds_up);
            let cells = at_odds.flat_map(|table| &table.cells).filter(|cell| **cell != NOBODY);
            cells.for_each(|cell| hidden[*cell] = true);
            hidden
        }
    };
    let cells = sheet.system.cells().iter().zip(hidden);
    let cells = cells.map(|(cell, hidden)| if hidden { Shown::Withheld } else { Shown::Exact(cell.value) });
    ShownSheet { cells: cells.collect(), tables: sheet.tables }
}
