//! What a run stages before it is published, and sweeping away what was never published.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::reason::Reason;
use super::store::{Cause, Source, State};
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{movements, placements, run_counts, run_reasons, runs};

/// Gives up the runs of a locality that a killed process left applying; `keep` is the caller's own.
pub fn give_up_dead(conn: &mut Conn, locality_id: i64, keep: i64) -> Result<(), Error> {
    let dead = runs::table
        .filter(runs::locality_id.eq(locality_id).and(runs::id.ne(keep)))
        .filter(runs::state.eq(State::Applying));
    diesel::update(dead).set(runs::state.eq(State::Failed)).execute(conn)?;
    Ok(())
}

/// The runs of a locality, `own` among them, that staged rows and were never published.
pub fn unpublished(conn: &mut Conn, locality_id: i64, own: i64) -> Result<Vec<i64>, Error> {
    let given_up = runs::state
        .eq_any([State::Failed, State::Cancelled])
        .or(runs::id.eq(own).and(runs::state.eq(State::Applying)));
    Ok(runs::table
        .filter(runs::locality_id.eq(locality_id))
        .filter(given_up)
        .order(runs::id)
        .select(runs::id)
        .load(conn)?)
}

/// Deletes some of what an unpublished run staged; whether there was any.
pub fn sweep(conn: &mut Conn, run_id: i64, at_once: i64) -> Result<bool, Error> {
    let state: State = runs::table.find(run_id).select(runs::state).first(conn)?;
    if state == State::Applied {
        return Ok(false);
    }
    let staged: Vec<i64> = placements::table
        .filter(placements::run_id.eq(run_id))
        .select(placements::id)
        .limit(at_once)
        .load(conn)?;
    let moved: Vec<i64> = movements::table
        .filter(movements::run_id.eq(run_id))
        .select(movements::id)
        .limit(at_once)
        .load(conn)?;
    diesel::delete(placements::table.filter(placements::id.eq_any(&staged))).execute(conn)?;
    diesel::delete(movements::table.filter(movements::id.eq_any(&moved))).execute(conn)?;
    diesel::delete(run_reasons::table.filter(run_reasons::run_id.eq(run_id))).execute(conn)?;
    diesel::delete(run_counts::table.filter(run_counts::run_id.eq(run_id))).execute(conn)?;
    Ok(!staged.is_empty() || !moved.is_empty())
}

/// A placement, as it is staged.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
pub struct NewPlacement {
    pub run_id: i64,
    pub person_id: i64,
    pub practice_id: i64,
    pub group_code: Option<String>,
    pub out_of_scope: bool,
    pub provisional: bool,
    pub supplementary_care: Option<bool>,
    pub reason_number: i64,
    pub source: Source,
}

/// A movement, as it is staged.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = movements, treat_none_as_default_value = false)]
pub struct NewMovement {
    pub run_id: Option<i64>,
    pub person_id: i64,
    pub locality_id: i64,
    pub from_group: Option<String>,
    pub to_group: Option<String>,
    pub effective_on: NaiveDate,
    pub cause: Cause,
    pub reference: String,
    pub recorded_at: Moment,
}

/// Stages rows: COPY on PostgreSQL, one prepared statement on SQLite.
macro_rules! stage {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            Conn::Postgres(inner) => {
                diesel::copy_from($table).from_insertable($rows).execute(inner)?;
            }
            Conn::Sqlite(inner) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(inner)?;
                }
            }
        }
    };
}

pub fn stage_placements(conn: &mut Conn, rows: &[NewPlacement]) -> Result<(), Error> {
    stage!(conn, placements::table, rows);
    Ok(())
}

pub fn stage_movements(conn: &mut Conn, rows: &[NewMovement]) -> Result<(), Error> {
    stage!(conn, movements::table, rows);
    Ok(())
}

/// Stages reasons under the numbers placements name them by.
pub fn stage_reasons(conn: &mut Conn, run_id: i64, reasons: &[(i64, Reason)]) -> Result<(), Error> {
    for (number, reason) in reasons {
        let text = serde_json::to_string(reason).map_err(anyhow::Error::from)?;
        diesel::insert_into(run_reasons::table)
            .values((
                run_reasons::run_id.eq(run_id),
                run_reasons::number.eq(number),
                run_reasons::reason.eq(text),
            ))
            .execute(conn)?;
    }
    Ok(())
}
