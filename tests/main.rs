//! The tests that start no browser; a file a slice.

mod access;
mod accounts;
mod audit;
mod criteria;
mod demo;
mod grouped;
mod groups;
mod harness;
mod imports;
mod jobs;
mod mail;
mod organisations;
mod runs;
mod samples;
mod schema;
mod shell;
mod users;
