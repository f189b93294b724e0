//! Agreeing on criteria: proposals, the networks' answers, approval, and taking force.

pub mod clockwork;
pub mod comments;
pub mod deciding;
pub mod force;
pub mod life;
mod pages;
mod post;
pub mod proposal;
pub mod proposing;
pub mod replying;
pub mod retiring;
pub mod seen;
pub mod store;

#[cfg(test)]
mod laws;

pub use pages::routes;
