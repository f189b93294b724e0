//! One group of a locality: what its criteria say, who is in it, who cares for it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::counts::{Breakdown, Wanted as WantedFigures};
use super::figures::{Figures, audience};
use super::over_time::{ByRun, over_time, picture};
use super::place::{AgeBand, Place};
use super::reading::ReadingList;
use super::scheme::Group;
use super::store;
use crate::access::{PEOPLE, ReadsGroups, Who};
use crate::clock::Now;
use crate::criteria::reading::Reading;
use crate::criteria::store::{Version, in_force};
use crate::database::{Conn, Database};
use crate::disclosure::{ShownTally, release, release_tally};
use crate::error::Error;
use crate::movements::filters::of_run;
use crate::movements::flows::flows;
use crate::movements::pages::everyone;
use crate::movements::store::{Filters as MovementFilters, Wanted};
use crate::page::chart::Bars;
use crate::page::{Chrome, Query, filters, show};
use crate::people::list::{Asked, Filters, is_planning};
use crate::people::register::published;
use crate::people::scope::Scope;
use crate::runs::store::{Locality, Run, current};

/// A part of a group: a practice's people in it, or those of one sex or age band.
struct Part {
    label: String,
    list: Query,
    tally: ShownTally,
}

/// The parts of a group by one thing.
struct Parts {
    heading: &'static str,
    parts: Vec<Part>,
}

/// The figures of the group, for those who may list its people.
struct Counted {
    list: Query,
    tally: ShownTally,
    breakdowns: Vec<Parts>,
    moved: Option<Moved>,
    over_time: Vec<ByRun>,
    picture: Option<Bars>,
}

/// Who came to the group by the run that stands, and who went from it, with the entries counted.
struct Moved {
    came: i64,
    came_list: Query,
    went: i64,
    went_list: Query,
}

#[derive(Template)]
#[template(path = "groups/group.html")]
struct GroupPage {
    chrome: Chrome,
    here: Locality,
    group: Group,
    version: Option<Version>,
    reading: Option<Reading>,
    run: Option<Run>,
    counted: Option<Counted>,
    carers: Vec<(String, chrono::NaiveDate)>,
    planning: bool,
}

impl GroupPage {
    fn groups(&self) -> String {
        format!("/groups{}", Query::default().with("locality", &self.here.code))
    }

    fn shown<'a>(&self, reading: &'a Reading) -> ReadingList<'a> {
        ReadingList { reading }
    }
}

pub async fn group(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (locality, code) = path.into_inner();
    let page = database.read(move |conn| page(conn, &who, now, &locality, &code)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, locality: &str, code: &str) -> Result<GroupPage, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let localities = store::localities(conn, &scope.localities)?;
    let here = store::chosen(&localities, Some(locality))?.cloned().ok_or(Error::NotFound)?;
    let group = scope.schemes.of(here.id).group(code).cloned().ok_or(Error::NotFound)?;
    let version = in_force(conn, here.id, now.today)?.into_iter().find(|version| version.group_code == code);
    let reading = version.as_ref().map(Version::expression).transpose()?.map(|it| Reading::of(&it));
    let run = current(conn, here.id)?;
    let counted = match &run {
        Some(run) if PEOPLE.contains(&who.role()) => counted(conn, who, &scope, now, &here, run, &group)?,
        _ => None,
    };
    Ok(GroupPage {
        chrome: who.chrome(),
        version,
        reading,
        run,
        counted,
        carers: store::carers(conn, here.id, code, now.today)?,
        here,
        group,
        planning: is_planning(who.role()),
    })
}

fn counted(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    now: Now,
    here: &Locality,
    run: &Run,
    group: &Group,
) -> Result<Option<Counted>, Error> {
    let nothing = Filters::default();
    let asked = Asked::by(who.role(), scope, &nothing, now.today, published(conn)?).ages_on(run.as_of);
    let place = (!group.overlay).then(|| Place::Group(group.code.clone()));
    let wanted = place.as_ref().map_or(WantedFigures::All, WantedFigures::Of);
    let Some(figures) = Figures::of(conn, &asked, run, wanted)? else { return Ok(None) };
    let tally = match &place {
        Some(place) => figures.of_place(place),
        None => Some(figures.supplementary()),
    };
    let Some(tally) = tally else { return Ok(None) };
    let list = Query::default().with("locality", &here.code);
    let list = match &place {
        Some(place) => list.with("group", place.word()),
        None => list.with("supplementary", "yes"),
    };
    let to = audience(scope);
    let moved = match group.overlay {
        true => None,
        false => Some(moved(conn, who, scope, now, here, run, &group.code)?),
    };
    let over_time = match group.overlay {
        true => Vec::new(),
        false => over_time(conn, who, scope, now, here, &group.code)?,
    };
    Ok(Some(Counted {
        moved,
        picture: picture(&over_time),
        over_time,
        breakdowns: breakdowns(conn, &figures, place.as_ref(), &list, to)?,
        tally: release_tally(tally, to),
        list,
    }))
}

/// From the run's own figures for those who may list everybody, else counted among the people the caller may list.
fn moved(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    now: Now,
    here: &Locality,
    run: &Run,
    code: &str,
) -> Result<Moved, Error> {
    let everyone = everyone();
    let asked = Asked::by(who.role(), scope, &everyone, now.today, published(conn)?);
    let (came, went) = match asked.everybody {
        true => moved_by(run, code)?,
        false => {
            let filters = MovementFilters { group: Some(code.to_owned()), ..of_run(run) };
            let flows = flows(conn, &Wanted { asked, filters: &filters })?;
            (flows.iter().map(|flow| flow.came).sum(), flows.iter().map(|flow| flow.went).sum())
        }
    };
    let list = Query::default().with("locality", &here.code).with("run", &run.reference);
    Ok(Moved { came, came_list: list.with("to", code), went, went_list: list.with("from", code) })
}

/// How many people a run moved to a group and from it, by its own figures.
pub fn moved_by(run: &Run, code: &str) -> Result<(i64, i64), Error> {
    let summary = run.summary()?;
    Ok(summary.map_or((0, 0), |summary| (summary.came_to(code), summary.went_from(code))))
}

fn breakdowns(
    conn: &mut Conn,
    figures: &Figures,
    place: Option<&Place>,
    list: &Query,
    to: crate::disclosure::Audience,
) -> Result<Vec<Parts>, Error> {
    let by_practice = figures.broken_down(place, Breakdown::Practice);
    let ids: Vec<i64> = by_practice.keys().map(|(practice, _)| *practice).collect();
    let names = store::names(conn, &ids)?;
    let part = |label: String, list: Query, tally| Part { label, list, tally };
    let mut practices: Vec<Part> = release(by_practice.into_iter().collect(), to)
        .into_iter()
        .filter_map(|((practice, _), tally)| {
            let (code, name) = names.get(&practice)?;
            Some(part(format!("{name} ({code})"), list.with("practice", code), tally))
        })
        .collect();
    practices.sort_by(|one, other| one.label.cmp(&other.label));
    let sexes = release(figures.broken_down(place, Breakdown::Sex).into_iter().collect(), to);
    let sexes = sexes.into_iter().map(|((_, sex), tally)| {
        let (label, word) = sex_words(&sex);
        part(label.into(), list.with("sex", word), tally)
    });
    let bands = release(figures.broken_down(place, Breakdown::AgeBand).into_iter().collect(), to);
    let bands = bands.into_iter().filter_map(|((_, word), tally)| {
        let band = AgeBand::from_word(&word)?;
        Some(part(band.label().into(), list.with("age", band.word()), tally))
    });
    Ok(vec![
        Parts { heading: "By practice", parts: practices },
        Parts { heading: "By sex", parts: sexes.collect() },
        Parts { heading: "By age band", parts: bands.collect() },
    ])
}

/// As people read the register's word, and as lists are asked for it.
pub fn sex_words(word: &str) -> (&'static str, &'static str) {
    match word {
        "female" => ("Female", "female"),
        "male" => ("Male", "male"),
        "indeterminate" => ("Indeterminate", "indeterminate"),
        _ => ("Not known", "not_known"),
    }
}
