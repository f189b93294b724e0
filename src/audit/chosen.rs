//! The filters of the trail as they stand in its address, and as chips and choices on the page.

use chrono::NaiveDate;

use super::Verb;
use super::trail::Narrowed;
use crate::page::{Chip, Choice, Query, TypedDate, long_day, typed};

/// The filters of the form that have choices or a form of their own.
const FILTERS: [(&str, &str); 3] = [("what", "What"), ("from", "From"), ("to", "To")];

/// The address without filters for values that are no choice.
pub fn offered(query: Query) -> Query {
    query.offered(&FILTERS, |name, value| match name {
        "what" => Verb::from_word(value).is_some(),
        _ => date(value).is_some(),
    })
}

/// A day as typed or as an address has it.
pub fn date(text: &str) -> Option<NaiveDate> {
    TypedDate::new(text, "", "").check("Date").ok().flatten()
}

/// What an address asks for.
pub fn read(query: &Query) -> Narrowed {
    let words = |name: &str| query.get(name).map(typed::words).unwrap_or_default();
    Narrowed {
        who: words("who"),
        verb: query.get("what").and_then(Verb::from_word),
        record: query.get("record").map(|text| text.trim().chars().take(100).collect()).unwrap_or_default(),
        from: query.get("from").and_then(date),
        to: query.get("to").and_then(date),
    }
}

/// The chosen filters, each with the list without it.
pub fn chips(query: &Query) -> Vec<Chip> {
    let label = |name: &str, value: &str| match name {
        "who" => format!("Who has “{value}”"),
        "what" => format!("What: {value}"),
        "record" => format!("Record: {value}"),
        "from" => format!("From {}", date(value).map_or_else(String::new, long_day)),
        _ => format!("To {}", date(value).map_or_else(String::new, long_day)),
    };
    let chosen = ["who", "what", "record", "from", "to"].into_iter().filter_map(|name| {
        let value = query.get(name)?;
        Some(query.chip(name, label(name, value)))
    });
    chosen.collect()
}

/// Everything that can have been done, in the order of the alphabet.
pub fn verbs() -> Vec<Choice> {
    let mut verbs: Vec<&str> = Verb::ALL.iter().map(|verb| verb.word()).collect();
    verbs.sort_unstable();
    let capital = |word: &str| crate::people::person::capital(word.to_owned());
    let each = verbs.into_iter().map(|word| Choice::new(word, capital(word)));
    std::iter::once(Choice::new("", "Anything")).chain(each).collect()
}
