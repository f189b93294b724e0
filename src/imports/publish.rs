//! Loading a checked file: one change to every reader, in one short transaction.

use std::collections::BTreeSet;

use chrono::Days;

use super::absent::Absent;
use super::checker::Batch;
use super::known::Known;
use super::load::{Load, Loading};
use super::pass::{Next, Pass};
use super::problem::Severity;
use super::work::{Finish, Loaded, Report, Watch, Work};
use crate::decisions::register as cases;
use crate::error::Error;
use crate::people::register::Lease;

/// Small kinds: all rows in one short transaction.
pub fn load_at_once<K: Load>(
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
    if pass.hash(work.keys) != expected.hash {
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
pub fn load_staged<K: Load>(
    work: &Work<'_>,
    holder: &str,
    expected: &Report,
    may_leave: bool,
    watch: &mut Watch<'_>,
    finish: &mut Finish<'_>,
) -> Result<Loaded, Error> {
    let lease = match Lease::take(work.database, &work.clock, holder)? {
        Ok(lease) => lease,
        Err(held) => return Ok(Loaded::Busy(held)),
    };
    match stage::<K>(work, &lease, expected, may_leave, watch) {
        Ok(Loaded::Done(report)) => {
            let register = (!report.changes_nothing()).then_some(lease.preparing);
            let published = work.database.write_now(|conn| {
                match register {
                    Some(register) => {
                        lease.publish(conn)?;
                        cases::published(conn, work.clock.now(), work.actor, register)?;
                    }
                    None => lease.release(conn)?,
                }
                finish(conn, &report, register, &[])
            });
            match published {
                Ok(()) => {
                    work.database.refresh_statistics();
                    Ok(Loaded::Done(report))
                }
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
    report.hash = pass.hash(work.keys);
    if report.hash != expected.hash {
        return Ok(changed_meanwhile());
    }
    let keep = || lease.keep(work.database, &work.clock);
    let absent = Absent::find::<K>(work, lease.published, &practices, pass.checker.seen(), &keep)?;
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
    if !report.changes_nothing() {
        cases::retire(work.database, &work.clock, lease)?;
    }
    Ok(Loaded::Done(report))
}

/// Writes some changes to the register that is prepared, in one short transaction, and keeps the right to it.
fn write<K: Load>(work: &Work<'_>, lease: &Lease, changes: Vec<K::Change>) -> Result<(), Error> {
    if changes.is_empty() {
        return lease.keep(work.database, &work.clock);
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
