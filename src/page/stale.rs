//! The page of a form that somebody else's came before: both texts side by side, and three ways on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::{Chrome, NavItem, show_as};
use crate::error::Error;
use crate::once::fresh_key;

/// One field of a stale form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub label: &'static str,
    pub mine: String,
    pub theirs: String,
}

impl Difference {
    pub fn new(label: &'static str, mine: impl Into<String>, theirs: impl Into<String>) -> Difference {
        Difference { label, mine: mine.into(), theirs: theirs.into() }
    }

    fn differs(&self) -> bool {
        self.mine != self.theirs
    }
}

/// A form sent stale: answers 409.
pub struct StalePage {
    pub chrome: Chrome,
    /// The area the record stands in.
    pub area: NavItem,
    /// The record in words, as its page is headed.
    pub what: String,
    pub fields: Vec<Difference>,
    /// Where the form is sent again to keep mine.
    pub action: String,
    /// The fields of the form as typed, but key and version.
    pub typed: Vec<(String, String)>,
    /// The record's version as it is now.
    pub version: i64,
    /// The record's page.
    pub record: String,
    pub key: String,
}

/// Whose the text is that was saved first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    SomebodyElses,
    /// The same person's, in another window.
    Own,
}

#[derive(Template)]
#[template(path = "stale.html")]
struct Shown {
    chrome: Chrome,
    page: StalePage,
    is_own: bool,
    /// Where Cancel leads.
    cancel: String,
}

impl Shown {
    fn heads(&self) -> (&'static str, &'static str) {
        match self.is_own {
            true => ("This one", "The other, as it is now"),
            false => ("Yours", "Theirs, as it is now"),
        }
    }
}

impl StalePage {
    /// The answer, with a fresh key for keeping mine. Cancel leads to the area.
    pub fn answer(self) -> Result<HttpResponse, Error> {
        let cancel = self.area.href.to_owned();
        self.answer_of(Whose::SomebodyElses, cancel)
    }

    /// The same, of whose text was saved first, and with the address that Cancel leads to.
    pub fn answer_of(self, whose: Whose, cancel: String) -> Result<HttpResponse, Error> {
        let page = StalePage { key: fresh_key(), ..self };
        let shown = Shown { chrome: page.chrome.clone(), is_own: whose == Whose::Own, cancel, page };
        show_as(StatusCode::CONFLICT, &shown)
    }
}
