//! The dry run: every problem told, every row counted, nothing changed.

use std::collections::BTreeSet;

use super::absent::Absent;
use super::known::Known;
use super::load::Load;
use super::pass::{Next, Pass};
use super::problem::Problem;
use super::work::{Problems, Report, Watch, Work};
use crate::error::Error;
use crate::people::register::published;

pub fn dry_run<K: Load>(
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
    report.hash = pass.hash(work.keys);
    let absent = Absent::find::<K>(work, published, &practices, pass.checker.seen(), &|| Ok(()))?;
    absent.tell(work, &mut report)?;
    Ok(Some(report))
}

fn refused(problems: &mut dyn Problems, problem: Problem) -> Result<Report, Error> {
    problems.only(problem)?;
    Ok(Report { errors: 1, ..Report::default() })
}
