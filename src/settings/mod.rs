//! Settings an administrator changes, each with a reason, and whose blanks are read as no.

mod asked;
mod change;
mod declare;
pub mod declared;
mod effect;
mod list;
pub mod setting;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/settings", web::get().to(list::settings))
        .route("/admin/settings/people.blank_is_no", web::get().to(declare::form))
        .route("/admin/settings/people.blank_is_no", web::post().to(declare::save))
        .route("/admin/settings/people.blank_is_no/effect", web::get().to(effect::effect))
        .route("/admin/settings/{name}", web::get().to(change::form))
        .route("/admin/settings/{name}", web::post().to(change::save));
}
