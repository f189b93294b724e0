//! The movement ledger: who came to a group, from where, when and why. Nothing is ever changed or taken out of it.

pub mod csv;
pub mod entry;
pub mod filters;
pub mod flows;
pub mod pages;
mod picture;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/movements", web::get().to(pages::movements))
        .route("/movements.csv", web::get().to(csv::movements))
        .route("/movements/flows.csv", web::get().to(csv::flows));
}
