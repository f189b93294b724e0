//! What every page is made of: the shell round it, the mistakes of a form, and the answers a handler gives.

pub mod chart;
mod date;
pub mod filters;
mod kit;
mod mistakes;
mod pages;
#[cfg(debug_assertions)]
pub mod patterns;
mod query;
mod refusal;
mod saving;
pub mod stack;
mod stale;
pub mod typed;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, LOCATION};
use anyhow::Context;
use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use crate::assets;
use crate::error::Error;
use crate::once::fresh_key;

pub use date::TypedDate;
pub use filters::{long_day, thousands};
pub use kit::{Choice, tag_colour};
pub use mistakes::{Mistake, Mistakes};
pub use pages::{LAST_PAGE, PER_PAGE, Pages, Step};
pub use query::{Chip, Query};
pub use refusal::error_page;
pub use saving::{Unsaved, save};
pub use stale::{Difference, StalePage, Whose};

/// The shell of a page: who is signed in, where they are, and what the last step has done.
#[derive(Clone, Debug, Default)]
pub struct Chrome {
    /// Who is signed in; `None` on sign-in and error pages.
    pub shown: Option<Shown>,
    /// The path asked for, which marks the current area in the navigation.
    pub here: String,
    /// What the last step has done, said once at the top.
    pub done: Option<String>,
    /// Where a button of the banner posts to undo it.
    pub undo: Option<String>,
    /// The system's date, on demo databases only.
    demo_day: Option<NaiveDate>,
    /// When the page was asked for: what is printed says so.
    at: Option<NaiveDateTime>,
}

/// The signed-in person as the header shows them.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub name: String,
    /// Role and organisation, for example "GP, Acton Lane Surgery".
    pub acting_as: String,
    /// Whether another membership could be acted as.
    pub can_switch: bool,
    pub navigation: Vec<NavItem>,
}

/// One area of the portal in the header's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavItem {
    pub label: &'static str,
    pub href: &'static str,
}

impl Chrome {
    /// The shell for a signed-in person at a path.
    pub fn new(shown: Shown, here: impl Into<String>) -> Chrome {
        Chrome { shown: Some(shown), here: here.into(), ..Chrome::default() }
    }

    /// The shell for somebody who has not signed in.
    pub fn signed_out() -> Chrome {
        Chrome::default()
    }

    /// The same shell with a success banner.
    pub fn done(self, message: impl Into<String>) -> Chrome {
        Chrome { done: Some(message.into()), ..self }
    }

    /// The same shell with a button in the banner that undoes what was done.
    pub fn undo(self, address: Option<String>) -> Chrome {
        Chrome { undo: address, ..self }
    }

    /// A key for the one form of the shell.
    pub fn fresh_key(&self) -> String {
        fresh_key()
    }

    /// The same shell on a demo database whose today is `day`.
    pub fn demo(self, day: Option<NaiveDate>) -> Chrome {
        Chrome { demo_day: day, ..self }
    }

    /// The same shell of a page that was asked for at a moment in UTC.
    pub fn at(self, moment: NaiveDateTime) -> Chrome {
        Chrome { at: Some(moment), ..self }
    }

    /// When the page was asked for, in words: "5 April 2026, 9:30am".
    pub fn printed_at(&self) -> Option<String> {
        self.at.map(filters::moment_words)
    }

    /// The address of a file under `/assets/<fingerprint>`.
    pub fn asset(&self, name: &str) -> String {
        format!("{}/{name}", assets::BASE)
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The system's date in words, on demo databases only.
    pub fn demo_day(&self) -> Option<String> {
        self.demo_day.map(long_day)
    }

    /// What `aria-current` says of a navigation link: this page, an area above it, or nothing.
    pub fn current(&self, href: &str) -> Option<&'static str> {
        match self.here.strip_prefix(href)? {
            "" => Some("page"),
            below if below.starts_with('/') => Some("true"),
            _ => None,
        }
    }
}

/// A page with status 200.
pub fn show(page: &impl Template) -> Result<HttpResponse, Error> {
    show_as(StatusCode::OK, page)
}

/// A page with another status: 422 with mistakes, 409 for a stale form.
pub fn show_as(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
    let body = page.render().context("writing a page")?;
    Ok(html(status, body))
}

/// A page of ours; never kept by a browser or on the way, for most pages show people or work in hand.
fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}

/// A CSV file to keep; the bytes begin with a byte order mark.
pub fn download(name: &str, csv: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(csv)
}

/// A workbook to keep.
pub fn download_workbook(name: &str, book: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(book)
}

/// The answer to a change: go and look at `path`, which can be reloaded.
pub fn see_other(path: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path.as_ref())).finish()
}
