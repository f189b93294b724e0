//! A draft as rows of a page: what each part says, where it stands, and what can be done with it.

use super::path::Path;
use super::tree::{holds_several, inside_nots};
use crate::criteria::expression::Expression;
use crate::criteria::outline::{Kind, Line, below};

/// A part of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub path: Path,
    /// How many groups it stands in.
    pub depth: usize,
    pub line: Line,
    pub can: Possible,
}

/// What can be done with a part, beside removing it and putting it into a new group. A condition can be changed, and
/// something added to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Possible {
    pub move_up: bool,
    pub move_down: bool,
    pub move_into: bool,
    pub move_out: bool,
    /// Putting it into a new group together with the part that follows.
    pub wrap_with_next: bool,
    /// Making it another kind of group.
    pub set_group: bool,
    /// Taking the group away and leaving its parts.
    pub unwrap: bool,
}

impl Row {
    pub fn is_group(&self) -> bool {
        self.line.kind != Kind::Condition
    }
}

/// The rows of a draft in the order of its text; a draft of nothing has none.
pub fn rows(draft: Option<&Expression>) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(whole) = draft {
        let outside = Place { siblings: &[], number: 0, several: false, several_above: false };
        visit(whole, Path::whole(), &outside, &mut rows);
    }
    rows
}

/// Where a part stands among others.
struct Place<'a> {
    siblings: &'a [Expression],
    number: usize,
    /// Several parts can stand in its group.
    several: bool,
    /// Several parts can stand in some group further out.
    several_above: bool,
}

fn visit(part: &Expression, path: Path, place: &Place<'_>, rows: &mut Vec<Row>) {
    let line = Line::of(part);
    let can = possible(part, &line, place);
    let depth = path.places().len();
    rows.push(Row { path: path.clone(), depth, line, can });
    let (siblings, several) = (below(part), holds_several(part));
    let several_above = place.several || place.several_above;
    for (number, inner) in siblings.iter().enumerate() {
        visit(inner, path.part(number), &Place { siblings, number, several, several_above }, rows);
    }
}

fn possible(part: &Expression, line: &Line, place: &Place<'_>) -> Possible {
    let is_group = line.kind != Kind::Condition;
    let before = place.number.checked_sub(1).and_then(|before| place.siblings.get(before));
    let has_next = place.several && place.number + 1 < place.siblings.len();
    Possible {
        move_up: place.several && place.number > 0,
        move_down: has_next,
        move_into: place.several && before.is_some_and(|group| holds_several(inside_nots(group))),
        move_out: place.several_above,
        wrap_with_next: has_next,
        set_group: holds_several(part),
        unwrap: is_group && (part.parts().len() == 1 || place.several),
    }
}
