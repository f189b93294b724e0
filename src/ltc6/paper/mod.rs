//! Questionnaires that come back on paper or by telephone. Where no code tells whose they are, a batch and a number in it
//! are remembered, apart from the answers, which go sealed into the same box as everybody's.
//!
//! # What may be read, and what ties nothing
//!
//! A form **without a code** is nobody's: its batch and number lead to a sheet of paper, not to an invitation. So it may
//! stand readable in `ltc6_keyed` while its batch is keyed, be undone, and be keyed a second time by somebody else.
//! Finishing the batch seals its forms in an order of chance, drops them into the box and deletes the readable rows, all in
//! one transaction; then the deleted rows are wiped from free pages and the log. `ltc6_paper_returns` keeps which numbers
//! have come; it shares a transaction with the box rows of its batch, and within the batch nothing pairs the two.
//!
//! A form **with a code**, and an answer by telephone, uses up an invitation, and the row of `ltc6_turnout` that says so
//! names a person. Were the answers keyed into a readable row as well, that row would be written by the same transaction
//! (the same `xmin`) or by the next one (the same place in the order of both tables, the same frame of SQLite's log), and
//! would say who answered what. So they never stand in such a row: they are sealed at once and go through the ballot's own
//! writer, exactly as from the patient's page. Nothing else is written with them: no key of a sent form, no audit entry,
//! no batch. They can be neither shown again nor undone, and the page says so before they are sent.

mod again_page;
mod batch_page;
mod form_page;
mod keyed;
mod sheet;
mod taking;

use actix_web::web;

pub use keyed::seal_unfinished;
pub use taking::{Return, is_taken, take, taken};

/// Characters of a batch's name.
pub const LONGEST_BATCH: usize = 40;
/// Characters of a text written on paper.
pub const LONGEST_TEXT: usize = 2_000;
/// The highest number of a return in its batch.
pub const MOST_RETURNS: u32 = 99_999;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/campaigns/{reference}/key", web::get().to(form_page::form))
        .route("/campaigns/{reference}/key", web::post().to(form_page::key))
        .route("/campaigns/{reference}/key/undo", web::post().to(batch_page::undo))
        .route("/campaigns/{reference}/key/batch", web::get().to(batch_page::batch))
        .route("/campaigns/{reference}/key/batch", web::post().to(batch_page::finish))
        .route("/campaigns/{reference}/key/again", web::get().to(again_page::form))
        .route("/campaigns/{reference}/key/again", web::post().to(again_page::key))
        .route("/campaigns/{reference}/key/differences", web::get().to(again_page::differences))
        .route("/campaigns/{reference}/key/differences", web::post().to(again_page::settle));
}
