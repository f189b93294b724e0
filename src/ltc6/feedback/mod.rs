//! What people said in a campaign and what will be done about it, in plain words, for everybody to read.

mod edit;
mod public;
pub mod store;
mod words;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/campaigns/{reference}/feedback", web::get().to(edit::form))
        .route("/campaigns/{reference}/feedback", web::post().to(edit::change))
        .route("/campaigns/{reference}/feedback/publication", web::post().to(edit::publish))
        .route("/feedback", web::get().to(public::list))
        .route("/feedback/{reference}", web::get().to(public::page))
        .route("/feedback/{reference}/poster", web::get().to(public::poster));
}
