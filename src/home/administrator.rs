//! What waits for an administrator: mail, jobs, memberships and organisations. Never a person on the register.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::waiting::{Waiting, what};
use crate::access::Role;
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::doctor::localities_without_commissioner;
use crate::error::Error;
use crate::jobs::{Kind, State};
use crate::mail;
use crate::organisations::networks::without_users;
use crate::page::long_day;
use crate::schema::{jobs, memberships, organisations, users};

/// How long before its end a membership is named.
const ENDING: u64 = 30;
/// For how many days a failed job is shown.
const FAILED: u64 = 7;

pub fn administrator(conn: &mut Conn, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    let failing = mail::store::count(conn, &[mail::store::State::Failed])?;
    home.card(failing, ("letter that failed", "letters that failed"), "/admin/outbox?state=failed".into());
    let failed = failed_jobs(conn, now.moment)?;
    home.listing(
        ("job that failed this week", "jobs that failed this week"),
        "jobs",
        "Jobs that failed this week",
        failed,
    );
    let ending = ending(conn, now.today)?;
    home.listing(
        ("membership that ends within 30 days", "memberships that end within 30 days"),
        "memberships",
        "Memberships that end within 30 days",
        ending,
    );
    let without = localities_without_commissioner(conn)?.into_iter();
    let without = without.map(|code| (code.clone(), Some(format!("/admin/localities/{code}")))).collect();
    home.listing(
        ("locality without a commissioner", "localities without a commissioner"),
        "localities",
        "Localities without a commissioner",
        without,
    );
    let unused = without_users(conn, now.today)?.into_iter();
    let unused = unused
        .map(|(_, code, name)| (format!("{name} ({code})"), Some(format!("/admin/organisations/{code}"))));
    home.first_few(
        ("organisation without users", "organisations without users"),
        "/admin/organisations?users=none",
        ("organisations", "Organisations without users"),
        unused.collect(),
    );
    Ok(home)
}

type Items = Vec<(String, Option<String>)>;

fn failed_jobs(conn: &mut Conn, now: Moment) -> Result<Items, Error> {
    let since = now.checked_sub_days(Days::new(FAILED)).unwrap_or(now);
    let rows: Vec<(Kind, String, Option<String>)> = jobs::table
        .filter(jobs::state.eq(State::Failed).and(jobs::ended_at.ge(since)))
        .order(jobs::id.desc())
        .select((jobs::kind, jobs::about, jobs::message))
        .load(conn)?;
    let made = rows.into_iter().map(|(kind, about, message)| {
        let (words, href) = what(kind, &about);
        // An administrator reads no grouping run.
        let href = matches!(kind, Kind::ImportCheck | Kind::ImportApply).then_some(href);
        (format!("{words} {about}: {}", message.unwrap_or_default()), href)
    });
    Ok(made.collect())
}

fn ending(conn: &mut Conn, today: NaiveDate) -> Result<Items, Error> {
    let last = today.checked_add_days(Days::new(ENDING)).unwrap_or(today);
    type Ending = (String, String, Role, Option<String>, Option<NaiveDate>);
    let rows: Vec<Ending> = memberships::table
        .inner_join(users::table)
        .left_join(organisations::table)
        .filter(memberships::to_on.ge(today).and(memberships::to_on.le(last)))
        .order((memberships::to_on, memberships::id))
        .select((
            users::reference,
            users::name,
            memberships::role,
            organisations::name.nullable(),
            memberships::to_on,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(reference, name, role, organisation, to)| {
        let at = organisation.map_or_else(String::new, |organisation| format!(", {organisation}"));
        let until = to.map_or_else(String::new, |to| format!(" until {}", long_day(to)));
        (format!("{name}: {}{at}{until}", role.label()), Some(format!("/admin/users/{reference}")))
    });
    Ok(made.collect())
}
