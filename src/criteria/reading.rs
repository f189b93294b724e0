//! The plain-English reading of an expression: a sentence where one can say it without doubt, else a list in a list.

use std::fmt::{self, Display, Formatter};

use super::expression::Expression;
use super::form::Form;
use super::phrases::{in_words, joined};

/// What an expression says. `Display` writes the lists with a dash a line, two spaces a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// A sentence, or the words that stand above the parts.
    pub text: String,
    pub parts: Vec<Reading>,
}

/// More alternatives than this are easier read as a list.
const MOST_IN_A_SENTENCE: usize = 5;

impl Reading {
    pub fn of(expression: &Expression) -> Reading {
        let form = Form::of(expression);
        match sentence(&form) {
            Some(sentence) => Reading { text: format!("People {sentence}."), parts: Vec::new() },
            None => {
                let listed = listed(&form);
                Reading { text: format!("People of whom {}", listed.text), ..listed }
            }
        }
    }

    fn write(&self, out: &mut Formatter<'_>, depth: usize) -> fmt::Result {
        out.write_str(&self.text)?;
        out.write_str(if self.parts.is_empty() { "" } else { ":" })?;
        for part in &self.parts {
            write!(out, "\n{:width$}- ", "", width = depth * 2)?;
            part.write(out, depth + 1)?;
        }
        Ok(())
    }
}

impl Display for Reading {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.write(out, 0)
    }
}

/// A reading that cannot be taken two ways: conditions that must all be so, and at the end one choice at most.
fn sentence(form: &Form<'_>) -> Option<String> {
    match form {
        Form::Literal(literal) => Some(literal.phrase()),
        Form::Any(parts) => either(parts),
        Form::All(parts) => {
            let literals: Vec<String> = parts.iter().filter_map(phrase).collect();
            let choices: Vec<&Form> = parts.iter().filter(|part| phrase(part).is_none()).collect();
            match &*choices {
                [] => Some(conditions(&literals)),
                [Form::Any(alternatives)] => {
                    Some(format!("{}, and {}", literals.join(", "), either(alternatives)?))
                }
                _ => None,
            }
        }
        Form::AtLeast(..) | Form::Fewer(..) => None,
    }
}

fn phrase(form: &Form<'_>) -> Option<String> {
    match form {
        Form::Literal(literal) => Some(literal.phrase()),
        _ => None,
    }
}

fn conditions(phrases: &[String]) -> String {
    match phrases {
        [age, rest @ ..] if !rest.is_empty() && age.starts_with("aged ") => {
            format!("{age}, {}", joined(rest, "and"))
        }
        all => joined(all, "and"),
    }
}

fn either(alternatives: &[Form<'_>]) -> Option<String> {
    let phrases: Option<Vec<String>> = alternatives.iter().map(phrase).collect();
    let phrases = phrases.filter(|phrases| phrases.len() <= MOST_IN_A_SENTENCE)?;
    Some(match &*phrases {
        [one, other] => format!("either {one} or {other}"),
        all => format!("either {}", all.join(", or ")),
    })
}

fn listed(form: &Form<'_>) -> Reading {
    if let Form::Literal(literal) = form {
        return Reading { text: literal.phrase(), parts: Vec::new() };
    }
    let parts = form.parts();
    Reading { text: form.heading(), parts: parts.iter().map(part).collect() }
}

fn part(form: &Form<'_>) -> Reading {
    match form {
        Form::Any(alternatives) => match either(alternatives) {
            Some(text) => Reading { text, parts: Vec::new() },
            None => listed(form),
        },
        _ => listed(form),
    }
}

impl Form<'_> {
    pub fn parts(&self) -> &[Form<'_>] {
        match self {
            Form::Literal(_) => &[],
            Form::All(parts) | Form::Any(parts) | Form::AtLeast(_, parts) | Form::Fewer(_, parts) => parts,
        }
    }

    /// The words above the parts.
    pub fn heading(&self) -> String {
        match self {
            Form::Literal(literal) => literal.phrase(),
            Form::All(_) => "all of these are true".into(),
            Form::Any(_) | Form::AtLeast(1, _) => "at least one of these is true".into(),
            Form::AtLeast(least, parts) if *least == parts.len() => "all of these are true".into(),
            Form::AtLeast(least, _) => format!("at least {} of these are true", in_words(*least as u64)),
            Form::Fewer(1, _) => "none of these is true".into(),
            Form::Fewer(least, _) => format!("fewer than {} of these are true", in_words(*least as u64)),
        }
    }
}
