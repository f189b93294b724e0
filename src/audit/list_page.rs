//! The list of the trail for an auditor.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::chosen;
use super::trail::{self, Entry, Ours, Records};
use crate::access::{Auditor, Role, Who};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::movements::csv::MOST_ROWS;
use crate::page::{Chip, Choice, Chrome, Mistakes, Pages, Query, filters, show};

/// How many records of an entry stand in the list.
const FEW: usize = 3;

#[derive(Template)]
#[template(path = "audit/list.html")]
struct ListPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    verbs: Vec<Choice>,
    pages: Pages,
    entries: Vec<Entry>,
    records: HashMap<i64, Records>,
    /// Names of organisations by code.
    names: HashMap<String, String>,
}

impl ListPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }

    fn csv(&self) -> String {
        format!("/audit.csv{}", self.query.without("page").without("per"))
    }

    fn has_csv(&self) -> bool {
        self.pages.rows <= MOST_ROWS
    }

    fn acting_as(&self, entry: &Entry) -> String {
        acting_as(entry, &self.names)
    }

    fn few(&self, entry: &Entry) -> &[(String, String)] {
        let all = self.records.get(&entry.id).map_or(&[][..], |records| &records.shown);
        &all[..all.len().min(FEW)]
    }

    /// How many records are not in the list.
    fn more(&self, entry: &Entry) -> usize {
        self.records
            .get(&entry.id)
            .map_or(0, |records| records.shown.len().saturating_sub(FEW) + records.elsewhere)
    }

    fn narrowed_to(&self, reference: &str) -> Query {
        self.query.without("page").with("record", reference)
    }
}

/// "GP, Alder Practice (E87001)"; of who acts for no organisation, the role alone.
pub fn acting_as(entry: &Entry, names: &HashMap<String, String>) -> String {
    let role = Role::from_word(&entry.role).map_or(&*entry.role, |role| role.label());
    let at = match (entry.acting_as.as_str(), names.get(&entry.acting_as)) {
        ("", _) => String::new(),
        (code, Some(name)) => format!("{name} ({code})"),
        (code, None) => code.to_owned(),
    };
    let parts: Vec<String> = [role.to_owned(), at].into_iter().filter(|part| !part.is_empty()).collect();
    crate::people::person::capital(parts.join(", "))
}

pub async fn list(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = chosen::offered(Query::new(query.into_inner()));
    let page = database.read(move |conn| page(conn, &who, query)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, query: Query) -> Result<ListPage, Error> {
    let ours = Ours::of(conn, who)?;
    let narrowed = chosen::read(&query);
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let rows = trail::count(conn, &ours, &narrowed)?;
    let pages = Pages::new(number("page"), number("per"), rows);
    let entries = trail::entries(conn, &ours, &narrowed, (pages.offset(), pages.per))?;
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    let codes: Vec<&str> = entries.iter().map(|entry| entry.acting_as.as_str()).collect();
    Ok(ListPage {
        chrome: who.chrome(),
        chips: chosen::chips(&query),
        verbs: chosen::verbs(),
        pages,
        records: trail::records(conn, Some(&ours), &ids)?,
        names: trail::names(conn, &codes)?,
        entries,
        query,
    })
}
