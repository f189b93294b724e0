//! What can go wrong, and the page each becomes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::page;

/// The only error a handler returns.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in: 303 to the sign-in page, and back to `to` afterwards.
    #[error("not signed in")]
    SignIn { to: String },
    /// Signed in, in scope, but with another role.
    #[error("not in this role")]
    Forbidden { acting_as: String, could: Vec<String> },
    /// Not there, or not yours: the same bytes for both.
    #[error("not found")]
    NotFound,
    /// A race of states: somebody did it first. The sentence says what happened, the link leads to what it is about.
    #[error("{what}")]
    Conflict { what: &'static str, at: Option<Link> },
    /// What was sent cannot be read at all: a form without its fields, a body over its limit.
    #[error("{0}")]
    Unreadable(&'static str),
    /// Too many tries: seconds until the next may be made.
    #[error("too many tries")]
    TooMany { seconds: i64 },
    /// All connections are taken.
    #[error("the database is busy")]
    Busy,
    /// A command was refused: the message is for the person at the keyboard.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Where a page leads on to, and what the link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub label: String,
}

impl Error {
    /// Somebody did it first: `what` says so, and `label` leads to the thing at `href`.
    pub fn conflict(what: &'static str, href: impl Into<String>, label: impl Into<String>) -> Error {
        Error::Conflict { what, at: Some(Link { href: href.into(), label: label.into() }) }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Error {
        match error {
            diesel::result::Error::NotFound => Error::NotFound,
            other => Error::Internal(anyhow::Error::new(other).context("asking the database")),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::SignIn { .. } => StatusCode::SEE_OTHER,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Unreadable(_) | Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        page::error_page(self)
    }
}
