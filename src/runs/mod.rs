//! Grouping runs: placing the people of a locality in its groups, with the reason for each.

pub mod again;
pub mod amend;
mod application;
pub mod apply;
pub mod command;
mod counting;
mod csv;
pub mod export;
pub mod grouping;
mod list_page;
pub mod listing;
mod new_page;
pub mod placement;
pub mod preview;
pub mod reason;
pub mod rules;
mod run_page;
mod staged;
pub mod store;
pub mod summary;
pub mod unapplied;
pub mod work;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/runs", web::get().to(list_page::runs))
        .route("/runs.csv", web::get().to(csv::runs))
        .route("/runs/new", web::get().to(new_page::new))
        .route("/runs/new", web::post().to(new_page::start))
        .route("/runs/{reference}", web::get().to(run_page::run))
        .route("/runs/{reference}/application", web::get().to(application::form))
        .route("/runs/{reference}/application", web::post().to(application::apply))
        .route("/runs/{reference}/cancellation", web::post().to(run_page::cancel));
}
