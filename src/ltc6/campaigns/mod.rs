//! What a commissioner does with a campaign: drafts it, draws its sample, opens it, and has letters made.

mod cancelling;
pub mod checked;
pub mod draw;
pub mod form;
mod form_page;
pub mod frame;
pub mod letters;
mod list_page;
pub mod opening;
mod page;
pub mod returns;
pub mod sample;
pub mod store;
mod width;
pub mod words;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/campaigns", web::get().to(list_page::campaigns))
        .route("/campaigns.csv", web::get().to(list_page::csv))
        .route("/campaigns/new", web::get().to(form_page::new))
        .route("/campaigns/new", web::post().to(form_page::add))
        .route("/campaigns/{reference}", web::get().to(page::campaign))
        .route("/campaigns/{reference}/details", web::get().to(form_page::edit))
        .route("/campaigns/{reference}/details", web::post().to(form_page::change))
        .route("/campaigns/{reference}/sample", web::get().to(sample::dry_run))
        .route("/campaigns/{reference}/sample", web::post().to(sample::draw_sample))
        .route("/campaigns/{reference}/opening", web::get().to(opening::form))
        .route("/campaigns/{reference}/opening", web::post().to(opening::open))
        .route("/campaigns/{reference}/letters", web::get().to(letters::page::form))
        .route("/campaigns/{reference}/letters", web::post().to(letters::page::make))
        .route("/campaigns/{reference}/returns", web::get().to(returns::form))
        .route("/campaigns/{reference}/returns", web::post().to(returns::note))
        .route("/campaigns/{reference}/cancellation", web::get().to(cancelling::form))
        .route("/campaigns/{reference}/cancellation", web::post().to(cancelling::cancel));
}
