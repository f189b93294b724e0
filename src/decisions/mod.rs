//! Judgement cases: placements that hang on facts nobody knows. Provider networks decide them or ask the practice.

pub mod answer;
pub mod answering;
pub mod asking;
mod batch;
mod batch_deciding;
mod batch_done;
pub mod case;
mod case_page;
pub mod deciding;
pub mod decision_form;
pub mod found;
pub mod holds;
mod letters;
pub mod list;
mod list_asked;
mod list_csv;
mod list_page;
mod list_store;
pub mod practice_list;
mod practice_page;
pub mod questions;
pub mod register;
pub mod retired;
mod reviewing;
mod settling;
pub mod store;
mod words;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions", web::get().to(list_page::cases))
        .route("/decisions.csv", web::get().to(list_csv::csv))
        .route("/decisions/together/{locality}", web::get().to(batch::form))
        .route("/decisions/together/{locality}", web::post().to(batch::decide))
        .route("/decisions/batches/{reference}", web::get().to(batch_done::done))
        .route("/decisions/questions/{reference}", web::get().to(answering::form))
        .route("/decisions/questions/{reference}", web::post().to(answering::answer))
        .route("/decisions/{pseudonym}", web::get().to(case_page::case))
        .route("/decisions/{pseudonym}/decision", web::post().to(deciding::decide))
        .route("/decisions/{pseudonym}/question", web::get().to(asking::form))
        .route("/decisions/{pseudonym}/question", web::post().to(asking::ask))
        .route("/decisions/{pseudonym}/review", web::get().to(reviewing::form))
        .route("/decisions/{pseudonym}/review", web::post().to(reviewing::review));
}
