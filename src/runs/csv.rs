//! `/runs.csv`: the runs the page lists, as a file.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::list_page::{Listed, listed};
use super::store::Run;
use crate::access::ReadsRuns;
use crate::audit::{self, Verb};
use crate::clock::{Now, london_day};
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Query, download};

const COLUMNS: [&str; 12] = [
    "run",
    "locality",
    "as_of",
    "register",
    "state",
    "people",
    "placed",
    "judgement_cases",
    "unplaced",
    "out_of_scope",
    "moved",
    "started_on",
];

pub async fn runs(
    ReadsRuns(who): ReadsRuns,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let asked = query.to_string();
    let work = move |conn: &mut Conn| {
        let Listed { query, places, runs, .. } = listed(conn, &who, now, query)?;
        query.for_file()?;
        let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
        out.row(COLUMNS).map_err(anyhow::Error::from)?;
        for run in &runs {
            let here = places.iter().find(|locality| locality.id == run.locality_id);
            out.row(cells(run, here.map_or("", |locality| &locality.code))?).map_err(anyhow::Error::from)?;
        }
        let details = json!({ "kind": "runs", "rows": runs.len(), "asked": asked });
        audit::record(conn, now.moment, &who.actor, Verb::Exported, &[], details)?;
        Ok(out.finish().map_err(anyhow::Error::from)?)
    };
    Ok(download("runs.csv", database.write(work).await?))
}

/// Figures are blank while they are not worked out.
fn cells(run: &Run, locality: &str) -> Result<[String; 12], Error> {
    let figures = run.summary()?.map(|summary| {
        [
            summary.people,
            summary.placed,
            summary.judgement_cases,
            summary.unplaced,
            summary.out_of_scope,
            summary.moved,
        ]
        .map(|figure| figure.to_string())
    });
    let [people, placed, judgement_cases, unplaced, out_of_scope, moved] = figures.unwrap_or_default();
    Ok([
        run.reference.clone(),
        locality.to_owned(),
        run.as_of.to_string(),
        if run.register > 0 { run.register.to_string() } else { String::new() },
        run.state.word().to_owned(),
        people,
        placed,
        judgement_cases,
        unplaced,
        out_of_scope,
        moved,
        london_day(run.created_at).to_string(),
    ])
}
