//! What to say of a word that is none of the language: the nearest one, or the list.

use super::conditions::Condition;
use super::facts::{Flag, Quantity};
use super::tokens::excerpt;

const OTHERS: [&str; 11] =
    ["and", "or", "not", "any", "at", "least", "of", "in", "condition", "sex", "level_of_need"];

fn all() -> impl Iterator<Item = &'static str> {
    let flags = Flag::ALL.into_iter().map(Flag::word);
    flags.chain(Quantity::ALL.into_iter().map(Quantity::word)).chain(OTHERS)
}

/// The advice for a word that is one of the language but for its capitals.
pub fn lower_case(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let meant = all().find(|known| *known == lower && *known != word)?;
    Some(format!("Words are lower case. Write \"{meant}\"."))
}

/// The sentence for a word that is none of the language.
pub fn unknown(word: &str) -> String {
    if let Some(advice) = lower_case(word) {
        return advice;
    }
    let shown = excerpt(word);
    if Condition::of_code(&word.to_uppercase()).is_some() {
        return format!("For a condition register write condition(\"{}\").", word.to_uppercase());
    }
    if let Some(meant) = nearest(&word.to_lowercase(), all()) {
        return format!("{shown} is no word of the criteria language. Did you mean {meant}?");
    }
    let listed: Vec<&str> =
        Quantity::ALL.into_iter().map(Quantity::word).chain(Flag::ALL.map(Flag::word)).collect();
    format!(
        "{shown} is no word of the criteria language. What can be asked: {}, condition, sex, level_of_need.",
        listed.join(", ")
    )
}

/// The sentence for a code of no register.
pub fn unknown_code(code: &str) -> String {
    let upper = code.trim().to_uppercase();
    if Condition::of_code(&upper).is_some() {
        return format!("Codes are upper case and without spaces. Write \"{upper}\".");
    }
    let codes = || Condition::ALL.into_iter().map(Condition::code);
    format!(
        "\"{}\" is no code of a condition register. The codes are {}.",
        excerpt(code),
        codes().collect::<Vec<_>>().join(", ")
    )
}

/// What a word of `sex` or `level_of_need` can be.
pub fn no_value<T: Copy>(word: &str, values: &[T], name: fn(T) -> &'static str) -> String {
    let names: Vec<&str> = values.iter().map(|value| name(*value)).collect();
    let (last, first) = names.split_last().expect("every such fact has values");
    format!("{word} is {} or {last}.", first.join(", "))
}

/// The sentence for a value that `sex` or `level_of_need` cannot have.
pub fn unknown_value<T: Copy>(typed: &str, word: &str, values: &[T], name: fn(T) -> &'static str) -> String {
    let lower = typed.trim().to_lowercase();
    match values.iter().map(|value| name(*value)).find(|name| *name == lower) {
        Some(meant) => format!("Values are lower case and without spaces. Write {meant}."),
        None => format!("{} is not among them: {}", excerpt(typed), no_value(word, values, name)),
    }
}

fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if word.len() > 40 {
        return None;
    }
    let close = |known: &&'static str| known.len() > 3 && distance(word, known) <= 1 + known.len() / 6;
    known.filter(close).min_by_key(|known| distance(word, known))
}

/// How many letters must change, come or go to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, against) in other.iter().enumerate() {
            let cost = diagonal + usize::from(letter != *against);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
