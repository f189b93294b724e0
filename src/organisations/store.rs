//! Queries on localities and organisations.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::organisation::{CommissionerKind, Kind, Sector, is_code};
use super::span::Span;
use crate::database::Conn;
use crate::error::Error;
use crate::on_each;
use crate::schema::{localities, organisations};

/// An organisation's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Organisation {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub kind: Kind,
    pub commissioner_kind: Option<CommissionerKind>,
    /// A practice's locality, or the one that a commissioner commissions jointly.
    pub locality_id: Option<i64>,
    pub sector: Option<Sector>,
    pub opened_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
    pub version: i64,
}

impl Organisation {
    /// The days it is active.
    pub fn span(&self) -> Span {
        Span::new(self.opened_on, self.closed_on)
    }

    /// Its page.
    pub fn address(&self) -> String {
        format!("/admin/organisations/{}", self.code)
    }
}

/// A locality's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Locality {
    pub id: i64,
    pub code: String,
    pub name: String,
    /// The commissioner that leads; it may not be there yet.
    pub commissioner_code: String,
    /// Residents, for context only.
    pub population: Option<i64>,
    pub version: i64,
}

impl Locality {
    /// Its page.
    pub fn address(&self) -> String {
        format!("/admin/localities/{}", self.code)
    }
}

/// What is kept of an organisation beside its code and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub commissioner_kind: Option<CommissionerKind>,
    pub locality_id: Option<i64>,
    pub sector: Option<Sector>,
    pub active: Span,
}

/// What is kept of a locality beside its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalityDetails {
    pub name: String,
    pub commissioner_code: String,
    pub population: Option<i64>,
}

macro_rules! organisation_rows {
    () => {
        organisations::table.select((
            organisations::id,
            organisations::code,
            organisations::name,
            organisations::kind,
            organisations::commissioner_kind,
            organisations::locality_id,
            organisations::sector,
            organisations::opened_on,
            organisations::closed_on,
            organisations::version,
        ))
    };
}

macro_rules! locality_rows {
    () => {
        localities::table.select((
            localities::id,
            localities::code,
            localities::name,
            localities::commissioner_code,
            localities::population,
            localities::version,
        ))
    };
}

/// All organisations, by name.
pub fn organisations(conn: &mut Conn) -> Result<Vec<Organisation>, Error> {
    Ok(organisation_rows!().order((organisations::name_key, organisations::id)).load(conn)?)
}

/// All organisations of a kind, by name.
pub fn of_kind(conn: &mut Conn, kind: Kind) -> Result<Vec<Organisation>, Error> {
    Ok(organisation_rows!()
        .filter(organisations::kind.eq(kind))
        .order((organisations::name_key, organisations::id))
        .load(conn)?)
}

/// All localities, by code.
pub fn localities(conn: &mut Conn) -> Result<Vec<Locality>, Error> {
    Ok(locality_rows!().order(localities::code).load(conn)?)
}

/// The organisation of a code; what is no code is not found.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Organisation, Error> {
    if !is_code(code) {
        return Err(Error::NotFound);
    }
    Ok(organisation_rows!().filter(organisations::code.eq(code)).first(conn)?)
}

/// The locality of a code; what is no code is not found.
pub fn locality_by_code(conn: &mut Conn, code: &str) -> Result<Locality, Error> {
    if !is_code(code) {
        return Err(Error::NotFound);
    }
    Ok(locality_rows!().filter(localities::code.eq(code)).first(conn)?)
}

/// The kind of the organisation with this code, if there is one.
pub fn kind_of(conn: &mut Conn, code: &str) -> Result<Option<Kind>, Error> {
    if !is_code(code) {
        return Ok(None);
    }
    let row = organisations::table.filter(organisations::code.eq(code)).select(organisations::kind);
    Ok(row.first(conn).optional()?)
}

/// Whether a locality has this code.
pub fn is_locality(conn: &mut Conn, code: &str) -> Result<bool, Error> {
    if !is_code(code) {
        return Ok(false);
    }
    let taken = localities::table.filter(localities::code.eq(code));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(conn)?)
}

/// The practices in a locality and the commissioners that lead there or commission jointly, by name.
pub fn related_to(conn: &mut Conn, locality: &Locality) -> Result<Vec<Organisation>, Error> {
    Ok(organisation_rows!()
        .filter(
            organisations::locality_id
                .eq(locality.id)
                .or(organisations::code.eq(&locality.commissioner_code)),
        )
        .order((organisations::name_key, organisations::id))
        .load(conn)?)
}

/// Adds an organisation; whether its code was free.
pub fn add(conn: &mut Conn, code: &str, kind: Kind, details: &Details) -> Result<bool, Error> {
    let row = (
        organisations::code.eq(code),
        organisations::name.eq(&details.name),
        organisations::name_key.eq(details.name.to_lowercase()),
        organisations::kind.eq(kind),
        organisations::commissioner_kind.eq(details.commissioner_kind),
        organisations::locality_id.eq(details.locality_id),
        organisations::sector.eq(details.sector),
        organisations::opened_on.eq(details.active.from),
        organisations::closed_on.eq(details.active.to),
    );
    let added = on_each!(conn, inner => diesel::insert_into(organisations::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(added == 1)
}

/// Changes an organisation; whether it was still at that version.
pub fn change(conn: &mut Conn, id: i64, version: i64, details: &Details) -> Result<bool, Error> {
    let row = organisations::table.find(id).filter(organisations::version.eq(version));
    let changed = diesel::update(row)
        .set((
            organisations::name.eq(&details.name),
            organisations::name_key.eq(details.name.to_lowercase()),
            organisations::commissioner_kind.eq(details.commissioner_kind),
            organisations::locality_id.eq(details.locality_id),
            organisations::sector.eq(details.sector),
            organisations::opened_on.eq(details.active.from),
            organisations::closed_on.eq(details.active.to),
            organisations::version.eq(version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Adds a locality; whether its code was free.
pub fn add_locality(conn: &mut Conn, code: &str, details: &LocalityDetails) -> Result<bool, Error> {
    let row = (
        localities::code.eq(code),
        localities::name.eq(&details.name),
        localities::commissioner_code.eq(&details.commissioner_code),
        localities::population.eq(details.population),
    );
    let added = on_each!(conn, inner => diesel::insert_into(localities::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(added == 1)
}

/// Changes a locality; whether it was still at that version.
pub fn change_locality(
    conn: &mut Conn,
    id: i64,
    version: i64,
    details: &LocalityDetails,
) -> Result<bool, Error> {
    let row = localities::table.find(id).filter(localities::version.eq(version));
    let changed = diesel::update(row)
        .set((
            localities::name.eq(&details.name),
            localities::commissioner_code.eq(&details.commissioner_code),
            localities::population.eq(details.population),
            localities::version.eq(version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
