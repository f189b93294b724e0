//! What people wrote in words, read by a moderator before anybody else: one text at a time, beside nothing else of its
//! writer.

mod page;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/campaigns/{reference}/comments", web::get().to(page::next))
        .route("/campaigns/{reference}/comments", web::post().to(page::decide))
        .route("/campaigns/{reference}/comments/undo", web::post().to(page::undo));
}
