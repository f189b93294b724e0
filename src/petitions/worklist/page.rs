//! `/petitions`: the worklist of each role that petitions go through.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::chosen::Offers;
use super::filters::{Filters, Sort, View};
use super::line::{Line, lines};
use super::rows;
use super::whose::Whose;
use crate::access::{ReadsPetitions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::movements::csv::MOST_ROWS;
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, show};

/// A tab of the list: what, where, how many, and whether it is the one shown.
struct Tab {
    label: &'static str,
    href: String,
    count: i64,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "petitions/list.html")]
struct ListPage {
    chrome: Chrome,
    query: Query,
    view: View,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    /// The filters of the form: name, label, choices.
    fields: Vec<(&'static str, &'static str, Vec<Choice>)>,
    pages: Pages,
    overdue: i64,
    lines: Vec<Line>,
    sorted_by: &'static str,
    /// The next day on which anything is due, said where nothing waits.
    next_due: Option<NaiveDate>,
    /// Whether the caller drafts petitions.
    files: bool,
    mistakes: Mistakes,
}

impl ListPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    /// The view without any filter.
    fn clear(&self) -> String {
        format!("/petitions{}", Query::default().with("view", self.chosen("view")))
    }

    fn csv(&self) -> String {
        format!("/petitions.csv{}", self.query.without("page").without("per"))
    }

    fn has_csv(&self) -> bool {
        self.pages.rows <= MOST_ROWS
    }
}

/// A list that was asked for, within what the caller may see.
pub struct Asked {
    pub whose: Whose,
    pub offers: Offers,
    /// The address, without filters for values nobody offers.
    pub query: Query,
    pub filters: Filters,
    pub sort: Sort,
}

impl Asked {
    pub fn of(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<Asked, Error> {
        let whose = Whose::of(conn, who, now)?;
        let offers = Offers::of(conn, &whose)?;
        let query = offers.offered(query)?;
        let (filters, sort) = (offers.read(&query), Sort::from_word(query.get("sort")));
        Ok(Asked { whose, offers, query, filters, sort })
    }
}

pub async fn petitions(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (actor, query) = (who.actor.clone(), Query::new(query.into_inner()));
    let page = database.read(move |conn| page(conn, &who, now, query)).await?;
    let subjects: Vec<Subject> = page.lines.iter().map(|line| Subject::person(&line.pseudonym)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string() });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PetitionsListed, &subjects, details))
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<ListPage, Error> {
    let Asked { whose, offers, query, filters, sort } = Asked::of(conn, who, now, query)?;
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let counts = rows::counts(conn, &whose)?;
    let pages = Pages::new(number("page"), number("per"), rows::count(conn, &whose, &filters)?);
    let found = rows::rows(conn, &whose, &filters, sort, (pages.offset(), pages.per))?;
    let next_due = match (filters.view, pages.rows) {
        (View::Waiting, 0) => rows::next_due(conn, &whose)?,
        _ => None,
    };
    let tab = |(view, count): (View, i64)| Tab {
        label: view.label(),
        href: format!("/petitions{}", Query::default().with("view", view.word())),
        count,
        is_here: view == filters.view,
    };
    Ok(ListPage {
        chrome: who.chrome(),
        view: filters.view,
        tabs: counts.into_iter().map(tab).collect(),
        chips: offers.chips(&query),
        fields: offers.fields(),
        overdue: rows::count_overdue(conn, &whose, &filters)?,
        lines: lines(conn, &whose, found)?,
        sorted_by: sort.in_words(),
        files: matches!(who.role(), Role::Gp | Role::PracticeStaff | Role::NetworkManager),
        mistakes: Mistakes::new(),
        next_due,
        pages,
        query,
    })
}
