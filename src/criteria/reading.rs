//! The plain-English reading of an expression: a sentence where one can say it without doubt, else a list in a list.

use std::fmt::{self, Display, Formatter};

use super::expression::Expression;
use super::form::{Form, Literal};
use super::phrases::{in_words, joined, predicate};

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
            Some(text) => Reading { text, parts: Vec::new() },
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

/// A sentence that cannot be taken two ways: an age, conditions that must all be so, and at the end one choice at most.
fn sentence(form: &Form<'_>) -> Option<String> {
    let parts = match form {
        Form::All(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let (age, rest) = match parts {
        [Form::Literal(age @ Literal::Ages { .. }), rest @ ..] => (format!(" {}", age.phrase()), rest),
        all => (String::new(), all),
    };
    let conditions: Vec<String> = rest.iter().filter_map(literal).collect();
    let choices: Vec<&Form> = rest.iter().filter(|part| literal(part).is_none()).collect();
    let conditions = joined(&conditions, "and");
    let rest = match (&*choices, conditions.as_str()) {
        ([], "") => String::new(),
        ([], conditions) => format!(" who {conditions}"),
        ([Form::Any(alternatives)], "") => format!(" who {}", either(alternatives)?),
        ([Form::Any(alternatives)], conditions) => {
            format!(" who {conditions}, and who {}", either(alternatives)?)
        }
        _ => return None,
    };
    Some(format!("People{age}{rest}."))
}

/// What people are or have, of a form that is one condition.
fn literal(form: &Form<'_>) -> Option<String> {
    match form {
        Form::Literal(literal) => Some(predicate(&literal.phrase())),
        _ => None,
    }
}

fn either(alternatives: &[Form<'_>]) -> Option<String> {
    let choices: Option<Vec<String>> = alternatives.iter().map(literal).collect();
    let choices = choices.filter(|choices| choices.len() <= MOST_IN_A_SENTENCE)?;
    Some(match &*choices {
        [one, other] => format!("either {one} or {other}"),
        all => format!("either {}", all.join(", or ")),
    })
}

fn listed(form: &Form<'_>) -> Reading {
    let text = match form {
        Form::Literal(_) => literal(form).map(|words| format!("they {words}")),
        _ => None,
    };
    let text = text.unwrap_or_else(|| form.heading());
    Reading { text, parts: form.parts().iter().map(part).collect() }
}

fn part(form: &Form<'_>) -> Reading {
    match form {
        Form::Any(alternatives) => match either(alternatives) {
            Some(choice) => Reading { text: format!("they {choice}"), parts: Vec::new() },
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
