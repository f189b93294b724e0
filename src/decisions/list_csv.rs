//! The worklist as a file.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::case::{Pattern, word};
use super::list_asked::read;
use super::practice_page;
use crate::access::{ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Query, download};
use crate::people::rows::known;

/// The list as a file.
pub async fn csv(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    if matches!(who.role(), Role::Gp | Role::PracticeStaff) {
        return practice_page::csv(who, &database, now, query).await;
    }
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (subjects, body) = database.read(move |conn| file(conn, &who, now, query)).await?;
    let details = json!({ "kind": "decisions", "rows": subjects.len(), "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PeopleExported, &subjects, details))
        .await?;
    Ok(download("judgement-cases.csv", body))
}

const COLUMNS: &str = "pseudonym,locality,practice,state,not_known,could_be,group,since,decision,review_on";

fn file(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<(Vec<Subject>, Vec<u8>), Error> {
    let list = read(conn, who, now, query)?;
    list.query.clone().for_file()?;
    let known = known(conn, list.lines.iter().map(|line| line.person_id).collect())?;
    let codes: BTreeMap<i64, &str> = list.places.iter().map(|place| (place.id, &*place.code)).collect();
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(COLUMNS.split(',')).map_err(anyhow::Error::from)?;
    for line in &list.lines {
        let Pattern { facts, could_be } = &line.pattern;
        let could_be: Vec<&str> = could_be.iter().map(|code| word(code.as_deref())).collect();
        let held = line.held.as_ref();
        let cells = [
            known.get(&line.person_id).map_or("", |(pseudonym, _)| pseudonym).to_owned(),
            codes.get(&line.locality_id).copied().unwrap_or_default().to_owned(),
            list.practices.get(&line.practice_id).map_or("", |(code, _)| code).to_owned(),
            line.state.word().to_owned(),
            facts.join(";"),
            could_be.join(";"),
            line.stands_in.clone().unwrap_or_default(),
            line.on.to_string(),
            held.map(|(hold, _)| hold.reference.clone()).unwrap_or_default(),
            held.map(|(hold, _)| hold.review_on.to_string()).unwrap_or_default(),
        ];
        out.row(cells).map_err(anyhow::Error::from)?;
    }
    let subjects = known.values().map(|(pseudonym, _)| Subject::person(pseudonym)).collect();
    Ok((subjects, out.finish().map_err(anyhow::Error::from)?))
}
