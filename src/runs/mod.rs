//! Grouping runs: placing the people of a locality in its groups, with the reason for each.

pub mod apply;
pub mod command;
mod counting;
pub mod export;
pub mod grouping;
pub mod placement;
pub mod reason;
pub mod rules;
mod staged;
pub mod store;
pub mod summary;
pub mod work;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;
