//! What differs between two expressions, part by part, in the words of both.

mod plan;
mod tree;

#[cfg(test)]
mod tests;

use super::expression::Expression;
use super::outline::Line;
use super::phrases::joined;
use plan::{Differ, Plan, Step};
use tree::Tree;

/// What has become of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Unchanged,
    /// Another number, list or kind of group.
    Changed,
    Added,
    Removed,
    /// Elsewhere among the parts of its group.
    Moved,
}

/// A line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// How many groups it stands in, those removed and added included.
    pub depth: usize,
    pub change: Change,
    /// None where it is added.
    pub before: Option<Line>,
    /// None where it is removed.
    pub after: Option<Line>,
}

/// Both expressions in one: every line of either, in the order of the text, what is removed before what is added.
pub fn compare(before: &Expression, after: &Expression) -> Vec<Compared> {
    let (before, after) = Tree::both(before, after);
    let mut lines = Lines { differ: Differ::new(&before, &after), found: Vec::new() };
    lines.differing(Tree::WHOLE, Tree::WHOLE, 0);
    lines.found
}

/// How many parts are added, removed, changed and moved, as "1 part added, 2 changed"; none where nothing differs.
pub fn in_a_sentence(compared: &[Compared]) -> Option<String> {
    let words = [
        (Change::Added, "added"),
        (Change::Removed, "removed"),
        (Change::Changed, "changed"),
        (Change::Moved, "moved"),
    ];
    let count = |change| compared.iter().filter(|line| line.change == change).count();
    let counts =
        words.into_iter().map(|(change, word)| (count(change), word)).filter(|(count, _)| *count > 0);
    let phrase = |(at, (count, word)): (usize, (usize, &str))| match (at, count) {
        (0, 1) => format!("1 part {word}"),
        (0, count) => format!("{count} parts {word}"),
        (_, count) => format!("{count} {word}"),
    };
    let phrases: Vec<String> = counts.enumerate().map(phrase).collect();
    (!phrases.is_empty()).then(|| joined(&phrases, "and"))
}

struct Lines<'a> {
    differ: Differ<'a>,
    found: Vec<Compared>,
}

impl Lines<'_> {
    fn differing(&mut self, before: usize, after: usize, depth: usize) {
        match &*self.differ.plan(before, after) {
            Plan::Same => self.both(before, after, depth),
            Plan::Changed => self.line(Some(before), Some(after), depth),
            Plan::Replaced => {
                self.removed(before, depth);
                self.added(after, depth, Change::Added);
            }
            Plan::Aligned(steps) => {
                self.line(Some(before), Some(after), depth);
                self.steps(steps, depth + 1);
            }
            Plan::WrappedAround(kept) => {
                self.line(None, Some(after), depth);
                for part in self.differ.after.parts(after) {
                    match part == kept {
                        true => self.differing(before, *part, depth + 1),
                        false => self.added(*part, depth + 1, Change::Added),
                    }
                }
            }
            Plan::UnwrappedTo(kept) => {
                self.line(Some(before), None, depth);
                for part in self.differ.before.parts(before) {
                    match part == kept {
                        true => self.differing(*part, after, depth + 1),
                        false => self.removed(*part, depth + 1),
                    }
                }
            }
        }
    }

    fn steps(&mut self, steps: &[Step], depth: usize) {
        for step in steps {
            match step {
                Step::Both(before, after) => self.differing(*before, *after, depth),
                Step::Removed(before) => self.removed(*before, depth),
                Step::Added(after) => self.added(*after, depth, Change::Added),
                Step::Moved(after) => self.added(*after, depth, Change::Moved),
            }
        }
    }

    fn line(&mut self, before: Option<usize>, after: Option<usize>, depth: usize) {
        let before = before.map(|part| self.differ.before.line(part));
        let after = after.map(|part| self.differ.after.line(part));
        let change = match (&before, &after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (Some(before), Some(after)) if before == after => Change::Unchanged,
            _ => Change::Changed,
        };
        self.found.push(Compared { depth, change, before, after });
    }

    /// A part that is the same in both, with all its parts.
    fn both(&mut self, before: usize, after: usize, depth: usize) {
        self.line(Some(before), Some(after), depth);
        let inside = self.differ.before.parts(before).iter().zip(self.differ.after.parts(after));
        inside.for_each(|(before, after)| self.both(*before, *after, depth + 1));
    }

    fn removed(&mut self, before: usize, depth: usize) {
        self.line(Some(before), None, depth);
        self.differ.before.parts(before).iter().for_each(|part| self.removed(*part, depth + 1));
    }

    /// A part that is new or has moved, with all its parts.
    fn added(&mut self, after: usize, depth: usize, change: Change) {
        let line = self.differ.after.line(after);
        let before = (change == Change::Moved).then(|| line.clone());
        self.found.push(Compared { depth, change, before, after: Some(line) });
        self.differ.after.parts(after).iter().for_each(|part| self.added(*part, depth + 1, change));
    }
}
