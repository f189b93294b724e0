//! The movements of a locality: flows by month, and entry by entry.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::csv::MOST_ROWS;
use super::filters::{self as chosen, Choices, month_word, month_words};
use super::flows::{Flow, flows};
use super::picture::picture;
use super::store::{self, Filters, Of, Order, Wanted};
use crate::access::{RUNS, ReadsPeople, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::store as groups;
use crate::page::chart::Bars;
use crate::page::{Chip, Chrome, Mistakes, Pages, Query, filters, show};
use crate::people::list::{self, Asked};
use crate::people::pages::practices;
use crate::people::register::published;
use crate::people::rows;
use crate::people::scope::{Reach, Scope};
use crate::people::why::label;
use crate::runs::listing::references;
use crate::runs::store::{Locality, Run, current};

/// A list of movements in scope: of whom, and what else the page says.
pub struct Found {
    /// The address, without filters for values nobody offers.
    pub query: Query,
    pub scope: Scope,
    practices: Vec<(String, String)>,
    pub localities: Vec<Locality>,
    pub here: Locality,
    pub filters: Filters,
    pub register: i64,
    pub role: Role,
}

impl Found {
    /// The list an address asks for; `None` where the caller has no locality.
    pub fn new(conn: &mut Conn, who: &Who, now: Now, query: &Query) -> Result<Option<Found>, Error> {
        let scope = Scope::of(conn, who, now.today)?;
        let localities = groups::localities(conn, &scope.localities)?;
        let Some(here) = groups::chosen(&localities, query.get("locality"))?.cloned() else {
            return Ok(None);
        };
        let practices = practices(conn, &scope)?;
        let runs = references(conn, here.id)?;
        let query = chosen::offered(query.clone(), &practices, &runs, scope.schemes.of(here.id))?;
        Ok(Some(Found {
            filters: chosen::read(&query, here.id),
            query,
            practices,
            register: published(conn)?,
            role: who.role(),
            scope,
            localities,
            here,
        }))
    }

    pub fn wanted<'a>(&'a self, now: Now, everyone: &'a list::Filters) -> Wanted<'a> {
        let asked = Asked::by(self.role, &self.scope, everyone, now.today, self.register);
        Wanted { asked, filters: &self.filters }
    }
}

/// People of all standings: a movement stays theirs when they leave or die.
pub fn everyone() -> list::Filters {
    list::Filters { everybody: true, ..list::Filters::default() }
}

/// A month and group with its counts and the entries they count.
struct FlowRow {
    flow: Flow,
    group: String,
    came: Query,
    went: Query,
}

impl FlowRow {
    fn month(&self) -> String {
        month_words(self.flow.month)
    }
}

#[derive(Template)]
#[template(path = "movements/movements.html")]
struct MovementsPage {
    chrome: Chrome,
    query: Query,
    found: Found,
    run: Option<Run>,
    picture: Option<Bars>,
    flows: Vec<FlowRow>,
    choices: Choices,
    chips: Vec<Chip>,
    pages: Pages,
    left_out: i64,
    entries: Vec<Of>,
    /// Row ids of people the caller can open.
    opens: Vec<i64>,
    mistakes: Mistakes,
    reads_runs: bool,
}

impl MovementsPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    fn here(&self) -> Query {
        Query::default().with("locality", &self.found.here.code)
    }

    fn csv(&self) -> String {
        format!("/movements.csv{}", self.query.without("page").without("per"))
    }

    fn flows_csv(&self) -> String {
        format!("/movements/flows.csv{}", self.query.without("page").without("per"))
    }

    /// Whether the list is short enough for a file.
    fn has_csv(&self) -> bool {
        self.pages.rows <= MOST_ROWS
    }

    fn caseload(&self) -> bool {
        matches!(self.found.scope.reach, Reach::Caseload(_))
    }
}

#[derive(Template)]
#[template(path = "movements/none.html")]
struct NoLocalityPage {
    chrome: Chrome,
}

pub async fn movements(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let (actor, chrome) = (who.actor.clone(), who.chrome());
    let Some(page) = database.read(move |conn| page(conn, &who, now, query)).await? else {
        return show(&NoLocalityPage { chrome });
    };
    let subjects: Vec<Subject> =
        page.entries.iter().map(|(entry, ..)| Subject::person(&entry.pseudonym)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string() });
    let record = move |conn: &mut Conn| {
        audit::record(conn, now.moment, &actor, Verb::MovementsListed, &subjects, details)
    };
    database.write(record).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<Option<MovementsPage>, Error> {
    let Some(found) = Found::new(conn, who, now, &query)? else { return Ok(None) };
    let query = found.query.clone();
    let everyone = everyone();
    let wanted = found.wanted(now, &everyone);
    let (shown, left_out) = store::count(conn, &wanted)?;
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), shown);
    let entries = store::rows(conn, &wanted, Order::NewestFirst, pages.offset(), pages.per)?;
    let people: Vec<i64> = entries.iter().map(|(_, person, _)| *person).collect();
    let flows = flows(conn, &wanted)?;
    let scheme = found.scope.schemes.of(found.here.id);
    let picture = picture(&flows, scheme);
    let flows = flows.into_iter().map(|flow| flow_row(&query, scheme, flow)).collect();
    let opens = rows::among(conn, &wanted.asked, &people)?;
    Ok(Some(MovementsPage {
        chrome: who.chrome(),
        run: current(conn, found.here.id)?,
        choices: Choices::of(&found.practices, scheme),
        chips: chosen::chips(&query, scheme),
        reads_runs: RUNS.contains(&who.role()),
        mistakes: Mistakes::new(),
        query,
        found,
        picture,
        flows,
        pages,
        left_out,
        entries,
        opens,
    }))
}

fn flow_row(query: &Query, scheme: &Scheme, flow: Flow) -> FlowRow {
    let plain = ["page", "group", "from", "to"].iter().fold(query.clone(), |query, name| query.without(name));
    let month = plain.with("month", month_word(flow.month));
    let group = label(scheme, Some(&flow.code));
    FlowRow { group, came: month.with("to", &flow.code), went: month.with("from", &flow.code), flow }
}
