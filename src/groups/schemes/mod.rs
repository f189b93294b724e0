//! The schemes that localities agree: their versions, how one is changed, and which stands where and when.

pub mod draft;
pub mod edit;
mod form;
pub mod names;
mod pages;
pub mod store;
pub mod words;

use actix_web::web;

/// These come before the same addresses of a group.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/criteria/{locality}/SCHEME", web::get().to(pages::scheme))
        .route("/criteria/{locality}/SCHEME/drafts", web::post().to(draft::start))
        .route("/criteria/{locality}/SCHEME/versions/{number}/scheme.json", web::get().to(pages::file))
        .route("/criteria/{locality}/SCHEME/versions/{number}/edit", web::get().to(draft::edit))
        .route("/criteria/{locality}/SCHEME/versions/{number}/edit", web::post().to(draft::change));
}
