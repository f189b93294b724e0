//! The criteria of a locality, group by group in the order in which they are tried.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::answered;
use crate::access::{PEOPLE, RUNS, ReadsGroups, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::calendar::due_in_words;
use crate::clock::Now;
use crate::criteria::agreement::life::State;
use crate::criteria::agreement::seen::{Agreement, Reader, path};
use crate::criteria::store::{State as VersionState, Version, agreed_on, all};
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::disclosure::{ShownTally, release_tally};
use crate::error::Error;
use crate::groups::counts::Wanted;
use crate::groups::figures::{Figures, audience};
use crate::groups::place::Place;
use crate::groups::scheme::Group;
use crate::groups::schemes::names::Names;
use crate::groups::store;
use crate::page::{Chrome, Query, download, filters, show};
use crate::people::list::{Asked, Filters};
use crate::people::register::published;
use crate::people::scope::Scope;
use crate::runs::store::{Locality, Run, current};
use crate::runs::unapplied::unapplied;

/// Which locality's criteria.
#[derive(Deserialize)]
pub struct CriteriaQuery {
    locality: Option<String>,
}

/// The people of a group, for those who may list them.
pub struct Counted {
    pub list: Query,
    pub tally: ShownTally,
}

/// The figures of a locality's standing run within the caller's scope.
pub struct Everybody {
    figures: Figures,
    to: crate::disclosure::Audience,
}

impl Everybody {
    /// Those of one group; none where the caller may not list its people.
    pub fn of(&self, group: &Group, here: &Locality) -> Option<Counted> {
        let list = Query::default().with("locality", &here.code);
        let (list, tally) = match group.overlay {
            true => (list.with("supplementary", "yes"), self.figures.supplementary()),
            false => {
                let place = Place::Group(group.code.clone());
                (list.with("group", &group.code), self.figures.of_place(&place)?)
            }
        };
        Some(Counted { list, tally: release_tally(tally, self.to) })
    }
}

/// The figures of a run, for those who may list its people.
pub fn counted(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    now: Now,
    run: &Run,
) -> Result<Option<Everybody>, Error> {
    if !PEOPLE.contains(&who.role()) {
        return Ok(None);
    }
    let nothing = Filters::default();
    let asked = Asked::by(who.role(), scope, &nothing, now.today, published(conn)?).ages_on(run.as_of);
    let figures = Figures::of(conn, &asked, run, Wanted::ByPlace)?;
    Ok(figures.map(|figures| Everybody { figures, to: audience(scope) }))
}

/// A version that is not in force yet.
struct Open {
    version: Version,
    path: String,
    label: &'static str,
    answers: String,
    due: Option<(NaiveDate, String)>,
    is_overdue: bool,
}

/// A group on the page.
struct Row {
    group: Group,
    /// Its place among those that are tried, or why it has none.
    order: String,
    in_force: Option<Version>,
    counted: Option<Counted>,
    open: Vec<Open>,
}

#[derive(Template)]
#[template(path = "criteria/list.html")]
struct CriteriaPage {
    chrome: Chrome,
    here: Option<Locality>,
    localities: Vec<Locality>,
    run: Option<Run>,
    rows: Vec<Row>,
    /// What is in force and not applied, and what to do about it; for those who read runs.
    unapplied: Option<(String, (&'static str, String))>,
    is_commissioner: bool,
    /// Versions of the scheme that are on their way.
    scheme: Vec<Open>,
}

impl CriteriaPage {
    fn has_any(&self) -> bool {
        self.rows.iter().any(|row| row.in_force.is_some() || !row.open.is_empty())
    }

    fn file(&self) -> String {
        let code = self.here.as_ref().map_or("", |here| here.code.as_str());
        format!("/criteria.csv{}", Query::default().with("locality", code))
    }

    fn path(&self, version: &Version) -> String {
        path(self.here.as_ref().map_or("", |here| here.code.as_str()), version)
    }

    fn counts(&self) -> bool {
        self.rows.iter().any(|row| row.counted.is_some())
    }
}

pub async fn criteria(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<CriteriaQuery>,
) -> Result<HttpResponse, Error> {
    let asked = query.into_inner().locality;
    let page = database.read(move |conn| page(conn, &who, now, asked.as_deref())).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, code: Option<&str>) -> Result<CriteriaPage, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let localities = store::localities(conn, &scope.localities)?;
    let here = store::chosen(&localities, code)?.cloned();
    let mut page = CriteriaPage {
        chrome: who.chrome(),
        here: here.clone(),
        localities,
        run: None,
        rows: Vec::new(),
        scheme: Vec::new(),
        unapplied: None,
        is_commissioner: who.role() == Role::Commissioner,
    };
    let Some(here) = here else { return Ok(page) };
    page.run = current(conn, here.id)?;
    if RUNS.contains(&who.role()) {
        let found = unapplied(conn, &[here.id], now.today)?.pop();
        page.unapplied = found.map(|it| (it.in_words(), it.next(&here.code)));
    }
    let counted = match &page.run {
        Some(run) => counted(conn, who, &scope, now, run)?,
        None => None,
    };
    let standing = agreed_on(conn, here.id, now.today)?;
    let mut open = open(conn, who, now, &here, &standing)?;
    page.scheme = open.extract_if(.., |open| open.version.is_scheme()).collect();
    let scheme = scope.schemes.of(here.id);
    for (at, group) in scheme.in_precedence().into_iter().chain(scheme.overlay()).enumerate() {
        page.rows.push(Row {
            group: group.clone(),
            order: if group.overlay { "Beside".into() } else { (at + 1).to_string() },
            in_force: standing.iter().find(|version| version.group_code == group.code).cloned(),
            counted: counted.as_ref().and_then(|counted| counted.of(group, &here)),
            open: open.extract_if(.., |open| open.version.group_code == group.code).collect(),
        });
    }
    let names = Names::on(conn, here.id, now.today)?;
    // What is left is of groups that no scheme in force tries.
    for group in open.iter().filter_map(|open| names.group(&open.version.group_code)).collect::<Vec<_>>() {
        let open: Vec<Open> = open.extract_if(.., |open| open.version.group_code == group.code).collect();
        if !open.is_empty() {
            let order = if group.is_retired() { "Retired" } else { "Not yet" }.into();
            page.rows.push(Row { group, order, in_force: None, counted: None, open });
        }
    }
    Ok(page)
}

/// The versions after those in force that are on their way and that the caller may read.
fn open(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    here: &Locality,
    standing: &[Version],
) -> Result<Vec<Open>, Error> {
    let mut versions = all(conn, here.id)?;
    let later = versions.clone();
    versions.retain(|version| match version.standing(standing) {
        VersionState::Draft | VersionState::Proposed | VersionState::Approved => true,
        VersionState::Returned => {
            let after =
                |other: &Version| other.group_code == version.group_code && other.number > version.number;
            !later.iter().any(after)
        }
        VersionState::InForce | VersionState::Superseded | VersionState::Withdrawn => false,
    });
    let ids: Vec<i64> = versions.iter().filter_map(|version| version.proposal_id).collect();
    let agreements = Agreement::of(conn, &ids)?;
    let reader = Reader::of(who);
    let made = versions.into_iter().filter_map(|version| {
        let agreement = version.proposal_id.and_then(|id| agreements.get(&id));
        reader.may_read(version.state, agreement).then_some(())?;
        let proposed = agreement.filter(|it| it.proposal.state == State::Proposed);
        let waits = proposed.filter(|agreement| agreement.round().answered < agreement.round().asked);
        let last = waits.and_then(|agreement| agreement.proposal.answer_by);
        Some(Open {
            path: path(&here.code, &version),
            label: version.state.label(),
            answers: proposed.map(answered).unwrap_or_default(),
            due: last.map(|last| (last, due_in_words(now.today, last))),
            is_overdue: last.is_some_and(|last| last < now.today),
            version,
        })
    });
    Ok(made.collect())
}

/// The same as a file.
pub async fn csv(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<CriteriaQuery>,
) -> Result<HttpResponse, Error> {
    let asked = query.into_inner().locality;
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, now, asked.as_deref())).await?;
    let subjects: Vec<Subject> = page.here.iter().map(|here| Subject::locality(&here.code)).collect();
    let body = file(&page)?;
    let details = json!({ "kind": "criteria", "rows": page.rows.len() });
    let record =
        move |conn: &mut Conn| audit::record(conn, now.moment, &actor, Verb::Exported, &subjects, details);
    database.write(record).await?;
    Ok(download("criteria.csv", body))
}

fn file(page: &CriteriaPage) -> anyhow::Result<Vec<u8>> {
    let mut out = CsvOut::with_mark(Vec::new())?;
    let columns = "locality,order,group,name,version,in_force_from,hash,people,open_version,open_state,answers,answer_by";
    out.row(columns.split(','))?;
    let code = page.here.as_ref().map_or("", |here| here.code.as_str());
    for row in &page.rows {
        let version = row.in_force.as_ref();
        let of = |text: fn(&Version) -> String| version.map(text).unwrap_or_default();
        let order = row.order.parse::<usize>().map_or_else(|_| String::new(), |place| place.to_string());
        let people = row.counted.as_ref().map(|counted| counted.tally.people.written(i64::to_string));
        let open = row.open.last();
        out.row([
            code.to_owned(),
            order,
            row.group.code.clone(),
            row.group.label.clone(),
            of(|version| version.number.to_string()),
            of(|version| version.in_force_from.map(|day| day.to_string()).unwrap_or_default()),
            of(|version| version.text_hash.clone()),
            people.unwrap_or_default(),
            open.map(|open| open.version.number.to_string()).unwrap_or_default(),
            open.map(|open| open.label.to_owned()).unwrap_or_default(),
            open.map(|open| open.answers.clone()).unwrap_or_default(),
            open.and_then(|open| open.due.as_ref()).map(|(day, _)| day.to_string()).unwrap_or_default(),
        ])?;
    }
    Ok(out.finish()?)
}
