//! `/campaigns/{reference}/results`: what people said, as a page, a print and a file. Suppressed for everybody.

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use chrono::{Days, NaiveDate};
use serde_json::json;

use super::change::Change;
use super::figures::{Figures, Line, Question};
use super::picture::picture;
use super::rate::{Rate, rates};
use super::rows;
use super::share::Said;
use super::store::{self, Told};
use crate::access::{ReadsResults, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::ltc6::campaign::{Campaign, State};
use crate::ltc6::campaigns::words::{Seen, seen};
use crate::ltc6::instrument::{LTC6, Scored};
use crate::page::{Chrome, download, filters, show};
use crate::settings::setting::Setting;
use crate::settings::store::Values;

/// The last campaign of the same people, with its figures.
struct Last {
    campaign: Campaign,
    figures: Figures,
}

/// A theme, or none, and the texts it holds.
struct Theme {
    name: Option<String>,
    texts: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "ltc6/results/page.html")]
struct ResultsPage {
    chrome: Chrome,
    seen: Seen,
    figures: Figures,
    rates: Vec<Rate>,
    last: Option<Last>,
    pictures: Vec<String>,
    themes: Vec<Theme>,
    /// The first day on which everything is counted.
    counted_from: NaiveDate,
    /// Counts to this are hidden.
    threshold: i64,
    instrument: &'static [Scored],
}

impl ResultsPage {
    fn path(&self) -> String {
        format!("{}/results", self.seen.path())
    }

    fn is_counted(&self) -> bool {
        self.seen.campaign.state == State::Counted
    }

    /// Whether it was never open: there is nothing to show.
    fn is_unopened(&self) -> bool {
        matches!(self.seen.campaign.state, State::Draft | State::Cancelled)
    }

    fn before(&self, at: &usize, line: &Line) -> Option<&Line> {
        let last = self.last.as_ref()?;
        last.figures.questions.get(*at)?.lines.iter().find(|before| before.of == line.of)
    }

    fn change(&self, at: &usize, line: &Line, share: fn(&Line) -> Said) -> String {
        let Some(before) = self.before(at, line) else { return "[z]".into() };
        match (share(line), share(before)) {
            (Said::Share(now), Said::Share(last)) => Change::between(&now, &last).words(),
            (Said::Withheld, _) | (_, Said::Withheld) => "[c]".into(),
            _ => "[z]".into(),
        }
    }

    fn strict_change(&self, at: &usize, line: &Line) -> String {
        self.change(at, line, Line::strict)
    }

    fn wide_change(&self, at: &usize, line: &Line) -> String {
        self.change(at, line, Line::wide)
    }

    fn picture(&self, at: &usize) -> &str {
        &self.pictures[*at]
    }

    fn question(&self, at: &usize) -> &Question {
        &self.figures.questions[*at]
    }
}

pub async fn results(
    ReadsResults(who): ReadsResults,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database
        .write(move |conn| {
            let page = page(conn, &who, &reference)?;
            let subjects = [Subject::campaign(&*reference), Subject::locality(&page.seen.locality.code)];
            audit::record(conn, now.moment, &who.actor, Verb::ResultsRead, &subjects, json!({}))?;
            Ok(page)
        })
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, reference: &str) -> Result<ResultsPage, Error> {
    let seen = seen(conn, who, reference)?;
    let figures = store::figures(conn, &seen.campaign)?;
    let values = Values::read(conn)?;
    let last = match store::last(conn, &seen.campaign)? {
        Some(campaign) => Some(Last { figures: store::figures(conn, &campaign)?, campaign }),
        None => None,
    };
    let pictures = figures.questions.iter().zip(&LTC6.scored).enumerate();
    let pictures = pictures.map(|(at, (question, asked))| picture(at, asked, question).render());
    Ok(ResultsPage {
        chrome: who.chrome(),
        rates: rates(&figures, &store::sent(conn, seen.campaign.id)?),
        pictures: pictures.collect::<Result<_, _>>().context("drawing answers")?,
        themes: themes(store::told(conn, seen.campaign.id)?),
        counted_from: seen.campaign.closes_on + values.paper_days() + Days::new(1),
        threshold: seen.campaign.threshold.unwrap_or(values.of(Setting::Threshold)),
        instrument: &LTC6.scored,
        last,
        figures,
        seen,
    })
}

/// Texts that stand in the order of their themes.
fn themes(told: Vec<Told>) -> Vec<Theme> {
    let mut themes: Vec<Theme> = Vec::new();
    for Told { question, theme, text } in told {
        let asked = match question.as_str() {
            "improve" => "improving care",
            _ => "feeling more confident",
        };
        match themes.last_mut() {
            Some(last) if last.name == theme => last.texts.push((asked, text)),
            _ => themes.push(Theme { name: theme, texts: vec![(asked, text)] }),
        }
    }
    themes
}

pub async fn csv(
    ReadsResults(who): ReadsResults,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let work = move |conn: &mut Conn| {
        let seen = seen(conn, &who, &reference)?;
        let figures = store::figures(conn, &seen.campaign)?;
        let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
        out.row(rows::COLUMNS).map_err(anyhow::Error::from)?;
        let count = rows::write(&mut out, &seen.campaign, &figures).map_err(anyhow::Error::from)?;
        let subjects = [Subject::campaign(&*reference), Subject::locality(&seen.locality.code)];
        let details = json!({ "kind": "ltc6", "rows": count });
        audit::record(conn, now.moment, &who.actor, Verb::Exported, &subjects, details)?;
        let name = format!("ltc6-{}.csv", seen.campaign.code);
        Ok((name, out.finish().map_err(anyhow::Error::from)?))
    };
    let (name, file) = database.write(work).await?;
    Ok(download(&name, file))
}
