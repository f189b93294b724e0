//! Slowing down guesses at a password, without letting a stranger lock a colleague out.
//!
//! Failures are counted where they come from: an address, or a device on which this person has signed in before,
//! which has a count of its own. So a stranger's guesses slow the stranger alone.

use chrono::Duration;
use diesel::prelude::*;

use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::{Keys, random_token};
use crate::schema::failed_sign_ins;

/// Failures for one e-mail address from one source before a wait starts.
const FREE_TRIES: i64 = 5;
/// Failures from one address for any e-mail addresses before a wait starts.
const FREE_TRIES_OF_AN_ADDRESS: i64 = 50;
/// How long a failure counts.
const MINUTES: i64 = 15;

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Source {
    pub email_key: String,
    /// A device this person has signed in on, or an address.
    pub place: String,
    pub is_known_device: bool,
}

impl Source {
    /// Tells a known device by its cookie, which is bound to the e-mail address.
    pub fn new(keys: &Keys, email: &str, device: Option<&str>, address: &str) -> Source {
        let email_key = keys.hash("failed sign-in", email);
        let known = device.filter(|cookie| is_device_of(keys, email, cookie));
        match known {
            Some(cookie) => Source { email_key, place: keys.hash("device", cookie), is_known_device: true },
            None => Source { email_key, place: keys.hash("address", address), is_known_device: false },
        }
    }
}

/// The value of a cookie that marks a device for one e-mail address.
pub fn device_cookie(keys: &Keys, email: &str) -> String {
    let token = random_token();
    let mark = keys.hash("known device", &format!("{email}:{token}"));
    format!("{token}.{mark}")
}

fn is_device_of(keys: &Keys, email: &str, cookie: &str) -> bool {
    let Some((token, mark)) = cookie.split_once('.') else { return false };
    keys.hash("known device", &format!("{email}:{token}")) == mark
}

/// Seconds to wait before the next try; 0 when it may be made now.
fn wait(conn: &mut Conn, now: Moment, source: &Source) -> Result<i64, Error> {
    let since = now - Duration::minutes(MINUTES);
    let here = failed_sign_ins::table
        .filter(failed_sign_ins::tried_from.eq(&source.place).and(failed_sign_ins::at.gt(since)));
    let (of_person, last): (i64, Option<Moment>) = here
        .filter(failed_sign_ins::email_key.eq(&source.email_key))
        .select((diesel::dsl::count_star(), diesel::dsl::max(failed_sign_ins::at)))
        .first(conn)?;
    let (of_address, last_of_address): (i64, Option<Moment>) =
        here.select((diesel::dsl::count_star(), diesel::dsl::max(failed_sign_ins::at))).first(conn)?;
    let person = left(now, last, pause(of_person, FREE_TRIES));
    let address = match source.is_known_device {
        true => 0,
        false => left(now, last_of_address, pause(of_address, FREE_TRIES_OF_AN_ADDRESS)),
    };
    Ok(person.max(address))
}

/// Seconds between tries after so many failures: 15, 30, 60 … up to 15 minutes.
fn pause(failures: i64, free: i64) -> i64 {
    let over = failures - free;
    match over {
        i64::MIN..0 => 0,
        _ => 15_i64.saturating_mul(1 << over.min(6)).min(MINUTES * 60),
    }
}

fn left(now: Moment, last: Option<Moment>, pause: i64) -> i64 {
    let Some(last) = last else { return 0 };
    (pause - (now - last).num_seconds()).max(0)
}

/// Takes a try where it may be made now, and counts it as failed until it has succeeded, so that tries made at once
/// are slowed like tries in a row. Seconds to wait, or 0 when it was taken.
pub fn take(conn: &mut Conn, now: Moment, source: &Source) -> Result<i64, Error> {
    let wait = wait(conn, now, source)?;
    if wait == 0 {
        failed(conn, now, source)?;
    }
    Ok(wait)
}

/// Notes a failure.
fn failed(conn: &mut Conn, now: Moment, source: &Source) -> Result<(), Error> {
    diesel::insert_into(failed_sign_ins::table)
        .values((
            failed_sign_ins::email_key.eq(&source.email_key),
            failed_sign_ins::tried_from.eq(&source.place),
            failed_sign_ins::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets a person's failures from one source: they have signed in.
pub fn succeeded(conn: &mut Conn, source: &Source) -> Result<(), Error> {
    let theirs = failed_sign_ins::table
        .filter(failed_sign_ins::email_key.eq(&source.email_key))
        .filter(failed_sign_ins::tried_from.eq(&source.place));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Forgets failures that no longer count.
pub fn forget_old(conn: &mut Conn, now: Moment) -> Result<usize, Error> {
    let old = now - Duration::minutes(MINUTES);
    Ok(diesel::delete(failed_sign_ins::table.filter(failed_sign_ins::at.lt(old))).execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn the_wait_doubles_after_the_free_tries_and_stops_at_fifteen_minutes() {
        let pauses: Vec<i64> =
            [0, 4, 5, 6, 7, 11, 1_000_000].iter().map(|failures| pause(*failures, 5)).collect();
        assert_eq!(pauses, [0, 0, 15, 30, 60, 900, 900]);
    }
}
