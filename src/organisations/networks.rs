//! Queries on network members, care agreements and sharing agreements.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::schema::{care_agreements, network_members};

/// Which network holds which member on a day: row ids.
pub fn members_on(conn: &mut Conn, day: NaiveDate) -> Result<Vec<(i64, i64)>, Error> {
    Ok(network_members::table
        .filter(network_members::from_on.le(day))
        .filter(network_members::to_on.is_null().or(network_members::to_on.ge(day)))
        .order(network_members::id)
        .select((network_members::network_id, network_members::member_id))
        .load(conn)?)
}

/// Which network cares for some group in which locality on a day: row ids.
pub fn cared_for_on(conn: &mut Conn, day: NaiveDate) -> Result<Vec<(i64, i64)>, Error> {
    Ok(care_agreements::table
        .filter(care_agreements::from_on.le(day))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(day)))
        .select((care_agreements::network_id, care_agreements::locality_id))
        .distinct()
        .order((care_agreements::network_id, care_agreements::locality_id))
        .load(conn)?)
}
