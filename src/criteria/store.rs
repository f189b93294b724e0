//! The versions of a locality's criteria, a text each for a group.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{Eq, auto_type};
use diesel::prelude::*;

use super::expression::Expression;
use super::parser::parse;
use crate::audit::Actor;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::digest_hex;
use crate::schema::criteria_versions;
use crate::stored_as_text;

stored_as_text! {
    /// Where a version stands.
    State {
        Draft = "draft",
        Proposed = "proposed",
        Approved = "approved",
        InForce = "in_force",
        Superseded = "superseded",
        Withdrawn = "withdrawn",
        Returned = "returned",
    }
}

/// A version of the criteria of one group in one locality.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = criteria_versions)]
pub struct Version {
    pub id: i64,
    pub locality_id: i64,
    pub group_code: String,
    /// 1, 2 and so on within a locality's group.
    pub number: i64,
    pub state: State,
    /// Canonical text.
    pub text: String,
    /// SHA-256 of the text, in hex.
    pub text_hash: String,
    /// The first set of a locality has none: it counts for every earlier date too.
    pub in_force_from: Option<NaiveDate>,
    pub set_up_by_administrator: bool,
    pub reason: String,
    pub who: String,
    pub created_at: Moment,
    pub version: i64,
    /// The proposal it is part of.
    pub proposal_id: Option<i64>,
    /// The version it was made from.
    pub made_from_id: Option<i64>,
}

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Draft => "Draft",
            State::Proposed => "Proposed",
            State::Approved => "Approved",
            State::InForce => "In force",
            State::Superseded => "Superseded",
            State::Withdrawn => "Withdrawn",
            State::Returned => "Returned",
        }
    }

    /// Whether it can have no further effect.
    pub fn is_over(self) -> bool {
        matches!(self, State::Superseded | State::Withdrawn)
    }

    /// Whether it is in force, was, or will be on its date.
    pub fn is_agreed(self) -> bool {
        AGREED.contains(&self)
    }
}

impl Version {
    /// Whether it is a draft that was begun from nothing and has no text yet.
    pub fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// The text as a value.
    pub fn expression(&self) -> Result<Expression, Error> {
        let parsed = parse(&self.text).map_err(|mistake| {
            anyhow::anyhow!("version {} of {} is no expression: {mistake}", self.number, self.group_code)
        })?;
        Ok(parsed.expression)
    }

    /// Where it stands beside the versions in force on a day: one that is approved is in force from its date on, and
    /// one that was in force is superseded from that of the next.
    pub fn standing(&self, in_force: &[Version]) -> State {
        let stands = in_force.iter().any(|other| other.id == self.id);
        match self.state {
            State::Approved | State::InForce | State::Superseded if stands => State::InForce,
            State::InForce => State::Superseded,
            other => other,
        }
    }

    /// The first signs of the hash, as pages show it.
    pub fn short_hash(&self) -> &str {
        &self.text_hash[..12]
    }
}

/// The hash a version's text is frozen with.
pub fn hash(text: &str) -> String {
    digest_hex(text.as_bytes())
}

/// The code under which a locality's grouping scheme is kept: its versions are drafted, proposed and agreed like the
/// criteria of a group, and may be part of the same proposal. No group has it.
pub const SCHEME: &str = "SCHEME";

/// The criteria in force on a date, one a group at most, in the order of the groups' codes. One that is approved is in
/// force from its date on, whether that has come or not.
pub fn in_force(conn: &mut Conn, locality_id: i64, on: NaiveDate) -> Result<Vec<Version>, Error> {
    in_force_in(conn, &[locality_id], on)
}

/// The same of some localities (row ids), one after the other.
pub fn in_force_in(conn: &mut Conn, localities: &[i64], on: NaiveDate) -> Result<Vec<Version>, Error> {
    let mut versions = agreed_in(conn, localities, on)?;
    versions.retain(|version| version.group_code != SCHEME);
    Ok(versions)
}

/// The criteria in force on a date, and the scheme that is agreed, if one is.
pub fn agreed_on(conn: &mut Conn, locality_id: i64, on: NaiveDate) -> Result<Vec<Version>, Error> {
    agreed_in(conn, &[locality_id], on)
}

fn agreed_in(conn: &mut Conn, localities: &[i64], on: NaiveDate) -> Result<Vec<Version>, Error> {
    let mut versions: Vec<Version> = criteria_versions::table
        .filter(criteria_versions::locality_id.eq_any(localities))
        .filter(are_agreed())
        .filter(criteria_versions::in_force_from.is_null().or(criteria_versions::in_force_from.le(on)))
        .order((
            criteria_versions::locality_id,
            criteria_versions::group_code,
            criteria_versions::number.desc(),
        ))
        .select(Version::as_select())
        .load(conn)?;
    versions.dedup_by(|later, earlier| {
        (later.locality_id, &later.group_code) == (earlier.locality_id, &earlier.group_code)
    });
    Ok(versions)
}

/// The highest number of a version by locality (row id) and group.
pub fn highest_numbers(conn: &mut Conn, localities: &[i64]) -> Result<HashMap<(i64, String), i64>, Error> {
    let rows: Vec<(i64, String, Option<i64>)> = criteria_versions::table
        .filter(criteria_versions::locality_id.eq_any(localities))
        .group_by((criteria_versions::locality_id, criteria_versions::group_code))
        .select((
            criteria_versions::locality_id,
            criteria_versions::group_code,
            diesel::dsl::max(criteria_versions::number),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(locality, group, highest)| ((locality, group), highest.unwrap_or(0))).collect())
}

/// Versions that are agreed. Written out, for SQLite keeps no statement ready that has a list in it.
#[auto_type]
pub fn are_agreed() -> _ {
    let approved: Eq<criteria_versions::state, State> = criteria_versions::state.eq(State::Approved);
    let in_force: Eq<criteria_versions::state, State> = criteria_versions::state.eq(State::InForce);
    let superseded: Eq<criteria_versions::state, State> = criteria_versions::state.eq(State::Superseded);
    approved.or(in_force).or(superseded)
}

/// The states of what is agreed: in force before, now, or from a date to come.
pub const AGREED: [State; 3] = [State::Approved, State::InForce, State::Superseded];

/// The latest version of each group's criteria, whatever its state.
pub fn latest(conn: &mut Conn, locality_id: i64) -> Result<Vec<Version>, Error> {
    let mut versions: Vec<Version> = criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id).and(criteria_versions::group_code.ne(SCHEME)))
        .order((criteria_versions::group_code, criteria_versions::number.desc()))
        .select(Version::as_select())
        .load(conn)?;
    versions.dedup_by(|later, earlier| later.group_code == earlier.group_code);
    Ok(versions)
}

/// Every version of every group of a locality.
pub fn all(conn: &mut Conn, locality_id: i64) -> Result<Vec<Version>, Error> {
    Ok(criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id))
        .order((criteria_versions::group_code, criteria_versions::number))
        .select(Version::as_select())
        .load(conn)?)
}

/// Every version of one group, latest first.
pub fn history(conn: &mut Conn, locality_id: i64, group_code: &str) -> Result<Vec<Version>, Error> {
    Ok(criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id))
        .filter(criteria_versions::group_code.eq(group_code))
        .order(criteria_versions::number.desc())
        .select(Version::as_select())
        .load(conn)?)
}

/// One version of a group, by number.
pub fn version(
    conn: &mut Conn,
    locality_id: i64,
    group_code: &str,
    number: i64,
) -> Result<Option<Version>, Error> {
    Ok(criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id))
        .filter(criteria_versions::group_code.eq(group_code))
        .filter(criteria_versions::number.eq(number))
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// Whether any group of a locality has a version in force, has had one, or will have.
pub fn is_set_up(conn: &mut Conn, locality_id: i64) -> Result<bool, Error> {
    let in_force = criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id).and(criteria_versions::group_code.ne(SCHEME)))
        .filter(are_agreed());
    Ok(diesel::select(diesel::dsl::exists(in_force)).get_result(conn)?)
}

/// What becomes of an imported text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes<'a> {
    Draft,
    /// Of the first set, which takes force with this reason.
    FirstSet(&'a str),
}

/// Adds a version with this text; a draft that is already there with the same text is taken instead.
/// Whether anything changed.
pub fn add(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    locality_id: i64,
    group_code: &str,
    expression: &Expression,
    becomes: Becomes<'_>,
) -> Result<bool, Error> {
    let text = expression.to_string();
    let latest = history(conn, locality_id, group_code)?.into_iter().next();
    let same = latest.as_ref().filter(|version| version.text == text);
    match (becomes, same.map(|version| (version.id, version.state))) {
        (Becomes::Draft, Some((_, State::Draft | State::InForce))) => return Ok(false),
        (Becomes::FirstSet(reason), Some((id, State::Draft))) => {
            diesel::update(criteria_versions::table.find(id))
                .set((
                    criteria_versions::state.eq(State::InForce),
                    criteria_versions::set_up_by_administrator.eq(true),
                    criteria_versions::reason.eq(reason),
                    criteria_versions::version.eq(criteria_versions::version + 1),
                ))
                .execute(conn)?;
            return Ok(true);
        }
        _ => {}
    }
    let (state, reason) = match becomes {
        Becomes::Draft => (State::Draft, ""),
        Becomes::FirstSet(reason) => (State::InForce, reason),
    };
    insert(
        conn,
        now,
        actor,
        (locality_id, group_code),
        NewVersion { text, state, reason, made_from_id: None },
    )?;
    Ok(true)
}

/// What a version begins with. One that is in force at once was set up by an administrator.
pub struct NewVersion<'a> {
    /// Canonical text; of the scheme its JSON; blank of a draft that has none yet.
    pub text: String,
    pub state: State,
    pub reason: &'a str,
    /// Row id of the version it was made from.
    pub made_from_id: Option<i64>,
}

impl NewVersion<'_> {
    /// A draft made from nothing.
    pub fn draft(text: String) -> NewVersion<'static> {
        NewVersion { text, state: State::Draft, reason: "", made_from_id: None }
    }
}

/// Adds a version, as which its group's versions go on counting.
pub fn insert(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    (locality_id, group_code): (i64, &str),
    new: NewVersion<'_>,
) -> Result<Version, Error> {
    let latest = history(conn, locality_id, group_code)?.into_iter().next();
    let id: i64 = diesel::insert_into(criteria_versions::table)
        .values((
            criteria_versions::locality_id.eq(locality_id),
            criteria_versions::group_code.eq(group_code),
            criteria_versions::number.eq(latest.map_or(1, |version| version.number + 1)),
            criteria_versions::state.eq(new.state),
            criteria_versions::text_hash.eq(hash(&new.text)),
            criteria_versions::text.eq(new.text),
            criteria_versions::set_up_by_administrator.eq(new.state == State::InForce),
            criteria_versions::reason.eq(new.reason),
            criteria_versions::created_by.eq(actor.user_id),
            criteria_versions::who.eq(&actor.who),
            criteria_versions::created_at.eq(now),
            criteria_versions::made_from_id.eq(new.made_from_id),
        ))
        .returning(criteria_versions::id)
        .get_result(conn)?;
    Ok(criteria_versions::table.find(id).select(Version::as_select()).first(conn)?)
}
