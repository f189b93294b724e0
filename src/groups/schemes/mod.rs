//! The schemes that localities agree: their versions, how one is changed, and which stands where and when.

mod draft;
pub mod edit;
mod form;
mod pages;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/criteria/{locality}/scheme", web::get().to(pages::scheme))
        .route("/criteria/{locality}/scheme/drafts", web::post().to(draft::start))
        .route("/criteria/{locality}/scheme/versions/{number}", web::get().to(pages::version))
        .route("/criteria/{locality}/scheme/versions/{number}/edit", web::get().to(draft::edit))
        .route("/criteria/{locality}/scheme/versions/{number}/edit", web::post().to(draft::change))
        .route("/criteria/{locality}/scheme/versions/{number}/deletion", web::post().to(draft::delete));
}
