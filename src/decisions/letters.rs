//! Letters to another organisation that has to act, or that waited for an answer: one a person there.

use diesel::prelude::*;

use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::{self, About, Letter};
use crate::schema::memberships;

/// Sends a letter to everybody in some roles of an organisation, but to the caller; `about` is a reference and the page
/// the letter leads to.
pub fn send(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    (organisation_id, roles): (i64, &[Role]),
    letter: Letter,
    (reference, path): (&str, String),
) -> Result<(), Error> {
    let people: Vec<i64> = memberships::table
        .filter(memberships::organisation_id.eq(organisation_id).and(memberships::role.eq_any(roles)))
        .filter(memberships::from_on.le(now.today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(now.today)))
        .filter(memberships::user_id.ne(who.user_id))
        .select(memberships::user_id)
        .distinct()
        .order(memberships::user_id)
        .load(conn)?;
    let about = About { reference: reference.to_owned(), path, due: None }.to_string();
    for to in people {
        mail::queue(conn, now.moment, to, letter, &about)?;
    }
    Ok(())
}
