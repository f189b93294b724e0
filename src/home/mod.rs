//! `/`: what waits for the person who is signed in, in the role they act in.

mod administrator;
mod auditor;
mod campaigns;
mod criteria;
mod pages;
mod petitions;
mod practice;
mod provider;
mod region;
mod waiting;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(pages::home));
}
