//! Doubts about an expression: what is always or never true, and parts that repeat another.

use std::collections::HashSet;

use super::diagram::{Diagram, Node, TooLarge};
use super::expression::{Atom, Choice, Expression};
use super::mistake::{Position, Warning};
use super::parser::Parsed;

/// The doubts about an expression, in the order of the text. An expression too entangled to be worked through has none.
pub fn warnings(parsed: &Parsed) -> Vec<Warning> {
    let tests = parsed.expression.atoms().into_iter().flat_map(|atom| atom.asked().tests);
    let mut diagram = Diagram::over(tests, None);
    let mut meanings = Vec::new();
    if gather(&mut diagram, &parsed.expression, &mut meanings).is_err() {
        return Vec::new();
    }
    let mut search = Search { meanings, positions: &parsed.positions, at: 0, found: Vec::new() };
    search.visit(&parsed.expression, false);
    search.found.sort_by_key(|warning| warning.position);
    search.found
}

/// The meaning of a whole and of its parts, in the order of the positions.
fn gather(
    diagram: &mut Diagram,
    expression: &Expression,
    meanings: &mut Vec<Node>,
) -> Result<Node, TooLarge> {
    let place = meanings.len();
    meanings.push(Node::NEVER);
    let mut parts = Vec::with_capacity(expression.parts().len());
    for part in expression.parts() {
        parts.push(gather(diagram, part, meanings)?);
    }
    meanings[place] = diagram.combine(expression, &parts, &|_| None)?;
    Ok(meanings[place])
}

struct Search<'a> {
    meanings: Vec<Node>,
    positions: &'a [Position],
    at: usize,
    found: Vec<Warning>,
}

impl Search<'_> {
    /// Visits a whole and its parts. Inside a whole that never varies nothing more is said.
    fn visit(&mut self, expression: &Expression, silent: bool) {
        let (position, meaning) = (self.positions[self.at], self.meanings[self.at]);
        self.at += 1;
        let constant = match meaning {
            Node::ALWAYS => Some("This is true of everyone whose facts are known. It decides nothing."),
            Node::NEVER => Some("This can be true of nobody. No values of the facts meet it."),
            _ => None,
        };
        if let Some(message) = constant.filter(|_| !silent) {
            self.warn(position, message);
        }
        let silent = silent || constant.is_some();
        if let (Expression::Atom(atom), false) = (expression, silent) {
            self.repeated_values(atom, position);
        }
        self.visit_parts(expression, silent, &mut HashSet::new());
    }

    /// Visits parts, told apart from `before`; brackets of the same kind stand beside the parts around them.
    fn visit_parts(&mut self, expression: &Expression, silent: bool, before: &mut HashSet<Node>) {
        for part in expression.parts() {
            let (place, meaning) = (self.positions[self.at], self.meanings[self.at]);
            if is_same_kind(expression, part) {
                self.at += 1;
                self.visit_parts(part, silent, before);
                continue;
            }
            let varies = !matches!(meaning, Node::ALWAYS | Node::NEVER);
            if !before.insert(meaning) && varies && !silent {
                self.warn(place, "This part repeats an earlier one. Delete it, or change one of them.");
            }
            self.visit(part, silent);
        }
    }

    fn repeated_values(&mut self, atom: &Atom, position: Position) {
        let repeats = match atom {
            Atom::AnyCondition(conditions) => repeated(conditions.iter().map(|one| one.code())),
            Atom::Sex(Choice::In(values)) => repeated(values.iter().map(|one| one.word())),
            Atom::LevelOfNeed(Choice::In(values)) => repeated(values.iter().map(|one| one.word())),
            _ => None,
        };
        if let Some(value) = repeats {
            self.warn(position, &format!("The list names \"{value}\" more than once. Once is enough."));
        }
    }

    fn warn(&mut self, position: Position, message: &str) {
        self.found.push(Warning { position, message: message.to_owned() });
    }
}

fn is_same_kind(whole: &Expression, part: &Expression) -> bool {
    use Expression::{And, AnyOf, Or};
    matches!((whole, part), (And(_), And(_)) | (Or(_) | AnyOf(_), Or(_) | AnyOf(_)))
}

fn repeated(values: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let mut seen = HashSet::new();
    values.into_iter().find(|value| !seen.insert(*value))
}
