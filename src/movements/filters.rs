//! The filters of the ledger as they stand in its address, and as chips and choices on the page.

use chrono::{Months, NaiveDate};

use super::entry::cause_words;
use super::store::{Filters, NOWHERE};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::page::{Chip, Choice, Query};
use crate::people::why::label;
use crate::runs::store::{Cause, Run};

/// The names an address may hold beside the locality, in the order of the form.
const NAMES: [&str; 7] = ["month", "group", "from", "to", "cause", "practice", "run"];

/// The filters of the form, and those that links ask for, as a page names them.
const FILTERS: [(&str, &str); 6] = [
    ("month", "Month"),
    ("group", "Group, from or to"),
    ("from", "From"),
    ("to", "To"),
    ("cause", "Cause"),
    ("run", "Run"),
];

/// The address without filters for values that are no choice; `runs` has the references of the locality's runs.
///
/// # Errors
/// `NotFound` for a practice that is not the caller's, whether there is such a one or not.
pub fn offered(
    query: Query,
    practices: &[(String, String)],
    runs: &[String],
    scheme: &Scheme,
) -> Result<Query, Error> {
    if query.get("practice").is_some_and(|code| practices.iter().all(|(each, _)| each != code)) {
        return Err(Error::NotFound);
    }
    let is_group = |code: &str| scheme.group(code).is_some_and(|group| !group.overlay);
    Ok(query.offered(&FILTERS, |name, value| match name {
        "month" => month(value).is_some(),
        "group" => is_group(value),
        "from" | "to" => value == NOWHERE || is_group(value),
        "cause" => Cause::from_word(value).is_some(),
        _ => runs.iter().any(|reference| reference == value),
    }))
}

/// The filters an address asks for.
pub fn read(query: &Query, locality_id: i64) -> Filters {
    let text = |name: &str| query.get(name).map(str::to_owned);
    Filters {
        locality_id,
        month: query.get("month").map(|word| month(word).unwrap_or(NaiveDate::MAX)),
        group: text("group"),
        from: text("from"),
        to: text("to"),
        cause: text("cause"),
        practice: text("practice"),
        run: text("run"),
    }
}

/// Everything a run moved.
pub fn of_run(run: &Run) -> Filters {
    Filters {
        locality_id: run.locality_id,
        month: None,
        group: None,
        from: None,
        to: None,
        cause: None,
        practice: None,
        run: Some(run.reference.clone()),
    }
}

/// Everything in a locality (row id) in the month that begins on a day.
pub fn of_month(locality_id: i64, month: NaiveDate) -> Filters {
    Filters {
        locality_id,
        month: Some(month),
        group: None,
        from: None,
        to: None,
        cause: None,
        practice: None,
        run: None,
    }
}

/// The first day of a month written `2026-11`.
fn month(word: &str) -> Option<NaiveDate> {
    format!("{word}-01").parse().ok()
}

/// The first day of the month after.
pub fn after(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

/// "November 2026".
pub fn month_words(month: NaiveDate) -> String {
    month.format("%B %Y").to_string()
}

/// As an address has it: `2026-11`.
pub fn month_word(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

/// The chosen filters, each with the list without it.
pub fn chips(query: &Query, scheme: &Scheme) -> Vec<Chip> {
    let chosen = NAMES.iter().filter_map(|name| Some((*name, query.get(name)?)));
    chosen.map(|(name, value)| query.chip(name, words(scheme, name, value))).collect()
}

fn words(scheme: &Scheme, name: &str, value: &str) -> String {
    match name {
        "month" => month(value).map_or_else(|| value.to_owned(), month_words),
        "group" => format!("From or to: {}", label(scheme, Some(value))),
        "from" => format!("From: {}", label(scheme, (value != NOWHERE).then_some(value))),
        "to" => format!("To: {}", label(scheme, (value != NOWHERE).then_some(value))),
        "cause" => Cause::from_word(value).map_or_else(|| value.to_owned(), |it| cause_words(it).to_owned()),
        "practice" => format!("Practice: {value}"),
        _ => format!("Run: {value}"),
    }
}

/// The choices of the filter form.
pub struct Choices {
    pub groups: Vec<Choice>,
    pub causes: Vec<Choice>,
    /// Empty where there is one practice.
    pub practices: Vec<Choice>,
}

impl Choices {
    /// `practices`: code and name.
    pub fn of(practices: &[(String, String)], scheme: &Scheme) -> Choices {
        let any = || std::iter::once(Choice::new("", "Any"));
        let groups = scheme.in_precedence().into_iter();
        let causes = Cause::ALL.iter().map(|cause| Choice::new(cause.word(), cause_words(*cause)));
        let practices = match practices.len() {
            0 | 1 => Vec::new(),
            _ => any().chain(practices.iter().map(|(code, name)| Choice::new(code, name))).collect(),
        };
        Choices {
            groups: any().chain(groups.map(|group| Choice::new(&group.code, &group.label))).collect(),
            causes: any().chain(causes).collect(),
            practices,
        }
    }
}
