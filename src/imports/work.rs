//! A whole file at work: the dry run that changes nothing, and the load that is one change to every reader.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context;
use chrono::{Days, NaiveDate};

use super::absent::Absent;
use super::checker::{Batch, Checker};
use super::hashing::Hashing;
use super::kind::Kind;
use super::known::Known;
use super::lines::{Limits, Stopped};
use super::load::{Compared, Load, Loading};
use super::problem::{Problem, Severity};
use crate::audit::{Actor, Subject};
use crate::clock::Clock;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::for_rows_of;
use crate::keys::Keys;
use crate::people::register::{Lease, published};

/// How many rows are compared, and written in one transaction, at a time. Reading and comparing the next rows is
/// the pause in which others write.
const ROWS_AT_ONCE: usize = 500;

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
    /// SHA-256 of the file, once it has been read to its end.
    pub hash: String,
}

impl Report {
    /// Whether loading the file would change anything.
    pub fn changes_nothing(&self) -> bool {
        self.new + self.changed + self.leaving == 0
    }

    fn add<C>(&mut self, compared: &Compared<C>) {
        self.new += compared.new;
        self.changed += compared.changed;
        self.unchanged += compared.unchanged;
    }

    fn count(&mut self, problems: &[Problem]) {
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
    Busy,
    /// The sentence says why nothing was changed.
    Refused(String),
}

/// Reads the file, changes nothing; `None` where somebody asked to stop.
pub fn dry_run(
    work: &Work<'_>,
    problems: &mut dyn Problems,
    watch: &mut Watch<'_>,
) -> Result<Option<Report>, Error> {
    for_rows_of!(work.kind, R => dry_run_of::<R>(work, problems, watch))
}

/// Writes what tells of a load, in the transaction that makes it visible: the report, the register that is
/// published (if any), and what was changed.
pub type Finish<'a> = dyn FnMut(&mut Conn, &Report, Option<i64>, &[Subject]) -> Result<(), Error> + 'a;

/// Reads the file again and loads it for `holder`; `expected` is the report of the dry run. `may_leave` allows more
/// than 5 % of a practice to be marked as left.
pub fn load(
    work: &Work<'_>,
    holder: &str,
    expected: &Report,
    may_leave: bool,
    watch: &mut Watch<'_>,
    finish: &mut Finish<'_>,
) -> Result<Loaded, Error> {
    match work.kind.is_about_people() {
        true => {
            for_rows_of!(work.kind, R => load_staged::<R>(work, holder, expected, may_leave, watch, finish))
        }
        false => for_rows_of!(work.kind, R => load_at_once::<R>(work, expected, watch, finish)),
    }
}

fn dry_run_of<K: Load>(
    work: &Work<'_>,
    problems: &mut dyn Problems,
    watch: &mut Watch<'_>,
) -> Result<Option<Report>, Error> {
    let published = work.database.read_now(published)?;
    let known = Known::read(work.database, K::KIND, published, work.within.as_deref())?;
    let mut pass = match Pass::<K>::open(work, &known)? {
        Ok(pass) => pass,
        Err(problem) => return refused(problems, problem).map(Some),
    };
    let (mut report, mut practices, mut held_back) = (Report::default(), BTreeSet::new(), Vec::new());
    loop {
        let batch = match pass.next(watch, "Checking rows", None)? {
            Next::Rows(batch) => batch,
            Next::Refused(problem) => return refused(problems, problem).map(Some),
            Next::Stopped => return Ok(None),
        };
        report.rows += batch.read as u64;
        report.count(&batch.problems);
        match K::KIND.is_about_people() {
            true => problems.add(batch.problems)?,
            false => held_back.extend(batch.problems),
        }
        if batch.read == 0 {
            break;
        }
        practices.extend(batch.rows.iter().filter_map(K::practice_id));
        report.add(&work.database.read_now(|conn| K::compare(conn, published, batch.rows))?);
    }
    held_back.sort_by_key(|problem| problem.line);
    problems.add(held_back)?;
    report.hash = pass.hash();
    let absent = Absent::find::<K>(work.database, published, &practices, pass.checker.seen())?;
    absent.tell(work, &mut report)?;
    Ok(Some(report))
}

fn refused(problems: &mut dyn Problems, problem: Problem) -> Result<Report, Error> {
    problems.only(problem)?;
    Ok(Report { errors: 1, ..Report::default() })
}

/// Small kinds: all rows in one short transaction.
fn load_at_once<K: Load>(
    work: &Work<'_>,
    expected: &Report,
    watch: &mut Watch<'_>,
    finish: &mut Finish<'_>,
) -> Result<Loaded, Error> {
    let known = Known::read(work.database, K::KIND, 0, work.within.as_deref())?;
    let Ok(mut pass) = Pass::<K>::open(work, &known)? else { return Ok(changed_meanwhile()) };
    let mut rows = Vec::new();
    loop {
        match pass.next(watch, "Reading rows", Some(expected.rows))? {
            Next::Rows(batch) if has_errors(&batch) => return Ok(changed_meanwhile()),
            Next::Rows(batch) if batch.read == 0 => break,
            Next::Rows(batch) => rows.extend(batch.rows),
            Next::Refused(_) => return Ok(changed_meanwhile()),
            Next::Stopped => return Ok(Loaded::Stopped),
        }
    }
    if pass.hash() != expected.hash {
        return Ok(changed_meanwhile());
    }
    let mut report = Report { rows: rows.len() as u64, hash: expected.hash.clone(), ..Report::default() };
    report.warnings = expected.warnings;
    let now = work.clock.now();
    work.database.write_now(|conn| {
        let compared = K::compare(conn, 0, rows)?;
        report.add(&compared);
        let loading = Loading { keys: work.keys, now, actor: work.actor, preparing: 0 };
        let subjects = K::write(conn, &loading, compared.changes)?;
        finish(conn, &report, None, &subjects)?;
        Ok(Loaded::Done(report))
    })
}

/// Kinds about people: rows are prepared in small transactions, and one short one publishes them.
fn load_staged<K: Load>(
    work: &Work<'_>,
    holder: &str,
    expected: &Report,
    may_leave: bool,
    watch: &mut Watch<'_>,
    finish: &mut Finish<'_>,
) -> Result<Loaded, Error> {
    let Some(lease) = Lease::take(work.database, &work.clock, holder)? else {
        return Ok(Loaded::Busy);
    };
    match stage::<K>(work, &lease, expected, may_leave, watch) {
        Ok(Loaded::Done(report)) => {
            let register = (!report.changes_nothing()).then_some(lease.preparing);
            let published = work.database.write_now(|conn| {
                match register {
                    Some(_) => lease.publish(conn)?,
                    None => lease.release(conn)?,
                }
                finish(conn, &report, register, &[])
            });
            match published {
                Ok(()) => Ok(Loaded::Done(report)),
                Err(error) => lease.abandon(work.database, &work.clock).and(Err(error)),
            }
        }
        Ok(other) => lease.abandon(work.database, &work.clock).map(|()| other),
        Err(error) => lease.abandon(work.database, &work.clock).and(Err(error)),
    }
}

fn stage<K: Load>(
    work: &Work<'_>,
    lease: &Lease,
    expected: &Report,
    may_leave: bool,
    watch: &mut Watch<'_>,
) -> Result<Loaded, Error> {
    let known = Known::read(work.database, K::KIND, lease.published, work.within.as_deref())?;
    let Ok(mut pass) = Pass::<K>::open(work, &known)? else { return Ok(changed_meanwhile()) };
    let mut report = Report { warnings: expected.warnings, ..Report::default() };
    let mut practices = BTreeSet::new();
    loop {
        let batch = match pass.next(watch, "Loading rows", Some(expected.rows))? {
            Next::Rows(batch) if has_errors(&batch) => return Ok(changed_meanwhile()),
            Next::Rows(batch) if batch.read == 0 => break,
            Next::Rows(batch) => batch,
            Next::Refused(_) => return Ok(changed_meanwhile()),
            Next::Stopped => return Ok(Loaded::Stopped),
        };
        report.rows += batch.read as u64;
        practices.extend(batch.rows.iter().filter_map(K::practice_id));
        let compared = work.database.read_now(|conn| K::compare(conn, lease.published, batch.rows))?;
        report.add(&compared);
        write::<K>(work, lease, compared.changes)?;
    }
    report.hash = pass.hash();
    if report.hash != expected.hash {
        return Ok(changed_meanwhile());
    }
    let absent = Absent::find::<K>(work.database, lease.published, &practices, pass.checker.seen())?;
    absent.tell(work, &mut report)?;
    if !report.many_leaving.is_empty() && !may_leave {
        return Ok(Loaded::Refused(
            "More than 5 % of a practice's people would now be marked as left.".into(),
        ));
    }
    if work.is_whole_register {
        let last_day = work.as_of - Days::new(1);
        absent.each(work.database, &mut |left| write::<K>(work, lease, K::leaving(left, last_day)))?;
    }
    Ok(Loaded::Done(report))
}

/// Writes some changes to the register that is prepared, in one short transaction.
fn write<K: Load>(work: &Work<'_>, lease: &Lease, changes: Vec<K::Change>) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let now = work.clock.now();
    let loading = Loading { keys: work.keys, now, actor: work.actor, preparing: lease.preparing };
    work.database.write_now(|conn| {
        lease.renew(conn, now.moment)?;
        K::write(conn, &loading, changes)?;
        Ok(())
    })
}

fn has_errors<K>(batch: &Batch<K>) -> bool {
    batch.problems.iter().any(|problem| problem.severity == Severity::Error)
}

fn changed_meanwhile() -> Loaded {
    let why = "The file, or what it refers to, has changed since it was checked. Check it again.";
    Loaded::Refused(why.into())
}

/// One reading of the file.
struct Pass<'a, K: Load> {
    checker: Checker<'a, K, BufReader<Hashing<File>>>,
    file_bytes: u64,
}

/// What the next step of a reading gives.
enum Next<K> {
    Rows(Batch<K>),
    Refused(Problem),
    Stopped,
}

impl<'a, K: Load> Pass<'a, K> {
    /// Opens the file and reads its header line; a problem where the file is refused as a whole.
    fn open(work: &Work<'_>, known: &'a Known) -> Result<Result<Self, Problem>, Error> {
        let file = File::open(work.file).context("opening the file")?;
        let file_bytes = file.metadata().context("asking for the file's size")?.len();
        let input = BufReader::with_capacity(1 << 16, Hashing::new(file));
        match Checker::open(input, work.limits, known, work.clock.now().today) {
            Ok(checker) => Ok(Ok(Pass { checker, file_bytes })),
            Err(Stopped::Refused(problem)) => Ok(Err(problem)),
            Err(Stopped::Io(error)) => Err(anyhow::Error::new(error).context("reading the file").into()),
        }
    }

    /// Reads some rows and tells how far the work is; `total` rows, or as many as the part read lets one expect.
    fn next(&mut self, watch: &mut Watch<'_>, step: &str, total: Option<u64>) -> Result<Next<K>, Error> {
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

    fn hash(&self) -> String {
        self.checker.input().get_ref().hex()
    }
}
