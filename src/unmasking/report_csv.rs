//! The auditor's report as a file.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::report::{narrowed, offered};
use super::store::{self, Unmasking, Whose};
use crate::access::{Auditor, Who};
use crate::audit::trail::Ours;
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::movements::csv::{MOST_ROWS, TOO_MANY};
use crate::page::{Query, download};

const COLUMNS: &str = "reference,at,pseudonym,practice,who,acting_as,reason,looked_at,looked_by,entry";

pub async fn csv(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = offered(Query::new(query.into_inner())).for_file()?;
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (unmaskings, body) = database.read(move |conn| file(conn, &who, &query)).await?;
    let people = unmaskings.iter().map(|one| one.pseudonym.clone()).collect();
    let details = json!({ "kind": "break-glass reads", "rows": unmaskings.len(), "asked": asked });
    let subjects: Vec<Subject> = audit::exported(Vec::new(), people);
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::AuditExported, &subjects, details))
        .await?;
    Ok(download("break-glass.csv", body))
}

fn file(conn: &mut Conn, who: &Who, query: &Query) -> Result<(Vec<Unmasking>, Vec<u8>), Error> {
    let whose = Whose::Ours(Ours::of(conn, who)?);
    let unmaskings = store::list(conn, &whose, &narrowed(query), (0, MOST_ROWS + 1))?;
    if unmaskings.len() as i64 > MOST_ROWS {
        return Err(Error::Unreadable(TOO_MANY));
    }
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(COLUMNS.split(',')).map_err(anyhow::Error::from)?;
    for one in &unmaskings {
        out.row(cells(one)).map_err(anyhow::Error::from)?;
    }
    Ok((unmaskings, out.finish().map_err(anyhow::Error::from)?))
}

fn cells(one: &Unmasking) -> [String; 10] {
    let moment = |at: Moment| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    let (looked_at, looked_by) = match &one.looked {
        Some((at, who)) => (moment(*at), who.clone()),
        None => Default::default(),
    };
    [
        one.reference.clone(),
        moment(one.at),
        one.pseudonym.clone(),
        one.practice.0.clone(),
        one.who.clone(),
        one.acting_as.0.clone(),
        one.reason.clone(),
        looked_at,
        looked_by,
        one.entry.to_string(),
    ]
}
