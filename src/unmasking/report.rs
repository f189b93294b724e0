//! The auditor's report of break-glass reads.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::store::{self, Narrowed, Unmasking, Whose};
use crate::access::{Auditor, Who};
use crate::audit::chosen::date;
use crate::audit::trail::Ours;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, long_day, show};

/// The filters of the form, as a page names them.
const FILTERS: [(&str, &str); 3] = [("looked", "Looked at"), ("from", "From"), ("to", "To")];

#[derive(Template)]
#[template(path = "unmasking/report.html")]
struct ReportPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    pages: Pages,
    unmaskings: Vec<Unmasking>,
}

impl ReportPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    fn csv(&self) -> String {
        format!("/audit/break-glass.csv{}", self.query.without("page").without("per"))
    }

    fn choices(&self) -> Vec<Choice> {
        vec![Choice::new("", "Either"), Choice::new("no", "Not yet"), Choice::new("yes", "Looked at")]
    }
}

/// The address without filters for values that are no choice.
pub fn offered(query: Query) -> Query {
    query.offered(&FILTERS, |name, value| match name {
        "looked" => matches!(value, "yes" | "no"),
        _ => date(value).is_some(),
    })
}

/// What an address asks for.
pub fn narrowed(query: &Query) -> Narrowed {
    Narrowed {
        looked: query.get("looked").map(|word| word == "yes"),
        from: query.get("from").and_then(date),
        to: query.get("to").and_then(date),
    }
}

/// The chosen filters, each with the list without it.
pub fn chips(query: &Query) -> Vec<Chip> {
    let day = |value: &str| date(value).map_or_else(String::new, long_day);
    let label = |name: &str, value: &str| match (name, value) {
        ("looked", "yes") => "Looked at: yes".to_owned(),
        ("looked", _) => "Looked at: not yet".to_owned(),
        ("from", day_of) => format!("From {}", day(day_of)),
        (_, day_of) => format!("To {}", day(day_of)),
    };
    let chosen = FILTERS.iter().filter_map(|(name, _)| {
        let value = query.get(name)?;
        Some(query.chip(name, label(name, value)))
    });
    chosen.collect()
}

pub async fn list(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = offered(Query::new(query.into_inner()));
    let page = database.read(move |conn| page(conn, &who, query)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, query: Query) -> Result<ReportPage, Error> {
    let whose = Whose::Ours(Ours::of(conn, who)?);
    let narrowed = narrowed(&query);
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let rows = store::count(conn, &whose, &narrowed)?;
    let pages = Pages::new(number("page"), number("per"), rows);
    let unmaskings = store::list(conn, &whose, &narrowed, (pages.offset(), pages.per))?;
    Ok(ReportPage { chrome: who.chrome(), chips: chips(&query), pages, unmaskings, query })
}
