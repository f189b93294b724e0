//! `/petitions/clock`: what is due and overdue, and how long each stage takes, of the petitions a caller may see.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use serde::Deserialize;

use super::clock::Pause;
use super::durations::{Kind, Spread, Took, spread, stages};
use super::life::State;
use super::petition::Category;
use super::worklist::matching::theirs;
use super::worklist::whose::Whose;
use crate::access::{ReadsPetitions, Who};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::names;
use crate::page::{Choice, Chrome, Mistakes, filters, show};
use crate::schema::{petition_events, petition_questions, petitions};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    stage: String,
    months: String,
}

/// A row of a table: what it is of, and how long it took.
struct Line {
    label: String,
    spread: Option<Spread>,
    /// How many run now.
    running: usize,
    overdue: usize,
}

#[derive(Template)]
#[template(path = "petitions/clock.html")]
struct ClockPage {
    chrome: Chrome,
    since: NaiveDate,
    stage: Kind,
    months: u32,
    by_stage: Vec<Line>,
    by_practice: Vec<Line>,
    by_category: Vec<Line>,
}

impl ClockPage {
    fn stages(&self) -> Vec<Choice> {
        Kind::ALL.into_iter().map(|kind| Choice::new(kind.word(), kind.label())).collect()
    }

    fn periods(&self) -> Vec<Choice> {
        PERIODS
            .into_iter()
            .map(|months| Choice::new(months.to_string(), format!("{months} months")))
            .collect()
    }

    fn period(&self) -> String {
        self.months.to_string()
    }
}

/// The last so many months can be looked at.
const PERIODS: [u32; 4] = [3, 6, 12, 24];

pub async fn clock(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Error> {
    let wanted = wanted.into_inner();
    let read = move |conn: &mut Conn| page(conn, &who, now, &wanted);
    show(&database.read(read).await?)
}

/// A petition and the stages it went through.
struct One {
    practice: String,
    category: Option<Category>,
    took: Vec<Took>,
    /// Whether the stage that runs is past its last day.
    is_overdue: bool,
}

fn page(conn: &mut Conn, who: &Who, now: Now, wanted: &Wanted) -> Result<ClockPage, Error> {
    let months = wanted.months.parse().ok().filter(|months| PERIODS.contains(months)).unwrap_or(12);
    let stage = Kind::from_word(&wanted.stage).unwrap_or(Kind::Review);
    let since = now.today.checked_sub_months(Months::new(months)).unwrap_or(now.today);
    let all = sent_since(conn, who, now, since)?;
    let line = |label: String, of: &[&One], kind: Kind| {
        let took = || of.iter().flat_map(|one| one.took.iter().map(move |took| (one, took)));
        let running = |late: bool| {
            took()
                .filter(|(one, took)| took.kind == kind && !took.has_ended && (!late || one.is_overdue))
                .count()
        };
        let ended = took().filter(|(_, took)| took.kind == kind && took.has_ended).map(|(_, took)| took.days);
        Line { label, spread: spread(ended), running: running(false), overdue: running(true) }
    };
    let everybody: Vec<&One> = all.iter().collect();
    let by_stage =
        Kind::ALL.into_iter().map(|kind| line(kind.label().to_owned(), &everybody, kind)).collect();
    let mut practices: Vec<&str> = all.iter().map(|one| one.practice.as_str()).collect();
    practices.sort_unstable();
    practices.dedup();
    let of_practice = |practice: &str| {
        let of: Vec<&One> = all.iter().filter(|one| one.practice == practice).collect();
        line(practice.to_owned(), &of, stage)
    };
    let of_category = |category: Category| {
        let of: Vec<&One> = all.iter().filter(|one| one.category == Some(category)).collect();
        line(category.label().to_owned(), &of, stage)
    };
    Ok(ClockPage {
        chrome: who.chrome(),
        since,
        stage,
        months,
        by_stage,
        by_practice: practices.into_iter().map(of_practice).collect(),
        by_category: Category::ALL.iter().copied().map(of_category).collect(),
    })
}

/// The petitions the caller may see that were sent on a day or later.
fn sent_since(conn: &mut Conn, who: &Who, now: Now, since: NaiveDate) -> Result<Vec<One>, Error> {
    let whose = Whose::of(conn, who, now)?;
    type Row = (i64, i64, Option<Category>, State, Option<NaiveDate>);
    let rows: Vec<Row> = petitions::table
        .filter(theirs(&whose))
        .filter(petitions::submitted_on.ge(since))
        .order(petitions::id)
        .select((
            petitions::id,
            petitions::practice_id,
            petitions::category,
            petitions::state,
            petitions::due_on,
        ))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let mut practices: Vec<i64> = rows.iter().map(|row| row.1).collect();
    practices.sort_unstable();
    practices.dedup();
    let practices = names(conn, &practices)?;
    let (mut events, mut pauses) = (HashMap::new(), HashMap::new());
    for some in ids.chunks(5_000) {
        let happened: Vec<(i64, State, NaiveDate)> = petition_events::table
            .filter(petition_events::petition_id.eq_any(some))
            .order(petition_events::id)
            .select((petition_events::petition_id, petition_events::state, petition_events::on_day))
            .load(conn)?;
        for (id, state, day) in happened {
            events.entry(id).or_insert_with(Vec::new).push((state, day));
        }
        let asked: Vec<(i64, NaiveDate, Option<NaiveDate>)> = petition_questions::table
            .filter(petition_questions::petition_id.eq_any(some))
            .order(petition_questions::id)
            .select((
                petition_questions::petition_id,
                petition_questions::asked_on,
                petition_questions::answered_on,
            ))
            .load(conn)?;
        for (id, asked_on, answered_on) in asked {
            pauses.entry(id).or_insert_with(Vec::new).push(Pause { asked_on, answered_on });
        }
    }
    let one = |(id, practice, category, state, due): Row| {
        let events = events.get(&id).map_or(&[][..], Vec::as_slice);
        let pauses = pauses.get(&id).map_or(&[][..], Vec::as_slice);
        let is_overdue = state.is_open() && due.is_some_and(|due| due < now.today);
        let practice = practices.get(&practice).map(|(_, name)| name.clone()).unwrap_or_default();
        One { practice, category, took: stages(events, pauses, now.today), is_overdue }
    };
    Ok(rows.into_iter().map(one).collect())
}
