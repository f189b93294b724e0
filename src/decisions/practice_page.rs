//! `/decisions` for a practice: the questions asked of it, and, as another view, corrections to code in its own system.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use super::practice_list::{self, Line, Whom};
use super::questions::Asked;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Choice, Chrome, Mistakes, Pages, Query, download, filters, show};
use crate::people::corrections::{Correctable, Correction, State};
use crate::people::person::{capital, shown_number};
use crate::people::why::fact_words;

/// Which of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Questions,
    Corrections,
}

impl View {
    fn of(query: &Query) -> View {
        if query.get("view") == Some("corrections") { View::Corrections } else { View::Questions }
    }
}

/// What there is of a view, whatever the page.
enum Lines {
    Questions(Vec<Line>),
    Corrections(Vec<(Correction, Whom)>),
}

impl Lines {
    fn len(&self) -> usize {
        match self {
            Lines::Questions(lines) => lines.len(),
            Lines::Corrections(lines) => lines.len(),
        }
    }

    /// Those of one page alone.
    fn only(self, pages: &Pages) -> Lines {
        let place = |number: i64| usize::try_from(number).unwrap_or(0);
        let (from, per) = (place(pages.offset()), place(pages.per));
        match self {
            Lines::Questions(lines) => Lines::Questions(lines.into_iter().skip(from).take(per).collect()),
            Lines::Corrections(lines) => Lines::Corrections(lines.into_iter().skip(from).take(per).collect()),
        }
    }

    fn subjects(&self) -> Vec<Subject> {
        match self {
            Lines::Questions(lines) => {
                lines.iter().map(|line| Subject::person(&line.whom.pseudonym)).collect()
            }
            Lines::Corrections(lines) => {
                lines.iter().map(|(_, whom)| Subject::person(&whom.pseudonym)).collect()
            }
        }
    }
}

/// The state asked for: of either list the one that waits, unless the address says otherwise.
fn read(conn: &mut Conn, who: &Who, query: &Query) -> Result<Lines, Error> {
    let (practice, state) = (who.organisation_id(), query.get("state"));
    Ok(match View::of(query) {
        View::Questions => {
            let state = match state {
                Some("any") => None,
                word => Some(word.and_then(Asked::from_word).unwrap_or(Asked::Asked)),
            };
            Lines::Questions(practice_list::asked(conn, practice, state)?)
        }
        View::Corrections => {
            let state = match state {
                Some("any") => None,
                word => Some(word.and_then(State::from_word).unwrap_or(State::Standing)),
            };
            Lines::Corrections(practice_list::corrections(conn, practice, state)?)
        }
    })
}

#[derive(Template)]
#[template(path = "decisions/practice.html")]
struct PracticePage {
    chrome: Chrome,
    view: View,
    query: Query,
    lines: Lines,
    pages: Pages,
}

impl PracticePage {
    fn number(&self, whom: &Whom) -> String {
        shown_number(&whom.nhs_number)
    }

    fn fact(&self, fact: &str) -> String {
        capital(fact_words(fact))
    }

    fn answer(&self, line: &Line) -> String {
        let Some(answer) = &line.answer else { return String::new() };
        let value = Correctable::from_word(&line.fact).and_then(|fact| fact.read(answer));
        value.map_or_else(|| "not known".into(), |value| value.in_words())
    }

    fn csv(&self) -> String {
        format!("/decisions.csv{}", self.query.without("page"))
    }

    fn chosen(&self) -> &str {
        self.query.get("state").unwrap_or("")
    }

    fn states(&self) -> Vec<Choice> {
        let states: &[(&str, &str)] = match self.view {
            View::Questions => &[
                ("", "Waiting for an answer"),
                ("answered", "Answered"),
                ("withdrawn", "Withdrawn"),
                ("any", "Any"),
            ],
            View::Corrections => {
                &[("", "Not yet coded"), ("confirmed", "Confirmed"), ("ended", "Ended"), ("any", "Any")]
            }
        };
        states.iter().map(|(word, label)| Choice::new(*word, *label)).collect()
    }
}

impl Asked {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            Asked::Asked => "Information requested",
            Asked::Answered => "Completed",
            Asked::Withdrawn => "Withdrawn",
        }
    }
}

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Standing => "Not yet coded",
            State::Confirmed => "Completed",
            State::Ended => "Ended",
        }
    }
}

pub async fn list(who: Who, database: &Database, now: Now, query: Query) -> Result<HttpResponse, Error> {
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, query)).await?;
    let (subjects, details) = (page.lines.subjects(), json!({ "asked": page.query.to_string() }));
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CorrectionsRead, &subjects, details))
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, query: Query) -> Result<PracticePage, Error> {
    let lines = read(conn, who, &query)?;
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), i64::try_from(lines.len()).unwrap_or(i64::MAX));
    let lines = lines.only(&pages);
    Ok(PracticePage { chrome: who.chrome(), view: View::of(&query), query, lines, pages })
}

/// The same list as a file.
pub async fn csv(who: Who, database: &Database, now: Now, query: Query) -> Result<HttpResponse, Error> {
    let (actor, view, asked) = (who.actor.clone(), View::of(&query), query.to_string());
    let (subjects, body) = database
        .read(move |conn| {
            let lines = read(conn, &who, &query)?;
            Ok((lines.subjects(), file(&lines)?))
        })
        .await?;
    let (name, kind) = match view {
        View::Questions => ("questions.csv", "questions"),
        View::Corrections => ("corrections.csv", "corrections"),
    };
    let details = json!({ "kind": kind, "rows": subjects.len(), "asked": asked });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PeopleExported, &subjects, details))
        .await?;
    Ok(download(name, body))
}

const QUESTIONS: &str = "nhs_number,pseudonym,question,fact,state,asked_by,asked_on,answer,answered_on";
const CORRECTIONS: &str =
    "nhs_number,pseudonym,fact,register_value,corrected,reference,noted_on,state,ended_on";

fn file(lines: &Lines) -> Result<Vec<u8>, Error> {
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let columns = if matches!(lines, Lines::Questions(_)) { QUESTIONS } else { CORRECTIONS };
    out.row(columns.split(',')).map_err(anyhow::Error::from)?;
    let rows: Vec<[String; 9]> = match lines {
        Lines::Questions(lines) => lines
            .iter()
            .map(|line| {
                [
                    line.whom.nhs_number.clone(),
                    line.whom.pseudonym.clone(),
                    line.reference.clone(),
                    line.fact.clone(),
                    line.state.word().to_owned(),
                    line.network.clone(),
                    line.asked_on.to_string(),
                    line.answer.clone().unwrap_or_default(),
                    day(line.answered_on),
                ]
            })
            .collect(),
        Lines::Corrections(lines) => lines
            .iter()
            .map(|(one, whom)| {
                [
                    whom.nhs_number.clone(),
                    whom.pseudonym.clone(),
                    one.fact.clone(),
                    one.register_value.clone().unwrap_or_default(),
                    one.corrected.clone(),
                    one.reference.clone(),
                    one.noted_on.to_string(),
                    one.state.word().to_owned(),
                    day(one.ended_on),
                ]
            })
            .collect(),
    };
    for row in rows {
        out.row(row).map_err(anyhow::Error::from)?;
    }
    Ok(out.finish().map_err(anyhow::Error::from)?)
}
