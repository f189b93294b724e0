//! Who did what, when, to which records: append-only rows in the transaction of what they tell.

mod entry;
mod store;

pub use entry::{Actor, Subject, Verb};
pub use store::record;
