//! A form that is sent when its session has ended: what was written stands on the page that says so, to be sent again
//! after signing in.

use actix_session::SessionExt;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web;
use askama::Template;

use crate::access::session_words;
use crate::page::{Chrome, show_as};

/// Where people write at length; all of it is for those who have signed in.
const WRITTEN: [&str; 3] = ["/petitions/", "/decisions/", "/criteria/"];
/// Fields nobody has written.
const HANDLES: [&str; 2] = ["key", "version"];

#[derive(Template)]
#[template(path = "signed-out.html")]
struct SignedOutPage {
    chrome: Chrome,
    /// Where the form is sent again.
    to: String,
    fields: Vec<(String, String)>,
}

/// Answers a form of nobody's with what it says; all else goes on.
pub async fn keep(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_written = WRITTEN.iter().any(|start| request.path().starts_with(start));
    let is_form = *request.method() == Method::POST && is_written;
    if !is_form || request.get_session().contains_key(session_words::CALLER) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let fields = match request.extract::<web::Form<Vec<(String, String)>>>().await {
        Ok(form) => form.into_inner(),
        Err(_) => Vec::new(),
    };
    let wrote = |(name, value): &(String, String)| !value.is_empty() && !HANDLES.contains(&name.as_str());
    if !fields.iter().any(wrote) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let to = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let page = show_as(StatusCode::FORBIDDEN, &SignedOutPage { chrome: Chrome::signed_out(), to, fields })?;
    Ok(request.into_response(page))
}
