//! Accounts: signing in and out, passwords, single-use links, whom to act as, and where one is signed in.

mod account;
mod acting_as;
pub mod command;
mod links;
mod password;
mod sign_in;
pub mod store;
mod tries;

use actix_web::web;

pub use password::hash as hash_password;
pub use tries::forget_old as forget_failures;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sign-in", web::get().to(sign_in::form))
        .route("/sign-in", web::post().to(sign_in::submit))
        .route("/sign-out", web::post().to(sign_in::sign_out))
        .route("/account/acting-as", web::get().to(acting_as::form))
        .route("/account/acting-as", web::post().to(acting_as::submit))
        .route("/forgotten-password", web::get().to(links::ask_form))
        .route("/forgotten-password", web::post().to(links::ask))
        .route("/set-password/{token}", web::get().to(links::set_form))
        .route("/set-password/{token}", web::post().to(links::set))
        .route("/account", web::get().to(account::show_account))
        .route("/account/password", web::post().to(account::change_password))
        .route("/account/sessions", web::post().to(account::end_sessions));
}
