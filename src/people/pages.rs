//! The list of people in a caller's scope.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::counting::{self, Counts};
use super::filters::{self as chosen, Choices, Here, place_words};
use super::list::{Asked, Filters, Listed, Sort};
use super::person;
use super::register::published;
use super::rows;
use super::scope::{Reach, Scope};
use super::search;
use crate::access::{ReadsPeople, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::facts::age_on;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::groups::store::localities;
use crate::movements::csv::MOST_ROWS;
use crate::page::{Chip, Chrome, Mistakes, Pages, Query, filters, show, show_as};
use crate::runs::store::Run;
use crate::schema::{current_runs, organisations, runs};

/// What the list is asked for, read from its address and the session.
pub struct Wanted {
    pub query: Query,
    pub words: Option<String>,
}

/// A list in scope: who, how many, and what else the page says.
pub struct Found {
    /// The address, without filters for values nobody offers.
    pub query: Query,
    pub scope: Scope,
    pub places: Vec<Here>,
    pub practices: Vec<(String, String)>,
    pub filters: Filters,
    pub sort: Sort,
    pub register: i64,
    pub ages_on: NaiveDate,
    pub role: Role,
    pub counts: Counts,
    /// People counted here who are with other practices now, and the other way round.
    pub moved: (i64, i64),
    /// Whether the search words could be read.
    pub readable: bool,
}

#[derive(Template)]
#[template(path = "people/people.html")]
struct PeoplePage {
    chrome: Chrome,
    query: Query,
    found: Found,
    choices: Choices,
    chips: Vec<Chip>,
    pages: Pages,
    people: Vec<Listed>,
    mistakes: Mistakes,
    /// What was typed to find a person, where it could not be used.
    typed: String,
    searched: bool,
    today: NaiveDate,
}

impl PeoplePage {
    /// Those the list is of, whether listed or left out: what the figures elsewhere count.
    fn counted(&self) -> i64 {
        self.pages.rows + self.found.counts.left_out
    }

    fn names(&self) -> bool {
        self.found.scope.names
    }

    fn name(&self, one: &Listed) -> String {
        person::name(one)
    }

    fn number(&self, one: &Listed) -> String {
        person::shown_number(&one.nhs_number)
    }

    fn age_band(&self, one: &Listed) -> &'static str {
        AgeBand::of(age_on(one.born, self.found.ages_on)).label()
    }

    fn standing(&self, one: &Listed) -> String {
        one.place
            .as_ref()
            .map_or_else(|| "Not yet grouped".into(), |place| place_words(&self.found.scope, place))
    }

    fn left(&self, one: &Listed) -> Option<(&'static str, NaiveDate)> {
        chosen::left(one.registered_from, one.deducted_on, one.died_on, self.today)
    }

    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    fn csv(&self) -> String {
        format!("/people.csv{}", self.query.without("page").without("per"))
    }

    /// Whether the list is short enough for a file.
    fn has_csv(&self) -> bool {
        self.pages.rows <= MOST_ROWS
    }

    fn sorted_by(&self) -> &'static str {
        chosen::sorted_by(self.found.sort)
    }

    fn caseload(&self) -> bool {
        matches!(self.found.scope.reach, Reach::Caseload(_))
    }

    /// The runs whose placements the list shows.
    fn runs(&self) -> Vec<&Here> {
        let here = self.found.filters.locality;
        let places = self.found.places.iter();
        places.filter(|place| here.is_none_or(|id| place.locality.id == id)).collect()
    }
}

pub async fn people(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let wanted = Wanted { words: search::words(&session, &query), query };
    let page = listed(who, &database, now, wanted).await?;
    show(&page)
}

/// The whole list again, with what was typed to find a person and why that could not be used.
pub async fn mistyped(
    who: Who,
    database: &Database,
    now: Now,
    typed: String,
    mistake: String,
) -> Result<HttpResponse, Error> {
    let page = listed(who, database, now, Wanted { query: Query::default(), words: None }).await?;
    let mistakes = Mistakes::of_one("words", mistake);
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &PeoplePage { typed, mistakes, ..page })
}

/// A page of the list, audited with those on it.
async fn listed(who: Who, database: &Database, now: Now, wanted: Wanted) -> Result<PeoplePage, Error> {
    let (actor, searched) = (who.actor.clone(), wanted.words.is_some());
    let page = database.read(move |conn| page(conn, &who, now, wanted)).await?;
    let subjects: Vec<Subject> = page.people.iter().map(|one| Subject::person(&one.pseudonym)).collect();
    let verb = if searched { Verb::PeopleSearched } else { Verb::PeopleListed };
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string() });
    database.write(move |conn| audit::record(conn, now.moment, &actor, verb, &subjects, details)).await?;
    Ok(page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, wanted: Wanted) -> Result<PeoplePage, Error> {
    let found = find(conn, who, now, &wanted)?;
    let number = |name: &str| wanted.query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), found.counts.shown);
    let people = rows::rows(conn, &found.asked(now), &found.counts, found.sort, pages.offset(), pages.per)?;
    let mut mistakes = Mistakes::new();
    if !found.readable {
        mistakes.add("words", search::what_to_type(found.scope.names));
    }
    Ok(PeoplePage {
        chrome: who.chrome(),
        choices: Choices::of(&found.places, &found.practices, &found.scope),
        chips: chosen::chips(&found.query, &found.scope),
        pages,
        people,
        mistakes,
        typed: String::new(),
        searched: wanted.words.is_some(),
        today: now.today,
        query: found.query.clone(),
        found,
    })
}

/// Counts the list that is asked for, within the caller's scope.
pub fn find(conn: &mut Conn, who: &Who, now: Now, wanted: &Wanted) -> Result<Found, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let places = places(conn, &scope)?;
    let practices = practices(conn, &scope)?;
    let query = chosen::offered(wanted.query.clone(), &places, &practices, &scope)?;
    let mut filters = chosen::read(&query, &places);
    let readable = match &wanted.words {
        Some(words) => search::narrow(&mut filters, words, scope.names),
        None => true,
    };
    let here = places.iter().find(|place| filters.locality.is_none_or(|id| place.locality.id == id));
    let ages_on = here.and_then(|place| place.run.as_ref()).map_or(now.today, |run| run.as_of);
    let mut found = Found {
        sort: chosen::sort(&query, &scope),
        query,
        practices,
        register: published(conn)?,
        role: who.role(),
        scope,
        places,
        filters,
        ages_on,
        counts: Counts::default(),
        moved: (0, 0),
        readable,
    };
    found.counts = counting::count(conn, &found.asked(now))?;
    let runs = found.places.iter().filter_map(|here| here.run.as_ref());
    let is_newer = runs.map(|run| run.register).any(|read| read < found.register);
    if is_newer && found.filters.is_figure() {
        found.moved = counting::moved_since(conn, &found.asked(now))?;
    }
    Ok(found)
}

impl Found {
    pub fn asked(&self, now: Now) -> Asked<'_> {
        let Found { role, scope, filters, .. } = self;
        Asked::by(*role, scope, filters, now.today, self.register).ages_on(self.ages_on)
    }
}

/// The localities a scope speaks of, each with the run that stands in it.
fn places(conn: &mut Conn, scope: &Scope) -> Result<Vec<Here>, Error> {
    let localities = localities(conn, &scope.localities)?;
    let mut standing: Vec<Run> = current_runs::table
        .inner_join(runs::table)
        .filter(current_runs::locality_id.eq_any(&scope.localities))
        .select(Run::as_select())
        .load(conn)?;
    let here = localities.into_iter().map(|locality| {
        let at = standing.iter().position(|run| run.locality_id == locality.id);
        Here { run: at.map(|at| standing.swap_remove(at)), locality }
    });
    Ok(here.collect())
}

/// Code and name of the practices whose people a scope may reach.
pub fn practices(conn: &mut Conn, scope: &Scope) -> Result<Vec<(String, String)>, Error> {
    let all = organisations::table
        .filter(organisations::kind.eq("practice"))
        .order((organisations::name_key, organisations::id))
        .select((organisations::code, organisations::name))
        .into_boxed();
    Ok(match &scope.reach {
        Reach::Practices(practices) => all.filter(organisations::id.eq_any(practices)).load(conn)?,
        Reach::Care(_) | Reach::Caseload(_) => {
            all.filter(organisations::locality_id.eq_any(&scope.localities)).load(conn)?
        }
    })
}
