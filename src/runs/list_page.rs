//! `/runs`: the grouping runs of the caller's localities.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::listing;
use super::store::{Locality, Run, State};
use crate::access::{ReadsRuns, Role, Who};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::{chosen, localities};
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, show};
use crate::people::register::published;
use crate::people::scope::Scope;

#[derive(Template)]
#[template(path = "runs/runs.html")]
struct RunsPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    states: Vec<Choice>,
    /// Empty where there is one locality.
    localities: Vec<Choice>,
    names: HashMap<i64, String>,
    runs: Vec<Run>,
    pages: Pages,
    may_start: bool,
    mistakes: Mistakes,
}

impl RunsPage {
    fn locality(&self, run: &Run) -> &str {
        self.names.get(&run.locality_id).map_or("", String::as_str)
    }

    fn csv(&self) -> String {
        format!("/runs.csv{}", self.query.without("page"))
    }

    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    /// How many people it moved or would move; `None` while that is not worked out.
    fn moved(&self, run: &Run) -> Option<u64> {
        run.summary().ok().flatten().map(|summary| summary.moved)
    }
}

/// The word for dry runs that could be applied.
const WAITING: &str = "waiting";

pub async fn runs(
    ReadsRuns(who): ReadsRuns,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let page = database.read(move |conn| page(conn, &who, now, query)).await?;
    show(&page)
}

/// The runs an address asks for.
pub struct Listed {
    /// The address, without filters for values nobody offers.
    pub query: Query,
    /// The caller's localities.
    pub places: Vec<Locality>,
    /// Latest first.
    pub runs: Vec<Run>,
}

/// The runs of the caller's localities that an address asks for.
pub fn listed(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<Listed, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let places = localities(conn, &scope.localities)?;
    let is_state = |value: &str| value == WAITING || State::from_word(value).is_some();
    let query = query.offered(&[("state", "State")], |_, value| is_state(value));
    let here = match query.get("locality") {
        Some(code) => vec![chosen(&places, Some(code))?.ok_or(Error::NotFound)?.id],
        None => scope.localities,
    };
    let runs = match query.get("state") {
        Some(WAITING) => {
            let register = published(conn)?;
            listing::waiting(conn, &here, register)?
        }
        word => listing::runs_of(conn, &here, word.and_then(State::from_word))?,
    };
    Ok(Listed { query, places, runs })
}

fn page(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<RunsPage, Error> {
    let Listed { query, places, runs: all } = listed(conn, who, now, query)?;
    let number = query.get("page").and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number, crate::page::PER_PAGE, i64::try_from(all.len()).unwrap_or(0));
    let (skip, take) =
        (usize::try_from(pages.offset()).unwrap_or(0), usize::try_from(pages.per).unwrap_or(0));
    let states =
        [("", "All"), (WAITING, words(WAITING)), ("applied", words("applied")), ("failed", words("failed"))];
    let of_locality = query.get("locality").map(|code| query.chip("locality", format!("Locality: {code}")));
    let of_state = query.get("state").map(|word| query.chip("state", words(word)));
    let of_places = places.iter().map(|each| Choice::new(&each.code, &each.name));
    Ok(RunsPage {
        chrome: who.chrome(),
        chips: of_locality.into_iter().chain(of_state).collect(),
        localities: match places.len() {
            0 | 1 => Vec::new(),
            _ => std::iter::once(Choice::new("", "All")).chain(of_places).collect(),
        },
        states: states.into_iter().map(|(value, label)| Choice::new(value, label)).collect(),
        names: places.into_iter().map(|locality| (locality.id, locality.name)).collect(),
        runs: all.into_iter().skip(skip).take(take).collect(),
        pages,
        may_start: who.role() == Role::Commissioner,
        mistakes: Mistakes::new(),
        query,
    })
}

fn words(state: &str) -> &'static str {
    match state {
        WAITING => "Dry runs that could be applied",
        word => State::from_word(word).map_or("No such state", State::label),
    }
}
