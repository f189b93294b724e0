//! Reads a file of one kind batch by batch: checked rows on one hand, problems on the other.

use std::io::BufRead;

use chrono::NaiveDate;

use super::checks::Checks;
use super::header::Header;
use super::known::Known;
use super::lines::{Limits, Stopped};
use super::problem::{Code, Problem};
use super::record::{Record, Records, within_rows};
use super::rows::{Row, Source};

/// What the next rows of a file give.
#[derive(Debug)]
pub struct Batch<K> {
    /// How many rows were read; 0 at the end of the file.
    pub read: usize,
    /// The rows without an error.
    pub rows: Vec<K>,
    /// Sorted by line, then by the column's place in the file.
    pub problems: Vec<Problem>,
}

/// Reads and checks a file of kind `K`, which is never held in memory.
pub struct Checker<'a, K: Row, R> {
    records: Records<R>,
    header: Header,
    limits: Limits,
    known: &'a Known,
    today: NaiveDate,
    rows: u32,
    seen: K::Seen,
    is_finished: bool,
}

impl<'a, K: Row, R: BufRead> Checker<'a, K, R> {
    /// Reads the header line. `today` bounds days that may not lie in the future.
    pub fn open(input: R, limits: Limits, known: &'a Known, today: NaiveDate) -> Result<Self, Stopped> {
        let mut records = Records::new(input, limits);
        let Some(record) = records.read()? else {
            let message =
                "The file is empty. Send a header line that names the columns, and a line for each row.";
            return Err(Problem::of_file(1, Code::EmptyFile, message).into());
        };
        Header::refuse(record, K::IDENTIFYING)?;
        let header = Header::read(record, K::COLUMNS)?;
        Ok(Self {
            records,
            header,
            limits,
            known,
            today,
            rows: 0,
            seen: K::Seen::default(),
            is_finished: false,
        })
    }

    /// How many bytes have been read, for progress.
    pub fn bytes(&self) -> u64 {
        self.records.bytes()
    }

    /// What is remembered of the rows read.
    pub fn seen(&self) -> &K::Seen {
        &self.seen
    }

    pub fn input(&self) -> &R {
        self.records.input()
    }

    /// How many rows have been read.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Reads up to `most` rows. The batch that reads none is the last, and has what only the end could tell.
    pub fn next_batch(&mut self, most: usize) -> Result<Batch<K>, Stopped> {
        let mut batch = Batch { read: 0, rows: Vec::with_capacity(most), problems: Vec::new() };
        while batch.read < most {
            let Some(record) = self.records.read()? else { break };
            self.rows += 1;
            batch.read += 1;
            within_rows(self.rows, self.limits)?;
            if let Some(problem) = misshapen(record, self.header.width()) {
                batch.problems.push(problem);
                continue;
            }
            let mut checks = Checks::new(record.line, self.today);
            let row =
                K::check(Source { header: &self.header, record }, &mut checks, self.known, &mut self.seen);
            batch.rows.extend(row.filter(|_| !checks.has_errors()));
            batch.problems.extend(checks.into_problems());
        }
        if self.rows == 0 {
            let message = "The file has a header line and no rows, so there is nothing to load. Send a line for each row.";
            return Err(Problem::of_file(1, Code::EmptyFile, message).into());
        }
        if batch.read == 0 && !self.is_finished {
            self.is_finished = true;
            batch.problems = K::finish(&self.seen, self.known);
        }
        Ok(batch)
    }
}

/// A row that ends inside a quoted field, or has too few or too many fields.
fn misshapen(record: &Record, width: usize) -> Option<Problem> {
    let message = if record.is_unclosed {
        "The file ends inside a quoted field that begins on this row. The file may have been cut off: export it again, \
         or close the quote."
            .to_owned()
    } else if record.len() != width {
        let cut = if record.is_last_without_newline && record.len() < width {
            "This is the last row: the file may have been cut off."
        } else {
            "A field that holds a comma must stand in quotes."
        };
        format!("The row has {} fields, and the header has {width}. {cut}", record.len())
    } else {
        return None;
    };
    Some(Problem::new(record.line, "", Code::FieldCount, message))
}
