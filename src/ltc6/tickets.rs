//! From a code to what it opens, and how often codes that do not exist are tried.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::campaign::{Campaign, State, Stratum};
use super::code::Code;
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::error::Error;
use crate::keys::Keys;
use crate::on_each;
use crate::schema::{campaigns, localities, ltc6_codes, ltc6_invitations, ltc6_tries, ltc6_turnout};

/// What a code that works admits to.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The invitation's key.
    pub invitation: String,
    pub level: Stratum,
    pub campaign: Campaign,
    /// The locality's name.
    pub area: String,
}

/// What a code opens today: none where it was used, its campaign takes no answers, or it was never made.
pub fn ticket(conn: &mut Conn, keys: &Keys, code: &Code, today: NaiveDate) -> Result<Option<Ticket>, Error> {
    let used = ltc6_turnout::table.filter(ltc6_turnout::invitation.eq(ltc6_invitations::key));
    let is_open = campaigns::state
        .eq(State::Open)
        .and(campaigns::opens_on.le(today))
        .and(campaigns::closes_on.ge(today));
    let found = ltc6_codes::table
        .inner_join(ltc6_invitations::table.inner_join(campaigns::table.inner_join(localities::table)))
        .filter(ltc6_codes::hash.eq(code.hash(keys)))
        .filter(ltc6_invitations::dropped.eq(false))
        .filter(is_open)
        .filter(diesel::dsl::not(diesel::dsl::exists(used)))
        .select((ltc6_invitations::key, ltc6_invitations::level, Campaign::as_select(), localities::name))
        .first::<(String, Stratum, Campaign, String)>(conn)
        .optional()?;
    Ok(found.map(|(invitation, level, campaign, area)| Ticket { invitation, level, campaign, area }))
}

/// Codes that do not exist and may be tried from one address in [`MINUTES`].
pub const TRIES: i64 = 30;
/// Over how many minutes tries are counted.
pub const MINUTES: i64 = 10;

/// Notes a code that opened nothing; minutes to wait where too many were tried from there, 0 where not.
///
/// Only codes that do not exist are counted. For one that exists but is used or closed a row of nobody's is written
/// again, so that both take as long.
pub fn failed(conn: &mut Conn, keys: &Keys, code: &Code, from: &str, now: Now) -> Result<i64, Error> {
    let exists: i64 =
        ltc6_codes::table.filter(ltc6_codes::hash.eq(code.hash(keys))).count().get_result(conn)?;
    let minute = minute(now.moment);
    let place = keys.hash("ltc6 tries", from);
    let recent = ltc6_tries::table
        .filter(ltc6_tries::tried_from.eq(&place).and(ltc6_tries::minute.gt(minute - MINUTES)))
        .order(ltc6_tries::minute)
        .select((ltc6_tries::minute, ltc6_tries::tries))
        .load::<(i64, i64)>(conn)?;
    let counted = if exists == 0 { (place.as_str(), minute, 1) } else { ("", 0, 0) };
    let (tried_from, at, tries) = counted;
    let row = (ltc6_tries::tried_from.eq(tried_from), ltc6_tries::minute.eq(at), ltc6_tries::tries.eq(tries));
    on_each!(conn, inner => diesel::insert_into(ltc6_tries::table)
        .values(row)
        .on_conflict((ltc6_tries::tried_from, ltc6_tries::minute))
        .do_update()
        .set(ltc6_tries::tries.eq(ltc6_tries::tries + tries))
        .execute(inner))?;
    let before: i64 = recent.iter().map(|(_, tries)| tries).sum();
    if before < TRIES {
        return Ok(0);
    }
    Ok(recent.first().map_or(MINUTES, |(oldest, _)| oldest + MINUTES - minute).clamp(1, MINUTES))
}

/// Forgets tries that no longer count.
pub fn forget_old(conn: &mut Conn, now: Moment) -> Result<usize, Error> {
    let old = ltc6_tries::tried_from.ne("").and(ltc6_tries::minute.le(minute(now) - MINUTES));
    Ok(diesel::delete(ltc6_tries::table.filter(old)).execute(conn)?)
}

fn minute(at: Moment) -> i64 {
    at.and_utc().timestamp().div_euclid(60)
}
