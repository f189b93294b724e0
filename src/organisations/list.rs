//! `/admin/organisations`: one list of all localities and organisations.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::listed::{LOCALITY, Listed, Narrowed, WITHOUT_USERS, listed, sort};
use super::organisation::Kind;
use super::store::{self, Locality};
use crate::access::Administrator;
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;
use crate::page::{Chip, Choice, Chrome, Mistakes, PER_PAGE, Pages, Query, filters, show, thousands, typed};

#[derive(Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    kinds: Vec<Choice>,
    localities: Vec<Choice>,
    users: Vec<Choice>,
    rows: Vec<Listed>,
    pages: Pages,
    sorted_by: &'static str,
    /// Rows of the two kinds of file the list can be downloaded as.
    organisation_count: usize,
    locality_count: usize,
}

impl ListPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or_default()
    }

    /// How many rows there are, in the word for their kind.
    fn counted(&self) -> String {
        let words = match (self.chosen("kind"), Kind::from_word(self.chosen("kind"))) {
            (_, Some(kind)) if self.pages.rows == 1 => typed::lowered(kind.label()),
            (_, Some(kind)) => typed::lowered(&kind.plural()),
            (LOCALITY, None) if self.pages.rows == 1 => "locality".to_owned(),
            (LOCALITY, None) => "localities".to_owned(),
            _ if !self.chosen("users").is_empty() && self.pages.rows == 1 => "organisation".to_owned(),
            _ if !self.chosen("users").is_empty() => "organisations".to_owned(),
            _ if self.pages.rows == 1 => "locality or organisation".to_owned(),
            _ => "localities and organisations".to_owned(),
        };
        format!("{} {words}", thousands(self.pages.rows))
    }

    /// The file of organisations, or of localities, that are in the list.
    fn file(&self, of_localities: bool) -> String {
        let query = self.query.without("page").without("sort");
        let query = if of_localities { query.with("kind", LOCALITY) } else { query };
        format!("/admin/organisations.csv{query}")
    }
}

pub async fn show_list(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let (localities, mut rows) = database
        .read(move |conn| {
            let (localities, organisations) = (store::localities(conn)?, store::organisations(conn)?);
            let rows = listed(conn, &localities, &organisations, now.today)?;
            Ok((localities, rows))
        })
        .await?;
    let query = offered(query, &localities);
    let narrowed = Narrowed::of(&query);
    rows.retain(|row| narrowed.has(row));
    let sorted_by = sort(&mut rows, query.get("sort").unwrap_or("name"));
    let locality_count = rows.iter().filter(|row| row.kind == LOCALITY).count();
    let wanted = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let pages = Pages::new(wanted, PER_PAGE, i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let organisation_count = rows.len() - locality_count;
    let skipped = usize::try_from(pages.offset()).unwrap_or(0);
    show(&ListPage {
        chrome: who.chrome(),
        chips: chips(&query, &localities),
        kinds: kinds(),
        users: vec![Choice::new("", "With and without"), Choice::new(WITHOUT_USERS, "Without users")],
        localities: super::locality_choices(&localities, "All localities"),
        rows: rows.into_iter().skip(skipped).take(PER_PAGE as usize).collect(),
        pages,
        sorted_by,
        organisation_count,
        locality_count,
        query,
    })
}

/// The address without filters for values that are no choice.
pub fn offered(query: Query, localities: &[Locality]) -> Query {
    let filters = [("kind", "Kind"), ("locality", "Locality"), ("users", "Users")];
    query.offered(&filters, |name, value| match name {
        "kind" => kinds().iter().any(|one| one.is(value)),
        "locality" => localities.iter().any(|each| each.code == value),
        _ => value == WITHOUT_USERS,
    })
}

fn kinds() -> Vec<Choice> {
    let all = [Choice::new("", "All kinds"), Choice::new(LOCALITY, "Locality")];
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.label()));
    all.into_iter().chain(kinds).collect()
}

fn chips(query: &Query, localities: &[Locality]) -> Vec<Chip> {
    let mut chips = Vec::new();
    if let Some(kind) = query.get("kind") {
        let label = Kind::from_word(kind).map_or("locality", Kind::label);
        chips.push(query.chip("kind", format!("kind is {label}")));
    }
    if let Some(code) = query.get("locality") {
        let name = localities.iter().find(|each| each.code == code).map_or(code, |each| each.name.as_str());
        chips.push(query.chip("locality", format!("locality is {name}")));
    }
    if query.get("users").is_some() {
        chips.push(query.chip("users", "without users"));
    }
    if let Some(words) = query.get("words") {
        chips.push(query.chip("words", format!("name or code has “{words}”")));
    }
    chips
}
