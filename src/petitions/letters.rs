//! Letters about petitions: a reference, a date and a link, nothing about the person and nothing anybody typed.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::absence::store::cover_of;
use super::found::Found;
use super::petition::Petition;
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::{self, About, Letter};
use crate::schema::{localities, organisations};

/// Tells everybody in some roles of an organisation, but whoever did the act.
pub fn organisation(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    petition: &Petition,
    (organisation_id, roles): (i64, &[Role]),
    (letter, due): (Letter, Option<NaiveDate>),
) -> Result<(), Error> {
    let about = about(petition, due);
    mail::queue_to_members(conn, now, who.map(|who| who.user_id), (organisation_id, roles), letter, &about)
}

/// Tells one user, but whoever did the act.
pub fn user(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    petition: &Petition,
    user_id: i64,
    (letter, due): (Letter, Option<NaiveDate>),
) -> Result<(), Error> {
    if who.map(|who| who.user_id) == Some(user_id) {
        return Ok(());
    }
    mail::queue(conn, now.moment, user_id, letter, &about(petition, due))?;
    Ok(())
}

fn about(petition: &Petition, due: Option<NaiveDate>) -> String {
    About { reference: petition.reference.clone(), path: petition.path(), due }.to_string()
}

/// Tells whoever decides: the commissioner it is assigned to and whoever sees to their work, or those of the locality's leading commissioner.
pub fn reviewers(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    petition: &Petition,
    letter: (Letter, Option<NaiveDate>),
) -> Result<(), Error> {
    if let Some(assigned) = petition.assigned_to {
        user(conn, now, who, petition, assigned, letter)?;
        return match cover_of(conn, assigned, Role::Commissioner, now.today)? {
            Some(cover) => user(conn, now, who, petition, cover, letter),
            None => Ok(()),
        };
    }
    let leading: Option<i64> = localities::table
        .inner_join(organisations::table.on(organisations::code.eq(localities::commissioner_code)))
        .filter(localities::id.eq(petition.locality_id))
        .select(organisations::id)
        .first(conn)
        .optional()?;
    match leading {
        Some(id) => organisation(conn, now, who, petition, (id, &[Role::Commissioner]), letter),
        None => Ok(()),
    }
}

/// Tells the owner: whoever submitted it, or the practice's GPs where they submitted it elsewhere.
pub fn owner(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    petition: &Petition,
    letter: (Letter, Option<NaiveDate>),
) -> Result<(), Error> {
    organisation(conn, now, who, petition, (petition.practice_id, &[Role::Gp]), letter)?;
    let submitted = petition.submitted_by.filter(|id| Some(*id) != who.map(|who| who.user_id));
    match submitted {
        Some(id) if !mail::is_member(conn, id, petition.practice_id, Role::Gp, now.today)? => {
            user(conn, now, who, petition, id, letter)
        }
        _ => Ok(()),
    }
}

/// Tells the networks that were asked.
pub fn networks(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    found: &Found,
    letter: (Letter, Option<NaiveDate>),
) -> Result<(), Error> {
    for asked in &found.opinions {
        let to = (asked.network_id, &[Role::Provider][..]);
        organisation(conn, now, who, &found.petition, to, letter)?;
    }
    Ok(())
}
