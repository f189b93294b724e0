//! What waits at a practice: questions asked of it, and corrections it has not yet coded in its own system.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::questions::Asked;
use crate::database::Conn;
use crate::error::Error;
use crate::people::corrections::{Correction, State};
use crate::people::person::name_in_words;
use crate::people::register::published;
use crate::schema::{corrections, organisations, people, person_records, questions};

/// A person as their practice sees them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Whom {
    pub pseudonym: String,
    pub nhs_number: String,
    given_name: Option<String>,
    family_name: Option<String>,
}

impl Whom {
    pub fn name(&self) -> String {
        name_in_words(self.given_name.as_deref(), self.family_name.as_deref())
    }
}

/// A question to the practice.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    pub reference: String,
    pub fact: String,
    pub state: Asked,
    pub asked_on: NaiveDate,
    pub network: String,
    pub answer: Option<String>,
    pub answered_on: Option<NaiveDate>,
    pub whom: Whom,
}

/// Records of a practice's people in the published register.
macro_rules! with_the_practice {
    ($query:expr, $practice_id:expr, $register:expr) => {
        $query
            .filter(person_records::practice_id.eq($practice_id))
            .filter(person_records::from_register.le($register))
            .filter(person_records::until_register.gt($register))
    };
}

/// Questions about people who are with a practice now, in a state or in all, oldest first.
pub fn asked(conn: &mut Conn, practice_id: i64, state: Option<Asked>) -> Result<Vec<Line>, Error> {
    let register = published(conn)?;
    let all = questions::table
        .inner_join(people::table.inner_join(person_records::table))
        .inner_join(organisations::table.on(organisations::id.eq(questions::network_id)));
    let mut query = with_the_practice!(all, practice_id, register)
        .order(questions::id)
        .select((
            questions::reference,
            questions::fact,
            questions::state,
            questions::asked_on,
            organisations::name,
            questions::answer,
            questions::answered_on,
            (people::pseudonym, people::nhs_number, person_records::given_name, person_records::family_name),
        ))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(questions::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// Corrections of people who are with a practice now, in a state or in all, oldest first.
pub fn corrections(
    conn: &mut Conn,
    practice_id: i64,
    state: Option<State>,
) -> Result<Vec<(Correction, Whom)>, Error> {
    let register = published(conn)?;
    let all = corrections::table.inner_join(people::table.inner_join(person_records::table));
    let mut query = with_the_practice!(all, practice_id, register)
        .order(corrections::id)
        .select((
            Correction::as_select(),
            (people::pseudonym, people::nhs_number, person_records::given_name, person_records::family_name),
        ))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(corrections::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// How many questions wait at a practice, and how many corrections are not yet coded.
pub fn waiting(conn: &mut Conn, practice_id: i64) -> Result<(i64, i64), Error> {
    let register = published(conn)?;
    let asked = questions::table.inner_join(people::table.inner_join(person_records::table));
    let asked = with_the_practice!(asked, practice_id, register).filter(questions::state.eq(Asked::Asked));
    let standing = corrections::table.inner_join(people::table.inner_join(person_records::table));
    let standing = with_the_practice!(standing, practice_id, register);
    let standing = standing.filter(corrections::state.eq(State::Standing));
    Ok((asked.count().get_result(conn)?, standing.count().get_result(conn)?))
}
