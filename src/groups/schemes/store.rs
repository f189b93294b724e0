//! Which scheme stands in which locality, and the versions of one. They are kept among the versions of criteria.

use std::collections::HashMap;

use anyhow::Context;
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::audit::Actor;
use crate::clock::Moment;
use crate::criteria::store::{
    NewVersion, SCHEME, State, Version, are_agreed, hash, history, insert, version,
};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};
use crate::schema::criteria_versions;

impl Version {
    /// Whether it is a version of the scheme, not of a group's criteria.
    pub fn is_scheme(&self) -> bool {
        self.group_code == SCHEME
    }

    /// The text of a version of the scheme as a value.
    pub fn scheme(&self) -> Result<Scheme, Error> {
        let scheme = Scheme::of_text(&self.text).context("reading a scheme");
        Ok(scheme.with_context(|| format!("scheme version {}", self.number))?)
    }
}

/// The scheme of each locality on a day. A locality that has agreed none has the shipped one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemes {
    /// With the number of its version.
    agreed: HashMap<i64, (i64, Scheme)>,
}

impl Schemes {
    /// The schemes in force on a day.
    pub fn on(conn: &mut Conn, day: NaiveDate) -> Result<Schemes, Error> {
        let versions: Vec<Version> = criteria_versions::table
            .filter(criteria_versions::group_code.eq(SCHEME))
            .filter(are_agreed())
            .filter(criteria_versions::in_force_from.is_null().or(criteria_versions::in_force_from.le(day)))
            .order(criteria_versions::number)
            .select(Version::as_select())
            .load(conn)?;
        let mut agreed = HashMap::new();
        for version in versions {
            agreed.insert(version.locality_id, (version.number, version.scheme()?));
        }
        Ok(Schemes { agreed })
    }

    /// The scheme of a locality.
    pub fn of(&self, locality_id: i64) -> &Scheme {
        self.agreed.get(&locality_id).map_or(Scheme::shipped(), |(_, scheme)| scheme)
    }

    /// The number of a locality's version; 0 is the shipped scheme.
    pub fn number(&self, locality_id: i64) -> i64 {
        self.agreed.get(&locality_id).map_or(0, |(number, _)| *number)
    }

    /// A group's label in a locality; its code where the scheme has no such group.
    pub fn label<'a>(&'a self, locality_id: i64, code: &'a str) -> &'a str {
        self.of(locality_id).group(code).map_or(code, |group| &group.label)
    }

    /// What people are told of where somebody is in a locality: a group's label, or "no group".
    pub fn place(&self, locality_id: i64, code: Option<&str>) -> String {
        code.map_or("no group", |code| self.label(locality_id, code)).to_owned()
    }

    /// The groups that people can be placed in, in some localities: each code once, in the order of the first scheme
    /// that has it.
    pub fn home_groups(&self, localities: &[i64]) -> Vec<&Group> {
        let mut groups: Vec<&Group> = Vec::new();
        for group in localities.iter().flat_map(|id| self.of(*id).in_precedence()) {
            if !groups.iter().any(|one| one.code == group.code) {
                groups.push(group);
            }
        }
        groups
    }

    /// The label of a group in the first of some localities whose scheme has it; its code where none has.
    pub fn label_among<'a>(&'a self, localities: &[i64], code: &'a str) -> &'a str {
        let group = localities.iter().find_map(|id| self.of(*id).group(code));
        group.or(Scheme::shipped().group(code)).map_or(code, |group| &group.label)
    }
}

/// The scheme of one locality on a day.
pub fn in_force(conn: &mut Conn, locality_id: i64, day: NaiveDate) -> Result<Scheme, Error> {
    Ok(Schemes::on(conn, day)?.of(locality_id).clone())
}

/// The scheme of a version's number; 0 is the shipped one.
///
/// # Errors
/// `NotFound` where there is no such version.
pub fn numbered(conn: &mut Conn, locality_id: i64, number: i64) -> Result<Scheme, Error> {
    match number {
        0 => Ok(Scheme::shipped().clone()),
        _ => version(conn, locality_id, SCHEME, number)?.ok_or(Error::NotFound)?.scheme(),
    }
}

/// The scheme that was agreed before a version of it; the shipped one where none was.
pub fn before(conn: &mut Conn, version: &Version) -> Result<Scheme, Error> {
    let earlier = |other: &Version| other.number < version.number && other.state.is_agreed();
    let before = history(conn, version.locality_id, SCHEME)?.into_iter().find(earlier);
    before.map_or_else(|| Ok(Scheme::shipped().clone()), |before| before.scheme())
}

/// Every group that a scheme of some locality has or had, each code once: first the shipped ones.
pub fn groups_of_all(conn: &mut Conn) -> Result<Vec<Group>, Error> {
    let texts: Vec<Version> = criteria_versions::table
        .filter(criteria_versions::group_code.eq(SCHEME).and(are_agreed()))
        .order((criteria_versions::locality_id, criteria_versions::number))
        .select(Version::as_select())
        .load(conn)?;
    let mut groups = Scheme::shipped().groups().to_vec();
    for version in texts {
        for group in version.scheme()?.groups() {
            if groups.iter().all(|known| known.code != group.code) {
                groups.push(group.clone());
            }
        }
    }
    Ok(groups)
}

/// The version of a locality's scheme that is on its way, of which there is one at most: proposed, agreed for a later day,
/// or a draft.
pub fn open_version(conn: &mut Conn, locality_id: i64, today: NaiveDate) -> Result<Option<Version>, Error> {
    let all = history(conn, locality_id, SCHEME)?;
    let is_sent = |version: &&Version| match version.state {
        State::Proposed => true,
        State::Approved => version.in_force_from.is_some_and(|from| from > today),
        State::Draft | State::InForce | State::Superseded | State::Withdrawn | State::Returned => false,
    };
    let draft = all.iter().find(|version| version.state == State::Draft);
    Ok(all.iter().find(is_sent).or(draft).cloned())
}

/// What a draft starts from: the latest version where it was returned to be changed, otherwise the scheme in force.
pub fn to_draft_from(conn: &mut Conn, locality_id: i64, today: NaiveDate) -> Result<Scheme, Error> {
    match history(conn, locality_id, SCHEME)?.into_iter().next() {
        Some(latest) if latest.state == State::Returned => latest.scheme(),
        _ => in_force(conn, locality_id, today),
    }
}

/// Adds a draft; its number.
pub fn add_draft(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    locality_id: i64,
    scheme: &Scheme,
) -> Result<i64, Error> {
    Ok(insert(conn, now, actor, (locality_id, SCHEME), NewVersion::draft(scheme.text()))?.number)
}

/// Gives a draft another text, unless somebody did so first.
pub fn change_draft(conn: &mut Conn, draft: &Version, scheme: &Scheme) -> Result<bool, Error> {
    let text = scheme.text();
    let same = criteria_versions::table
        .find(draft.id)
        .filter(criteria_versions::version.eq(draft.version).and(criteria_versions::state.eq(State::Draft)));
    let changed = diesel::update(same)
        .set((
            criteria_versions::text_hash.eq(hash(&text)),
            criteria_versions::text.eq(text),
            criteria_versions::version.eq(draft.version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
