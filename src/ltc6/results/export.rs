//! `export ltc6`: results of campaigns, hidden where pages hide them.

use std::io::Write;

use diesel::prelude::*;

use super::{rows, store};
use crate::csv_out::CsvOut;
use crate::database::Conn;
use crate::error::Error;
use crate::ltc6::campaign::{Campaign, State};
use crate::schema::campaigns;

/// Writes the results of the campaigns of some localities (row ids) that have been open, the first to close first; how
/// many rows there were.
pub fn write_results<W: Write>(
    conn: &mut Conn,
    localities: &[i64],
    out: &mut CsvOut<W>,
) -> Result<usize, Error> {
    let opened: Vec<Campaign> = campaigns::table
        .filter(campaigns::locality_id.eq_any(localities))
        .filter(campaigns::state.eq_any([State::Open, State::Closed, State::Counted]))
        .order((campaigns::closes_on, campaigns::id))
        .select(Campaign::as_select())
        .load(conn)?;
    out.row(rows::COLUMNS).map_err(anyhow::Error::from)?;
    let mut written = 0;
    for campaign in opened {
        let figures = store::figures(conn, &campaign)?;
        written += rows::write(out, &campaign, &figures).map_err(anyhow::Error::from)?;
    }
    Ok(written)
}
