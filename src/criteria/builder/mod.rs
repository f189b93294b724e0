//! Editing an expression by its parts, as a form with buttons does. Whatever is asked, the result is an expression that
//! prints and parses back to itself, nothing at all, or a sentence that says why not.

pub mod condition;
pub mod path;
pub mod rows;
mod tree;

#[cfg(test)]
mod laws;

use super::expression::Expression;
use super::outline::Group;
use super::parser::parse;
use path::Path;
use tree::{add, change, move_into, move_out, regroup, swap, unwrap, wrap};

/// One change to a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds a part at the end of a group, or after anything else. To nothing, it becomes the whole.
    Add {
        to: Path,
        part: Expression,
    },
    /// Puts another part in place of one.
    Change {
        at: Path,
        part: Expression,
    },
    /// Makes a group another kind of group with the same parts.
    SetGroup {
        at: Path,
        group: Group,
    },
    Remove {
        at: Path,
    },
    MoveUp {
        at: Path,
    },
    MoveDown {
        at: Path,
    },
    /// Puts a part and the `further` ones that follow it into a new group, together with a new part if there is one.
    Wrap {
        at: Path,
        further: usize,
        with: Option<Expression>,
        group: Group,
    },
    /// Moves a part to the end of the group that stands before it.
    MoveInto {
        at: Path,
    },
    /// Moves a part out of its group, to stand after it.
    MoveOut {
        at: Path,
    },
    /// Takes a group away and leaves its parts.
    Unwrap {
        at: Path,
    },
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotEdit {
    #[error("There is no such part any more. Look at the criteria again.")]
    NoSuchPart,
    #[error("This is already the first part of its group.")]
    First,
    #[error("This is already the last part of its group.")]
    Last,
    #[error("This stands in no group.")]
    Outermost,
    #[error("This is no group of several parts.")]
    NoGroup,
    #[error("No group stands before this part.")]
    NoGroupBefore,
    #[error("A group of which all must be true needs two parts or more. Add a condition to it.")]
    OneOfAll,
    #[error("At least {least} can never be met: the group has {parts}.")]
    TooMany { least: usize, parts: usize },
    /// The result would break a limit of the language.
    #[error("{0}")]
    Limit(String),
}

type Edited = Result<Option<Expression>, CannotEdit>;

impl Edit {
    /// The draft with this change made; nothing where its last part was removed.
    pub fn apply(self, draft: Option<&Expression>) -> Edited {
        let Some(draft) = draft.cloned() else {
            return match self {
                Edit::Add { to, part } if to == Path::whole() => sound(part).map(Some),
                _ => Err(CannotEdit::NoSuchPart),
            };
        };
        match self {
            Edit::Add { to, part } => add(draft, &to, part),
            Edit::Change { at, part } => change(draft, at.places(), |_| Ok(Some(part))),
            Edit::SetGroup { at, group } => regroup(draft, &at, group),
            Edit::Remove { at } => change(draft, at.places(), |_| Ok(None)),
            Edit::MoveUp { at } => swap(draft, &at, CannotEdit::First, |place| place.checked_sub(1)),
            Edit::MoveDown { at } => swap(draft, &at, CannotEdit::Last, |place| place.checked_add(1)),
            Edit::Wrap { at, further, with, group } => wrap(draft, &at, further, with, group),
            Edit::MoveInto { at } => move_into(draft, &at),
            Edit::MoveOut { at } => move_out(draft, &at),
            Edit::Unwrap { at } => unwrap(draft, &at),
        }?
        .map(sound)
        .transpose()
    }
}

/// An expression within the limits of the language, which is what its text parses to.
fn sound(expression: Expression) -> Result<Expression, CannotEdit> {
    match parse(&expression.to_string()) {
        Ok(parsed) if parsed.expression == expression => Ok(expression),
        Ok(_) => Err(CannotEdit::NoSuchPart),
        Err(mistake) => Err(CannotEdit::Limit(mistake.message)),
    }
}
