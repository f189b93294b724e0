//! People on the register: who there is, whom a caller may see, and their pages.

pub mod corrections;
pub mod counting;
mod csv;
pub mod export;
pub mod filters;
pub mod identified_text;
pub mod identifiers;
pub mod known;
pub mod list;
mod looked;
pub mod matching;
pub mod nhs_number;
pub mod pages;
pub mod person;
pub mod record;
pub mod register;
pub mod rows;
pub mod scope;
mod search;
pub mod snapshot;
pub mod store;
mod sweep;
pub mod why;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people", web::get().to(pages::people))
        .route("/people", web::post().to(search::search))
        .route("/people.csv", web::get().to(csv::people))
        .route("/people/{pseudonym}", web::get().to(person::person))
        .route("/people/{pseudonym}/looked", web::get().to(looked::looked));
}
