//! `/petitions/clock`: what is due and overdue, and how long each stage takes, of the petitions a caller may see, as a page
//! and as a file.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::clock::Pause;
use super::durations::{Kind, Spread, Took, spread, stages};
use super::life::State;
use super::petition::Category;
use super::worklist::filters::{Course, Stage, View};
use super::worklist::matching::theirs;
use super::worklist::whose::Whose;
use crate::access::{ReadsPetitions, Who};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::names;
use crate::page::{Choice, Chrome, Mistakes, Query, download, filters, show};
use crate::people::pages::practices;
use crate::schema::{petition_events, petition_questions, petitions};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    stage: String,
    months: String,
}

/// Which petitions a row is of, beside their stage.
enum Of {
    All,
    /// By code and name; the code of one whose petitions the caller cannot list is only told.
    Practice {
        code: String,
        name: String,
        is_listed: bool,
    },
    Category(Category),
}

impl Of {
    fn label(&self) -> &str {
        match self {
            Of::All => "",
            Of::Practice { name, .. } => name,
            Of::Category(category) => category.label(),
        }
    }

    fn has(&self, one: &One) -> bool {
        match self {
            Of::All => true,
            Of::Practice { code, .. } => one.practice.0 == *code,
            Of::Category(category) => one.category == Some(*category),
        }
    }
}

/// A row of a table: what it is of, how long it took, and of how many petitions.
struct Line {
    of: Of,
    kind: Kind,
    spread: Option<Spread>,
    /// The stage, and how many petitions went through it, are in it, and are overdue there.
    counts: [(Course, usize); 3],
    since: NaiveDate,
}

impl Line {
    fn label(&self) -> &str {
        match self.of {
            Of::All => self.kind.label(),
            _ => self.of.label(),
        }
    }

    /// The list of exactly the petitions a count is of; none where the caller may not list them, or there are none.
    fn list(&self, course: &Course, count: &usize) -> Option<String> {
        let stage = Stage { kind: self.kind, course: *course };
        let query = Query::default()
            .with("view", View::All.word())
            .with("stage", stage.word())
            .with("sent", self.since);
        let query = match &self.of {
            _ if *count == 0 => None,
            Of::All => Some(query),
            Of::Practice { code, is_listed, .. } => is_listed.then(|| query.with("practice", code)),
            Of::Category(category) => Some(query.with("category", category.word())),
        };
        query.map(|query| format!("/petitions{query}"))
    }

    /// The cells of [`COLUMNS`].
    fn cells(&self) -> [String; 9] {
        let (practice, category) = match &self.of {
            Of::All => ("", ""),
            Of::Practice { code, .. } => (code.as_str(), ""),
            Of::Category(category) => ("", category.word()),
        };
        let days = |of: fn(Spread) -> usize| {
            self.spread.map_or_else(|| "[z]".to_owned(), |spread| of(spread).to_string())
        };
        let [ended, running, overdue] = self.counts.map(|(_, count)| count.to_string());
        [
            self.since.to_string(),
            self.kind.word().to_owned(),
            practice.to_owned(),
            category.to_owned(),
            ended,
            days(|spread| spread.median),
            days(|spread| spread.ninetieth),
            running,
            overdue,
        ]
    }
}

const COLUMNS: &str = "sent_since,stage,practice,category,ended,median_days,ninetieth_days,running,overdue";

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

    fn rows(&self) -> impl Iterator<Item = &Line> {
        self.by_stage.iter().chain(&self.by_practice).chain(&self.by_category)
    }

    fn csv(&self) -> String {
        let query = Query::default().with("months", self.months).with("stage", self.stage.word());
        format!("/petitions/clock.csv{query}")
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

/// The same figures as a file.
pub async fn csv(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Error> {
    let (wanted, actor) = (wanted.into_inner(), who.actor.clone());
    let page = database.read(move |conn| page(conn, &who, now, &wanted)).await?;
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(COLUMNS.split(',')).map_err(anyhow::Error::from)?;
    for line in page.rows() {
        out.row(line.cells()).map_err(anyhow::Error::from)?;
    }
    let (rows, asked) = (page.rows().count(), page.csv());
    let details = json!({ "kind": "how long petitions take", "rows": rows, "asked": asked });
    database.write(move |conn| audit::record(conn, now.moment, &actor, Verb::Exported, &[], details)).await?;
    Ok(download("petitions-clock.csv", out.finish().map_err(anyhow::Error::from)?))
}

/// A petition and the stages it went through.
struct One {
    /// Code and name.
    practice: (String, String),
    category: Option<Category>,
    took: Vec<Took>,
    /// Whether the stage that runs is past its last day.
    is_overdue: bool,
}

impl One {
    fn is(&self, kind: Kind, course: Course) -> bool {
        let late = course != Course::Overdue || self.is_overdue;
        late && self.took.iter().any(|took| took.kind == kind && took.has_ended == (course == Course::Ended))
    }
}

fn line(all: &[One], of: Of, kind: Kind, since: NaiveDate) -> Line {
    let these: Vec<&One> = all.iter().filter(|one| of.has(one)).collect();
    let ended = these.iter().flat_map(|one| &one.took).filter(|took| took.kind == kind && took.has_ended);
    let count = |course: Course| (course, these.iter().filter(|one| one.is(kind, course)).count());
    let counts = [Course::Ended, Course::Running, Course::Overdue].map(count);
    Line { spread: spread(ended.map(|took| took.days)), counts, of, kind, since }
}

fn page(conn: &mut Conn, who: &Who, now: Now, wanted: &Wanted) -> Result<ClockPage, Error> {
    let months = wanted.months.parse().ok().filter(|months| PERIODS.contains(months)).unwrap_or(12);
    let stage = Kind::from_word(&wanted.stage).unwrap_or(Kind::Review);
    let since = now.today.checked_sub_months(Months::new(months)).unwrap_or(now.today);
    let whose = Whose::of(conn, who, now)?;
    let all = sent_since(conn, &whose, since)?;
    let listed: BTreeSet<String> = practices(conn, &whose.scope)?.into_iter().map(|(code, _)| code).collect();
    let theirs: BTreeSet<(&str, &str)> = all.iter().map(|one| (&*one.practice.1, &*one.practice.0)).collect();
    let of_practice = |(name, code): (&str, &str)| {
        let is_listed = listed.contains(code);
        line(&all, Of::Practice { code: code.into(), name: name.into(), is_listed }, stage, since)
    };
    let of_category = |category: &Category| line(&all, Of::Category(*category), stage, since);
    Ok(ClockPage {
        chrome: who.chrome(),
        since,
        stage,
        months,
        by_stage: Kind::ALL.into_iter().map(|kind| line(&all, Of::All, kind, since)).collect(),
        by_practice: theirs.into_iter().map(of_practice).collect(),
        by_category: Category::ALL.iter().map(of_category).collect(),
    })
}

/// The petitions the caller may see that were sent on a day or later.
fn sent_since(conn: &mut Conn, whose: &Whose, since: NaiveDate) -> Result<Vec<One>, Error> {
    type Row = (i64, i64, Option<Category>, State, Option<NaiveDate>);
    let rows: Vec<Row> = petitions::table
        .filter(theirs(whose))
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
    let names = names(conn, &practices)?;
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
        let is_overdue = state.is_open() && due.is_some_and(|due| due < whose.today);
        let practice = names.get(&practice).cloned().unwrap_or_default();
        One { practice, category, took: stages(events, pauses, whose.today), is_overdue }
    };
    Ok(rows.into_iter().map(one).collect())
}
