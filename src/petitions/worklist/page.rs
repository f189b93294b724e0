//! `/petitions`: the worklist of each role that petitions go through.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::asked::Asked;
use super::filters::{Filters, View};
use super::line::{Line, lines};
use super::rows;
use crate::access::{ReadsPetitions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::movements::csv::MOST_ROWS;
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, long_day, show};
use crate::petitions::absence::store as absences;
use crate::petitions::views::store::{self as views, Saved};

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
    /// Whether they may be of several practices.
    several: bool,
    sorted_by: &'static str,
    /// The next day on which anything is due, said where nothing waits.
    next_due: Option<NaiveDate>,
    /// The caller's saved views and those shared with them.
    views: Vec<Saved>,
    /// Absences that concern the caller today: theirs, and those of colleagues they see to.
    away: Vec<String>,
    /// Whether the caller drafts petitions, or decides them.
    files: bool,
    decides: bool,
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

    /// Where this list is saved under a name.
    fn save(&self) -> String {
        format!("/petitions/views{}", self.query.without("page").with("view", self.view.word()))
    }

    fn has_csv(&self) -> bool {
        self.pages.rows <= MOST_ROWS
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
    let known = counts.iter().find(|(view, _)| filters == Filters::of(*view));
    let shown = match known {
        Some((_, count)) => *count,
        None => rows::count(conn, &whose, &filters)?,
    };
    let pages = Pages::new(number("page"), number("per"), shown);
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
        several: offers.practices.len() > 1,
        views: views::all(conn, who, now)?.into_iter().filter(|view| !view.is_deleted()).collect(),
        away: away(conn, who, now.today)?,
        sorted_by: sort.in_words(),
        decides: who.role() == Role::Commissioner,
        files: matches!(who.role(), Role::Gp | Role::PracticeStaff | Role::NetworkManager),
        mistakes: Mistakes::new(),
        next_due,
        pages,
        query,
    })
}

/// Who is away today and who sees to what is theirs, as far as it concerns the caller.
fn away(conn: &mut Conn, who: &Who, today: NaiveDate) -> Result<Vec<String>, Error> {
    let here = absences::here(conn, who, today)?;
    let said = here.iter().filter(|one| one.is_on(today)).filter_map(|one| {
        let until = long_day(one.to_on);
        match () {
            () if one.user_id == who.user_id => {
                Some(format!("You are away until {until}. {} sees to your petitions.", one.cover))
            }
            () if one.cover_id == who.user_id => {
                Some(format!("You see to the petitions of {} until {until}.", one.name))
            }
            () => None,
        }
    });
    Ok(said.collect())
}
