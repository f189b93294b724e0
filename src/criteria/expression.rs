//! An expression of the criteria language as a value. Its `Display` is the canonical text, which parses to the same value.

use std::fmt::{self, Display, Formatter};

use super::conditions::Condition;
use super::facts::{Flag, Level, Quantity, Sex};

/// A criterion: who belongs to a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    Atom(Atom),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    AnyOf(Vec<Expression>),
    AtLeast(usize, Vec<Expression>),
}

/// The smallest part of an expression: it asks one fact, or several condition registers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Atom {
    Flag(Flag),
    Condition(Condition),
    AnyCondition(Vec<Condition>),
    Number(Quantity, Comparison, Hundredths),
    Sex(Choice<Sex>),
    LevelOfNeed(Choice<Level>),
}

/// How a word is asked for. [`Choice::IsNot`] is `not (… = …)`: over a fact that is not known it reads provisionally as
/// met.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Choice<T> {
    Is(T),
    IsNot(T),
    In(Vec<T>),
}

impl<T: Copy> Choice<T> {
    pub fn values(&self) -> &[T] {
        match self {
            Choice::Is(value) | Choice::IsNot(value) => std::slice::from_ref(value),
            Choice::In(values) => values,
        }
    }
}

/// A number of the language: no sign, two decimals at most. 12.5 is 1250.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hundredths(pub u64);

impl Hundredths {
    pub fn whole(number: u64) -> Hundredths {
        Hundredths(number * 100)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    pub const ALL: [Comparison; 6] = [
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::AtMost,
        Comparison::More,
        Comparison::AtLeast,
    ];

    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::AtLeast => ">=",
        }
    }

    /// Whether a value that stands so to the number meets the comparison.
    pub fn met_by(self, standing: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => standing.is_eq(),
            Comparison::NotEqual => standing.is_ne(),
            Comparison::Less => standing.is_lt(),
            Comparison::AtMost => standing.is_le(),
            Comparison::More => standing.is_gt(),
            Comparison::AtLeast => standing.is_ge(),
        }
    }
}

impl Expression {
    /// The parts directly inside, none for an atom.
    pub fn parts(&self) -> &[Expression] {
        match self {
            Expression::Atom(_) => &[],
            Expression::Not(part) => std::slice::from_ref(part),
            Expression::And(parts)
            | Expression::Or(parts)
            | Expression::AnyOf(parts)
            | Expression::AtLeast(_, parts) => parts,
        }
    }

    /// Every atom, in the order of the text.
    pub fn atoms(&self) -> Vec<&Atom> {
        fn gather<'a>(expression: &'a Expression, atoms: &mut Vec<&'a Atom>) {
            if let Expression::Atom(atom) = expression {
                atoms.push(atom);
            }
            expression.parts().iter().for_each(|part| gather(part, atoms));
        }
        let mut atoms = Vec::new();
        gather(self, &mut atoms);
        atoms
    }
}

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Atom(atom) => atom.fmt(out),
            Expression::Not(part) => match &**part {
                Expression::Atom(Atom::Flag(_) | Atom::Condition(_) | Atom::AnyCondition(_))
                | Expression::Not(_)
                | Expression::AnyOf(_)
                | Expression::AtLeast(..) => write!(out, "not {part}"),
                _ => write!(out, "not ({part})"),
            },
            Expression::And(parts) => {
                joined(out, " and ", parts, |part| matches!(part, Expression::And(_) | Expression::Or(_)))
            }
            Expression::Or(parts) => joined(out, " or ", parts, |part| matches!(part, Expression::Or(_))),
            Expression::AnyOf(parts) => listed(out, "any of", parts),
            Expression::AtLeast(least, parts) => listed(out, &format!("at least {least} of"), parts),
        }
    }
}

fn joined(
    out: &mut Formatter<'_>,
    word: &str,
    parts: &[Expression],
    in_brackets: impl Fn(&Expression) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        out.write_str(if at == 0 { "" } else { word })?;
        match in_brackets(part) {
            true => write!(out, "({part})")?,
            false => part.fmt(out)?,
        }
    }
    Ok(())
}

fn listed<T: Display>(out: &mut Formatter<'_>, words: &str, items: &[T]) -> fmt::Result {
    write!(out, "{words} (")?;
    for (at, item) in items.iter().enumerate() {
        write!(out, "{}{item}", if at == 0 { "" } else { ", " })?;
    }
    out.write_str(")")
}

impl Display for Atom {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Atom::Flag(flag) => out.write_str(flag.word()),
            Atom::Condition(condition) => write!(out, "condition(\"{}\")", condition.code()),
            Atom::AnyCondition(conditions) => {
                let codes: Vec<_> = conditions.iter().map(|condition| quoted(condition.code())).collect();
                listed(out, "condition in", &codes)
            }
            Atom::Number(quantity, comparison, number) => {
                write!(out, "{} {} {number}", quantity.word(), comparison.sign())
            }
            Atom::Sex(choice) => chosen(out, "sex", choice, Sex::word),
            Atom::LevelOfNeed(choice) => chosen(out, "level_of_need", choice, Level::word),
        }
    }
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn chosen<T: Copy>(
    out: &mut Formatter<'_>,
    fact: &str,
    choice: &Choice<T>,
    word: fn(T) -> &'static str,
) -> fmt::Result {
    match choice {
        Choice::Is(value) => write!(out, "{fact} = \"{}\"", word(*value)),
        Choice::IsNot(value) => write!(out, "{fact} != \"{}\"", word(*value)),
        Choice::In(values) => {
            let words: Vec<_> = values.iter().map(|value| quoted(word(*value))).collect();
            listed(out, &format!("{fact} in"), &words)
        }
    }
}

impl Display for Hundredths {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => write!(out, "{whole}"),
            part if part % 10 == 0 => write!(out, "{whole}.{}", part / 10),
            part => write!(out, "{whole}.{part:02}"),
        }
    }
}
