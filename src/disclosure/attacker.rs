//! Readers who try to solve for hidden counts, written apart from what guards against them: one tries every set of
//! counts that fits, one solves linear programs.

use super::suppress::Pattern;
use super::system::{Kind, System};

/// What an attacker knows: of each cell its number or, where it is hidden, the least and most it can be.
pub struct Knowledge<'a> {
    system: &'a System,
    pub low: Vec<i64>,
    pub high: Vec<i64>,
}

/// Stands for "any number"; far above every count tried.
const MANY: i64 = 1_000_000;

impl<'a> Knowledge<'a> {
    pub fn of(system: &'a System, pattern: &Pattern, threshold: i64) -> Knowledge<'a> {
        let bounds = |at: usize| {
            let cell = system.cells()[at];
            let small = cell.kind != Kind::Unshown && (1..=threshold).contains(&cell.value);
            match (pattern.hidden[at], small && !pattern.unclear[at]) {
                (false, _) => (cell.value, cell.value),
                (true, true) => (1, threshold),
                (true, false) if cell.kind == Kind::Difference => (-MANY, MANY),
                (true, false) => (0, MANY),
            }
        };
        let (low, high) = (0..system.cells().len()).map(bounds).unzip();
        Knowledge { system, low, high }
    }

    /// Narrows every cell by every sum until nothing changes; false when nothing fits.
    fn narrow(&self, low: &mut [i64], high: &mut [i64]) -> bool {
        loop {
            let mut changed = false;
            for terms in self.system.sums() {
                for one in terms {
                    // sign * one = -(sum of the others), each between its bounds.
                    let others = terms.iter().filter(|term| term.cell != one.cell);
                    let (mut least, mut most) = (0i64, 0i64);
                    for term in others {
                        let (a, b) = (-term.sign * low[term.cell], -term.sign * high[term.cell]);
                        least += a.min(b);
                        most += a.max(b);
                    }
                    let (least, most) = if one.sign > 0 { (least, most) } else { (-most, -least) };
                    if least > low[one.cell] {
                        low[one.cell] = least;
                        changed = true;
                    }
                    if most < high[one.cell] {
                        high[one.cell] = most;
                        changed = true;
                    }
                    if low[one.cell] > high[one.cell] {
                        return false;
                    }
                }
            }
            if !changed {
                return true;
            }
        }
    }

    /// Whether some whole counts fit with `cell` being `value`, tried one after another within `reach` of the truth;
    /// None when it would take too long to tell.
    pub fn can_be(&self, cell: usize, value: i64, reach: i64, steps: &mut usize) -> Option<bool> {
        let (mut low, mut high) = (self.low.clone(), self.high.clone());
        for (at, known) in self.system.cells().iter().enumerate() {
            low[at] = low[at].max(known.value - reach);
            high[at] = high[at].min(known.value + reach);
        }
        if value < low[cell] || value > high[cell] {
            return Some(false);
        }
        (low[cell], high[cell]) = (value, value);
        self.some_fit(low, high, steps)
    }

    fn some_fit(&self, mut low: Vec<i64>, mut high: Vec<i64>, steps: &mut usize) -> Option<bool> {
        *steps = steps.checked_sub(1)?;
        if !self.narrow(&mut low, &mut high) {
            return Some(false);
        }
        let Some(open) =
            (0..low.len()).filter(|at| low[*at] < high[*at]).min_by_key(|at| high[*at] - low[*at])
        else {
            return Some(true);
        };
        for value in low[open]..=high[open] {
            let (mut below, mut above) = (low.clone(), high.clone());
            (below[open], above[open]) = (value, value);
            if self.some_fit(below, above, steps)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// The least and the most that `cell` can be, by linear programming: exact where every cell is in two sums at
    /// most, for such programs have whole solutions.
    pub fn range(&self, cell: usize) -> (i64, i64) {
        let (mut low, mut high) = (self.low.clone(), self.high.clone());
        assert!(self.narrow(&mut low, &mut high), "the truth fits");
        let least = Program::new(self.system, &low, &high, cell, -1.0).best();
        let most = Program::new(self.system, &low, &high, cell, 1.0).best();
        (low[cell] - least.round() as i64, low[cell] + most.round() as i64)
    }
}

/// Maximise one variable of a linear program in standard form, by the simplex method with Bland's rule, in a dense
/// tableau; variables count from their lower bounds.
struct Program {
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    columns: usize,
    target: Option<usize>,
    way: f64,
}

const NEARLY: f64 = 1e-7;

impl Program {
    fn new(system: &System, low: &[i64], high: &[i64], cell: usize, way: f64) -> Program {
        let open: Vec<usize> = (0..low.len()).filter(|at| low[*at] < high[*at]).collect();
        let column = |cell: usize| open.iter().position(|at| *at == cell);
        let bounded: Vec<usize> = open.iter().copied().filter(|at| high[*at] < MANY / 2).collect();
        let columns = open.len() + bounded.len();
        let mut rows = Vec::new();
        for terms in system.sums() {
            let mut row = vec![0.0; columns + 1];
            for term in terms {
                row[columns] -= (term.sign * low[term.cell]) as f64;
                if let Some(at) = column(term.cell) {
                    row[at] += term.sign as f64;
                }
            }
            rows.push(row);
        }
        for (place, at) in bounded.iter().enumerate() {
            let mut row = vec![0.0; columns + 1];
            row[column(*at).unwrap()] = 1.0;
            row[open.len() + place] = 1.0;
            row[columns] = (high[*at] - low[*at]) as f64;
            rows.push(row);
        }
        Program { rows, basis: Vec::new(), columns, target: column(cell), way }
    }

    fn best(mut self) -> f64 {
        let Some(target) = self.target else { return 0.0 };
        self.find_a_start();
        let mut objective = vec![0.0; self.columns + 1];
        objective[target] = self.way;
        if !self.improve(objective) {
            return MANY as f64 * self.way;
        }
        let at = self.basis.iter().position(|basic| *basic == target);
        at.map_or(0.0, |row| *self.rows[row].last().unwrap()) * self.way
    }

    /// Phase one, with an artificial variable for each row, dropped afterwards.
    fn find_a_start(&mut self) {
        let (real, count) = (self.columns, self.rows.len());
        for (at, row) in self.rows.iter_mut().enumerate() {
            let value = row.pop().unwrap();
            let sign = if value < 0.0 { -1.0 } else { 1.0 };
            row.iter_mut().for_each(|factor| *factor *= sign);
            row.extend((0..count).map(|other| if other == at { 1.0 } else { 0.0 }));
            row.push(value * sign);
        }
        self.basis = (real..real + count).collect();
        self.columns = real + count;
        let mut objective = vec![0.0; self.columns + 1];
        objective[real..real + count].iter_mut().for_each(|factor| *factor = -1.0);
        self.improve(objective);
        for row in 0..count {
            if self.basis[row] >= real
                && let Some(column) = (0..real).find(|column| self.rows[row][*column].abs() > NEARLY)
            {
                self.pivot(row, column, &mut []);
            }
        }
        let kept: Vec<usize> = (0..count).filter(|row| self.basis[*row] < real).collect();
        self.rows = kept.iter().map(|row| std::mem::take(&mut self.rows[*row])).collect();
        self.basis = kept.iter().map(|row| self.basis[*row]).collect();
        for row in &mut self.rows {
            let value = row.pop().unwrap();
            row.truncate(real);
            row.push(value);
        }
        self.columns = real;
    }

    /// False when there is no best.
    fn improve(&mut self, mut objective: Vec<f64>) -> bool {
        for row in 0..self.rows.len() {
            let factor = objective[self.basis[row]];
            objective.iter_mut().zip(&self.rows[row]).for_each(|(own, other)| *own -= factor * other);
        }
        while let Some(column) = (0..self.columns).find(|column| objective[*column] > NEARLY) {
            let ratio = |row: &usize| self.rows[*row][self.columns] / self.rows[*row][column];
            let leaving = (0..self.rows.len())
                .filter(|row| self.rows[*row][column] > NEARLY)
                .min_by(|a, b| ratio(a).total_cmp(&ratio(b)).then(self.basis[*a].cmp(&self.basis[*b])));
            let Some(row) = leaving else { return false };
            self.pivot(row, column, &mut objective);
        }
        true
    }

    fn pivot(&mut self, row: usize, column: usize, objective: &mut [f64]) {
        let factor = self.rows[row][column];
        self.rows[row].iter_mut().for_each(|value| *value /= factor);
        let pivot = self.rows[row].clone();
        let others =
            self.rows.iter_mut().enumerate().filter(|(at, _)| *at != row).map(|(_, row)| &mut row[..]);
        for other in others.chain(std::iter::once(objective)).filter(|row| !row.is_empty()) {
            let factor = other[column];
            if factor != 0.0 {
                other.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
        self.basis[row] = column;
    }
}
