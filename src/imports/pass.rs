//! One reading of a file, some rows at a time, with progress.

use std::fs::File;
use std::io::BufReader;

use anyhow::Context;

use super::checker::{Batch, Checker};
use super::hashing::{Hashing, kept};
use super::known::Known;
use super::lines::{Stopped, too_large};
use super::load::Load;
use super::problem::Problem;
use super::work::{Watch, Work};
use crate::error::Error;
use crate::keys::Keys;

/// How many rows are compared, and written in one transaction, at a time. Reading and comparing the next rows is
/// the pause in which others write.
const ROWS_AT_ONCE: usize = 500;

/// One reading of the file.
pub struct Pass<'a, K: Load> {
    pub checker: Checker<'a, K, BufReader<Hashing<File>>>,
    file_bytes: u64,
}

/// What the next step of a reading gives.
pub enum Next<K> {
    Rows(Batch<K>),
    Refused(Problem),
    Stopped,
}

impl<'a, K: Load> Pass<'a, K> {
    /// Opens the file and reads its header line; a problem where the file is refused as a whole.
    pub fn open(work: &Work<'_>, known: &'a Known) -> Result<Result<Self, Problem>, Error> {
        let file = File::open(work.file).context("opening the file")?;
        let file_bytes = file.metadata().context("asking for the file's size")?.len();
        if file_bytes > work.limits.bytes {
            return Ok(Err(too_large(format!("more than {} bytes", work.limits.bytes))));
        }
        let input = BufReader::with_capacity(1 << 16, Hashing::new(file));
        match Checker::open(input, work.limits, known, work.clock.now().today) {
            Ok(checker) => Ok(Ok(Pass { checker, file_bytes })),
            Err(Stopped::Refused(problem)) => Ok(Err(problem)),
            Err(Stopped::Io(error)) => Err(anyhow::Error::new(error).context("reading the file").into()),
        }
    }

    /// Reads some rows and tells how far the work is; `total` rows, or as many as the part read lets one expect.
    pub fn next(&mut self, watch: &mut Watch<'_>, step: &str, total: Option<u64>) -> Result<Next<K>, Error> {
        let rows = u64::from(self.checker.rows());
        let bytes = self.checker.bytes().max(1);
        if !watch(step, rows, total.unwrap_or(rows * self.file_bytes / bytes))? {
            return Ok(Next::Stopped);
        }
        match self.checker.next_batch(ROWS_AT_ONCE) {
            Ok(batch) => Ok(Next::Rows(batch)),
            Err(Stopped::Refused(problem)) => Ok(Next::Refused(problem)),
            Err(Stopped::Io(error)) => Err(anyhow::Error::new(error).context("reading the file").into()),
        }
    }

    /// The hash of what has been read, as it is kept.
    pub fn hash(&self, keys: &Keys) -> String {
        kept(K::KIND, keys, self.checker.input().get_ref().hex())
    }
}
