//! The versions of a locality's scheme, and which of them stands.

use std::collections::HashMap;

use anyhow::Context;
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::audit::Actor;
use crate::clock::Moment;
use crate::criteria::store::{State, hash};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};
use crate::schema::scheme_versions;

/// A version of a locality's scheme.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = scheme_versions)]
pub struct SchemeVersion {
    pub id: i64,
    pub locality_id: i64,
    /// 1, 2 and so on within a locality.
    pub number: i64,
    pub state: State,
    /// [`Scheme::text`].
    pub text: String,
    /// SHA-256 of the text, in hex.
    pub text_hash: String,
    pub in_force_from: Option<NaiveDate>,
    pub proposal_id: Option<i64>,
    pub who: String,
    pub created_at: Moment,
    pub version: i64,
}

impl SchemeVersion {
    /// The text as a value.
    pub fn scheme(&self) -> Result<Scheme, Error> {
        let scheme = Scheme::of_text(&self.text).context("reading a scheme");
        Ok(scheme.with_context(|| format!("scheme version {}", self.number))?)
    }
}

/// The scheme of each locality on a day. A locality that has agreed none has the shipped one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemes {
    agreed: HashMap<i64, (i64, Scheme)>,
}

impl Schemes {
    /// The schemes in force on a day.
    pub fn on(conn: &mut Conn, day: NaiveDate) -> Result<Schemes, Error> {
        let versions: Vec<SchemeVersion> = scheme_versions::table
            .filter(scheme_versions::state.eq_any([State::InForce, State::Superseded, State::Approved]))
            .filter(scheme_versions::in_force_from.le(day))
            .order((scheme_versions::in_force_from, scheme_versions::number))
            .select(SchemeVersion::as_select())
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

    /// The groups of some localities, each code once, in the order of the first that has it; retired ones last.
    pub fn groups_of(&self, localities: &[i64]) -> Vec<&Group> {
        let mut groups: Vec<&Group> = Vec::new();
        let schemes: Vec<&Scheme> = localities.iter().map(|id| self.of(*id)).collect();
        for scheme in &schemes {
            let placed = scheme.in_precedence().into_iter().chain(scheme.overlay());
            for group in placed {
                if !groups.iter().any(|one| one.code == group.code) {
                    groups.push(group);
                }
            }
        }
        for group in schemes.iter().flat_map(|scheme| scheme.groups()) {
            if !groups.iter().any(|one| one.code == group.code) {
                groups.push(group);
            }
        }
        groups
    }
}

/// The scheme of one locality on a day.
pub fn in_force(conn: &mut Conn, locality_id: i64, day: NaiveDate) -> Result<Scheme, Error> {
    Ok(Schemes::on(conn, day)?.of(locality_id).clone())
}

/// A version by number.
pub fn version(conn: &mut Conn, locality_id: i64, number: i64) -> Result<Option<SchemeVersion>, Error> {
    Ok(scheme_versions::table
        .filter(scheme_versions::locality_id.eq(locality_id).and(scheme_versions::number.eq(number)))
        .select(SchemeVersion::as_select())
        .first(conn)
        .optional()?)
}

/// Every version of a locality's scheme, latest first.
pub fn history(conn: &mut Conn, locality_id: i64) -> Result<Vec<SchemeVersion>, Error> {
    Ok(scheme_versions::table
        .filter(scheme_versions::locality_id.eq(locality_id))
        .order(scheme_versions::number.desc())
        .select(SchemeVersion::as_select())
        .load(conn)?)
}

/// The latest draft of a locality's scheme that is in no proposal made yet.
pub fn open_draft(conn: &mut Conn, locality_id: i64) -> Result<Option<SchemeVersion>, Error> {
    Ok(history(conn, locality_id)?.into_iter().find(|version| version.state == State::Draft))
}

/// Adds a draft; its number.
pub fn add_draft(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    locality_id: i64,
    scheme: &Scheme,
) -> Result<i64, Error> {
    let number = history(conn, locality_id)?.first().map_or(1, |version| version.number + 1);
    let text = scheme.text();
    diesel::insert_into(scheme_versions::table)
        .values((
            scheme_versions::locality_id.eq(locality_id),
            scheme_versions::number.eq(number),
            scheme_versions::state.eq(State::Draft),
            scheme_versions::text_hash.eq(hash(&text)),
            scheme_versions::text.eq(text),
            scheme_versions::created_by.eq(actor.user_id),
            scheme_versions::who.eq(&actor.who),
            scheme_versions::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(number)
}

/// Gives a draft another text, unless somebody did so first.
pub fn change_draft(conn: &mut Conn, draft: &SchemeVersion, scheme: &Scheme) -> Result<bool, Error> {
    let text = scheme.text();
    let same = scheme_versions::table
        .filter(scheme_versions::id.eq(draft.id))
        .filter(scheme_versions::version.eq(draft.version).and(scheme_versions::state.eq(State::Draft)));
    let changed = diesel::update(same)
        .set((
            scheme_versions::text_hash.eq(hash(&text)),
            scheme_versions::text.eq(text),
            scheme_versions::version.eq(scheme_versions::version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Deletes a draft; whether it was one still.
pub fn delete_draft(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let draft = scheme_versions::table
        .filter(scheme_versions::id.eq(id).and(scheme_versions::state.eq(State::Draft)));
    Ok(diesel::delete(draft).execute(conn)? == 1)
}
