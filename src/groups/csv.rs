//! `/groups.csv`: the groups of a locality with the figures of the page, as a file.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::pages::{GroupsPage, GroupsQuery, Line, Row, page};
use crate::access::ReadsGroups;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::disclosure::ShownTally;
use crate::error::Error;
use crate::page::download;

const COLUMNS: [&str; 8] =
    ["locality", "order", "group", "name", "criteria_version", "people", "provisional", "annual_cost_pence"];

pub async fn groups(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<GroupsQuery>,
) -> Result<HttpResponse, Error> {
    let asked = query.into_inner().locality;
    let work = move |conn: &mut Conn| {
        let page = page(conn, &who, now, asked.as_deref())?;
        let locality = page.here.as_ref().map_or("", |here| &here.code);
        let rows = rows(&page, locality);
        let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
        out.row(COLUMNS).map_err(anyhow::Error::from)?;
        for row in &rows {
            out.row(row).map_err(anyhow::Error::from)?;
        }
        let subjects: Vec<Subject> = page.here.iter().map(|here| Subject::locality(&here.code)).collect();
        let details = json!({ "kind": "groups", "rows": rows.len() });
        audit::record(conn, now.moment, &who.actor, Verb::Exported, &subjects, details)?;
        Ok(out.finish().map_err(anyhow::Error::from)?)
    };
    Ok(download("groups.csv", database.write(work).await?))
}

/// The rows of the page, in its order: groups, who has none, everybody, and the overlay, which is counted above.
fn rows(page: &GroupsPage, locality: &str) -> Vec<[String; 8]> {
    let groups =
        (1..).zip(&page.rows).map(|(order, row): (i64, _)| of_group(locality, order.to_string(), row));
    let below = page.below.iter().flat_map(|below| below.lines.iter().chain([&below.everybody]));
    let lines = below.map(|line| of_line(locality, line));
    let overlay = page.overlay.iter().map(|row| of_group(locality, String::new(), row));
    groups.chain(lines).chain(overlay).collect()
}

fn of_group(locality: &str, order: String, row: &Row) -> [String; 8] {
    let version = row.criteria.as_ref().map(|version| version.number.to_string());
    let of = [row.group.code.clone(), row.group.label.clone(), version.unwrap_or_default()];
    cells(locality, order, of, row.tally.as_ref())
}

fn of_line(locality: &str, line: &Line) -> [String; 8] {
    let code = line.list.get("group").unwrap_or_default().to_owned();
    cells(locality, String::new(), [code, line.label.to_owned(), String::new()], Some(&line.tally))
}

/// Figures are blank for those who may not list the people.
fn cells(
    locality: &str,
    order: String,
    [code, name, version]: [String; 3],
    tally: Option<&ShownTally>,
) -> [String; 8] {
    let figures = tally.map(|tally| {
        [
            tally.people.written(ToString::to_string),
            tally.provisional.written(ToString::to_string),
            tally.cost.written(|pence| pence.0.to_string()),
        ]
    });
    let [people, provisional, cost] = figures.unwrap_or_default();
    [locality.to_owned(), order, code, name, version, people, provisional, cost]
}
