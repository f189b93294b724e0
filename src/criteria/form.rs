//! An expression arranged for reading: negations moved down to the conditions, parts of a kind joined, an age from and to
//! put together. It means the same as the expression.

use super::expression::{Atom, Comparison, Expression, Hundredths};
use super::facts::Quantity;

#[derive(Clone, Debug)]
pub enum Form<'a> {
    Literal(Literal<'a>),
    All(Vec<Form<'a>>),
    Any(Vec<Form<'a>>),
    AtLeast(usize, Vec<Form<'a>>),
    Fewer(usize, Vec<Form<'a>>),
}

/// A condition, or its opposite where `wanted` is false.
#[derive(Clone, Debug)]
pub enum Literal<'a> {
    Asked {
        atom: &'a Atom,
        wanted: bool,
    },
    /// Completed years, first and last included.
    Ages {
        from: Option<u64>,
        to: Option<u64>,
    },
}

impl<'a> Form<'a> {
    pub fn of(expression: &'a Expression) -> Form<'a> {
        Form::arranged(expression, true)
    }

    fn arranged(expression: &'a Expression, wanted: bool) -> Form<'a> {
        let each =
            |parts: &'a [Expression], wanted| parts.iter().map(move |part| Form::arranged(part, wanted));
        match expression {
            Expression::Atom(atom) => Form::Literal(Literal::of(atom, wanted)),
            Expression::Not(part) => Form::arranged(part, !wanted),
            Expression::And(parts) if wanted => Form::all(each(parts, true)),
            Expression::And(parts) => Form::any(each(parts, false)),
            Expression::Or(parts) | Expression::AnyOf(parts) if wanted => Form::any(each(parts, true)),
            Expression::Or(parts) | Expression::AnyOf(parts) => Form::all(each(parts, false)),
            Expression::AtLeast(least, parts) if wanted => Form::AtLeast(*least, each(parts, true).collect()),
            Expression::AtLeast(least, parts) => Form::Fewer(*least, each(parts, true).collect()),
        }
    }

    fn all(parts: impl Iterator<Item = Form<'a>>) -> Form<'a> {
        let mut joined: Vec<Form> = Vec::new();
        for part in parts {
            match part {
                Form::All(inner) => inner.into_iter().for_each(|part| add(&mut joined, part)),
                part => add(&mut joined, part),
            }
        }
        single(joined).unwrap_or_else(Form::All)
    }

    fn any(parts: impl Iterator<Item = Form<'a>>) -> Form<'a> {
        let mut joined: Vec<Form> = Vec::new();
        for part in parts {
            match part {
                Form::Any(inner) => joined.extend(inner),
                part => joined.push(part),
            }
        }
        single(joined).unwrap_or_else(Form::Any)
    }
}

fn single(mut parts: Vec<Form<'_>>) -> Result<Form<'_>, Vec<Form<'_>>> {
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        last => {
            parts.extend(last);
            Err(parts)
        }
    }
}

/// Adds a part to those that must all be so; an age from and an age to become one.
fn add<'a>(parts: &mut Vec<Form<'a>>, part: Form<'a>) {
    if let Form::Literal(Literal::Ages { from, to }) = part {
        for before in parts.iter_mut() {
            if let Form::Literal(Literal::Ages { from: other_from, to: other_to }) = before {
                let (first, last) = (from.or(*other_from), to.or(*other_to));
                let apart = from.is_some() != other_from.is_some() && to.is_some() != other_to.is_some();
                if apart && first <= last {
                    (*other_from, *other_to) = (first, last);
                    return;
                }
            }
        }
    }
    parts.push(part);
}

impl<'a> Literal<'a> {
    fn of(atom: &'a Atom, wanted: bool) -> Literal<'a> {
        let Atom::Number(Quantity::Age, comparison, Hundredths(number)) = atom else {
            return Literal::Asked { atom, wanted };
        };
        let age = number / 100;
        match (if wanted { *comparison } else { opposite(*comparison) }, age) {
            (Comparison::AtLeast, age) => Literal::Ages { from: Some(age), to: None },
            (Comparison::More, age) => Literal::Ages { from: Some(age + 1), to: None },
            (Comparison::AtMost, age) => Literal::Ages { from: None, to: Some(age) },
            (Comparison::Less, 1..) => Literal::Ages { from: None, to: Some(age - 1) },
            (Comparison::Equal, age) => Literal::Ages { from: Some(age), to: Some(age) },
            (Comparison::Less | Comparison::NotEqual, _) => Literal::Asked { atom, wanted },
        }
    }
}

/// The comparison that is met exactly where this one is not, of a value that is known.
pub fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::More,
        Comparison::More => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
    }
}
