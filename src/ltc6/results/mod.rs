//! What the answers of a campaign come to: counts, shares and the aim, as everybody may see them.

pub mod aim;
pub mod change;
pub mod export;
pub mod figures;
mod page;
mod picture;
pub mod rate;
pub mod rows;
pub mod share;
pub mod store;
pub mod tally;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/campaigns/{reference}/results", web::get().to(page::results))
        .route("/campaigns/{reference}/results.csv", web::get().to(page::csv));
}
