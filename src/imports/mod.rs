//! Files that other systems send: read as a stream, checked row by row, shown as a dry run, then published at once.

mod absent;
pub mod cell;
pub mod checker;
pub mod checks;
pub mod command;
mod dry_run;
mod hashing;
pub mod header;
pub mod job;
pub mod kind;
pub mod known;
pub mod lines;
pub mod load;
mod pages;
mod pass;
pub mod problem;
mod problem_store;
mod publish;
pub mod record;
mod references;
pub mod rights;
pub mod rows;
pub mod store;
mod uploads;
mod values;
pub mod work;

pub use pages::routes;
