//! Break-glass reads: two that no auditor has looked at yet, and one that one has.

use diesel::prelude::*;

use super::agreements::somebody;
use crate::clock::Now;
use crate::config::Ground;
use crate::database::Conn;
use crate::error::Error;
use crate::people::person::in_scope;
use crate::people::register::published;
use crate::schema::{organisations, people, person_records};
use crate::unmasking::{asking, report_page, showing};

/// A commissioner, a practice's code, which of its people, why, and whether an auditor has looked at it.
const READ: [(&str, &str, i64, &str, bool); 3] = [
    (
        "commissioner.first@demo.example",
        "E99001",
        7,
        "Complaint about a hospital bill that names no one",
        true,
    ),
    ("commissioner.second@demo.example", "E99002", 11, "Safeguarding enquiry of the council", false),
    (
        "commissioner.first@demo.example",
        "E99001",
        19,
        "Ombudsman asks which practice answers for this case",
        false,
    ),
];

/// Tells the break-glass reads of the large locality: the same for the same people.
pub fn tell(ground: &Ground) -> anyhow::Result<()> {
    let now = ground.now();
    Ok(ground.database.write_now(|conn| READ.iter().try_for_each(|read| unmask(conn, now, *read)))?)
}

fn unmask(
    conn: &mut Conn,
    now: Now,
    (email, practice, which, reason, looked): (&str, &str, i64, &str, bool),
) -> Result<(), Error> {
    let who = somebody(conn, email, now)?;
    let Some(pseudonym) = person(conn, practice, which)? else { return Ok(()) };
    let person = in_scope(conn, &who, now, &pseudonym)?;
    let reference = asking::record(conn, now, &who, &person, reason)?;
    showing::take(conn, &who, now, &pseudonym, &reference)?;
    if looked {
        let auditor = somebody(conn, "auditor@demo.example", now)?;
        report_page::record(conn, now, &auditor, &reference, 1, true)?;
    }
    Ok(())
}

/// The pseudonym of one of a practice's people, by the order they were registered in.
fn person(conn: &mut Conn, practice: &str, which: i64) -> Result<Option<String>, Error> {
    let register = published(conn)?;
    Ok(people::table
        .inner_join(person_records::table.inner_join(organisations::table))
        .filter(organisations::code.eq(practice))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .order(people::id)
        .offset(which)
        .select(people::pseudonym)
        .first(conn)
        .optional()?)
}
