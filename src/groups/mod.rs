//! Population groups: the scheme that names and ranks them, how many people each has, and their pages.

pub mod counts;
mod csv;
pub mod figures;
pub mod group_page;
mod over_time;
pub mod pages;
pub mod place;
pub mod reading;
pub mod scheme;
pub mod schemes;
pub mod store;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(schemes::routes)
        .route("/groups", web::get().to(pages::groups))
        .route("/groups.csv", web::get().to(csv::groups))
        .route("/groups/{locality}/{code}", web::get().to(group_page::group));
}
