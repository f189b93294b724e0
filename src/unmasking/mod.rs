//! Breaking the glass: a commissioner sees once who a pseudonym is, with a written reason that the person's practice and
//! the auditor read.

pub mod asking;
mod practice_page;
mod reason;
mod report;
mod report_csv;
pub mod report_page;
pub mod showing;
pub mod store;

use actix_web::web;

/// Before the routes of `people` and `audit`, whose `{pseudonym}` and `{entry}` would take these for one of theirs.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/break-glass", web::get().to(practice_page::list))
        .route("/people/{pseudonym}/unmasking", web::get().to(asking::form))
        .route("/people/{pseudonym}/unmasking", web::post().to(asking::ask))
        .route("/people/{pseudonym}/unmasking/{reference}", web::get().to(showing::show_once))
        .route("/audit/break-glass", web::get().to(report::list))
        .route("/audit/break-glass.csv", web::get().to(report_csv::csv))
        .route("/audit/break-glass/{reference}", web::get().to(report_page::one))
        .route("/audit/break-glass/{reference}", web::post().to(report_page::mark));
}
