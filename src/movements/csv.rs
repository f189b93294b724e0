//! The ledger as files: the entries the page lists, in the columns of the design, and the flows it draws.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::filters::month_word;
use super::flows::flows as by_month;
use super::pages::{Found, everyone};
use super::store::{self, Order};
use crate::access::{ReadsPeople, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::Query;

/// The most rows a page gives as a file; the command line gives any number.
pub const MOST_ROWS: i64 = 50_000;

/// What is said where there are more.
pub const TOO_MANY: &str =
    "There are more than 50,000 rows. Go back and narrow the filter; the command line exports any number.";

pub async fn movements(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (rows, subjects, body) = database.read(move |conn| file(conn, &who, now, &query)).await?;
    let details = json!({ "kind": "movements", "rows": rows, "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PeopleExported, &subjects, details))
        .await?;
    Ok(download("movements.csv", body))
}

/// A CSV file as an answer.
pub fn download(name: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body)
}

fn file(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: &Query,
) -> Result<(usize, Vec<Subject>, Vec<u8>), Error> {
    let found = Found::new(conn, who, now, query)?;
    if let Some(found) = &found {
        found.query.clone().for_file()?;
    }
    let everyone = everyone();
    let entries = match &found {
        Some(found) => {
            let wanted = found.wanted(now, &everyone);
            store::rows(conn, &wanted, Order::OldestFirst, 0, MOST_ROWS + 1)?
        }
        None => Vec::new(),
    };
    if entries.len() as i64 > MOST_ROWS {
        return Err(Error::Unreadable(TOO_MANY));
    }
    let names = found.as_ref().is_some_and(|found| found.scope.names);
    let first = if names { "nhs_number," } else { "" };
    let columns = format!("{first}pseudonym,from_group,to_group,effective,cause,reference,entry");
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(columns.split(',')).map_err(anyhow::Error::from)?;
    let rows = entries.len();
    let people = entries.iter().map(|(entry, ..)| entry.pseudonym.clone()).collect();
    let here = found.iter().map(|found| found.here.code.clone()).collect();
    let subjects = audit::exported(here, people);
    for (entry, _, nhs_number) in entries {
        let cells = [
            entry.pseudonym,
            entry.from_group.unwrap_or_default(),
            entry.to_group.unwrap_or_default(),
            entry.effective_on.to_string(),
            entry.cause.word().to_owned(),
            entry.reference,
            entry.entry.to_string(),
        ];
        out.row(names.then_some(nhs_number).into_iter().chain(cells)).map_err(anyhow::Error::from)?;
    }
    let body = out.finish().map_err(anyhow::Error::from)?;
    Ok((rows, subjects, body))
}

/// The flows of the page by month and group: the same rows, filters and counts.
pub async fn flows(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (rows, subjects, body) = database.read(move |conn| flows_file(conn, &who, now, &query)).await?;
    let details = json!({ "kind": "flows", "rows": rows, "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::Exported, &subjects, details))
        .await?;
    Ok(download("flows.csv", body))
}

fn flows_file(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: &Query,
) -> Result<(usize, Vec<Subject>, Vec<u8>), Error> {
    let found = Found::new(conn, who, now, query)?;
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(["locality", "month", "group", "in", "in_first_grouping", "out"]).map_err(anyhow::Error::from)?;
    let everyone = everyone();
    let mut rows = 0;
    if let Some(found) = &found {
        found.query.clone().for_file()?;
        for flow in by_month(conn, &found.wanted(now, &everyone))? {
            let counts = [flow.came, flow.placed, flow.went].map(|count| count.to_string());
            let cells = [found.here.code.clone(), month_word(flow.month), flow.code];
            out.row(cells.into_iter().chain(counts)).map_err(anyhow::Error::from)?;
            rows += 1;
        }
    }
    let subjects = found.iter().map(|found| Subject::locality(&found.here.code)).collect();
    Ok((rows, subjects, out.finish().map_err(anyhow::Error::from)?))
}
