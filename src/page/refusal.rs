//! The page each error becomes. It needs no database and shows nobody's name, so that it works when nothing else does.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use rand::Rng;

use super::{Chrome, Query, html, see_other};
use crate::error::Error;

/// Letters and figures that are not mistaken for one another over the telephone.
const SIGNS: &[u8] = b"23456789BCDFGHJKMNPQRTVWXYZ";

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    chrome: Chrome,
    error: &'a Error,
    reference: Option<String>,
}

impl ErrorPage<'_> {
    fn heading(&self) -> &'static str {
        match self.error {
            Error::Forbidden { acting_as, .. } if acting_as.is_empty() => "Nothing was changed",
            Error::Forbidden { .. } => "You cannot do this in your role",
            Error::NotFound => "Page not found",
            Error::Conflict { .. } => "Someone changed this while you were working",
            Error::Unreadable(_) | Error::Refused(_) => "What was sent could not be used",
            Error::TooMany { .. } => "Too many tries",
            Error::Busy => "Common Ground cannot answer just now",
            Error::SignIn { .. } | Error::Internal(_) => "There is a problem with Common Ground",
        }
    }

    fn wait(&self, seconds: &i64) -> String {
        match *seconds {
            ..=1 => "a second".to_owned(),
            few @ 2..=90 => format!("{few} seconds"),
            more => format!("{} minutes", (more + 59) / 60),
        }
    }
}

/// The answer to an error: a page that says what to do next, or the way to the sign-in page.
///
/// Every page but the 404 carries a reference, under which the log has the cause.
pub fn error_page(error: &Error) -> HttpResponse {
    if let Error::SignIn { to } = error {
        return match to.as_str() {
            "" | "/" => see_other("/sign-in"),
            page => see_other(format!("/sign-in{}", Query::default().with("to", page))),
        };
    }
    let status = error.status_code();
    let reference = (status != StatusCode::NOT_FOUND).then(new_reference);
    if let Some(reference) = &reference {
        log(status, reference, error);
    }
    let page = ErrorPage { chrome: Chrome::signed_out(), error, reference };
    let mut response = html(status, page.render().unwrap_or_else(|_| page.heading().to_owned()));
    let retry = match error {
        Error::TooMany { seconds } => Some(*seconds),
        Error::Busy => Some(60),
        _ => None,
    };
    if let Some(seconds) = retry {
        response.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
    }
    response
}

fn log(status: StatusCode, reference: &str, error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(reference, "{cause:#}"),
        _ => tracing::info!(reference, status = status.as_u16(), "{error}"),
    }
}

fn new_reference() -> String {
    let mut random = rand::rng();
    (0..8).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    fn conflict() -> Error {
        Error::conflict("Somebody has already applied this run.", "/runs/R-1", "Go to run R-1")
    }

    async fn page(error: Error) -> (StatusCode, String) {
        let response = error_page(&error);
        let status = response.status();
        let body = to_bytes(response.into_body()).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_missing_page_has_the_same_bytes_each_time_and_no_reference() {
        let (status, first) = page(Error::NotFound).await;
        let (_, second) = page(Error::NotFound).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(first, second);
        assert!(!first.contains("quote the reference"));
    }

    #[actix_web::test]
    async fn every_other_page_says_what_to_do_and_has_a_reference() {
        let forbidden =
            Error::Forbidden { acting_as: "GP, Alder".into(), could: vec!["Analyst, Ealing".into()] };
        for (error, status, words) in [
            (forbidden, 403, "You are acting as GP, Alder."),
            (conflict(), 409, "already applied this run"),
            (conflict(), 409, "<a href=\"/runs/R-1\">Go to run R-1</a>"),
            (Error::Unreadable("Send less text."), 422, "Send less text."),
            (Error::TooMany { seconds: 130 }, 429, "Try again in 3 minutes"),
            (Error::Busy, 503, "Try again in a minute"),
            (Error::Internal(anyhow::anyhow!("secret cause")), 500, "Try again in a few minutes"),
        ] {
            let (answered, body) = page(error).await;
            assert_eq!(answered.as_u16(), status);
            assert!(body.contains(words), "{status}: {body}");
            assert!(body.contains("quote the reference"), "{status}");
            assert!(!body.contains("secret cause"));
        }
    }

    #[actix_web::test]
    async fn who_has_not_signed_in_comes_back_to_the_page_asked_for() {
        let way = |to: &str| {
            error_page(&Error::SignIn { to: to.into() }).headers().get("location").unwrap().clone()
        };
        assert_eq!(way("/groups?sort=name&page=2"), "/sign-in?to=%2Fgroups%3Fsort%3Dname%26page%3D2");
        assert_eq!(way("/"), "/sign-in");
    }
}
