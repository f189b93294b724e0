//! Cases that a register or an answer settled.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::case::Pattern;
use crate::database::Conn;
use crate::error::Error;
use crate::people::register::published;
use crate::schema::retired_cases;

/// A case that a register or an answer settled.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Retired {
    pub id: i64,
    pub person_id: i64,
    pub run_id: i64,
    pub practice_id: i64,
    facts: String,
    could_be: String,
    /// The question whose answer settled it; none where a register did.
    pub question: Option<String>,
    pub on: NaiveDate,
    /// The register that brought the facts.
    pub register: i64,
}

impl Retired {
    pub fn pattern(&self) -> Pattern {
        Pattern::read(&self.facts, &self.could_be)
    }
}

/// The retired cases of a locality that readers see, latest first; of one person, or of all.
pub fn in_locality(conn: &mut Conn, locality_id: i64, person_id: Option<i64>) -> Result<Vec<Retired>, Error> {
    let register = published(conn)?;
    let mut query = retired_cases::table
        .filter(retired_cases::locality_id.eq(locality_id))
        .filter(retired_cases::from_register.le(register))
        .order(retired_cases::id.desc())
        .select((
            retired_cases::id,
            retired_cases::person_id,
            retired_cases::run_id,
            retired_cases::practice_id,
            retired_cases::facts,
            retired_cases::could_be,
            retired_cases::question,
            retired_cases::retired_on,
            retired_cases::from_register,
        ))
        .into_boxed();
    if let Some(id) = person_id {
        query = query.filter(retired_cases::person_id.eq(id));
    }
    Ok(query.load(conn)?)
}
