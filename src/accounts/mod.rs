//! Accounts: signing in and out, passwords, single-use links, whom to act as, and where one is signed in.

mod account;
mod acting_as;
mod admin;
mod admin_ending;
mod admin_invite;
mod admin_membership;
pub mod admin_store;
mod admin_user;
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
    routes_of_administrators(config);
}

fn routes_of_administrators(config: &mut web::ServiceConfig) {
    config
        .route("/admin/users", web::get().to(admin::show_list))
        .route("/admin/users.csv", web::get().to(admin::csv))
        .route("/admin/users/new", web::get().to(admin_invite::new))
        .route("/admin/users/new", web::post().to(admin_invite::add))
        .route("/admin/users/{reference}", web::get().to(admin_user::one))
        .route("/admin/users/{reference}/name", web::get().to(admin_user::name_form))
        .route("/admin/users/{reference}/name", web::post().to(admin_user::rename))
        .route("/admin/users/{reference}/link", web::post().to(admin_user::send_link))
        .route("/admin/users/{reference}/sessions", web::post().to(admin_user::end_sessions))
        .route("/admin/users/{reference}/memberships/new", web::get().to(admin_membership::new))
        .route("/admin/users/{reference}/memberships/new", web::post().to(admin_membership::add))
        .route(
            "/admin/users/{reference}/memberships/{role}/{organisation}/{from}",
            web::get().to(admin_ending::end_form),
        )
        .route(
            "/admin/users/{reference}/memberships/{role}/{organisation}/{from}",
            web::post().to(admin_ending::end),
        );
}
