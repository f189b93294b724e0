//! Letters to the people of an organisation.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Letter, queue};
use crate::access::Role;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::memberships;

/// Sends a letter to everybody in some roles of an organisation on that day, but to whoever did the act.
pub fn queue_to_members(
    conn: &mut Conn,
    now: Now,
    but: Option<i64>,
    (organisation_id, roles): (i64, &[Role]),
    letter: Letter,
    about: &str,
) -> Result<(), Error> {
    let people: Vec<i64> = memberships::table
        .filter(memberships::organisation_id.eq(organisation_id).and(memberships::role.eq_any(roles)))
        .filter(memberships::from_on.le(now.today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(now.today)))
        .filter(memberships::user_id.ne(but.unwrap_or(0)))
        .select(memberships::user_id)
        .distinct()
        .order(memberships::user_id)
        .load(conn)?;
    for to in people {
        queue(conn, now.moment, to, letter, about)?;
    }
    Ok(())
}

/// Whether somebody has a role at an organisation on a day.
pub fn is_member(
    conn: &mut Conn,
    user_id: i64,
    organisation_id: i64,
    role: Role,
    today: NaiveDate,
) -> Result<bool, Error> {
    let found = memberships::table
        .filter(memberships::user_id.eq(user_id).and(memberships::role.eq(role)))
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}
