//! The problems of one row, and the rules that hold between columns of any kind.

use chrono::NaiveDate;

use super::cell::{Cell, Sent};
use super::problem::{Code, Problem, Severity};

/// Gathers the problems of one row, the first of each column.
pub struct Checks {
    line: u32,
    pub(super) today: NaiveDate,
    faulty: u64,
    problems: Vec<(usize, Problem)>,
}

impl Checks {
    /// For the row that starts on `line`; `today` bounds the dates that may not lie in the future.
    pub fn new(line: u32, today: NaiveDate) -> Self {
        Self { line, today, faulty: 0, problems: Vec::new() }
    }

    pub fn line(&self) -> u32 {
        self.line
    }

    /// Whether any error (not warning) was found.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|(_, problem)| problem.severity == Severity::Error)
    }

    /// The problems in the order of the file's columns.
    pub fn into_problems(mut self) -> impl Iterator<Item = Problem> {
        self.problems.sort_by_key(|(position, _)| *position);
        self.problems.into_iter().map(|(_, problem)| problem)
    }

    /// Whether the cell has a problem already.
    pub fn is_faulty(&self, cell: &Cell) -> bool {
        self.faulty & (1 << cell.index) != 0
    }

    /// Notes a problem, unless the column has one.
    pub fn fault(&mut self, cell: &Cell, code: Code, message: impl Into<String>) {
        if !self.is_faulty(cell) {
            self.faulty |= 1 << cell.index;
            self.problems.push((cell.position, Problem::new(self.line, cell.column.name, code, message)));
        }
    }

    /// Notes a problem of the row as a whole.
    pub fn of_row(&mut self, code: Code, message: impl Into<String>) {
        self.problems.insert(0, (0, Problem::new(self.line, "", code, message)));
    }

    /// What is given, or a problem where nothing is.
    pub fn required<'a>(&mut self, cell: &Cell<'a>) -> Option<&'a str> {
        self.required_because(cell, "every row needs it")
    }

    /// As [`Checks::required`], with the reason in words.
    pub fn required_because<'a>(&mut self, cell: &Cell<'a>, reason: &str) -> Option<&'a str> {
        if cell.is_blank() {
            let name = cell.column.name;
            self.fault(cell, Code::Required, format!("{name} is blank, and {reason}. Fill it in."));
        }
        cell.given()
    }

    /// Refuses a value where there must be none.
    pub fn blank_because(&mut self, cell: &Cell, reason: &str) {
        if !cell.is_blank() {
            let message = format!("{} is given, and {reason}. Leave it blank.", cell.shown());
            self.fault(cell, Code::NotAllowed, message);
        }
    }

    /// Refuses a later day that lies before an earlier one; says nothing where either is missing or wrong.
    pub fn in_order(&mut self, first: (&Cell, Option<NaiveDate>), second: (&Cell, Option<NaiveDate>)) {
        let ((first, Some(from)), (second, Some(to))) = (first, second) else {
            return;
        };
        if to < from {
            let (name, earlier) = (second.column.name, first.column.name);
            let message = format!("{} is before {earlier}. Mend {name} or {earlier}.", second.shown());
            self.fault(second, Code::DateOrder, message);
        }
    }

    /// Notes that the key was on an earlier line.
    pub fn duplicate(&mut self, cell: &Cell, what: &str, first: u32) {
        let message = format!("{what} is on line {first} already. Keep one of the two rows.");
        self.fault(cell, Code::Duplicate, message);
    }
}

/// The value of a column that may be absent, once it is checked.
pub fn sent<T>(cell: &Cell, value: Option<T>) -> Sent<T> {
    match value {
        _ if !cell.is_in_file() => Sent::Absent,
        Some(value) => Sent::Given(value),
        None => Sent::Blank,
    }
}
