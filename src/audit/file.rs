//! The trail as a file, in the columns of the design.

use std::io::Write;

use actix_web::{HttpResponse, web};
use diesel::connection::SimpleConnection;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::json;

use super::trail::{self, Entry, Ours, Records};
use super::{Actor, Subject, Verb, chosen, concerns, record, record_entry};
use crate::access::{Auditor, Who};
use crate::clock::{Moment, Now};
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database, MultiBackend};
use crate::error::Error;
use crate::movements::csv::{MOST_ROWS, TOO_MANY};
use crate::page::{Query, download};
use crate::schema::{audit_concerns, audit_entries};

const COLUMNS: &str = "entry,at,who,acting_as,role,verb,subject,from,digest";
/// How many records of an entry stand in a cell, which a spreadsheet holds 32,767 signs of.
const MOST_RECORDS: usize = 100;
/// Entries read at a time.
const AT_ONCE: i64 = 1_000;

pub async fn csv(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = chosen::offered(Query::new(query.into_inner())).for_file()?;
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (rows, body) = database.read(move |conn| file(conn, &who, &query)).await?;
    let details = json!({ "rows": rows, "asked": asked });
    database.write(move |conn| record(conn, now.moment, &actor, Verb::AuditExported, &[], details)).await?;
    Ok(download("audit.csv", body))
}

fn file(conn: &mut Conn, who: &Who, query: &Query) -> Result<(usize, Vec<u8>), Error> {
    let ours = Ours::of(conn, who)?;
    let entries = trail::entries(conn, &ours, &chosen::read(query), (0, MOST_ROWS + 1))?;
    if entries.len() as i64 > MOST_ROWS {
        return Err(Error::Unreadable(TOO_MANY));
    }
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    write(&mut out, COLUMNS.split(','))?;
    for some in entries.chunks(AT_ONCE as usize) {
        rows(conn, Some(&ours), some, &mut out)?;
    }
    Ok((entries.len(), out.finish().map_err(anyhow::Error::from)?))
}

/// What an export of the trail is narrowed to: a locality (its code), and what was before a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent<'a> {
    pub locality: Option<&'a str>,
    pub until: Option<Moment>,
}

type Condition = Box<dyn BoxableExpression<audit_entries::table, MultiBackend, SqlType = Bool>>;

impl Extent<'_> {
    /// Its entries up to a running number.
    fn through(self, last: i64) -> Condition {
        let mut all: Condition = Box::new(audit_entries::id.le(last));
        if let Some(code) = self.locality {
            let concern = audit_concerns::table
                .filter(audit_concerns::whom.eq(concerns::locality(code)))
                .filter(audit_concerns::entry_id.eq(audit_entries::id));
            all = Box::new(all.and(exists(concern)));
        }
        if let Some(until) = self.until {
            all = Box::new(all.and(audit_entries::at.lt(until)));
        }
        all
    }
}

/// Tells of an export of the trail in the trail, with how many rows it has; the running number it ends with, its own.
///
/// Whoever writes an entry at the same moment is waited for, so that none of a lower number comes after the count.
pub fn record_export(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    subjects: &[Subject],
    mut details: serde_json::Value,
    extent: Extent<'_>,
) -> Result<i64, Error> {
    if let Conn::Postgres(inner) = conn {
        inner.batch_execute("LOCK TABLE audit_entries IN SHARE ROW EXCLUSIVE MODE")?;
    }
    let before: i64 = audit_entries::table.filter(extent.through(i64::MAX)).count().get_result(conn)?;
    let is_in_it = extent.until.is_none_or(|until| now < until);
    details["rows"] = json!(before + i64::from(is_in_it));
    record_entry(conn, now, actor, Verb::AuditExported, subjects, details)
}

/// Writes the trail of an extent, oldest first, up to a running number; how many rows.
pub fn write_trail(
    conn: &mut Conn,
    extent: Extent<'_>,
    through: i64,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    write(out, COLUMNS.split(','))?;
    let (mut last, mut count) = (0, 0);
    loop {
        let entries: Vec<Entry> = audit_entries::table
            .filter(extent.through(through))
            .filter(audit_entries::id.gt(last))
            .order(audit_entries::id)
            .limit(AT_ONCE)
            .select(Entry::as_select())
            .load(conn)?;
        let Some(end) = entries.last() else { return Ok(count) };
        last = end.id;
        count += entries.len();
        let ours = extent.locality.map(|code| Ours(vec![concerns::locality(code)]));
        rows(conn, ours.as_ref(), &entries, out)?;
    }
}

fn rows(
    conn: &mut Conn,
    ours: Option<&Ours>,
    entries: &[Entry],
    out: &mut CsvOut<impl Write>,
) -> Result<(), Error> {
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    let records = trail::records(conn, ours, &ids)?;
    let none = Records::default();
    for entry in entries {
        write(out, cells(entry, records.get(&entry.id).unwrap_or(&none)))?;
    }
    Ok(())
}

fn cells(entry: &Entry, records: &Records) -> [String; 9] {
    [
        entry.id.to_string(),
        entry.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        entry.who.clone(),
        entry.acting_as.clone(),
        entry.role.clone(),
        entry.verb.clone(),
        records.in_a_line(MOST_RECORDS),
        entry.from_address.clone(),
        entry.digest.clone(),
    ]
}

fn write<C: AsRef<str>>(
    out: &mut CsvOut<impl Write>,
    cells: impl IntoIterator<Item = C>,
) -> Result<(), Error> {
    Ok(out.row(cells).map_err(anyhow::Error::from)?)
}
