//! Drafting criteria: where a draft starts, editing it by parts or as text, and putting drafts together.

mod act;
mod bundle;
mod deletion;
mod edit_page;
mod live;
mod parts;
mod start;
pub mod store;
mod upload;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/criteria/{locality}/{code}/draft", web::get().to(start::form))
        .route("/criteria/{locality}/{code}/drafts", web::post().to(start::add))
        .route("/criteria/{locality}/{code}/drafts/file", web::post().to(upload::add))
        .route("/criteria/{locality}/{code}/versions/{number}/edit", web::get().to(edit_page::form))
        .route("/criteria/{locality}/{code}/versions/{number}/edit", web::post().to(edit_page::save))
        .route("/criteria/{locality}/{code}/versions/{number}/live", web::post().to(live::parts))
        .route("/criteria/{locality}/{code}/versions/{number}/bundle", web::post().to(bundle::change))
        .route("/criteria/{locality}/{code}/versions/{number}/deletion", web::get().to(deletion::form))
        .route("/criteria/{locality}/{code}/versions/{number}/deletion", web::post().to(deletion::delete));
}
