//! The patient's way: a code, who asks, the questions, a check, thank you. No script, no account, no row until it is sent.

mod about;
mod all;
mod check;
mod door;
mod place;
mod question;
mod shell;

use actix_web::web;

use super::questionnaire::questionnaire;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/ltc6", web::get().to(door::start))
        .route("/ltc6", web::post().to(door::enter))
        .route("/ltc6/about", web::get().to(about::page))
        .route("/ltc6/about", web::post().to(about::begin))
        .route("/ltc6/questions/{number}", web::get().to(question::page))
        .route("/ltc6/questions/{number}", web::post().to(question::answer))
        .route("/ltc6/all", web::get().to(all::page))
        .route("/ltc6/all", web::post().to(all::answer))
        .route("/ltc6/check", web::get().to(check::page))
        .route("/ltc6/check", web::post().to(check::send))
        .route("/ltc6/thanks", web::get().to(check::thanks))
        .route("/ltc6/leave", web::post().to(door::leave))
        .route("/ltc6/left", web::get().to(door::left))
        .route("/ltc6/questionnaire", web::get().to(questionnaire))
        .route("/ltc6/{code}", web::get().to(door::link));
}
