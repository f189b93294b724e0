//! What waits because of petitions: each count is of the list that its link leads to.

use std::collections::HashMap;

use chrono::{Datelike, Days};

use super::waiting::{Cell, Table, ToDo, Waiting};
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::disclosure::Shown;
use crate::error::Error;
use crate::groups::store::names;
use crate::page::Query;
use crate::petitions::views::store as views;
use crate::petitions::worklist::asked::Asked;
use crate::petitions::worklist::chosen::Offers;
use crate::petitions::worklist::filters::{Filters, Sort, View};
use crate::petitions::worklist::line::lines;
use crate::petitions::worklist::rows;
use crate::petitions::worklist::whose::Whose;

/// For how many days a practice is told of decisions.
const DECIDED: u64 = 7;
/// How many petitions are named as things to do.
const FEW: i64 = 10;

/// A card: one, others, and the list.
type Counted<'a> = (&'static str, &'static str, &'a [(&'static str, &'a str)]);

/// Adds what waits for the caller, whatever their role in petitions, and their saved list.
pub fn petitions(conn: &mut Conn, who: &Who, now: Now, home: &mut Waiting) -> Result<(), Error> {
    let whose = Whose::of(conn, who, now)?;
    let offers = Offers::of(conn, &whose)?;
    let week_ago = (now.today - Days::new(DECIDED)).to_string();
    let decided: &[(&'static str, &str)] = &[("decided", &week_ago)];
    let cards: Vec<Counted<'_>> = match who.role() {
        Role::Gp => vec![
            INFORMATION,
            TO_SUBMIT,
            CONSENT,
            HOLDS,
            ("petition decided in the last 7 days", "petitions decided in the last 7 days", decided),
        ],
        Role::PracticeStaff => vec![
            ("draft petition to finish", "draft petitions to finish", &[("view", "waiting")]),
            (
                "petition ready for a GP to submit",
                "petitions ready for a GP to submit",
                &[("state", "ready")],
            ),
            (
                "petition that waits for information",
                "petitions that wait for information",
                &[("state", "info_requested")],
            ),
            HOLDS,
            ("petition decided in the last 7 days", "petitions decided in the last 7 days", decided),
        ],
        Role::NetworkManager => vec![
            INFORMATION,
            TO_SUBMIT,
            UNSENT,
            HOLDS,
            ("petition decided in the last 7 days", "petitions decided in the last 7 days", decided),
        ],
        Role::Provider => vec![
            ("opinion overdue", "opinions overdue", &[("view", "waiting"), ("due", "overdue")]),
            ("opinion to give on a petition", "opinions to give on petitions", &[("view", "waiting")]),
        ],
        _ => vec![
            ("decision overdue", "decisions overdue", &[("view", "waiting"), ("due", "overdue")]),
            ("petition to decide", "petitions to decide", &[("view", "waiting"), ("state", "under_review")]),
            ("appeal to decide", "appeals to decide", &[("view", "waiting"), ("state", "appealed")]),
        ],
    };
    for (one, others, list) in cards {
        let query = list.iter().fold(Query::default(), |query, (name, value)| query.with(name, value));
        let count = rows::count(conn, &whose, &offers.read(&query))?;
        home.card(count, (one, others), format!("/petitions{query}"));
    }
    saved(conn, who, now, home)?;
    to_do(conn, &whose, home)?;
    if who.role() == Role::NetworkManager {
        home.tables.push(by_practice(conn, &whose, &offers)?);
    }
    Ok(())
}

const INFORMATION: Counted<'static> = (
    "petition that asks you for information",
    "petitions that ask you for information",
    &[("view", "waiting"), ("state", "info_requested")],
);
const TO_SUBMIT: Counted<'static> =
    ("draft petition to submit", "draft petitions to submit", &[("view", "waiting"), ("state", "draft")]);
const CONSENT: Counted<'static> =
    ("petition of a person who moved to you", "petitions of people who moved to you", &[("view", "consent")]);
const HOLDS: Counted<'static> =
    ("hold by a petition to review", "holds by petitions to review", &[("view", "holds")]);
const UNSENT: Counted<'static> = (
    "draft petition not sent for 5 working days",
    "draft petitions not sent for 5 working days",
    &[("state", "draft"), ("age", "from-5")],
);

/// The caller's own list, also where it is empty.
fn saved(conn: &mut Conn, who: &Who, now: Now, home: &mut Waiting) -> Result<(), Error> {
    let Some(view) = views::home(conn, who, now)? else { return Ok(()) };
    let asked = match Asked::of(conn, who, now, view.query()) {
        Ok(asked) => asked,
        // It names a practice or a locality that is not theirs any more.
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let count = rows::count(conn, &asked.whose, &asked.filters)?;
    home.named(count, view.name.clone(), view.href());
    Ok(())
}

fn to_do(conn: &mut Conn, whose: &Whose, home: &mut Waiting) -> Result<(), Error> {
    let found = rows::rows(conn, whose, &Filters::of(View::Waiting), Sort::from_word(None), (0, FEW))?;
    for line in lines(conn, whose, found)? {
        let due = if line.due.is_empty() { String::new() } else { format!(". {}", line.due) };
        home.to_do.push(ToDo {
            what: format!("Petition {}, {}{due}", line.reference, line.state.label().to_lowercase()),
            whose: line.practice,
            action: line.action.0,
            href: line.action.1,
        });
    }
    Ok(())
}

/// Overdue, waiting and decided this month, by practice.
fn by_practice(conn: &mut Conn, whose: &Whose, offers: &Offers) -> Result<Table, Error> {
    let month = whose.today.with_day(1).unwrap_or(whose.today).to_string();
    let lists = [
        Query::default().with("view", View::Overdue.word()),
        Query::default().with("view", View::Waiting.word()),
        Query::default().with("decided", month),
    ];
    let mut counts: Vec<HashMap<i64, i64>> = Vec::new();
    for list in &lists {
        counts.push(rows::count_by_practice(conn, whose, &offers.read(list))?);
    }
    let mut named: Vec<(i64, (String, String))> = names(conn, whose.practices())?.into_iter().collect();
    named.sort_by(|one, other| one.1.1.cmp(&other.1.1));
    let row = |(id, (code, name)): (i64, (String, String))| {
        let cell = |(list, counts): (&Query, &HashMap<i64, i64>)| Cell {
            count: Shown::Exact(counts.get(&id).copied().unwrap_or(0)),
            href: format!("/petitions{}", list.with("practice", &code)),
        };
        let cells = lists.iter().zip(&counts).map(cell).collect();
        (format!("{name} ({code})"), None, cells)
    };
    Ok(Table {
        caption: "Petitions of your practices".into(),
        first: "Practice",
        columns: vec!["Overdue", "Waiting for you", "Decided this month"],
        rows: named.into_iter().map(row).collect(),
    })
}
