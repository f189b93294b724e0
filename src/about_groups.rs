//! `/about-groups`: what grouping means for a person, for everybody. It shows nobody's group.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::access::SignedIn;
use crate::error::Error;
use crate::page::{Chrome, show};

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/about-groups", web::get().to(about_groups));
}

#[derive(Template)]
#[template(path = "about-groups.html")]
struct AboutGroupsPage {
    chrome: Chrome,
    large: bool,
}

/// How the page is set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `large` for 18 point.
    print: String,
}

/// Whoever is signed in keeps the header they know.
pub async fn about_groups(caller: Option<SignedIn>, asked: web::Query<Asked>) -> Result<HttpResponse, Error> {
    let chrome = caller.map_or_else(Chrome::signed_out, |SignedIn(who)| who.chrome());
    show(&AboutGroupsPage { chrome, large: asked.print == "large" })
}
