//! The sealed ballot box: what is thanked for is durable, a code is used once, and the box says nothing to who reads it.

pub mod batches;
pub mod open;
pub mod seal;
pub mod writer;

pub use writer::{Ballot, Submission};
