//! Where a text goes wrong or deserves a second look, and what to do about it.

use std::fmt::{self, Display, Formatter};

/// A place in a text, counted from 1; a column is a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    pub const START: Position = Position { line: 1, column: 1 };
}

impl Display for Position {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

/// Why a text is no expression: a sentence that says how to mend it. Shows as `line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {message}")]
pub struct Mistake {
    pub position: Position,
    pub message: String,
}

impl Mistake {
    pub fn new(position: Position, message: impl Into<String>) -> Mistake {
        Mistake { position, message: message.into() }
    }
}

/// A doubt about an expression that is well formed. Shows as `line:column: warning: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub position: Position,
    pub message: String,
}

impl Display for Warning {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}: warning: {}", self.position, self.message)
    }
}
