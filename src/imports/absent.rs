//! People of the practices in a file who are not in it: missing, or leaving where the file is a whole register.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::load::Load;
use super::work::{Report, Work};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::people::nhs_number::NhsNumber;
use crate::people::record::Record;
use crate::schema::{organisations, people, person_records};

/// How many people are read at a time.
const PEOPLE_AT_ONCE: i64 = 500;

/// Of how many people of a practice may leave without a second confirmation: 5 in a hundred.
const FEW_IN_A_HUNDRED: u64 = 5;

/// How many people of one practice are registered, and how many of them are not in the file.
struct OfPractice {
    practice_id: i64,
    registered: u64,
    absent: u64,
}

/// The absent people of each practice in a file.
pub struct Absent(Vec<OfPractice>);

impl Absent {
    /// Adds them to a report: as leaving, with the practices that lose many, or as missing.
    pub fn tell(&self, work: &Work<'_>, report: &mut Report) -> Result<(), Error> {
        let absent = self.0.iter().map(|practice| practice.absent).sum();
        if !work.is_whole_register {
            report.missing = absent;
            return Ok(());
        }
        report.leaving = absent;
        let is_many = |practice: &&OfPractice| practice.absent * 100 > practice.registered * FEW_IN_A_HUNDRED;
        let many: Vec<i64> = self.0.iter().filter(is_many).map(|practice| practice.practice_id).collect();
        report.many_leaving = work.database.read_now(|conn| {
            Ok(organisations::table
                .filter(organisations::id.eq_any(many))
                .order(organisations::code)
                .select(organisations::code)
                .load(conn)?)
        })?;
        Ok(())
    }
}

/// Counts people registered in `published` with some practices whom the file does not have.
pub fn count<K: Load>(
    database: &Database,
    published: i64,
    practices: &BTreeSet<i64>,
    seen: &K::Seen,
) -> Result<Absent, Error> {
    let count = |practice_id: &i64| {
        let (mut registered, mut absent) = (0, 0);
        each_page(database, published, *practice_id, &mut |page| {
            registered += page.len() as u64;
            absent += page.iter().filter(|person| !is_in_file::<K>(person, seen)).count() as u64;
            Ok(())
        })?;
        Ok(OfPractice { practice_id: *practice_id, registered, absent })
    };
    practices.iter().map(count).collect::<Result<_, Error>>().map(Absent)
}

/// Hands over the same people, some at a time, with the row ids of their records.
pub fn each<K: Load>(
    database: &Database,
    published: i64,
    practices: &BTreeSet<i64>,
    seen: &K::Seen,
    hand_over: &mut dyn FnMut(Vec<(i64, Record)>) -> Result<(), Error>,
) -> Result<(), Error> {
    for practice_id in practices {
        each_page(database, published, *practice_id, &mut |page| {
            let absent = page.into_iter().filter(|person| !is_in_file::<K>(person, seen));
            hand_over(absent.map(|(_, id, record)| (id, record)).collect())
        })?;
    }
    Ok(())
}

/// A person's NHS number, and the row id of the record.
type Person = (String, i64, Record);

fn is_in_file<K: Load>((number, ..): &Person, seen: &K::Seen) -> bool {
    NhsNumber::parse(number).is_ok_and(|number| K::has_seen(seen, number))
}

fn each_page(
    database: &Database,
    published: i64,
    practice_id: i64,
    take: &mut dyn FnMut(Vec<Person>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let page = database.read_now(|conn| page(conn, published, practice_id, after))?;
        let Some((.., last)) = page.last() else { return Ok(()) };
        after = last.person_id;
        take(page)?;
    }
}

/// The next people on the practice's list: neither left nor dead.
fn page(conn: &mut Conn, published: i64, practice_id: i64, after: i64) -> Result<Vec<Person>, Error> {
    Ok(person_records::table
        .inner_join(people::table)
        .filter(person_records::practice_id.eq(practice_id))
        .filter(person_records::until_register.gt(published))
        .filter(person_records::from_register.le(published))
        .filter(person_records::deducted_on.is_null())
        .filter(person_records::died_on.is_null())
        .filter(person_records::person_id.gt(after))
        .order(person_records::person_id)
        .limit(PEOPLE_AT_ONCE)
        .select((people::nhs_number, person_records::id, Record::as_select()))
        .load(conn)?)
}
