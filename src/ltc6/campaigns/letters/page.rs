//! `/campaigns/{reference}/letters`: letters are made, round by round.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use futures_util::stream;
use serde::Deserialize;

use super::file::{Format, Letters};
use super::may_write;
use super::round::{self, MOST, Round, begin, first_due, rounds};
use super::written::Common;
use crate::access::{Commissioner, Who, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::Tools;
use crate::ltc6::campaigns::words::{Seen, seen};
use crate::once::{fresh_key, once};
use crate::page::{Choice, Chrome, Mistakes, filters, see_other, show_as};

#[derive(Template)]
#[template(path = "ltc6/campaigns/letters.html")]
struct LettersPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    rounds: Vec<Round>,
    /// How many letters and mails the first round would be.
    first: (i64, i64),
    /// Nobody was due when letters were asked for.
    nobody: bool,
    formats: Vec<Choice>,
    key: String,
    again_key: String,
}

impl LettersPage {
    /// The number of the round that can be made next.
    fn next(&self) -> Option<i64> {
        let next = self.rounds.last().map_or(1, |last| last.number + 1);
        (next <= MOST).then_some(next)
    }

    fn button(&self) -> &'static str {
        match self.next() {
            Some(1) => "Make the first letters",
            Some(2) => "Make the first reminder",
            _ => "Make the second reminder",
        }
    }

    fn last(&self) -> Option<&Round> {
        self.rounds.last()
    }
}

/// A campaign that people are written to.
fn running(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Seen, Error> {
    let seen = seen(conn, who, reference)?;
    match may_write(&seen.campaign, now.today) {
        true => Ok(seen),
        false => Err(seen.conflict("Letters are made while a campaign is open.")),
    }
}

fn load(conn: &mut Conn, who: &Who, seen: Seen) -> Result<LettersPage, Error> {
    let formats = [
        Choice::new("pages", "Pages to print").hint("A4, for DL envelopes with a window"),
        Choice::new("csv", "A CSV for a print house").hint("A row a letter, with its code and link"),
    ];
    Ok(LettersPage {
        chrome: who.chrome(),
        mistakes: Mistakes::new(),
        rounds: rounds(conn, seen.campaign.id)?,
        first: first_due(conn, seen.campaign.id)?,
        nobody: false,
        formats: formats.to_vec(),
        seen,
        key: fresh_key(),
        again_key: fresh_key(),
    })
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let seen = running(conn, &who, now, &reference)?;
            load(conn, &who, seen)
        })
        .await?;
    show_as(StatusCode::OK, &page)
}

/// What is to be made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MakeForm {
    key: String,
    /// The round's number.
    round: String,
    /// `again`: the letters of the last round once more.
    act: String,
    format: String,
}

/// What became of it.
enum Made {
    /// So many letters are to be printed.
    Letters(Box<Letters>),
    MailsAlone,
    Nobody,
    /// The same form was sent before.
    Before,
}

/// Streams the letters to their maker; where all are mails, goes back to the campaign.
pub async fn make(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<MakeForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let Some(format) = Format::from_word(&form.format) else {
        let page = database
            .read(move |conn| {
                let seen = running(conn, &who, now, &reference)?;
                let mistakes = Mistakes::of_one("format", "Choose what is made");
                Ok(LettersPage { mistakes, ..load(conn, &who, seen)? })
            })
            .await?;
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (asker, wanted) = (who.clone(), reference.clone());
    let (made, seen) = database
        .write(move |conn| {
            let seen = running(conn, &asker, now, &wanted)?;
            let mut made = Made::Before;
            once(conn, now.moment, asker.user_id, &form.key, |conn| {
                made = settle(conn, &tools, &asker, now, &seen, &form, format)?;
                Ok(String::new())
            })?;
            Ok((made, seen))
        })
        .await?;
    match made {
        Made::Letters(letters) => Ok(streamed(*letters, &database, format, &seen)),
        Made::MailsAlone => {
            say_done(&session, "The mails wait in the outbox and leave within minutes.")?;
            Ok(see_other(seen.path()))
        }
        Made::Nobody => {
            let page = database
                .read(move |conn| Ok(LettersPage { nobody: true, ..load(conn, &who, seen)? }))
                .await?;
            show_as(StatusCode::OK, &page)
        }
        Made::Before => Err(seen.conflict(
            "These letters were made already, and their file streams once. Make them again to get fresh codes.",
        )),
    }
}

fn settle(
    conn: &mut Conn,
    tools: &Tools,
    who: &Who,
    now: Now,
    seen: &Seen,
    form: &MakeForm,
    format: Format,
) -> Result<Made, Error> {
    let done = rounds(conn, seen.campaign.id)?;
    let next = done.last().map_or(1, |last| last.number + 1);
    let (number, count) = match (form.act.as_str(), done.last()) {
        ("again", Some(last)) if form.round == last.number.to_string() => {
            (last.number, Some((round::again(conn, who, now, seen, last)?, 0)))
        }
        ("", _) if form.round == next.to_string() && next <= MOST => {
            (next, begin(conn, who, now, seen, next)?)
        }
        _ => {
            return Err(
                seen.conflict("Somebody made letters of this campaign while you were looking at the page.")
            );
        }
    };
    match count {
        None | Some((0, 0)) => Ok(Made::Nobody),
        Some((0, _)) => Ok(Made::MailsAlone),
        Some(_) => Ok(Made::Letters(Box::new(Letters {
            common: Common {
                campaign: seen.campaign.clone(),
                asked: seen.campaign.sampled(conn)?,
                is_reminder: number > 1,
                today: now.today,
                base_url: tools.base_url.clone(),
            },
            keys: tools.keys.clone(),
            format,
            round: number,
            after: None,
            ended: false,
        }))),
    }
}

fn streamed(letters: Letters, database: &Database, format: Format, seen: &Seen) -> HttpResponse {
    let (kind, ending) = match format {
        Format::Pages => ("text/html; charset=utf-8", "html"),
        Format::Rows => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!("{}-letters-{}.{ending}", seen.campaign.code, letters.round);
    let database = database.clone();
    let pieces = stream::try_unfold(letters, move |letters| {
        let database = database.clone();
        async move {
            let step = move || letters.next(&database);
            web::block(step).await.context("waiting for the database")?
        }
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(pieces)
}
