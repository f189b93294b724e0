//! Petitions as a file, in the columns of design section 9.

use std::collections::HashMap;
use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::State;
use super::petition::{Petition, ReasonCode};
use crate::csv_out::CsvOut;
use crate::database::Conn;
use crate::error::Error;
use crate::runs::export::write;
use crate::runs::store::Locality;
use crate::schema::{organisations, people, petition_decisions, petitions};

pub const COLUMNS: &str =
    "ref,locality,practice,pseudonym,from_group,to_group,category,state,submitted,due,decided,reason_code";

/// What a row says beside the petition itself.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    pub locality: &'a str,
    pub practice: &'a str,
    pub pseudonym: &'a str,
    /// Of the last decision.
    pub reason_code: Option<ReasonCode>,
}

/// A petition in the order of [`COLUMNS`]. `decided` is the day of the decision that stands.
pub fn cells(petition: &Petition, beside: Beside<'_>) -> [String; 12] {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let day = |value: Option<NaiveDate>| value.map(|day| day.to_string()).unwrap_or_default();
    let decided = match petition.state {
        State::Approved | State::Rejected | State::RejectionConfirmed | State::Overturned => {
            petition.closed_on
        }
        _ => None,
    };
    [
        petition.reference.clone(),
        beside.locality.to_owned(),
        beside.practice.to_owned(),
        beside.pseudonym.to_owned(),
        text(petition.from_group.as_deref()),
        text(petition.to_group.as_deref()),
        text(petition.category.map(super::petition::Category::word)),
        petition.state.word().to_owned(),
        day(petition.submitted_on),
        day(petition.due_on.filter(|_| petition.state.is_open())),
        day(decided),
        text(beside.reason_code.map(ReasonCode::word)),
    ]
}

/// The ground of the last decision on each of some petitions.
pub fn reason_codes(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, ReasonCode>, Error> {
    let mut codes = HashMap::new();
    for some in ids.chunks(5_000) {
        let rows: Vec<(i64, ReasonCode)> = petition_decisions::table
            .filter(petition_decisions::petition_id.eq_any(some))
            .order(petition_decisions::id)
            .select((petition_decisions::petition_id, petition_decisions::reason_code))
            .load(conn)?;
        codes.extend(rows);
    }
    Ok(codes)
}

/// Writes the petitions of some localities that were submitted, up to a day where one is given, oldest first; how many.
pub fn write_petitions(
    conn: &mut Conn,
    localities: &[Locality],
    until: Option<NaiveDate>,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    write(out, COLUMNS.split(','))?;
    let codes: HashMap<i64, &str> = localities.iter().map(|one| (one.id, one.code.as_str())).collect();
    let ids: Vec<i64> = codes.keys().copied().collect();
    let (mut last, mut written) = (0, 0);
    loop {
        let rows: Vec<(Petition, String, String)> = petitions::table
            .inner_join(organisations::table)
            .inner_join(people::table)
            .filter(petitions::id.gt(last).and(petitions::locality_id.eq_any(&ids)))
            .filter(petitions::submitted_on.le(until.unwrap_or(NaiveDate::MAX)))
            .order(petitions::id)
            .limit(5_000)
            .select((Petition::as_select(), organisations::code, people::pseudonym))
            .load(conn)?;
        let Some((petition, ..)) = rows.last() else { return Ok(written) };
        last = petition.id;
        let numbers: Vec<i64> = rows.iter().map(|(petition, ..)| petition.id).collect();
        let reasons = reason_codes(conn, &numbers)?;
        for (petition, practice, pseudonym) in &rows {
            let locality = codes.get(&petition.locality_id).copied().unwrap_or_default();
            let reason_code = reasons.get(&petition.id).copied();
            write(out, cells(petition, Beside { locality, practice, pseudonym, reason_code }))?;
        }
        written += rows.len();
    }
}
