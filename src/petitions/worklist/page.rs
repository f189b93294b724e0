//! `/petitions`: the worklist of each role that petitions go through.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::asked::Asked;
use super::filters::{Filters, View};
use super::line::{self, Line, lines};
use super::rows;
use crate::access::{ReadsPetitions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, long_day, show};
use crate::petitions::absence::store as absences;
use crate::petitions::assigning;
use crate::petitions::assignings::{ChosenForm, MOST};
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
    choosing: Choosing,
    mistakes: Mistakes,
}

/// The petitions of the list that are chosen, and to whom they can be given.
struct Choosing {
    /// Those of this page, as lines have them.
    here: Vec<String>,
    /// Those of other pages.
    elsewhere: Vec<String>,
    to: String,
    colleagues: Vec<Choice>,
    key: String,
}

/// What the address says of choosing: all of the page, or all of the list.
const CHOOSE: &str = "choose";

impl ListPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    /// The view without any filter.
    fn clear(&self) -> String {
        format!("/petitions{}", Query::default().with("view", self.chosen("view")))
    }

    /// The list as a file: `csv` or `xlsx`.
    fn file(&self, suffix: &str) -> String {
        format!("/petitions.{suffix}{}", self.query.without("page").without("per"))
    }

    /// Where this list is saved under a name.
    fn save(&self) -> String {
        format!("/petitions/views{}", self.query.without("page").with("view", self.view.word()))
    }

    fn is_chosen(&self, line: &Line) -> bool {
        self.choosing.here.contains(&line.seen)
    }

    /// How many petitions of this page can be assigned.
    fn open(&self) -> usize {
        self.lines.iter().filter(|line| line.is_open).count()
    }

    /// Whether there is anything to assign.
    fn can_choose(&self) -> bool {
        self.open() > 0 || !self.choosing.elsewhere.is_empty()
    }

    /// Whether all of the list can be chosen, and that is more than this page.
    fn offers_all(&self) -> bool {
        self.pages.rows > self.pages.per && self.pages.rows <= MOST as i64
    }

    fn colleagues(&self) -> Vec<Choice> {
        let mut choices = vec![Choice::new("", "Choose a colleague")];
        choices.extend(self.choosing.colleagues.iter().cloned());
        choices
    }

    /// The id of a line's box: an error leads to the first.
    fn box_id(&self, index: &usize) -> String {
        match self.lines.iter().position(|line| line.is_open) == Some(*index) {
            true => "petition".into(),
            false => format!("petition-{index}"),
        }
    }

    fn choose(&self, which: &str) -> String {
        format!("/petitions{}", self.query.with(CHOOSE, which))
    }
}

pub async fn petitions(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (actor, query) = (who.actor.clone(), Query::new(query.into_inner()));
    let fresh = (ChosenForm::default(), Mistakes::new());
    let page = database.read(move |conn| page(conn, &who, now, query, fresh)).await?;
    let subjects: Vec<Subject> = page.lines.iter().map(|line| Subject::person(&line.pseudonym)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string() });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PetitionsListed, &subjects, details))
        .await?;
    show(&page)
}

/// The list again, with what was wrong with the petitions chosen from it.
pub fn mistaken(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: Query,
    form: ChosenForm,
    mistakes: Mistakes,
) -> Result<impl Template + use<>, Error> {
    page(conn, who, now, query, (form, mistakes))
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: Query,
    (form, mistakes): (ChosenForm, Mistakes),
) -> Result<ListPage, Error> {
    let choose = query.get(CHOOSE).map(str::to_owned);
    let query = query.without(CHOOSE);
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
    let lines = lines(conn, &whose, found)?;
    let is_long = pages.rows > pages.per && pages.rows <= MOST as i64;
    let chosen = match choose.as_deref() {
        Some("all") if is_long => {
            let all = rows::rows(conn, &whose, &filters, sort, (0, MOST as i64))?;
            open_ones(&line::lines(conn, &whose, all)?)
        }
        Some(_) => open_ones(&lines),
        None => form.chosen,
    };
    let (here, elsewhere) = chosen.into_iter().partition(|one| lines.iter().any(|line| line.seen == *one));
    let choosing = Choosing {
        here,
        elsewhere,
        to: form.to,
        colleagues: assigning::choices(&assigning::colleagues(conn, who, now)?, who.user_id),
        key: fresh_key(),
    };
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
        lines,
        several: offers.practices.len() > 1,
        views: views::all(conn, who, now)?.into_iter().filter(|view| !view.is_deleted()).collect(),
        away: away(conn, who, now.today)?,
        sorted_by: sort.in_words(),
        decides: who.role() == Role::Commissioner,
        files: matches!(who.role(), Role::Gp | Role::PracticeStaff | Role::NetworkManager),
        choosing,
        mistakes,
        next_due,
        pages,
        query,
    })
}

/// The lines that can be assigned, as a form sends them.
fn open_ones(lines: &[Line]) -> Vec<String> {
    lines.iter().filter(|line| line.is_open).map(|line| line.seen.clone()).collect()
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
