//! What a version of criteria would do: its figures on a page and in a file, the people they count, and their summary.

mod compare;
mod counted;
mod csv;
pub mod impact;
pub mod page;
mod people;
pub mod sides;
pub mod tables;
mod theirs;
pub mod work;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/criteria/{locality}/{code}/versions/{number}/preview", web::get().to(page::preview))
        .route("/criteria/{locality}/{code}/versions/{number}/preview.csv", web::get().to(csv::preview))
        .route("/criteria/{locality}/{code}/versions/{number}/preview/people", web::get().to(people::people))
        .route("/criteria/{locality}/{code}/versions/{number}/compare", web::get().to(compare::choose))
        .route(
            "/criteria/{locality}/{code}/versions/{number}/compare/{other}",
            web::get().to(compare::compare),
        );
}
