//! Judgement cases: placements that hang on facts nobody knows. Provider networks decide them or ask the practice.

pub mod case;
mod case_page;
mod deciding;
pub mod found;
pub mod holds;
pub mod list;
mod list_page;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions", web::get().to(list_page::cases))
        .route("/decisions.csv", web::get().to(list_page::csv))
        .route("/decisions/{pseudonym}", web::get().to(case_page::case))
        .route("/decisions/{pseudonym}/decision", web::post().to(deciding::decide));
}
