//! What home pages are made of: counts that lead to their lists, things to do, tables and short lists.

use std::borrow::Cow;

use crate::clock::Moment;
use crate::disclosure::Shown;
use crate::jobs::{Job, Kind, State};

/// A count and the list it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub count: Shown<i64>,
    pub label: Cow<'static, str>,
    pub href: String,
}

/// What a card counts, of one and of any other number. A single text is for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    one: &'static str,
    others: &'static str,
}

impl From<&'static str> for Counted {
    fn from(label: &'static str) -> Counted {
        Counted { one: label, others: label }
    }
}

impl From<(&'static str, &'static str)> for Counted {
    fn from((one, others): (&'static str, &'static str)) -> Counted {
        Counted { one, others }
    }
}

impl Counted {
    fn of(self, count: Shown<i64>) -> &'static str {
        if count == Shown::Exact(1) { self.one } else { self.others }
    }
}

/// One thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    pub what: String,
    pub whose: String,
    pub action: &'static str,
    pub href: String,
}

/// A count within a table; nothing where it does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub count: Shown<i64>,
    pub href: String,
}

/// A table of counts by practice or group.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub caption: String,
    pub first: &'static str,
    pub columns: Vec<&'static str>,
    /// A label with its own page, if it has one, and a cell for each column.
    pub rows: Vec<(String, Option<String>, Vec<Cell>)>,
}

/// A short list of things that have no list page of their own.
#[derive(Clone, Debug)]
pub struct Listing {
    pub id: &'static str,
    pub heading: &'static str,
    /// What, and its page.
    pub items: Vec<(String, Option<String>)>,
    /// The page of all of them and how many they are, where these are the first few.
    pub all: Option<(&'static str, i64)>,
}

/// How many things of a long list stand on the home page.
const FEW: usize = 10;

/// All that waits for somebody.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    pub cards: Vec<Card>,
    pub to_do: Vec<ToDo>,
    pub tables: Vec<Table>,
    pub listings: Vec<Listing>,
}

impl Waiting {
    /// Adds a count of anything but people; one of nothing is not shown.
    pub fn card(&mut self, count: i64, label: impl Into<Counted>, href: String) {
        self.people(Shown::Exact(count), label, href);
    }

    /// Adds a count of people; one of nobody is not shown.
    pub fn people(&mut self, count: Shown<i64>, label: impl Into<Counted>, href: String) {
        if !count.is_nil() {
            self.cards.push(Card { count, label: label.into().of(count).into(), href });
        }
    }

    /// Adds a count under a name somebody gave it, also where it is nothing.
    pub fn named(&mut self, count: i64, name: String, href: String) {
        self.cards.push(Card { count: Shown::Exact(count), label: name.into(), href });
    }

    /// Adds a list with the card that counts it; an empty one is not shown.
    pub fn listing(
        &mut self,
        label: impl Into<Counted>,
        id: &'static str,
        heading: &'static str,
        items: Vec<(String, Option<String>)>,
    ) {
        self.card(i64::try_from(items.len()).unwrap_or(i64::MAX), label, format!("#{id}"));
        if !items.is_empty() {
            self.listings.push(Listing { id, heading, items, all: None });
        }
    }

    /// Adds the first few of a list that has a page of its own, with the card that counts it; an empty one is not shown.
    pub fn first_few(
        &mut self,
        label: impl Into<Counted>,
        href: &'static str,
        (id, heading): (&'static str, &'static str),
        mut items: Vec<(String, Option<String>)>,
    ) {
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        self.card(count, label, href.into());
        if count > 0 {
            let all = (items.len() > FEW).then_some((href, count));
            items.truncate(FEW);
            self.listings.push(Listing { id, heading, items, all });
        }
    }

    pub fn is_nothing(&self) -> bool {
        self.cards.is_empty() && self.to_do.is_empty()
    }
}

/// A job of the person's own: what, its state, where it is shown.
#[derive(Clone, Debug)]
pub struct MyJob {
    pub what: &'static str,
    pub state: &'static str,
    pub href: String,
    pub at: Moment,
}

impl MyJob {
    pub fn of(job: Job) -> MyJob {
        let (what, href) = what(job.kind, &job.about);
        MyJob { what, state: job.state.label(), href, at: job.ended_at.unwrap_or(job.created_at) }
    }

    /// Whether a job is still under way, or ended less than a day ago.
    pub fn is_recent(job: &Job, now: Moment) -> bool {
        job.ended_at.is_none_or(|ended| (now - ended).num_hours() < 24)
            || matches!(job.state, State::Waiting | State::Running)
    }
}

/// A kind of job in words, and the page of what it works on.
pub fn what(kind: Kind, about: &str) -> (&'static str, String) {
    match kind {
        Kind::ImportCheck => ("Checking an import", format!("/imports/{about}")),
        Kind::ImportApply => ("Loading an import", format!("/imports/{about}")),
        Kind::RunPreview => ("Dry run", format!("/runs/{about}")),
        Kind::RunApply => ("Applying a grouping run", format!("/runs/{about}")),
    }
}
