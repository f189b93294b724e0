//! Placing somebody again when a fact has become known or a decision has ended, and what becomes of their case.

use diesel::prelude::*;

use super::case::Pattern;
use super::found::Found;
use super::questions::{self, Withdrawn};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::people::corrections::Correctable;
use crate::people::register::{FOREVER, published};
use crate::runs::again;
use crate::runs::amend::Because;
use crate::runs::store::Cause;
use crate::schema::{people, retired_cases};

/// The pseudonym of a person.
pub fn pseudonym(conn: &mut Conn, person_id: i64) -> Result<String, Error> {
    Ok(people::table.find(person_id).select(people::pseudonym).first(conn)?)
}

/// Places the person of a case by the criteria and the facts as they are read now, unless they are held. A case that an
/// answer settles is retired, and what is no longer needed is no longer asked.
pub fn place_again(
    conn: &mut Conn,
    now: Now,
    found: &Found,
    (cause, reference): (Cause, &str),
) -> Result<(), Error> {
    let held = super::holds::of_person(conn, found.person.id, found.locality.id)?;
    if held.is_some() {
        return Ok(());
    }
    let because = Because { cause, reference };
    let anew = again::place_by_criteria(conn, now, &found.run, found.person.id, because)?;
    let still = anew.reason.hangs_on.iter().filter_map(|fact| Correctable::of_fact(fact)).collect::<Vec<_>>();
    if !anew.reason.too_many_unknown {
        questions::withdraw_but(conn, found.person.id, &still, Withdrawn::Run, now.today)?;
    }
    match &found.open {
        Some(open) if !anew.provisional && cause == Cause::Correction => {
            retire(conn, now, found, open, reference)
        }
        _ => Ok(()),
    }
}

fn retire(conn: &mut Conn, now: Now, found: &Found, open: &Pattern, question: &str) -> Result<(), Error> {
    let register = published(conn)?;
    diesel::insert_into(retired_cases::table)
        .values((
            retired_cases::person_id.eq(found.person.id),
            retired_cases::locality_id.eq(found.locality.id),
            retired_cases::run_id.eq(found.run.id),
            retired_cases::practice_id.eq(found.person.practice_id),
            retired_cases::facts.eq(open.facts_text()),
            retired_cases::could_be.eq(open.could_be_text()),
            retired_cases::question.eq(question),
            retired_cases::retired_on.eq(now.today),
            retired_cases::from_register.eq(register),
            retired_cases::until_register.eq(FOREVER),
        ))
        .execute(conn)?;
    Ok(())
}
