//! Who did what, when, to which records: append-only rows in the transaction of what they tell; and `/audit`, where an
//! auditor reads them.

pub mod chosen;
pub mod concerns;
mod entry;
mod entry_page;
pub mod file;
pub mod list_page;
mod store;
pub mod trail;

use actix_web::web;

pub use entry::{Actor, Subject, Verb};
pub use store::{exported, record, record_entry};

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/audit", web::get().to(list_page::list))
        .route("/audit.csv", web::get().to(file::csv))
        .route("/audit/{entry}", web::get().to(entry_page::one));
}
