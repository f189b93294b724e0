//! The demo: what it is made of, and the command that makes it.

mod command;
mod people;
mod program;
mod round_trip;
