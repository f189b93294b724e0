//! A person's record and contact details as one register holds them, written many at a time.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::criteria::conditions::{Condition, ConditionSet};
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{person_contacts, person_records};

/// Inserts rows by COPY on PostgreSQL and by one statement on SQLite.
#[macro_export]
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {{
        if !$rows.is_empty() {
            match $conn {
                $crate::database::Conn::Postgres(inner) => {
                    diesel::copy_from($table).from_insertable($rows).execute(inner)?;
                }
                $crate::database::Conn::Sqlite(inner) => {
                    diesel::insert_into($table).values($rows).execute(inner)?;
                }
            }
        }
        Ok::<(), $crate::error::Error>(())
    }};
}

/// What the register holds of a person. `None` is not known.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_records, treat_none_as_default_value = false)]
pub struct Record {
    pub person_id: i64,
    pub from_register: i64,
    pub until_register: i64,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// What lists are sorted by: see [`name_key`].
    pub name_key: String,
    pub date_of_birth: NaiveDate,
    pub sex: Option<String>,
    pub practice_id: i64,
    pub registered_from: NaiveDate,
    /// The last day on the practice's list.
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    pub ltc_count: Option<i64>,
    /// Codes joined by `;` in the order of [`Condition::ALL`]; `None` is a blank, which beside a count means none.
    pub conditions: Option<String>,
    pub dementia: Option<bool>,
    pub advanced_organic_disorder: Option<bool>,
    pub learning_disability: Option<bool>,
    pub serious_mental_illness: Option<bool>,
    pub cancer_active: Option<bool>,
    pub cancer_treatment_ended_on: Option<NaiveDate>,
    pub homeless: Option<bool>,
    pub alcohol_dependency: Option<bool>,
    pub drug_dependency: Option<bool>,
    pub care_home_resident: Option<bool>,
    pub unplanned_admissions_12m: Option<i64>,
    pub annual_cost_pence: Option<i64>,
    pub palliative: Option<bool>,
}

/// How a person can be written to; read by the letter and mail job and the person's practice alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_contacts, treat_none_as_default_value = false)]
pub struct Contact {
    pub person_id: i64,
    pub from_register: i64,
    pub until_register: i64,
    /// Lines split by a vertical bar.
    pub address: Option<String>,
    pub postcode: Option<String>,
    pub email: Option<String>,
    /// `letter`, `email` or `none`.
    pub contact_preference: Option<String>,
    pub large_print: bool,
    pub ltc6_opt_out: bool,
    pub data_opt_out: bool,
}

/// Family name, then given name, in lower case.
pub fn name_key(given: Option<&str>, family: Option<&str>) -> String {
    format!("{} {}", family.unwrap_or(""), given.unwrap_or("")).trim().to_lowercase()
}

/// Registers as stored.
pub fn stored_conditions(set: ConditionSet) -> String {
    set.iter().map(Condition::code).collect::<Vec<_>>().join(";")
}

/// Writes records; at most 1,000 at a time, as many as SQLite takes in one statement.
pub fn insert_records(conn: &mut Conn, records: &[Record]) -> Result<(), Error> {
    insert_many!(conn, person_records::table, records)
}

/// Writes contact details; at most 1,000 at a time.
pub fn insert_contacts(conn: &mut Conn, contacts: &[Contact]) -> Result<(), Error> {
    insert_many!(conn, person_contacts::table, contacts)
}
