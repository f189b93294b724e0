//! What waits for an auditor: break-glass reads nobody has looked at, exports of people, failed sign-ins.

use chrono::{Days, NaiveDate};

use super::waiting::{ToDo, Waiting};
use crate::access::Who;
use crate::audit::Verb;
use crate::audit::trail::{self, Ours};
use crate::clock::{Now, london_day};
use crate::database::Conn;
use crate::error::Error;
use crate::page::Query;
use crate::unmasking::store::{self, Narrowed, Whose};

/// For how many days exports are counted.
const EXPORTS: u64 = 30;
/// For how many days failed sign-ins are counted.
const SIGN_INS: u64 = 7;
/// How many break-glass reads are named.
const FEW: i64 = 10;

pub fn auditor(conn: &mut Conn, who: &Who, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    let ours = Ours::of(conn, who)?;
    let whose = Whose::Ours(ours.clone());
    let unlooked = Narrowed { looked: Some(false), ..Narrowed::default() };
    let reads = store::count(conn, &whose, &unlooked)?;
    home.card(
        reads,
        ("break-glass read not yet looked at", "break-glass reads not yet looked at"),
        "/audit/break-glass?looked=no".into(),
    );
    // Entries carry the real time, also on a demo.
    let today = london_day(now.moment);
    for (verb, days, label) in [
        (
            Verb::PeopleExported,
            EXPORTS,
            ("export of people in the last 30 days", "exports of people in the last 30 days"),
        ),
        (
            Verb::SignInFailed,
            SIGN_INS,
            ("failed sign-in in the last 7 days", "failed sign-ins in the last 7 days"),
        ),
    ] {
        let from = since(today, days);
        let narrowed = trail::Narrowed { verb: Some(verb), from: Some(from), ..trail::Narrowed::default() };
        let asked = Query::default().with("what", verb.word()).with("from", from);
        home.card(trail::count(conn, &ours, &narrowed)?, label, format!("/audit{asked}"));
    }
    for one in store::list(conn, &whose, &unlooked, (0, FEW))? {
        home.to_do.push(ToDo {
            what: format!("Look at the break-glass read by {}", one.who),
            whose: format!("{}, {}", one.pseudonym, one.practice.1),
            action: "Look at it",
            href: format!("/audit/break-glass/{}", one.reference),
        });
    }
    Ok(home)
}

/// The first of the last so many days.
pub fn since(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}
