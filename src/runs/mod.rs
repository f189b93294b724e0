//! Grouping runs: placing the people of a locality in its groups, with the reason for each.

pub mod placement;
pub mod reason;
pub mod rules;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;
