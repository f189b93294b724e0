//! What a register that is never published leaves: taken away in small transactions, as it was put there.

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

use super::register::{FOREVER, Lease};
use crate::clock::Clock;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::schema::{
    levels_of_need, movements, people, person_contacts, person_records, placements, retired_cases,
    risk_scores,
};

/// How many rows are swept away in one transaction.
const SWEPT_AT_ONCE: i64 = 1_000;

/// Of how many people it is asked at a time whether anything is known.
const PEOPLE_AT_ONCE: i64 = 20_000;

/// People of whom nothing is known but the number: an import added them and never published.
macro_rules! unknown {
    () => { unknown!(but in person_records person_contacts risk_scores levels_of_need placements movements) };
    (but in $($table:ident)*) => {
        people::table$(.filter(not(exists($table::table.filter($table::person_id.eq(people::id))))))*
    };
}

impl Lease {
    /// Leaves nothing of what was prepared.
    pub(super) fn sweep(&self, database: &Database, clock: &Clock) -> Result<(), Error> {
        macro_rules! sweep {
            ($($table:ident)*) => { $(
                self.in_steps(
                    database,
                    clock,
                    |conn, after| Ok($table::table
                        .filter($table::from_register.eq(self.preparing).and($table::id.gt(after)))
                        .order($table::id).limit(SWEPT_AT_ONCE).select($table::id).load(conn)?),
                    |conn, ids| Ok(diesel::delete($table::table.filter($table::id.eq_any(ids))).execute(conn)?),
                )?;
                self.in_steps(
                    database,
                    clock,
                    |conn, after| Ok($table::table
                        .filter($table::until_register.eq(self.preparing).and($table::id.gt(after)))
                        .order($table::id).limit(SWEPT_AT_ONCE).select($table::id).load(conn)?),
                    |conn, ids| Ok(diesel::update($table::table.filter($table::id.eq_any(ids)))
                        .set($table::until_register.eq(FOREVER)).execute(conn)?),
                )?;
            )* };
        }
        sweep! { person_records person_contacts risk_scores levels_of_need retired_cases }
        self.sweep_people(database, clock)
    }

    /// Deletes the people whom only the swept rows told of.
    fn sweep_people(&self, database: &Database, clock: &Clock) -> Result<(), Error> {
        let highest: Option<i64> =
            database.read_now(|conn| Ok(people::table.select(max(people::id)).first(conn)?))?;
        let mut after = 0;
        while after < highest.unwrap_or(0) {
            let last = after + PEOPLE_AT_ONCE;
            self.in_steps(
                database,
                clock,
                |conn, done| {
                    let range = people::id.gt(after.max(done)).and(people::id.le(last));
                    let found = unknown!().filter(range).order(people::id).limit(SWEPT_AT_ONCE);
                    Ok(found.select(people::id).load(conn)?)
                },
                |conn, ids| Ok(diesel::delete(people::table.filter(people::id.eq_any(ids))).execute(conn)?),
            )?;
            after = last;
        }
        Ok(())
    }

    /// Finds rows in reads and changes them in small writes, each of which keeps the right.
    fn in_steps(
        &self,
        database: &Database,
        clock: &Clock,
        find: impl Fn(&mut Conn, i64) -> Result<Vec<i64>, Error>,
        change: impl Fn(&mut Conn, &[i64]) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        let mut after = 0;
        loop {
            self.keep(database, clock)?;
            let ids = database.read_now(|conn| find(conn, after))?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = *last;
            let now = clock.now().moment;
            database.write_now(|conn| {
                self.renew(conn, now)?;
                change(conn, &ids)
            })?;
        }
    }
}
