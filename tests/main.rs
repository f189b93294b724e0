//! The tests that start no browser; a file a slice.

mod access;
mod accounts;
mod demo;
mod harness;
mod schema;
mod shell;
