//! The tests that start no browser; a file a slice.

mod accounts;
mod demo;
mod harness;
mod schema;
mod shell;
