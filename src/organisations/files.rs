//! The list of localities and organisations as files that can be imported again.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::list::offered;
use super::listed::{LOCALITY, Narrowed, listed};
use super::store::{self, Locality, Organisation};
use crate::access::Administrator;
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::Database;
use crate::error::Error;
use crate::page::{Query, download};

/// The list as a file that can be imported again: organisations, or localities where that kind is chosen.
pub async fn csv(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let of_localities = query.get("kind") == Some(LOCALITY);
    let file = database
        .write(move |conn| {
            let (localities, organisations) = (store::localities(conn)?, store::organisations(conn)?);
            let narrowed = Narrowed::of(&offered(query, &localities).for_file()?);
            let mut rows = listed(conn, &localities, &organisations, now.today)?;
            rows.retain(|row| narrowed.has(row));
            let codes: BTreeSet<&str> = rows
                .iter()
                .filter(|row| (row.kind == LOCALITY) == of_localities)
                .map(|row| row.code.as_str())
                .collect();
            let file = match of_localities {
                true => localities_file(localities.iter().filter(|each| codes.contains(each.code.as_str()))),
                false => organisations_file(
                    organisations.iter().filter(|each| codes.contains(each.code.as_str())),
                    &localities,
                ),
            };
            let kind = if of_localities { "localities" } else { "organisations" };
            let details = json!({ "kind": kind, "rows": codes.len() });
            audit::record(conn, now.moment, &who.actor, Verb::Exported, &[], details)?;
            Ok(file.map_err(anyhow::Error::from)?)
        })
        .await?;
    let name = if of_localities { "localities.csv" } else { "organisations.csv" };
    Ok(download(name, file))
}

fn localities_file<'a>(localities: impl Iterator<Item = &'a Locality>) -> std::io::Result<Vec<u8>> {
    let mut out = CsvOut::with_mark(Vec::new())?;
    out.row(["locality_code", "locality_name", "commissioner_code", "population"])?;
    for locality in localities {
        let population = locality.population.map_or_else(String::new, |people| people.to_string());
        out.row([&locality.code, &locality.name, &locality.commissioner_code, &population])?;
    }
    out.finish()
}

fn organisations_file<'a>(
    organisations: impl Iterator<Item = &'a Organisation>,
    localities: &[Locality],
) -> std::io::Result<Vec<u8>> {
    let code_of: HashMap<i64, &str> = localities.iter().map(|each| (each.id, each.code.as_str())).collect();
    let mut out = CsvOut::with_mark(Vec::new())?;
    out.row([
        "org_code",
        "org_name",
        "org_type",
        "commissioner_type",
        "locality_code",
        "sector",
        "open_date",
        "close_date",
    ])?;
    for each in organisations {
        out.row([
            each.code.as_str(),
            &each.name,
            each.kind.word(),
            each.commissioner_kind.map_or("", |kind| kind.word()),
            each.locality_id.and_then(|id| code_of.get(&id).copied()).unwrap_or_default(),
            each.sector.map_or("", |sector| sector.word()),
            &each.opened_on.to_string(),
            &each.closed_on.map_or_else(String::new, |day| day.to_string()),
        ])?;
    }
    out.finish()
}
