//! Who brings in what: an administrator every kind, an analyst data about the people of its commissioner's localities, a
//! keyer paper returns of their campaigns.

use diesel::prelude::*;

use super::kind::Kind;
use crate::access::{Role, Who};
use crate::audit::Actor;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{localities, memberships, organisations};

/// The kinds a role brings in. Users are the administrator's alone: whoever adds users could make an administrator.
pub fn kinds_of(role: Role) -> &'static [Kind] {
    match role {
        Role::Administrator => Kind::ALL,
        Role::Analyst => &[Kind::People, Kind::RiskScores, Kind::LevelOfNeed],
        Role::Keyer => &[Kind::PaperReturns],
        _ => &[],
    }
}

/// Which imports somebody sees and decides on.
#[derive(Clone, Debug)]
pub struct Ours {
    pub kinds: &'static [Kind],
    /// The users (row ids) whose imports they are; `None` for everybody's.
    pub by: Option<Vec<i64>>,
}

/// An administrator's are all; an analyst's or keyer's those of the same role at the same commissioner.
pub fn ours(conn: &mut Conn, who: &Who) -> Result<Ours, Error> {
    let by = match who.role() {
        Role::Administrator => None,
        role => Some(
            memberships::table
                .filter(memberships::role.eq(role))
                .filter(memberships::organisation_id.eq(who.organisation_id()))
                .select(memberships::user_id)
                .distinct()
                .load(conn)?,
        ),
    };
    Ok(Ours { kinds: kinds_of(who.role()), by })
}

/// The localities (row ids) whose practices, people and campaigns an actor's file may name; `None` for all.
pub fn localities_of(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<i64>>, Error> {
    if ![Role::Analyst, Role::Keyer].iter().any(|role| actor.role == role.word()) {
        return Ok(None);
    }
    let joint: Option<i64> = organisations::table
        .filter(organisations::code.eq(&actor.acting_as))
        .select(organisations::locality_id)
        .first(conn)
        .optional()?
        .flatten();
    let ours = localities::commissioner_code.eq(&actor.acting_as).or(localities::id.eq(joint.unwrap_or(0)));
    Ok(Some(localities::table.filter(ours).order(localities::id).select(localities::id).load(conn)?))
}
