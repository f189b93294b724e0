//! Who looked behind the pseudonyms of a practice's people, for the practice.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::report::{chips, narrowed, offered};
use super::store::{self, Unmasking, Whose};
use crate::access::{Practice, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::movements::pages::everyone;
use crate::page::{Chip, Chrome, Pages, Query, filters, show};
use crate::people::list::Asked;
use crate::people::register::published;
use crate::people::rows;
use crate::people::scope::Scope;

#[derive(Template)]
#[template(path = "unmasking/practice.html")]
struct PracticePage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    pages: Pages,
    unmaskings: Vec<Unmasking>,
    /// Names of those who are still the practice's, by row id.
    names: HashMap<i64, String>,
}

impl PracticePage {
    fn name(&self, one: &Unmasking) -> Option<&String> {
        self.names.get(&one.person_id)
    }
}

pub async fn list(
    Practice(who): Practice,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = offered(Query::new(query.into_inner())).without("looked");
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, now, query)).await?;
    let subjects: Vec<Subject> = page.unmaskings.iter().map(|one| Subject::person(&one.pseudonym)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string() });
    database
        .write(move |conn| {
            audit::record(conn, now.moment, &actor, Verb::UnmaskingsListed, &subjects, details)
        })
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<PracticePage, Error> {
    let whose = Whose::Practice(who.organisation_id());
    let narrowed = narrowed(&query);
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let rows = store::count(conn, &whose, &narrowed)?;
    let pages = Pages::new(number("page"), number("per"), rows);
    let unmaskings = store::list(conn, &whose, &narrowed, (pages.offset(), pages.per))?;
    let (scope, everyone) = (Scope::of(conn, who, now.today)?, everyone());
    let asked = Asked::by(who.role(), &scope, &everyone, now.today, published(conn)?);
    let ids: Vec<i64> = unmaskings.iter().map(|one| one.person_id).collect();
    let theirs = rows::among(conn, &asked, &ids)?;
    Ok(PracticePage {
        chrome: who.chrome(),
        chips: chips(&query),
        names: rows::names_of(conn, &theirs)?,
        pages,
        unmaskings,
        query,
    })
}
