//! An expression a line a part: conditions in plain English, and the words that head a group of them.

use super::expression::Expression;
use super::form::Form;
use super::phrases::in_words;

/// What one line of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A condition, or the opposite of one.
    Condition,
    Group(Group),
}

/// How a group's parts make it true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    All,
    Any,
    AtLeast(usize),
    /// Its one part is not so.
    Not,
}

/// A line of an expression: the canonical text of a condition or the words that head a group, and its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    /// `ltc_count >= 1`, or `at least 2 of`.
    pub text: String,
    /// "with one or more long-term conditions", or "at least two of these are true".
    pub reading: String,
}

impl Kind {
    pub fn of(expression: &Expression) -> Kind {
        match expression {
            Expression::Atom(_) => Kind::Condition,
            Expression::Not(part) if matches!(**part, Expression::Atom(_)) => Kind::Condition,
            Expression::Not(_) => Kind::Group(Group::Not),
            Expression::And(_) => Kind::Group(Group::All),
            Expression::Or(_) | Expression::AnyOf(_) => Kind::Group(Group::Any),
            Expression::AtLeast(least, _) => Kind::Group(Group::AtLeast(*least)),
        }
    }
}

impl Group {
    /// The language's words for it.
    pub fn text(self) -> String {
        match self {
            Group::All => "all of".into(),
            Group::Any => "any of".into(),
            Group::AtLeast(least) => format!("at least {least} of"),
            Group::Not => "not".into(),
        }
    }

    /// The words above its parts.
    pub fn reading(self) -> String {
        match self {
            Group::All => "all of these are true".into(),
            Group::Any | Group::AtLeast(1) => "at least one of these is true".into(),
            Group::AtLeast(least) => format!("at least {} of these are true", in_words(least as u64)),
            Group::Not => "this is not true".into(),
        }
    }
}

impl Line {
    pub fn of(expression: &Expression) -> Line {
        let kind = Kind::of(expression);
        let (text, reading) = match kind {
            Kind::Condition => (expression.to_string(), Form::of(expression).heading()),
            Kind::Group(group) => (group.text(), group.reading()),
        };
        Line { kind, text, reading }
    }
}

/// The parts that stand on lines of their own below an expression's line.
pub fn below(expression: &Expression) -> &[Expression] {
    match Kind::of(expression) {
        Kind::Condition => &[],
        Kind::Group(_) => expression.parts(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parser::parse;
    use super::*;

    #[test]
    fn a_condition_and_its_opposite_are_one_line() {
        let line = |text: &str| Line::of(&parse(text).unwrap().expression);
        assert_eq!(line("not dementia").text, "not dementia");
        assert_eq!(line("not dementia").reading, "without dementia");
        assert_eq!(line("age >= 75").reading, "aged 75 or over");
        assert_eq!(line("not (age >= 75 or dementia)").text, "not");
        assert_eq!(line("at least 2 of (homeless, dementia)").reading, "at least two of these are true");
        assert!(below(&parse("not dementia").unwrap().expression).is_empty());
    }
}
