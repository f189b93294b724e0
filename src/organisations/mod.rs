//! Localities and organisations: what they are, who belongs to whom, and who cares for which group where.

mod forms;
mod list;
mod networks;
pub mod organisation;
mod organisation_pages;
pub mod span;
pub mod store;

use actix_web::web;

use crate::page::Choice;
use store::Locality;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/organisations", web::get().to(list::show_list))
        .route("/admin/organisations.csv", web::get().to(list::csv))
        .route("/admin/organisations/new", web::get().to(organisation_pages::new))
        .route("/admin/organisations/new", web::post().to(organisation_pages::add))
        .route("/admin/organisations/{code}", web::get().to(organisation_pages::one));
}

/// Localities to choose from, with what a blank choice says.
fn locality_choices(localities: &[Locality], blank: &str) -> Vec<Choice> {
    let each =
        |locality: &Locality| Choice::new(&*locality.code, format!("{} ({})", locality.name, locality.code));
    std::iter::once(Choice::new("", blank)).chain(localities.iter().map(each)).collect()
}
