//! The page of an act that cannot be done: what happened to the petition meanwhile, or whose act it is, and all that
//! was written.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::found::Found;
use super::life::Refusal;
use crate::access::Who;
use crate::error::Error;
use crate::page::{Chrome, Mistakes, filters, show_as};
use crate::people::identified_text::{Caught, Found as Identified};

/// Why an act was not done.
pub enum Unsaved {
    Mistaken(Mistakes),
    /// A text may identify somebody, and it has not been said what to do with it.
    Identified(Box<Identified>),
    /// Something happened meanwhile, or it is not theirs to do.
    Refused(Box<Found>, Option<Refusal>),
}

impl From<Mistakes> for Unsaved {
    fn from(mistakes: Mistakes) -> Unsaved {
        Unsaved::Mistaken(mistakes)
    }
}

impl From<Caught> for Unsaved {
    fn from(caught: Caught) -> Unsaved {
        match caught {
            Caught::Ask(found) => Unsaved::Identified(found),
            Caught::Mend(mistakes) => Unsaved::Mistaken(mistakes),
        }
    }
}

impl Unsaved {
    /// Somebody was faster.
    pub fn stale(found: Found) -> Unsaved {
        Unsaved::Refused(Box::new(found), None)
    }

    pub fn refused(found: Found, refusal: Refusal) -> Unsaved {
        Unsaved::Refused(Box::new(found), Some(refusal))
    }
}

#[derive(Template)]
#[template(path = "petitions/overtaken.html")]
struct OvertakenPage {
    chrome: Chrome,
    found: Found,
    why: String,
    is_late: bool,
    written: Vec<(&'static str, String)>,
}

/// Answers 409 where it came too late, 403 where it is not the caller's to do.
pub fn answer(
    who: &Who,
    found: Found,
    refusal: Option<Refusal>,
    written: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Error> {
    let is_late = !matches!(refusal, Some(Refusal::Role | Refusal::Drafter | Refusal::SameCommissioner));
    let why = refusal.map_or_else(
        || "Something happened to this petition after you opened the page".to_owned(),
        |refusal| refusal.to_string(),
    );
    let status = if is_late { StatusCode::CONFLICT } else { StatusCode::FORBIDDEN };
    show_as(status, &OvertakenPage { chrome: who.chrome(), found, why, is_late, written })
}
