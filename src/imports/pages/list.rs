//! `/imports`: each kind with its last good import, the form to upload a file, and the latest files.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::upload::Typed;
use crate::access::{Imports, Who};
use crate::clock::{Now, london_day};
use crate::database::Database;
use crate::error::Error;
use crate::imports::kind::Kind;
use crate::imports::rights;
use crate::imports::store::{self, Import};
use crate::installation;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, show_as};

/// How many of the latest files are listed.
const LATEST: i64 = 25;

#[derive(Template)]
#[template(path = "imports/list.html")]
struct ListPage {
    chrome: Chrome,
    mistakes: Mistakes,
    typed: Typed,
    kinds: Vec<KindRow>,
    latest: Vec<Import>,
    key: String,
}

/// A kind, its last good import, and how many days ago that or the demo was made.
struct KindRow {
    kind: Kind,
    last: Option<Import>,
    /// Whether its rows are those the demo was made with.
    is_of_demo: bool,
    days: i64,
}

impl KindRow {
    fn age(&self) -> String {
        match self.days {
            0 => "today".into(),
            1 => "yesterday".into(),
            days => format!("{days} days ago"),
        }
    }
}

impl ListPage {
    fn choices(&self) -> Vec<Choice> {
        let kinds = self.kinds.iter().map(|row| Choice::new(row.kind.word(), row.kind.label()));
        [Choice::new("", "Choose a kind")].into_iter().chain(kinds).collect()
    }

    fn none_yet(&self) -> &'static str {
        match self.kinds.len() {
            1 => "No file has been brought in yet.",
            _ => {
                "No file has been brought in yet. Begin with localities, then organisations: each kind refers to those above it."
            }
        }
    }

    fn takes_people(&self) -> bool {
        self.kinds.iter().any(|row| row.kind == Kind::People)
    }
}

pub async fn show_list(
    Imports(who): Imports,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    list_with(&who, &database, now, Typed::default(), Mistakes::new()).await
}

/// The page with what was typed; 422 where that has mistakes.
pub async fn list_with(
    who: &Who,
    database: &Database,
    now: Now,
    typed: Typed,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let (kinds, asking) = (rights::kinds_of(who.role()), who.clone());
    let (last, latest, demo_day) = database
        .read(move |conn| {
            let ours = rights::ours(conn, &asking)?;
            let demo_day = installation::demo_day(conn)?;
            Ok((store::last_applied(conn)?, store::latest(conn, &ours, LATEST)?, demo_day))
        })
        .await?;
    let row = |kind: &Kind| {
        let last = last.iter().find(|import| import.kind == *kind).cloned();
        let day = last.as_ref().map(ended_on).or(demo_day);
        let days = day.map_or(0, |day| (now.today - day).num_days().max(0));
        let is_of_demo = last.is_none() && demo_day.is_some() && *kind != Kind::PaperReturns;
        KindRow { kind: *kind, is_of_demo, last, days }
    };
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let kinds = kinds.iter().map(row).collect();
    show_as(status, &ListPage { chrome: who.chrome(), mistakes, typed, kinds, latest, key: fresh_key() })
}

fn ended_on(import: &Import) -> NaiveDate {
    london_day(import.ended_at.unwrap_or(import.created_at))
}
