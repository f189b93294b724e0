//! People of the practices in a file who are not in it: missing, or leaving where the file is a whole register.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::load::Load;
use super::work::{Report, Work};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::people::nhs_number::NhsNumber;
use crate::people::record::Record;
use crate::schema::{organisations, people, person_records};

/// How many people leave in one transaction.
const PEOPLE_AT_ONCE: usize = 500;

/// Of how many people of a practice may leave without a second confirmation: 5 in a hundred.
const FEW_IN_A_HUNDRED: usize = 5;

/// The people of one practice.
struct OfPractice {
    practice_id: i64,
    registered: usize,
    /// Row ids of the records of those who are not in the file.
    absent: Vec<i64>,
}

/// The absent people of each practice in a file.
pub struct Absent(Vec<OfPractice>);

impl Absent {
    /// Finds the people registered in `published` with some practices by the file's day whom the file does not have;
    /// `keep` is called before each practice.
    pub fn find<K: Load>(
        work: &Work<'_>,
        published: i64,
        practices: &BTreeSet<i64>,
        seen: &K::Seen,
        keep: &dyn Fn() -> Result<(), Error>,
    ) -> Result<Absent, Error> {
        let is_in_file =
            |number: &str| NhsNumber::parse(number).is_ok_and(|number| K::has_seen(seen, number));
        let find = |practice_id: &i64| {
            keep()?;
            let listed = work.database.read_now(|conn| listed(conn, published, *practice_id, work.as_of))?;
            let registered = listed.len();
            let absent =
                listed.into_iter().filter(|(_, number)| !is_in_file(number)).map(|(id, _)| id).collect();
            Ok(OfPractice { practice_id: *practice_id, registered, absent })
        };
        practices.iter().map(find).collect::<Result<_, Error>>().map(Absent)
    }

    /// Adds them to a report: as leaving, with the practices that lose many, or as missing.
    pub fn tell(&self, work: &Work<'_>, report: &mut Report) -> Result<(), Error> {
        let absent = self.0.iter().map(|practice| practice.absent.len() as u64).sum();
        if !work.is_whole_register {
            report.missing = absent;
            return Ok(());
        }
        report.leaving = absent;
        let is_many = |of: &&OfPractice| of.absent.len() * 100 > of.registered * FEW_IN_A_HUNDRED;
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

    /// Hands over their records, some at a time, with the row ids.
    pub fn each(
        &self,
        database: &Database,
        hand_over: &mut dyn FnMut(Vec<(i64, Record)>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for some in self.0.iter().flat_map(|practice| practice.absent.chunks(PEOPLE_AT_ONCE)) {
            hand_over(database.read_now(|conn| {
                Ok(person_records::table
                    .filter(person_records::id.eq_any(some))
                    .order(person_records::id)
                    .select((person_records::id, Record::as_select()))
                    .load(conn)?)
            })?)?;
        }
        Ok(())
    }
}

/// The people on a practice's list by a day, neither left nor dead: row ids of their records, and NHS numbers.
fn listed(
    conn: &mut Conn,
    published: i64,
    practice_id: i64,
    as_of: NaiveDate,
) -> Result<Vec<(i64, String)>, Error> {
    Ok(person_records::table
        .inner_join(people::table)
        .filter(person_records::practice_id.eq(practice_id))
        .filter(person_records::until_register.gt(published))
        .filter(person_records::from_register.le(published))
        .filter(person_records::registered_from.le(as_of))
        .filter(person_records::deducted_on.is_null())
        .filter(person_records::died_on.is_null())
        .order(person_records::id)
        .select((person_records::id, people::nhs_number))
        .load(conn)?)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::audit::Actor;
    use crate::clock::Clock;
    use crate::database::Address;
    use crate::imports::kind::Kind;
    use crate::imports::lines::Limits;
    use crate::imports::rows::people::PersonRow;
    use crate::keys::Keys;

    #[test]
    fn the_right_to_the_register_is_kept_before_each_practice_and_its_loss_ends_the_search() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("absent.sqlite");
        let database = Database::open(Address::Sqlite(file), 1).unwrap();
        database.migrate().unwrap();
        let (keys, clock) = (Keys::open_or_make(&folder.path().join("keys")).unwrap(), Clock::real());
        let work = Work {
            database: &database,
            keys: &keys,
            clock,
            actor: &Actor::service(),
            kind: Kind::People,
            file: folder.path(),
            limits: Limits::default(),
            as_of: clock.now().today,
            is_whole_register: true,
            within: None,
        };
        let kept = Cell::new(0);
        let find = |most: i32| {
            let keep = || {
                kept.set(kept.get() + 1);
                if kept.get() > most { Err(Error::Busy) } else { Ok(()) }
            };
            Absent::find::<PersonRow>(&work, 1, &BTreeSet::from([1, 2, 3]), &Default::default(), &keep)
        };
        assert_eq!((find(3).unwrap().0.len(), kept.get()), (3, 3));
        kept.set(0);
        assert!(find(1).is_err());
        assert_eq!(kept.get(), 2);
    }
}
