//! What group pages ask of other slices' tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::runs::store::Locality;
use crate::schema::{care_agreements, localities, organisations};

/// Localities by row id, in the order of their codes.
pub fn localities(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Locality>, Error> {
    Ok(localities::table
        .filter(localities::id.eq_any(ids))
        .order(localities::code)
        .select(Locality::as_select())
        .load(conn)?)
}

/// The locality with a code among `ids`, or the first of them where no code is given.
///
/// # Errors
/// `NotFound` for any other code, whether there is such a locality or not.
pub fn chosen<'a>(localities: &'a [Locality], code: Option<&str>) -> Result<Option<&'a Locality>, Error> {
    match code {
        None => Ok(localities.first()),
        Some(code) => {
            localities.iter().find(|locality| locality.code == code).map(Some).ok_or(Error::NotFound)
        }
    }
}

/// The provider networks (names) with a care agreement for a group in a locality on a day, and since when.
pub fn carers(
    conn: &mut Conn,
    locality_id: i64,
    group_code: &str,
    today: NaiveDate,
) -> Result<Vec<(String, NaiveDate)>, Error> {
    Ok(care_agreements::table
        .inner_join(organisations::table)
        .filter(care_agreements::locality_id.eq(locality_id).and(care_agreements::group_code.eq(group_code)))
        .filter(care_agreements::from_on.le(today))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(today)))
        .order((organisations::name_key, care_agreements::id))
        .select((organisations::name, care_agreements::from_on))
        .load(conn)?)
}

/// Code and name of some organisations, by row id.
pub fn names(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, (String, String)>, Error> {
    let rows: Vec<(i64, String, String)> = organisations::table
        .filter(organisations::id.eq_any(ids))
        .select((organisations::id, organisations::code, organisations::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, name)| (id, (code, name))).collect())
}
