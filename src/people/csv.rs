//! The list of people as a file: who the page lists, in the columns of placements.

use std::collections::HashMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::filters::Here;
use super::list::Listed;
use super::pages::{Found, Wanted, find};
use super::rows;
use super::search;
use super::why::SENSITIVE;
use crate::access::{ReadsPeople, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::facts::Flag;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::decisions::holds::{self, Hold};
use crate::error::Error;
use crate::movements::csv::{MOST_ROWS, TOO_MANY, download};
use crate::movements::store::{Since, since};
use crate::page::Query;
use crate::runs::apply::OUT_OF_SCOPE;
use crate::runs::reason::Reason;
use crate::runs::store::{Source, reasons};

const COLUMNS: &str = "pseudonym,locality,practice,group,provisional,supplementary_care,source,criteria_version,reason,effective_from";

pub async fn people(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let wanted = Wanted { words: search::words(&session, &query), query };
    let (actor, asked) = (who.actor.clone(), wanted.query.to_string());
    let (count, subjects, body) = database.read(move |conn| file(conn, &who, now, &wanted)).await?;
    let details = json!({ "kind": "people", "rows": count, "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PeopleExported, &subjects, details))
        .await?;
    Ok(download("people.csv", body))
}

fn file(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    wanted: &Wanted,
) -> Result<(usize, Vec<Subject>, Vec<u8>), Error> {
    let found = find(conn, who, now, wanted)?;
    found.query.clone().for_file()?;
    if found.counts.shown > MOST_ROWS {
        return Err(Error::Unreadable(TOO_MANY));
    }
    let people = rows::rows(conn, &found.asked(now), &found.counts, found.sort, 0, MOST_ROWS)?;
    let cells = Cells::of(conn, &found, &people)?;
    let names = found.scope.names;
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(names.then_some("nhs_number").into_iter().chain(COLUMNS.split(',')))
        .map_err(anyhow::Error::from)?;
    for one in &people {
        let number = names.then(|| one.nhs_number.clone());
        out.row(number.into_iter().chain(cells.row(one))).map_err(anyhow::Error::from)?;
    }
    let codes = found.places.iter().map(|here| here.locality.code.clone()).collect();
    let subjects = audit::exported(codes, people.iter().map(|one| one.pseudonym.clone()).collect());
    Ok((people.len(), subjects, out.finish().map_err(anyhow::Error::from)?))
}

/// What the rows look up.
struct Cells<'a> {
    places: &'a [Here],
    /// By run and number.
    reasons: HashMap<(i64, i64), String>,
    /// By run and group.
    versions: HashMap<(i64, String), i64>,
    since: Since,
    held: HashMap<i64, Hold>,
}

impl Cells<'_> {
    fn of<'a>(conn: &mut Conn, found: &'a Found, people: &[Listed]) -> Result<Cells<'a>, Error> {
        let (mut texts, mut versions) = (HashMap::new(), HashMap::new());
        for run in found.places.iter().filter_map(|here| here.run.as_ref()) {
            let stored = reasons(conn, run.id)?.into_iter();
            texts.extend(
                stored.map(|(number, reason)| ((run.id, number), words(reason, found.scope.contacts))),
            );
            let Some(summary) = run.summary()? else { continue };
            texts.insert((run.id, OUT_OF_SCOPE), format!("out of scope: under {}", summary.minimum_age));
            let used = summary.criteria.into_iter();
            versions.extend(used.map(|used| ((run.id, used.group), used.number)));
        }
        let ids: Vec<i64> = people.iter().map(|one| one.person_id).collect();
        let (since, held) = (since(conn, &ids)?, holds::references(conn, &ids)?);
        Ok(Cells { places: &found.places, reasons: texts, versions, since, held })
    }

    fn row(&self, one: &Listed) -> [String; 10] {
        let yes_or_no = |yes: bool| if yes { "Y" } else { "N" }.to_owned();
        let here = self.places.iter().find(|here| Some(here.locality.id) == one.locality_id);
        let (run, number) = one.reason.unwrap_or((0, 0));
        let group = one.group_code.clone().unwrap_or_default();
        let version = self.versions.get(&(run, group.clone())).map(ToString::to_string);
        let reason = match one.place {
            Some(_) => {
                let by_criteria = self.reasons.get(&(run, number)).cloned().unwrap_or_default();
                self.held.get(&one.person_id).map_or(by_criteria.clone(), |hold| hold.before(&by_criteria))
            }
            None => "not on the register when the run placed people".to_owned(),
        };
        let since = self.since.get(&one.person_id).filter(|_| one.group_code.is_some());
        [
            one.pseudonym.clone(),
            here.map_or_else(String::new, |here| here.locality.code.clone()),
            one.practice.clone(),
            group,
            yes_or_no(one.provisional),
            one.supplementary.map(yes_or_no).unwrap_or_default(),
            one.source.map_or("", Source::word).to_owned(),
            version.unwrap_or_default(),
            reason,
            since.map(ToString::to_string).unwrap_or_default(),
        ]
    }
}

/// A reason in a line. Outside the person's practice, sensitive facts stand only where the placement hangs on them.
fn words(mut reason: Reason, sees_all: bool) -> String {
    if sees_all {
        return reason.in_a_line();
    }
    let hangs_on = reason.hangs_on.clone();
    let is_kept = |flag: &Flag| {
        let word = flag.word();
        !hangs_on.iter().any(|fact| fact == word)
    };
    let hidden: Vec<&str> = SENSITIVE.iter().filter(|flag| is_kept(flag)).map(|flag| flag.word()).collect();
    let before = reason.decided.len();
    reason.decided.retain(|decided| !hidden.iter().any(|word| decided.condition.contains(word)));
    let withheld = reason.decided.len() < before;
    let line = reason.in_a_line();
    match (withheld, line.as_str()) {
        (false, _) => line,
        (true, "") => "shown to the practice alone".to_owned(),
        (true, _) => format!("{line}; more is shown to the practice alone"),
    }
}
