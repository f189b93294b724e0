//! A whole file at work: the dry run that changes nothing, and the load that is one change to every reader.

use std::path::Path;

use chrono::NaiveDate;

use super::kind::Kind;
use super::lines::Limits;
use super::load::Compared;
use super::problem::{Problem, Severity};
use super::{dry_run, publish};
use crate::audit::{Actor, Subject};
use crate::clock::Clock;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::for_rows_of;
use crate::keys::Keys;
use crate::people::register::Held;

/// A file and how it is to be read.
pub struct Work<'a> {
    pub database: &'a Database,
    pub keys: &'a Keys,
    pub clock: Clock,
    pub actor: &'a Actor,
    pub kind: Kind,
    pub file: &'a Path,
    pub limits: Limits,
    /// The day before this one is the last day of people whom a whole register leaves out.
    pub as_of: NaiveDate,
    /// The file is the whole register of the practices in it.
    pub is_whole_register: bool,
    /// The localities (row ids) whose practices and people the file may name; `None` for all.
    pub within: Option<Vec<i64>>,
}

/// What a file is and does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// People marked as left, with a whole register.
    pub leaving: u64,
    /// People of the practices in the file who are not in it, without one.
    pub missing: u64,
    pub errors: u64,
    pub warnings: u64,
    /// Codes of practices of which more than 5 % would be marked as left.
    pub many_leaving: Vec<String>,
    /// The hash of the file as it is kept, once it has been read to its end.
    pub hash: String,
}

impl Report {
    /// Whether loading the file would change anything.
    pub fn changes_nothing(&self) -> bool {
        self.new + self.changed + self.leaving == 0
    }

    pub(super) fn add<C>(&mut self, compared: &Compared<C>) {
        self.new += compared.new;
        self.changed += compared.changed;
        self.unchanged += compared.unchanged;
    }

    pub(super) fn count(&mut self, problems: &[Problem]) {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count() as u64;
        self.errors += errors;
        self.warnings += problems.len() as u64 - errors;
    }
}

/// Where the problems of a dry run go, in the order of the file.
pub trait Problems {
    fn add(&mut self, problems: Vec<Problem>) -> Result<(), Error>;

    /// The file as a whole is refused: what was added before no longer matters.
    fn only(&mut self, problem: Problem) -> Result<(), Error>;
}

/// Hears how far the work is (what it does, rows done, rows in all or 0) and says whether to go on.
pub type Watch<'a> = dyn FnMut(&str, u64, u64) -> Result<bool, Error> + 'a;

/// How loading a file ended.
#[derive(Debug)]
pub enum Loaded {
    Done(Report),
    /// Somebody asked to stop; nothing was changed.
    Stopped,
    /// Another file is being loaded; nothing was changed, and trying again later is all there is to do.
    Busy(Held),
    /// The sentence says why nothing was changed.
    Refused(String),
}

/// Reads the file, changes nothing; `None` where somebody asked to stop.
pub fn dry_run(
    work: &Work<'_>,
    problems: &mut dyn Problems,
    watch: &mut Watch<'_>,
) -> Result<Option<Report>, Error> {
    for_rows_of!(work.kind, R => dry_run::dry_run::<R>(work, problems, watch))
}

/// Writes what tells of a load, in the transaction that makes it visible: the report, the register that is
/// published (if any), and what was changed.
pub type Finish<'a> = dyn FnMut(&mut Conn, &Report, Option<i64>, &[Subject]) -> Result<(), Error> + 'a;

/// Reads the file again and loads it for `holder`, or only notes it where the dry run found nothing to change; `expected` is the report of the dry run. `may_leave` allows more
/// than 5 % of a practice to be marked as left.
pub fn load(
    work: &Work<'_>,
    holder: &str,
    expected: &Report,
    may_leave: bool,
    watch: &mut Watch<'_>,
    finish: &mut Finish<'_>,
) -> Result<Loaded, Error> {
    if expected.errors == 0 && expected.changes_nothing() {
        work.database.write_now(|conn| finish(conn, expected, None, &[]))?;
        return Ok(Loaded::Done(expected.clone()));
    }
    match work.kind.is_about_people() {
        true => {
            for_rows_of!(work.kind, R => publish::load_staged::<R>(work, holder, expected, may_leave, watch, finish))
        }
        false => for_rows_of!(work.kind, R => publish::load_at_once::<R>(work, expected, watch, finish)),
    }
}
