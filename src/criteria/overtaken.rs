//! The page of a form that came too late for its version: what happened to the version, and all that was written.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::agreement::seen::path;
use super::store::{State, Version};
use crate::access::Who;
use crate::error::Error;
use crate::groups::schemes::names::Names;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, show_as};

/// A form sent after its version had moved on: answers 409.
#[derive(Template)]
#[template(path = "criteria/overtaken.html")]
pub struct OvertakenPage {
    chrome: Chrome,
    mistakes: Mistakes,
    version: Version,
    names: Names,
    path: String,
    outcome: &'static str,
    written: Vec<(&'static str, String)>,
    draft: Option<Draft>,
    /// Address and title of the version that took its place.
    replaced_by: Option<(String, String)>,
}

/// A text that a new draft can start from.
struct Draft {
    action: String,
    text: String,
    key: String,
}

impl OvertakenPage {
    /// Of a version in a locality (code); `outcome` goes on from what happened: "so your answer was not sent".
    pub fn new(
        who: &Who,
        (locality, names): (&str, &Names),
        version: &Version,
        outcome: &'static str,
    ) -> OvertakenPage {
        OvertakenPage {
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            names: names.clone(),
            path: path(locality, version),
            version: version.clone(),
            outcome,
            written: Vec::new(),
            draft: None,
            replaced_by: None,
        }
    }

    /// With what had been written, by the labels of the fields.
    pub fn written(self, written: Vec<(&'static str, String)>) -> OvertakenPage {
        OvertakenPage { written, ..self }
    }

    /// With the frozen text, and a form at `action` that starts a draft from the text that had been written.
    pub fn drafting(self, action: String, text: String) -> OvertakenPage {
        OvertakenPage { draft: Some(Draft { action, text, key: fresh_key() }), ..self }
    }

    /// With the version that took its place.
    pub fn replaced_by(self, locality: &str, by: Option<&Version>) -> OvertakenPage {
        let by = by.map(|by| (path(locality, by), self.names.title(by)));
        OvertakenPage { replaced_by: by, ..self }
    }

    pub fn answer(&self) -> Result<HttpResponse, Error> {
        show_as(StatusCode::CONFLICT, self)
    }

    fn title(&self) -> String {
        self.names.title(&self.version)
    }

    fn has_written(&self) -> bool {
        self.draft.is_some() || self.written.iter().any(|(_, text)| !text.is_empty())
    }

    fn happened(&self) -> &'static str {
        match self.version.state {
            State::Draft => "is a draft",
            State::Proposed => "has been proposed",
            State::Approved => "has been approved",
            State::InForce => "has taken force",
            State::Superseded => "has been superseded",
            State::Withdrawn if self.replaced_by.is_some() => "has been replaced by another proposal",
            State::Withdrawn => "has been withdrawn",
            State::Returned => "has been returned",
        }
    }
}
