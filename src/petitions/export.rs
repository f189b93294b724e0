//! `export petitions`: those that were submitted, in the columns of design section 9.

use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::petition::Petition;
use super::worklist::csv::{Around, COLUMNS};
use crate::csv_out::CsvOut;
use crate::database::Conn;
use crate::error::Error;
use crate::runs::export::write;
use crate::runs::store::Locality;
use crate::schema::petitions;

/// Writes the petitions of some localities, up to a day of submission where one is given, oldest first; how many.
pub fn write_petitions(
    conn: &mut Conn,
    localities: &[Locality],
    until: Option<NaiveDate>,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    write(out, COLUMNS.split(','))?;
    let ids: Vec<i64> = localities.iter().map(|locality| locality.id).collect();
    let (mut last, mut written) = (0, 0);
    loop {
        let mut query = petitions::table
            .filter(petitions::id.gt(last).and(petitions::locality_id.eq_any(&ids)))
            .filter(petitions::submitted_on.is_not_null())
            .order(petitions::id)
            .limit(5_000)
            .select(Petition::as_select())
            .into_boxed();
        if let Some(until) = until {
            query = query.filter(petitions::submitted_on.le(until));
        }
        let some: Vec<Petition> = query.load(conn)?;
        let Some(petition) = some.last() else { return Ok(written) };
        last = petition.id;
        let around = Around::of(conn, &some)?;
        for petition in &some {
            write(out, around.cells(petition))?;
        }
        written += some.len();
    }
}
