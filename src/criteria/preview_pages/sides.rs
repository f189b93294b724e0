//! What a preview compares: the criteria in force on a date, and the same with drafts in the place of some.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::criteria::agreement::store::versions_of;
use crate::criteria::expression::Expression;
use crate::criteria::store::{State, Version, are_agreed};
use crate::database::Conn;
use crate::decisions::holds;
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::runs::rules::Rules;
use crate::schema::{criteria_versions, proposals};
use crate::settings::declared::Declared;
use crate::settings::store::Values;

/// A group's criterion that is previewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    pub group: String,
    pub criterion: Expression,
}

/// The rules of a locality on a date, and those proposed.
#[derive(Clone, Debug)]
pub struct Sides {
    pub locality_id: i64,
    pub on: NaiveDate,
    pub in_force: Rules,
    pub proposed: Rules,
    /// The scheme that is proposed, or stands.
    pub scheme: Scheme,
    /// The versions of the rules in force.
    pub used: Vec<Version>,
    /// The groups whose criteria may differ.
    pub drafted: Vec<String>,
    /// People (row ids) whom no run moves, and the group they are held in.
    pub held: HashMap<i64, Option<String>>,
    /// The blanks that are read as no.
    pub declared: Declared,
}

impl Sides {
    /// `before` and `after` each take the place of their groups' criteria in force; `but` are row ids of versions that do
    /// not count as in force although they will be by then. `schemes` take the place of the scheme in force.
    pub fn of(
        conn: &mut Conn,
        locality_id: i64,
        on: NaiveDate,
        [before, after]: [&[Drafted]; 2],
        schemes: [Option<Scheme>; 2],
        but: &[i64],
    ) -> Result<Sides, Error> {
        let mut used = in_force_but(conn, locality_id, on, but)?;
        let agreed = used.iter().find(|version| version.is_scheme()).map(Version::scheme).transpose()?;
        let [first, second] = schemes;
        let other_schemes = first.is_some() || second.is_some();
        let standing = first.or(agreed).unwrap_or_else(|| Scheme::shipped().clone());
        used.retain(|version| !version.is_scheme());
        let scheme = second.unwrap_or_else(|| standing.clone());
        let criteria: Result<BTreeMap<String, Expression>, Error> =
            used.iter().map(|version| Ok((version.group_code.clone(), version.expression()?))).collect();
        let criteria = criteria?;
        let minimum_age = Values::read(conn)?.minimum_age();
        let with = |scheme: &Scheme, drafts: &[Drafted]| {
            let drafted = |code: &str| drafts.iter().find(|draft| draft.group == code);
            let criterion = |code: &str| drafted(code).map(|draft| &draft.criterion).or(criteria.get(code));
            Rules::of_scheme(scheme, minimum_age, |code| criterion(code).cloned())
        };
        let mut drafted: Vec<String> = before.iter().chain(after).map(|draft| draft.group.clone()).collect();
        if other_schemes {
            let groups = scheme.groups().iter().chain(standing.groups());
            drafted.extend(groups.map(|group| group.code.clone()));
        }
        let (in_force, proposed) = (with(&standing, before), with(&scheme, after));
        let declared = Declared::now(conn)?;
        let held = holds::groups(conn, locality_id)?;
        Ok(Sides { locality_id, on, in_force, proposed, scheme, used, drafted, held, declared })
    }
}

/// The versions in force on a date but for some (row ids), one a group at most, the scheme's among them.
fn in_force_but(
    conn: &mut Conn,
    locality_id: i64,
    on: NaiveDate,
    but: &[i64],
) -> Result<Vec<Version>, Error> {
    let mut versions: Vec<Version> = criteria_versions::table
        .filter(criteria_versions::locality_id.eq(locality_id))
        .filter(are_agreed())
        .filter(criteria_versions::in_force_from.is_null().or(criteria_versions::in_force_from.le(on)))
        .filter(criteria_versions::id.ne_all(but.to_vec()))
        .order((criteria_versions::group_code, criteria_versions::number.desc()))
        .select(Version::as_select())
        .load(conn)?;
    versions.dedup_by(|later, earlier| later.group_code == earlier.group_code);
    Ok(versions)
}

/// A version with those it is proposed with, and the day it would take force.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub version: Version,
    /// All of them, the version among them.
    pub all: Vec<Version>,
    /// The day that was proposed, if any.
    pub takes_force_on: Option<NaiveDate>,
}

impl Bundle {
    pub fn of(conn: &mut Conn, version: &Version) -> Result<Bundle, Error> {
        let (version, takes_force_on) = (version.clone(), version.in_force_from);
        let Some(proposal_id) = version.proposal_id else {
            return Ok(Bundle { all: vec![version.clone()], version, takes_force_on });
        };
        let proposed: Option<NaiveDate> =
            proposals::table.find(proposal_id).select(proposals::takes_force_on).first(conn)?;
        let takes_force_on = takes_force_on.or(proposed);
        Ok(Bundle { version, all: versions_of(conn, &[proposal_id])?, takes_force_on })
    }

    /// The same with another text of the version.
    pub fn with_text(mut self, text: &str) -> Bundle {
        let id = self.version.id;
        for version in self.all.iter_mut().filter(|one| one.id == id).chain([&mut self.version]) {
            text.clone_into(&mut version.text);
        }
        self
    }

    /// The others it is proposed with.
    pub fn others(&self) -> impl Iterator<Item = &Version> {
        self.all.iter().filter(|other| other.id != self.version.id)
    }

    /// The day it is previewed on where none is asked for.
    pub fn day(&self, today: NaiveDate) -> NaiveDate {
        self.takes_force_on.map_or(today, |day| day.max(today))
    }

    /// The criteria of all that have a text.
    pub fn drafted(&self) -> Result<Vec<Drafted>, Error> {
        self.all.iter().filter_map(drafted).collect()
    }

    /// The scheme that is proposed among them.
    fn scheme(&self) -> Result<Option<Scheme>, Error> {
        self.all.iter().find(|version| version.is_scheme()).map(Version::scheme).transpose()
    }

    /// What a preview of it compares on a day.
    pub fn sides(&self, conn: &mut Conn, on: NaiveDate) -> Result<Sides, Error> {
        let approved = self.all.iter().filter(|version| version.state == State::Approved);
        let ids: Vec<i64> = approved.map(|version| version.id).collect();
        Sides::of(conn, self.version.locality_id, on, [&[], &self.drafted()?], [None, self.scheme()?], &ids)
    }
}

/// A version's criterion; none where its draft has no text yet.
pub fn drafted(version: &Version) -> Option<Result<Drafted, Error>> {
    if version.is_blank() || version.is_scheme() {
        return None;
    }
    let criterion = version.expression();
    Some(criterion.map(|criterion| Drafted { group: version.group_code.clone(), criterion }))
}
