//! The rows of absences.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::Role;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::absences;

/// The users (row ids) somebody sees to on a day, at an organisation in a role.
pub fn covered_by(
    conn: &mut Conn,
    user_id: i64,
    (organisation_id, role): (i64, Role),
    today: NaiveDate,
) -> Result<Vec<i64>, Error> {
    Ok(absences::table
        .filter(absences::cover_id.eq(user_id).and(absences::role.eq(role)))
        .filter(absences::organisation_id.eq(organisation_id))
        .filter(absences::from_on.le(today).and(absences::to_on.ge(today)))
        .filter(absences::ended_on.is_null().or(absences::ended_on.gt(today)))
        .select(absences::user_id)
        .distinct()
        .order(absences::user_id)
        .load(conn)?)
}
