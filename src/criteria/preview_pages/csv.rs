//! The figures of a preview as a file: every count of the page, by table, row and column, with its signs.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::page::{Answered, Asked, answered};
use super::tables::Table;
use crate::access::ReadsGroups;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::seen::Address;
use crate::csv_out::CsvOut;
use crate::database::Database;
use crate::disclosure::Shown;
use crate::error::Error;
use crate::jobs::Tools;
use crate::money::Pence;
use crate::page::download;

pub async fn preview(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    address: web::Path<Address>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (actor, asked) = (who.actor.clone(), Asked::new(query.into_inner()));
    let (prepared, preview) = answered(who, &database, &tools, now, address.into_inner(), asked).await?;
    let (here, number) = (&prepared.seen.here, prepared.seen.version.number);
    let (locality, group) = (here.locality.code.clone(), here.group.code.clone());
    let name = format!("preview-{locality}-{group}-{number}.csv");
    let rows = rows(&preview);
    let details =
        json!({ "kind": "preview", "version": number, "on": prepared.sides.on, "rows": rows.len() });
    let subjects = [Subject::criteria(&locality, &group)];
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::Exported, &subjects, details))
        .await?;
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    for row in rows {
        out.row(row).map_err(anyhow::Error::from)?;
    }
    Ok(download(&name, out.finish().map_err(anyhow::Error::from)?))
}

/// The heading and every figure.
fn rows(preview: &Answered) -> Vec<[String; 4]> {
    let mut rows = vec![["table", "row", "column", "count"].map(str::to_owned)];
    let headline = &preview.tables.headline;
    let pounds = |cost: &Shown<Pence>| cost.written(|cost| cost.rounded().0.div_euclid(100).to_string());
    for (name, count) in [
        ("in", plain(&headline.come.shown)),
        ("out", plain(&headline.go.shown)),
        ("moved", plain(&headline.moved.shown)),
        ("judgement_cases_now", plain(&headline.cases[0].shown)),
        ("judgement_cases", plain(&headline.cases[1].shown)),
        ("judgement_cases_made", plain(&headline.cases[2].shown)),
        ("judgement_cases_ended", plain(&headline.cases[3].shown)),
        ("annual_cost_of_in_and_out_pounds", pounds(&headline.cost)),
        ("annual_cost_of_moved_pounds", pounds(&headline.moved_cost)),
        ("not_placed_before", plain(&headline.not_placed.before.shown)),
        ("not_placed_after", plain(&headline.not_placed.after.shown)),
        ("on_register", plain(&preview.people.shown)),
    ] {
        rows.push(["figures".into(), name.into(), String::new(), count]);
    }
    let attrition = preview.attrition.iter().map(|(_, table)| table);
    let tables = preview.tables.moves.iter().chain(attrition).chain(&preview.tables.facts);
    tables.chain(&preview.overlap).for_each(|table| rows.extend(lines(table)));
    if let Some((_, people, tables)) = &preview.theirs {
        for (name, count) in [
            ("moved", &tables.headline.moved),
            ("judgement_cases_now", &tables.headline.cases[0]),
            ("judgement_cases", &tables.headline.cases[1]),
            ("on_register", people),
        ] {
            rows.push(["your_people".into(), name.into(), String::new(), plain(&count.shown)]);
        }
        for table in tables.moves.iter().filter(|table| table.wide) {
            rows.extend(
                lines(table).map(|[name, row, column, count]| [format!("your_{name}"), row, column, count]),
            );
        }
    }
    rows
}

fn lines(table: &Table) -> impl Iterator<Item = [String; 4]> {
    table.rows.iter().flat_map(move |row| {
        let cells = table.columns.iter().zip(&row.cells);
        cells.map(move |(column, cell)| {
            [table.name.into(), row.label.clone(), column.clone(), plain(&cell.shown)]
        })
    })
}

fn plain(count: &Shown<i64>) -> String {
    count.written(ToString::to_string)
}
