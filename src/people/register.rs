//! The register in versions: what is published, and the next version while it is prepared.
//!
//! Every row about a person carries `from_register` and `until_register` and belongs to register R where
//! `from_register <= R < until_register`. The next register is prepared beside the published one in small
//! transactions: new rows begin with it, old rows end with it, and nobody sees either. Publishing is one update of
//! one row. Killed before that, nothing has happened; the next to prepare sweeps away what was left.

use chrono::Duration;
use diesel::prelude::*;

use crate::clock::{Clock, Moment, london_day};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::filters::{long_day, time_of_day};
use crate::schema::register_state;

/// `until_register` of a row that no register has ended.
pub const FOREVER: i64 = i64::MAX;

/// How long whoever prepares a register keeps the right to without a sign of life.
const LEASE_SECONDS: i64 = 20;

/// The columns of the state when nobody prepares anything.
macro_rules! free {
    () => {
        (
            register_state::preparing.eq(None::<i64>),
            register_state::holder.eq(None::<String>),
            register_state::lease_until.eq(None::<Moment>),
            register_state::held_since.eq(None::<Moment>),
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

/// Somebody else has the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "An import that began at {} on {} holds the register. Try again when it has finished; if it has been stopped, \
     after {}.",
    time_of_day(*since),
    long_day(london_day(*since)),
    time_of_day(*until + Duration::seconds(59))
)]
pub struct Held {
    pub since: Moment,
    /// Until when at most, without a sign of life.
    pub until: Moment,
}

impl Lease {
    /// Takes the right for `holder`, who may have had it before; or says how long somebody else has it. What a
    /// holder that died has left is swept away first.
    pub fn take(database: &Database, clock: &Clock, holder: &str) -> Result<Result<Lease, Held>, Error> {
        let now = clock.now().moment;
        let taken = database.write_now(|conn| take(conn, now, holder))?;
        if let Ok((lease, true)) = &taken {
            lease.sweep(database, clock)?;
        }
        Ok(taken.map(|(lease, _)| lease))
    }

    /// Keeps the right for another while where half of its time has passed: between steps that write nothing.
    pub fn keep(&self, database: &Database, clock: &Clock) -> Result<(), Error> {
        let now = clock.now().moment;
        let is_fresh = database.read_now(|conn| {
            let mine = register_state::table.filter(register_state::holder.eq(&self.holder));
            let until: Option<Option<Moment>> =
                mine.select(register_state::lease_until).first(conn).optional()?;
            Ok(until.flatten().is_some_and(|until| until > now + Duration::seconds(LEASE_SECONDS / 2)))
        })?;
        match is_fresh {
            true => Ok(()),
            false => database.write_now(|conn| self.renew(conn, now)),
        }
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
            _ => Err(Error::Conflict {
                what: "Another import took over while this one was interrupted.",
                at: None,
            }),
        }
    }
}

/// The right to the next register, and whether a holder that died has left something of it.
fn take(conn: &mut Conn, now: Moment, holder: &str) -> Result<Result<(Lease, bool), Held>, Error> {
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
            register_state::held_since.eq(now),
        ))
        .execute(conn)?;
    if taken == 0 {
        let held = (register_state::held_since, register_state::lease_until);
        let (since, until): (Option<Moment>, Option<Moment>) =
            register_state::table.find(1).select(held).first(conn)?;
        return Ok(Err(Held { since: since.unwrap_or(now), until: until.unwrap_or(now) }));
    }
    let published = published(conn)?;
    let lease = Lease { published, preparing: published + 1, holder: holder.to_owned() };
    Ok(Ok((lease, left.is_some())))
}
