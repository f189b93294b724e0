//! The groups of a locality in the order in which they are tried, with figures for those who may list the people.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::counts::Wanted;
use super::figures::{Figures, audience};
use super::place::Place;
use super::scheme::Group;
use super::store;
use crate::access::{PEOPLE, RUNS, ReadsGroups, Role, Who};
use crate::clock::Now;
use crate::criteria::store::{Version, in_force};
use crate::database::{Conn, Database};
use crate::disclosure::{Audience, ShownTally, release_tally};
use crate::error::Error;
use crate::page::{Chrome, Query, filters, show};
use crate::people::list::{Asked, Filters, is_planning};
use crate::people::register::published;
use crate::people::scope::{Reach, Scope};
use crate::runs::store::{Locality, Run, current};

/// Which locality's groups.
#[derive(Deserialize)]
pub struct GroupsQuery {
    pub locality: Option<String>,
}

/// A line of the figures, and the list it counts.
pub struct Line {
    pub label: String,
    pub list: Query,
    pub tally: ShownTally,
}

/// A group on the page.
pub struct Row {
    pub group: Group,
    pub criteria: Option<Version>,
    list: Query,
    /// `None` where the caller may not list its people.
    pub tally: Option<ShownTally>,
}

/// The figures of a locality beside its groups.
pub struct Below {
    pub lines: Vec<Line>,
    supplementary: Line,
    pub everybody: Line,
}

#[derive(Template)]
#[template(path = "groups/groups.html")]
pub struct GroupsPage {
    chrome: Chrome,
    pub here: Option<Locality>,
    localities: Vec<Locality>,
    run: Option<Run>,
    pub rows: Vec<Row>,
    pub overlay: Option<Row>,
    pub below: Option<Below>,
    may_start: bool,
    reads_runs: bool,
    /// Whether people who object to planning are counted here and left out of lists.
    planning: bool,
    caseload: bool,
}

impl GroupsPage {
    fn is_proposal(&self) -> bool {
        let mut versions = self.rows.iter().chain(&self.overlay).filter_map(|row| row.criteria.as_ref());
        versions.any(|version| version.set_up_by_administrator)
    }

    fn has_criteria(&self) -> bool {
        self.rows.iter().any(|row| row.criteria.is_some())
    }
}

pub async fn groups(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<GroupsQuery>,
) -> Result<HttpResponse, Error> {
    let asked = query.into_inner().locality;
    let page = database.read(move |conn| page(conn, &who, now, asked.as_deref())).await?;
    show(&page)
}

/// The page of a locality's groups; without a code, of the caller's first.
pub fn page(conn: &mut Conn, who: &Who, now: Now, code: Option<&str>) -> Result<GroupsPage, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let localities = store::localities(conn, &scope.localities)?;
    let here = store::chosen(&localities, code)?.cloned();
    let mut page = GroupsPage {
        chrome: who.chrome(),
        here,
        localities,
        run: None,
        rows: Vec::new(),
        overlay: None,
        below: None,
        may_start: who.role() == Role::Commissioner,
        reads_runs: RUNS.contains(&who.role()),
        planning: is_planning(who.role()),
        caseload: matches!(scope.reach, Reach::Caseload(_)),
    };
    let Some(here) = page.here.clone() else { return Ok(page) };
    let versions = in_force(conn, here.id, now.today)?;
    page.run = current(conn, here.id)?;
    let figures = match &page.run {
        Some(run) if PEOPLE.contains(&who.role()) => figures(conn, who, &scope, now, run)?,
        _ => None,
    };
    let to = audience(&scope);
    let scheme = scope.schemes.of(here.id);
    let row = |group| row(group, &here, &versions, figures.as_ref(), to);
    page.rows = scheme.in_precedence().into_iter().map(row).collect();
    page.overlay = scheme.overlay().map(row);
    let minimum_age = match page.run.as_ref().map(Run::summary).transpose()?.flatten() {
        Some(summary) => summary.minimum_age,
        None => 0,
    };
    page.below = figures.as_ref().map(|figures| below(figures, &here, to, minimum_age));
    Ok(page)
}

fn figures(conn: &mut Conn, who: &Who, scope: &Scope, now: Now, run: &Run) -> Result<Option<Figures>, Error> {
    let nothing = Filters::default();
    let asked = Asked::by(who.role(), scope, &nothing, now.today, published(conn)?).ages_on(run.as_of);
    Figures::of(conn, &asked, run, Wanted::ByPlace)
}

fn row(group: &Group, here: &Locality, versions: &[Version], figures: Option<&Figures>, to: Audience) -> Row {
    let list = Query::default().with("locality", &here.code);
    let (list, tally) = match group.overlay {
        true => (list.with("supplementary", "yes"), figures.map(Figures::supplementary)),
        false => (
            list.with("group", &group.code),
            figures.and_then(|figures| figures.of_place(&Place::Group(group.code.clone()))),
        ),
    };
    Row {
        group: group.clone(),
        criteria: versions.iter().find(|version| version.group_code == group.code).cloned(),
        list,
        tally: tally.map(|tally| release_tally(tally, to)),
    }
}

fn below(figures: &Figures, here: &Locality, to: Audience, minimum_age: u16) -> Below {
    let all = Query::default().with("locality", &here.code);
    let line = |label: String, place: &Place| {
        let tally = release_tally(figures.of_place(place)?, to);
        Some(Line { label, list: all.with("group", place.word()), tally })
    };
    let lines = [
        ("Not placed".to_owned(), Place::NotPlaced),
        (format!("Out of scope (under {minimum_age})"), Place::OutOfScope),
    ];
    Below {
        lines: lines.iter().filter_map(|(label, place)| line(label.clone(), place)).collect(),
        supplementary: Line {
            label: "Supplementary care".into(),
            list: all.with("supplementary", "yes"),
            tally: release_tally(figures.supplementary(), to),
        },
        everybody: Line {
            label: "Everybody counted".into(),
            list: all.clone(),
            tally: release_tally(figures.everybody(), to),
        },
    }
}
