//! Localities and organisations: what they are, who belongs to whom, and who cares for which group where.

mod care_agreements;
pub mod ending;
mod files;
pub mod forms;
mod list;
mod listed;
mod locality_pages;
mod members;
pub mod networks;
pub mod organisation;
mod organisation_forms;
mod organisation_page;
mod sharing_agreements;
pub mod span;
pub mod store;

use actix_web::web;

use crate::page::{Choice, NavItem};
use store::Locality;

/// The area of localities and organisations.
const AREA: NavItem = NavItem { label: "Organisations", href: "/admin/organisations" };

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/organisations", web::get().to(list::show_list))
        .route("/admin/organisations.csv", web::get().to(files::csv))
        .route("/admin/organisations/new", web::get().to(organisation_forms::new))
        .route("/admin/organisations/new", web::post().to(organisation_forms::add))
        .route("/admin/organisations/{code}", web::get().to(organisation_page::one))
        .route("/admin/organisations/{code}/details", web::get().to(organisation_forms::change_form))
        .route("/admin/organisations/{code}/details", web::post().to(organisation_forms::change))
        .route("/admin/localities/new", web::get().to(locality_pages::new))
        .route("/admin/localities/new", web::post().to(locality_pages::add))
        .route("/admin/localities/{code}", web::get().to(locality_pages::one))
        .route("/admin/localities/{code}/details", web::get().to(locality_pages::change_form))
        .route("/admin/localities/{code}/details", web::post().to(locality_pages::change));
    routes_of_networks(config);
}

fn routes_of_networks(config: &mut web::ServiceConfig) {
    config
        .route("/admin/organisations/{code}/members/new", web::get().to(members::new))
        .route("/admin/organisations/{code}/members/new", web::post().to(members::add))
        .route("/admin/organisations/{code}/members/{member}/{from}", web::get().to(members::end_form))
        .route("/admin/organisations/{code}/members/{member}/{from}", web::post().to(members::end))
        .route("/admin/organisations/{code}/care-agreements/new", web::get().to(care_agreements::new))
        .route("/admin/organisations/{code}/care-agreements/new", web::post().to(care_agreements::add))
        .route(
            "/admin/organisations/{code}/care-agreements/{locality}/{group}/{from}",
            web::get().to(care_agreements::end_form),
        )
        .route(
            "/admin/organisations/{code}/care-agreements/{locality}/{group}/{from}",
            web::post().to(care_agreements::end),
        )
        .route("/admin/organisations/{code}/sharing-agreements/new", web::get().to(sharing_agreements::new))
        .route("/admin/organisations/{code}/sharing-agreements/new", web::post().to(sharing_agreements::add))
        .route(
            "/admin/organisations/{code}/sharing-agreements/{reference}",
            web::get().to(sharing_agreements::end_form),
        )
        .route(
            "/admin/organisations/{code}/sharing-agreements/{reference}",
            web::post().to(sharing_agreements::end),
        );
}

/// Localities to choose from, with what a blank choice says.
fn locality_choices(localities: &[Locality], blank: &str) -> Vec<Choice> {
    let each =
        |locality: &Locality| Choice::new(&*locality.code, format!("{} ({})", locality.name, locality.code));
    std::iter::once(Choice::new("", blank)).chain(localities.iter().map(each)).collect()
}
