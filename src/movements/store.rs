//! Reading the ledger. A run's movements are part of it once the run is applied.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::people::why::label;
use crate::runs::store::{Cause, State};
use crate::schema::{movements, people, runs};

/// One entry of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The running number.
    pub entry: i64,
    pub pseudonym: String,
    pub from_group: Option<String>,
    pub to_group: Option<String>,
    pub effective_on: NaiveDate,
    pub cause: Cause,
    pub reference: String,
}

impl Entry {
    pub fn from_words(&self) -> String {
        sentence(label(self.from_group.as_deref()))
    }

    pub fn to_words(&self) -> String {
        label(self.to_group.as_deref())
    }

    pub fn cause_words(&self) -> &'static str {
        cause_words(self.cause)
    }

    /// Whether its reference is a grouping run's.
    pub fn is_run(&self) -> bool {
        !matches!(self.cause, Cause::Petition | Cause::Decision)
    }
}

fn sentence(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A cause as people read it.
pub fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Initial => "Initial grouping",
        Cause::Rerun => "Facts changed",
        Cause::CriteriaChange => "Criteria changed",
        Cause::Petition => "Petition",
        Cause::Decision => "Decision",
        Cause::Joined => "Joined",
        Cause::Left => "Left",
        Cause::Died => "Died",
        Cause::Correction => "Correction",
    }
}

type Row = (i64, String, Option<String>, Option<String>, NaiveDate, Cause, String);

impl From<Row> for Entry {
    fn from((entry, pseudonym, from_group, to_group, effective_on, cause, reference): Row) -> Entry {
        Entry { entry, pseudonym, from_group, to_group, effective_on, cause, reference }
    }
}

/// The movements of one person, oldest first.
pub fn of_person(conn: &mut Conn, person_id: i64) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Row> = movements::table
        .inner_join(people::table)
        .left_join(runs::table)
        .filter(movements::person_id.eq(person_id))
        .filter(movements::run_id.is_null().or(runs::state.eq(State::Applied)))
        .order(movements::id)
        .select((
            movements::id,
            people::pseudonym,
            movements::from_group,
            movements::to_group,
            movements::effective_on,
            movements::cause,
            movements::reference,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Entry::from).collect())
}
