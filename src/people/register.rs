//! The register in versions: what is published, and the next version while it is prepared.
//!
//! Every row about a person carries `from_register` and `until_register` and belongs to register R where
//! `from_register <= R < until_register`. The next register is prepared beside the published one in small
//! transactions: new rows begin with it, old rows end with it, and nobody sees either. Publishing is one update of
//! one row. Killed before that, nothing has happened; the next to prepare sweeps away what was left.

use chrono::Duration;
use diesel::prelude::*;

use crate::clock::{Clock, Moment};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::schema::{levels_of_need, person_contacts, person_records, register_state, risk_scores};

/// `until_register` of a row that no register has ended.
pub const FOREVER: i64 = i64::MAX;

/// How long whoever prepares a register keeps the right to without a sign of life.
const LEASE_SECONDS: i64 = 60;

/// How many rows are swept away in one transaction.
const SWEPT_AT_ONCE: i64 = 1_000;

/// The columns of the state when nobody prepares anything.
macro_rules! free {
    () => {
        (
            register_state::preparing.eq(None::<i64>),
            register_state::holder.eq(None::<String>),
            register_state::lease_until.eq(None::<Moment>),
        )
    };
}
/// The number of the published register; 0 before the first. Read it in the transaction that reads its rows.
pub fn published(conn: &mut Conn) -> Result<i64, Error> {
    Ok(register_state::table.find(1).select(register_state::published).first(conn)?)
}

/// The right to prepare the next register, which one holder has at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What readers see meanwhile.
    pub published: i64,
    /// The number of the register that is prepared.
    pub preparing: i64,
    holder: String,
}

impl Lease {
    /// Takes the right for `holder`, who may have had it before; `None` while somebody else has it. What a holder
    /// that died has left is swept away first.
    pub fn take(database: &Database, clock: &Clock, holder: &str) -> Result<Option<Lease>, Error> {
        let now = clock.now().moment;
        let taken = database.write_now(|conn| take(conn, now, holder))?;
        if let Some((lease, true)) = &taken {
            lease.sweep(database, clock)?;
        }
        Ok(taken.map(|(lease, _)| lease))
    }

    /// Keeps the right for another while: in each transaction that prepares rows, so that none is written without.
    pub fn renew(&self, conn: &mut Conn, now: Moment) -> Result<(), Error> {
        let renewed = diesel::update(register_state::table.filter(register_state::holder.eq(&self.holder)))
            .set(register_state::lease_until.eq(now + Duration::seconds(LEASE_SECONDS)))
            .execute(conn)?;
        self.kept(renewed)
    }

    /// Publishes what is prepared, in the transaction of what tells of it; readers see all of it from then on.
    pub fn publish(&self, conn: &mut Conn) -> Result<(), Error> {
        let published = diesel::update(register_state::table.filter(register_state::holder.eq(&self.holder)))
            .set((register_state::published.eq(self.preparing), free!()))
            .execute(conn)?;
        self.kept(published)
    }

    /// Gives the right back when nothing was prepared.
    pub fn release(&self, conn: &mut Conn) -> Result<(), Error> {
        let released = diesel::update(register_state::table.filter(register_state::holder.eq(&self.holder)))
            .set(free!())
            .execute(conn)?;
        self.kept(released)
    }

    /// Gives the right back and leaves nothing of what was prepared.
    pub fn abandon(self, database: &Database, clock: &Clock) -> Result<(), Error> {
        self.sweep(database, clock)?;
        database.write_now(|conn| self.release(conn))
    }

    fn kept(&self, rows: usize) -> Result<(), Error> {
        match rows {
            1 => Ok(()),
            _ => Err(Error::Conflict("Another import took over while this one was interrupted.")),
        }
    }

    fn sweep(&self, database: &Database, clock: &Clock) -> Result<(), Error> {
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
        sweep! { person_records person_contacts risk_scores levels_of_need }
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

/// The right to the next register, and whether a holder that died has left something of it.
fn take(conn: &mut Conn, now: Moment, holder: &str) -> Result<Option<(Lease, bool)>, Error> {
    let left: Option<i64> = register_state::table.find(1).select(register_state::preparing).first(conn)?;
    let is_free = register_state::holder
        .is_null()
        .or(register_state::holder.eq(holder))
        .or(register_state::lease_until.lt(now));
    let taken = diesel::update(register_state::table.find(1).filter(is_free))
        .set((
            register_state::preparing.eq((register_state::published + 1).nullable()),
            register_state::holder.eq(holder),
            register_state::lease_until.eq(now + Duration::seconds(LEASE_SECONDS)),
        ))
        .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let published = published(conn)?;
    let lease = Lease { published, preparing: published + 1, holder: holder.to_owned() };
    Ok(Some((lease, left.is_some())))
}
