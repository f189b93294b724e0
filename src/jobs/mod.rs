//! Long work as rows in the database: progress, cancelling, a lease that a killed server loses.

mod store;
mod worker;

pub use store::{Job, Kind, State, about, add, ask_to_cancel, latest_of, was_begun_by};
pub use worker::{Background, Claimed, Outcome, Tools, run_waiting, start_background, tend};
