//! Petitions: a GP asks that one person is in another group, networks give an opinion, a commissioner decides.

pub mod absence;
pub mod acts;
pub mod applying;
mod check_page;
pub mod clock;
pub mod clockwork;
mod consent_page;
mod decide_page;
pub mod events;
pub mod filing;
mod form;
mod form_page;
pub mod found;
pub mod history;
mod letters;
pub mod life;
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
pub mod words;
pub mod worklist;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/petitions", web::get().to(worklist::list))
        .route("/petitions.csv", web::get().to(worklist::list_csv))
        .route("/petitions/new", web::get().to(form_page::new))
        .route("/petitions/new", web::post().to(form_page::create))
        .route("/petitions/{reference}", web::get().to(page::petition))
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
        .route("/petitions/{reference}/answer", web::get().to(text_page::answer_form))
        .route("/petitions/{reference}/answer", web::post().to(text_page::answer))
        .route("/petitions/{reference}/consent", web::get().to(consent_page::form))
        .route("/petitions/{reference}/consent", web::post().to(consent_page::consent))
        .route("/petitions/{reference}/review", web::get().to(review_page::form))
        .route("/petitions/{reference}/review", web::post().to(review_page::review))
        .route("/petitions/{reference}/withdraw", web::get().to(text_page::withdraw_form))
        .route("/petitions/{reference}/withdraw", web::post().to(text_page::withdraw))
        .route("/petitions/{reference}/appeal", web::get().to(text_page::appeal_form))
        .route("/petitions/{reference}/appeal", web::post().to(text_page::appeal));
}
