//! Petitions: a GP asks that one person is in another group, networks give an opinion, a commissioner decides.

pub mod absence;
pub mod acts;
pub mod applying;
mod assign_page;
pub mod assigning;
mod assignings;
mod check_page;
pub mod clock;
mod clock_page;
pub mod clockwork;
mod consent_page;
mod decide_page;
pub mod durations;
pub mod events;
pub mod export;
pub mod filing;
mod form;
mod form_page;
pub mod found;
pub mod history;
pub mod learning;
mod learning_page;
mod letters;
pub mod life;
pub mod of_person;
mod opinion_page;
mod overtaken;
mod page;
pub mod petition;
mod record_page;
mod review_facts;
mod review_page;
pub mod store;
pub mod terms;
mod text_page;
mod together;
mod together_page;
pub mod views;
pub mod words;
pub mod worklist;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/petitions", web::get().to(worklist::list))
        .route("/petitions", web::post().to(assignings::assign))
        .route("/petitions.csv", web::get().to(worklist::list_csv))
        .route("/petitions.xlsx", web::get().to(worklist::list_workbook))
        .route("/petitions/assignments/{reference}", web::get().to(assignings::show))
        .route("/petitions/assignments/{reference}/reversal", web::post().to(assignings::undo))
        .route("/petitions/absence", web::get().to(absence::form))
        .route("/petitions/absence", web::post().to(absence::add))
        .route("/petitions/absence/{reference}/end", web::post().to(absence::end))
        .route("/petitions/views", web::get().to(views::list))
        .route("/petitions/views", web::post().to(views::save))
        .route("/petitions/views/{reference}/home", web::post().to(views::home))
        .route("/petitions/views/{reference}/deletion", web::post().to(views::delete))
        .route("/petitions/views/{reference}/restoration", web::post().to(views::restore))
        .route("/petitions/new", web::get().to(form_page::new))
        .route("/petitions/new", web::post().to(form_page::create))
        .route("/petitions/together", web::get().to(together_page::form))
        .route("/petitions/together", web::post().to(together_page::approve))
        .route("/petitions/batches/{reference}", web::get().to(together_page::done))
        .route("/petitions/clock", web::get().to(clock_page::clock))
        .route("/petitions/clock.csv", web::get().to(clock_page::csv))
        .route("/petitions/learning", web::get().to(learning_page::learning))
        .route("/petitions/{reference}", web::get().to(page::petition))
        .route("/petitions/{reference}/assign", web::get().to(assign_page::form))
        .route("/petitions/{reference}/assign", web::post().to(assign_page::assign))
        .route("/petitions/{reference}/edit", web::get().to(form_page::edit))
        .route("/petitions/{reference}/edit", web::post().to(form_page::save_draft))
        .route("/petitions/{reference}/record", web::get().to(record_page::form))
        .route("/petitions/{reference}/record", web::post().to(record_page::keep))
        .route("/petitions/{reference}/check", web::get().to(check_page::check))
        .route("/petitions/{reference}/submit", web::post().to(check_page::submit))
        .route("/petitions/{reference}/opinion", web::get().to(opinion_page::form))
        .route("/petitions/{reference}/opinion", web::post().to(opinion_page::give))
        .route("/petitions/{reference}/decide", web::get().to(decide_page::form))
        .route("/petitions/{reference}/decide", web::post().to(decide_page::decide))
        .route("/petitions/{reference}/answer", web::get().to(text_page::form))
        .route("/petitions/{reference}/answer", web::post().to(text_page::act))
        .route("/petitions/{reference}/consent", web::get().to(consent_page::form))
        .route("/petitions/{reference}/consent", web::post().to(consent_page::consent))
        .route("/petitions/{reference}/review", web::get().to(review_page::form))
        .route("/petitions/{reference}/review", web::post().to(review_page::review))
        .route("/petitions/{reference}/withdraw", web::get().to(text_page::form))
        .route("/petitions/{reference}/withdraw", web::post().to(text_page::act))
        .route("/petitions/{reference}/appeal", web::get().to(text_page::form))
        .route("/petitions/{reference}/appeal", web::post().to(text_page::act));
}
