//! The worklist as a CSV file or a workbook, in the columns of the design.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::asked::Asked;
use super::rows;
use crate::access::{ReadsPetitions, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::names;
use crate::page::{Query, download, download_workbook, long_day};
use crate::people::register::published;
use crate::people::rows::known;
use crate::petitions::petition::{Category, Petition, ReasonCode};
use crate::schema::{localities, petition_decisions};

/// The columns of petitions, in every file of them.
pub const COLUMNS: &str =
    "ref,locality,practice,pseudonym,from_group,to_group,category,state,submitted,due,decided,reason_code";

/// As what the list is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Workbook,
}

pub async fn petitions(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let body = kept(who, &database, now, query.into_inner(), Form::Csv).await?;
    Ok(download("petitions.csv", body))
}

pub async fn workbook(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let body = kept(who, &database, now, query.into_inner(), Form::Workbook).await?;
    Ok(download_workbook("petitions.xlsx", body))
}

async fn kept(
    who: Who,
    database: &Database,
    now: Now,
    query: Vec<(String, String)>,
    form: Form,
) -> Result<Vec<u8>, Error> {
    let query = Query::new(query);
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (rows, subjects, body) = database.read(move |conn| file(conn, &who, now, query, form)).await?;
    let details = json!({ "kind": "petitions", "rows": rows, "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PeopleExported, &subjects, details))
        .await?;
    Ok(body)
}

/// However many there are: their ids are read at once, their rows some at a time, and written as they come.
fn file(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: Query,
    form: Form,
) -> Result<(usize, Vec<Subject>, Vec<u8>), Error> {
    let asked = Asked::of(conn, who, now, query)?;
    asked.query.clone().for_file()?;
    let ids = rows::ids(conn, &asked.whose, &asked.filters, asked.sort, (0, i64::MAX))?;
    let mut out = match form {
        Form::Csv => CsvOut::with_mark(Vec::new()),
        Form::Workbook => CsvOut::xlsx(Vec::new(), &about(conn, who, now, &asked, ids.len())?),
    }
    .map_err(anyhow::Error::from)?;
    out.row(COLUMNS.split(',')).map_err(anyhow::Error::from)?;
    let (mut people, mut places) = (BTreeSet::new(), BTreeSet::new());
    for some in ids.chunks(5_000) {
        let some = rows::those(conn, some)?;
        let around = Around::of(conn, &some)?;
        for petition in &some {
            let cells = around.cells(petition);
            people.insert(cells[3].clone());
            places.insert(cells[1].clone());
            out.row(cells).map_err(anyhow::Error::from)?;
        }
    }
    let subjects = audit::exported(places.into_iter().collect(), people);
    Ok((ids.len(), subjects, out.finish().map_err(anyhow::Error::from)?))
}

/// What the first sheet of the workbook says.
fn about(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    asked: &Asked,
    rows: usize,
) -> Result<Vec<(&'static str, String)>, Error> {
    let mut list = vec![asked.filters.view.label().to_owned()];
    list.extend(asked.offers.chips(&asked.query).into_iter().map(|chip| chip.label));
    Ok(vec![
        ("What", "Common Ground: petitions".into()),
        ("List", list.join("; ")),
        ("Order", asked.sort.in_words().into()),
        ("Address", format!("/petitions{}", asked.query.without("page").without("per"))),
        ("Rows", rows.to_string()),
        ("As of", long_day(now.today)),
        ("Register import", published(conn)?.to_string()),
        ("Written", format!("{} UTC", now.moment.format("%Y-%m-%d %H:%M:%S"))),
        ("By", format!("{}, {}", who.name, who.membership.label())),
        ("People", "pseudonyms only".into()),
        ("Suppression", "none: each row is a petition its reader may open".into()),
    ])
}

/// What the cells of some petitions look up.
pub struct Around {
    localities: HashMap<i64, String>,
    practices: HashMap<i64, (String, String)>,
    people: HashMap<i64, (String, String)>,
    /// The last decision of each.
    decisions: HashMap<i64, (NaiveDate, ReasonCode)>,
}

impl Around {
    pub fn of(conn: &mut Conn, petitions: &[Petition]) -> Result<Around, Error> {
        let ids: Vec<i64> = petitions.iter().map(|petition| petition.id).collect();
        let mut practices: Vec<i64> = petitions.iter().map(|petition| petition.practice_id).collect();
        practices.sort_unstable();
        practices.dedup();
        let coded: Vec<(i64, String)> =
            localities::table.select((localities::id, localities::code)).load(conn)?;
        let decided: Vec<(i64, NaiveDate, ReasonCode)> = petition_decisions::table
            .filter(petition_decisions::petition_id.eq_any(&ids))
            .order(petition_decisions::id)
            .select((
                petition_decisions::petition_id,
                petition_decisions::decided_on,
                petition_decisions::reason_code,
            ))
            .load(conn)?;
        Ok(Around {
            localities: coded.into_iter().collect(),
            practices: names(conn, &practices)?,
            people: known(conn, petitions.iter().map(|petition| petition.person_id).collect())?,
            decisions: decided.into_iter().map(|(id, on, code)| (id, (on, code))).collect(),
        })
    }

    /// The cells of [`COLUMNS`].
    pub fn cells(&self, petition: &Petition) -> [String; 12] {
        let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        let decision = self.decisions.get(&petition.id);
        let due = petition.due_on.filter(|_| petition.state.is_open());
        [
            petition.reference.clone(),
            self.localities.get(&petition.locality_id).cloned().unwrap_or_default(),
            self.practices.get(&petition.practice_id).map_or_else(String::new, |one| one.0.clone()),
            self.people.get(&petition.person_id).map_or_else(String::new, |one| one.0.clone()),
            petition.from_group.clone().unwrap_or_default(),
            petition.to_group.clone().unwrap_or_default(),
            petition.category.map_or("", Category::word).to_owned(),
            petition.state.word().to_owned(),
            day(petition.submitted_on),
            day(due),
            day(decision.map(|(on, _)| *on)),
            decision.map_or("", |(_, code)| code.word()).to_owned(),
        ]
    }
}
