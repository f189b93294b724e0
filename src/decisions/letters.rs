//! Letters to another organisation that has to act, or that waited for an answer: one a person there.

use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::{self, About, Letter};

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
    let about = About { reference: reference.to_owned(), path, due: None }.to_string();
    mail::queue_to_members(conn, now, Some(who.user_id), (organisation_id, roles), letter, &about)
}
