//! Files that other systems send: read as a stream, checked row by row, shown as a dry run, then published at once.

pub mod cell;
pub mod checker;
pub mod checks;
pub mod header;
pub mod kind;
pub mod known;
pub mod lines;
pub mod problem;
pub mod record;
pub mod rows;
pub mod values;
