//! The LTC6 questionnaire: what patients say of their care, anonymous and voluntary.

use actix_web::web;

pub mod answers;
pub mod ballot;
pub mod campaign;
pub mod campaigns;
pub mod clockwork;
pub mod code;
pub mod feedback;
pub mod instrument;
pub mod moderation;
pub mod paper;
mod patient;
pub mod questionnaire;
pub mod results;
pub mod tickets;
pub mod wilson;
pub mod words;

use crate::database::Database;
use ballot::Ballot;
use words::Languages;

/// What the patient's pages stand on.
#[derive(Clone)]
pub struct Ltc6 {
    pub ballot: Ballot,
    pub languages: Languages,
}

impl Ltc6 {
    /// Starts the ballot box's writer.
    pub fn start(database: &Database, languages: Languages) -> Ltc6 {
        Ltc6 { ballot: Ballot::start(database.clone()), languages }
    }
}

pub fn routes(config: &mut web::ServiceConfig) {
    campaigns::routes(config);
    paper::routes(config);
    patient::routes(config);
    results::routes(config);
    moderation::routes(config);
    feedback::routes(config);
}
