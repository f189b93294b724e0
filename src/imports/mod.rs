//! Files that other systems send: read as a stream, checked row by row, shown as a dry run, then published at once.

mod absent;
pub mod cell;
pub mod checker;
pub mod checks;
pub mod command;
mod hashing;
pub mod header;
pub mod job;
pub mod kind;
pub mod known;
pub mod lines;
pub mod load;
mod pages;
pub mod problem;
pub mod record;
mod references;
mod rights;
pub mod rows;
pub mod store;
mod uploads;
mod values;
pub mod work;

pub use pages::routes;
