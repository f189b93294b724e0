//! The movement ledger: who came to a group, from where, when and why. Nothing is ever changed or taken out of it.

pub mod store;
