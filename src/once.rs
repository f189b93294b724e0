//! A form sent twice is done once: the second send gets the first one's result.

use std::convert::Infallible;

use chrono::Duration;
use diesel::prelude::*;

use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::{digest_hex, random_token};
use crate::on_each;
use crate::schema::used_keys;

/// A key for one showing of a form.
pub fn fresh_key() -> String {
    random_token()
}

/// Does `work` unless `key` was used by the same person before; then gives back what it gave then.
///
/// The result is a short text: an address to go on to. A form without a key is refused.
pub fn once(
    conn: &mut Conn,
    now: Moment,
    user_id: i64,
    key: &str,
    work: impl FnOnce(&mut Conn) -> Result<String, Error>,
) -> Result<String, Error> {
    let done = once_or(conn, now, user_id, key, |conn| work(conn).map(Ok::<String, Infallible>))?;
    Ok(done.unwrap_or_else(|never| match never {}))
}

/// As [`once`], for a form that may turn out mistaken or stale (`Unsaved`): `work` has then written nothing, and the
/// key is free for the next send.
pub fn once_or<Unsaved>(
    conn: &mut Conn,
    now: Moment,
    user_id: i64,
    key: &str,
    work: impl FnOnce(&mut Conn) -> Result<Result<String, Unsaved>, Error>,
) -> Result<Result<String, Unsaved>, Error> {
    if key.is_empty() || key.len() > 100 {
        return Err(Error::Unreadable(
            "The form was sent without its key. Open the page again and send it from there.",
        ));
    }
    let key_hash = digest_hex(format!("{user_id}:{key}").as_bytes());
    let row = (used_keys::key_hash.eq(&key_hash), used_keys::result.eq(""), used_keys::at.eq(now));
    let claimed = on_each!(conn, inner => diesel::insert_into(used_keys::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    if claimed == 0 {
        return Ok(Ok(used_keys::table.find(&key_hash).select(used_keys::result).first(conn)?));
    }
    let result = work(conn)?;
    let used = used_keys::table.find(&key_hash);
    match &result {
        Ok(result) => diesel::update(used).set(used_keys::result.eq(result)).execute(conn)?,
        Err(_) => diesel::delete(used).execute(conn)?,
    };
    Ok(result)
}

/// Forgets keys older than a week.
pub fn forget_old(conn: &mut Conn, now: Moment) -> Result<usize, Error> {
    let old = now - Duration::days(7);
    Ok(diesel::delete(used_keys::table.filter(used_keys::at.lt(old))).execute(conn)?)
}
