//! The tests that start no browser; a file a slice.

mod access;
mod accounts;
mod audit;
mod command_line;
mod criteria;
mod decisions;
mod demo;
mod grouped;
mod groups;
mod harness;
mod home;
mod imports;
mod installation;
mod jobs;
mod mail;
mod movements;
mod organisations;
mod people;
mod runs;
mod runs_pages;
mod samples;
mod schema;
mod schemes;
mod shell;
mod users;
