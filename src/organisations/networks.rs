//! Queries on who belongs to which network, and which network cares for whom.

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::span::Span;
use super::store::Organisation;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::on_each;
use crate::schema::{care_agreements, localities, memberships, network_members, organisations};

/// A membership of a network, as seen from one side.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Membership {
    pub id: i64,
    /// Code and name of the other side: the member where a network is asked about, else the network.
    pub code: String,
    pub name: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub version: i64,
}

impl Membership {
    pub fn span(&self) -> Span {
        Span::new(self.from_on, self.to_on)
    }
}

macro_rules! membership_rows {
    ($other:ident) => {
        network_members::table
            .inner_join(organisations::table.on(network_members::$other.eq(organisations::id)))
            .order((organisations::name_key, network_members::from_on, network_members::id))
            .select((
                network_members::id,
                organisations::code,
                organisations::name,
                network_members::from_on,
                network_members::to_on,
                network_members::version,
            ))
    };
}

/// The members of a network, by name, ended ones among them.
pub fn members_of(conn: &mut Conn, network_id: i64) -> Result<Vec<Membership>, Error> {
    let rows = membership_rows!(member_id);
    Ok(rows.filter(network_members::network_id.eq(network_id)).load(conn)?)
}

/// The networks an organisation belongs to, by name, ended memberships among them.
pub fn networks_of(conn: &mut Conn, member_id: i64) -> Result<Vec<Membership>, Error> {
    let rows = membership_rows!(network_id);
    Ok(rows.filter(network_members::member_id.eq(member_id)).load(conn)?)
}

/// Which network holds which member on a day: row ids.
pub fn members_on(conn: &mut Conn, day: NaiveDate) -> Result<Vec<(i64, i64)>, Error> {
    Ok(network_members::table
        .filter(network_members::from_on.le(day))
        .filter(network_members::to_on.is_null().or(network_members::to_on.ge(day)))
        .order(network_members::id)
        .select((network_members::network_id, network_members::member_id))
        .load(conn)?)
}

/// Adds a membership; whether there was none with that first day.
pub fn add_member(conn: &mut Conn, network_id: i64, member_id: i64, span: Span) -> Result<bool, Error> {
    let row = (
        network_members::network_id.eq(network_id),
        network_members::member_id.eq(member_id),
        network_members::from_on.eq(span.from),
        network_members::to_on.eq(span.to),
    );
    let added = on_each!(conn, inner => diesel::insert_into(network_members::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(added == 1)
}

/// Gives a membership its last day; whether it was still at that version.
pub fn end_member(conn: &mut Conn, id: i64, version: i64, to: NaiveDate) -> Result<bool, Error> {
    let row = network_members::table.find(id).filter(network_members::version.eq(version));
    let changed = diesel::update(row)
        .set((network_members::to_on.eq(to), network_members::version.eq(version + 1)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Keeps other writers from changing what an organisation belongs to, or what a network cares for, until the end of
/// the transaction: rules that look at several rows hold then.
pub fn hold(conn: &mut Conn, organisation: &Organisation) -> Result<(), Error> {
    diesel::update(organisations::table.find(organisation.id))
        .set(organisations::version.eq(organisations::version))
        .execute(conn)?;
    Ok(())
}

/// A provider network cares for a group in a locality.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct CareAgreement {
    pub id: i64,
    pub network_code: String,
    pub network_name: String,
    pub locality_id: i64,
    pub locality_code: String,
    pub locality_name: String,
    pub group_code: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub version: i64,
}

impl CareAgreement {
    /// The group in words, as the schemes of a day have it.
    pub fn group<'a>(&'a self, schemes: &'a Schemes) -> &'a str {
        schemes.label(self.locality_id, &self.group_code)
    }

    pub fn span(&self) -> Span {
        Span::new(self.from_on, self.to_on)
    }
}

macro_rules! care_agreement_rows {
    () => {
        care_agreements::table
            .inner_join(organisations::table)
            .inner_join(localities::table)
            .order((
                localities::code,
                care_agreements::group_code,
                organisations::name_key,
                care_agreements::from_on,
                care_agreements::id,
            ))
            .select((
                care_agreements::id,
                organisations::code,
                organisations::name,
                localities::id,
                localities::code,
                localities::name,
                care_agreements::group_code,
                care_agreements::from_on,
                care_agreements::to_on,
                care_agreements::version,
            ))
    };
}

/// The care agreements of a network, by locality and group, ended ones among them.
pub fn care_of_network(conn: &mut Conn, network_id: i64) -> Result<Vec<CareAgreement>, Error> {
    Ok(care_agreement_rows!().filter(care_agreements::network_id.eq(network_id)).load(conn)?)
}

/// The care agreements in a locality, by group, ended ones among them.
pub fn care_in_locality(conn: &mut Conn, locality_id: i64) -> Result<Vec<CareAgreement>, Error> {
    Ok(care_agreement_rows!().filter(care_agreements::locality_id.eq(locality_id)).load(conn)?)
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

/// Adds care agreements of a network in a locality, one for each group.
pub fn add_care(
    conn: &mut Conn,
    network_id: i64,
    locality_id: i64,
    groups: &[String],
    span: Span,
) -> Result<(), Error> {
    let rows: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                care_agreements::network_id.eq(network_id),
                care_agreements::locality_id.eq(locality_id),
                care_agreements::group_code.eq(group),
                care_agreements::from_on.eq(span.from),
                care_agreements::to_on.eq(span.to),
            )
        })
        .collect();
    on_each!(conn, inner => diesel::insert_into(care_agreements::table).values(rows).execute(inner))?;
    Ok(())
}

/// Gives a care agreement its last day; whether it was still at that version.
pub fn end_care(conn: &mut Conn, id: i64, version: i64, to: NaiveDate) -> Result<bool, Error> {
    let row = care_agreements::table.find(id).filter(care_agreements::version.eq(version));
    let changed = diesel::update(row)
        .set((care_agreements::to_on.eq(to), care_agreements::version.eq(version + 1)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Organisations that roles belong to, open today, without anybody who can act for them: row id, code and name.
pub fn without_users(conn: &mut Conn, today: NaiveDate) -> Result<Vec<(i64, String, String)>, Error> {
    let in_date = memberships::table
        .filter(memberships::organisation_id.eq(organisations::id.nullable()))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)));
    Ok(organisations::table
        .filter(organisations::kind.ne("provider"))
        .filter(organisations::opened_on.le(today))
        .filter(organisations::closed_on.is_null().or(organisations::closed_on.ge(today)))
        .filter(not(exists(in_date)))
        .order((organisations::name_key, organisations::id))
        .select((organisations::id, organisations::code, organisations::name))
        .load(conn)?)
}
