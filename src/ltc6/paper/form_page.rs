//! `/campaigns/{reference}/key`: a form after the other, with keys alone.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::keyed::{self, Keyed, Place};
use super::sheet::{Asked, Sheet};
use super::{LONGEST_BATCH, MOST_RETURNS, is_taken};
use crate::access::{KeysForms, Who, from_address, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::Ltc6;
use crate::ltc6::ballot::{Submission, seal};
use crate::ltc6::campaigns::words::{Seen, seen};
use crate::ltc6::code::{Code, Mistyped};
use crate::ltc6::tickets;
use crate::once::{fresh_key, once_or};
use crate::page::{Chrome, Mistakes, TypedDate, see_other, show_as};
use crate::people::nhs_number::holds_one;
use crate::settings::store::Values;

/// How many forms are listed that can be undone.
const LATEST: usize = 5;

/// Where keying goes on: with a code, or in a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Mode {
    with: String,
    pub batch: String,
}

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    key: String,
    /// `code` where the form has one.
    with: String,
    code: String,
    batch: String,
    number: String,
    received_day: String,
    received_month: String,
    received_year: String,
    #[serde(flatten)]
    sheet: Sheet,
}

#[derive(Template)]
#[template(path = "ltc6/paper/key.html")]
struct KeyPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    form: KeyForm,
    received: TypedDate,
    /// The last forms of the batch, the latest first.
    latest: Vec<Keyed>,
    batches: Vec<(String, i64)>,
    takes_codes: bool,
    key: String,
}

impl KeyPage {
    fn has_code(&self) -> bool {
        self.form.with == "code"
    }

    fn asked(&self) -> Vec<Asked> {
        let all = Asked::ALL.iter().copied();
        all.filter(|asked| *asked != Asked::Level || !self.has_code()).collect()
    }

    fn query(&self, batch: &str) -> String {
        in_address(batch)
    }

    /// Where the first key goes.
    fn first(&self) -> &'static str {
        match () {
            () if !self.mistakes.is_empty() => "",
            () if self.has_code() => "code",
            () if self.form.batch.is_empty() => "batch",
            () => "level",
        }
    }
}

/// A campaign whose paper is keyed.
pub fn taking(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let seen = seen(conn, who, reference)?;
    if is_taken(&seen.campaign) {
        return Ok(seen);
    }
    Err(seen.conflict("Forms are keyed from the day a campaign opens until its answers are counted."))
}

/// A batch's name as an address has it.
pub fn in_address(batch: &str) -> String {
    batch.replace(' ', "+")
}

pub async fn form(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
    mode: web::Query<Mode>,
) -> Result<HttpResponse, Error> {
    let mode = mode.into_inner();
    let page = database
        .read(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let forms = keyed::of_batch(conn, seen.campaign.id, &mode.batch)?;
            let received = forms.last().map_or(now.today, |form| form.received_on);
            let number = keyed::next_number(conn, seen.campaign.id, &mode.batch)?;
            let TypedDate { day, month, year } = TypedDate::of(received);
            let form = KeyForm {
                with: mode.with,
                batch: mode.batch,
                number: number.to_string(),
                received_day: day,
                received_month: month,
                received_year: year,
                ..KeyForm::default()
            };
            page_with(conn, who.chrome(), seen, now, form, Mistakes::new())
        })
        .await?;
    show_as(StatusCode::OK, &page)
}

fn page_with(
    conn: &mut Conn,
    chrome: Chrome,
    seen: Seen,
    now: Now,
    form: KeyForm,
    mistakes: Mistakes,
) -> Result<KeyPage, Error> {
    let mut latest = keyed::of_batch(conn, seen.campaign.id, &form.batch)?;
    latest.reverse();
    latest.truncate(LATEST);
    Ok(KeyPage {
        latest,
        batches: keyed::batches(conn, seen.campaign.id)?,
        takes_codes: seen.campaign.takes_answers_on(now.today),
        received: TypedDate::new(&form.received_day, &form.received_month, &form.received_year),
        chrome,
        mistakes,
        seen,
        form,
        key: fresh_key(),
    })
}

pub async fn key(
    KeysForms(who): KeysForms,
    (database, ltc6, keys): (web::Data<Database>, web::Data<Ltc6>, web::Data<Keys>),
    session: Session,
    now: Now,
    request: HttpRequest,
    reference: web::Path<String>,
    form: web::Form<KeyForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (asking, asked) = (who.clone(), reference.into_inner());
    let seen = database.read(move |conn| taking(conn, &asking, &asked)).await?;
    let path = format!("{}/key", seen.path());
    let kept = match form.with == "code" {
        true => {
            let from = from_address(&request);
            with_code(&database, &ltc6, keys, now, &seen, &form, &from).await?.map(|()| {
                (
                    "The answers are sealed. They cannot be shown or undone.".to_owned(),
                    format!("{path}?with=code"),
                )
            })
        }
        false => in_batch(&database, &who, now, &seen, &form).await?.map(|place| {
            (format!("{place} is saved."), format!("{path}?batch={}", in_address(form.batch.trim())))
        }),
    };
    match kept {
        Ok((sentence, to)) => {
            say_done(&session, &sentence)?;
            Ok(see_other(to))
        }
        Err(mistakes) => {
            let chrome = who.chrome();
            let page = database.read(move |conn| page_with(conn, chrome, seen, now, form, mistakes)).await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// A form without a code: kept readable until its batch is finished; which it is.
async fn in_batch(
    database: &Database,
    who: &Who,
    now: Now,
    seen: &Seen,
    form: &KeyForm,
) -> Result<Result<String, Mistakes>, Error> {
    let (who, seen, form) = (who.clone(), seen.clone(), form.clone());
    database
        .write(move |conn| {
            let last = seen.campaign.closes_on + Values::read(conn)?.paper_days();
            once_or(conn, now.moment, who.user_id, &form.key, |conn| {
                let mut mistakes = Mistakes::new();
                let batch = mistakes.note("batch", batch(&form.batch));
                let number = mistakes.note("number", number(&form.number));
                let received = received(&form, now.today, (seen.campaign.opens_on, last));
                let received = mistakes.note("received", received);
                let sheet = Sheet::of_keys(form.sheet.clone(), &mut mistakes);
                let (Some(batch), Some(number), Some(received), true) =
                    (batch, number, received, mistakes.is_empty())
                else {
                    return Ok(Err(mistakes));
                };
                let place = Place { campaign_id: seen.campaign.id, batch, number };
                let campaign = (&seen.campaign, seen.locality.code.as_str());
                if keyed::add(conn, (&who, now.moment), campaign, &place, received, &sheet)? {
                    return Ok(Ok(format!("{}, {}", place.batch, place.number)));
                }
                let taken =
                    "This number of the batch was keyed already. Look at the form and give it its own";
                Ok(Err(Mistakes::of_one("number", taken)))
            })
        })
        .await
}

/// A batch's name: what stands in an address as it is, and is nobody's number.
fn batch(typed: &str) -> Result<String, &'static str> {
    let batch = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || " -_./".contains(sign);
    match () {
        () if batch.is_empty() => Err("Enter the name of the batch, for example BOX 1"),
        () if batch.len() > LONGEST_BATCH => Err("Shorten the name of the batch to 40 characters"),
        () if !batch.chars().all(is_plain) => {
            Err("Use letters, digits, spaces, dots, dashes and / for the batch")
        }
        () if holds_one(&batch) => Err("Name the batch by its box or envelope, never by an NHS number"),
        () => Ok(batch),
    }
}

fn number(typed: &str) -> Result<i64, &'static str> {
    let number = typed.trim().parse().ok().filter(|number| (1..=i64::from(MOST_RETURNS)).contains(number));
    number.ok_or("The number in the batch must be from 1 to 99999")
}

fn received(
    form: &KeyForm,
    today: NaiveDate,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<NaiveDate, String> {
    let typed = TypedDate::new(&form.received_day, &form.received_month, &form.received_year);
    let day = typed.check("The day it came in")?.ok_or("Enter the day it came in")?;
    let last = last.min(today);
    if (first..=last).contains(&day) {
        return Ok(day);
    }
    let (first, last) = (crate::page::long_day(first), crate::page::long_day(last));
    Err(format!("The day it came in must be from {first} to {last}"))
}

/// A form with a code, or a telephone call: sealed at once, through the slot of the box that patients use.
async fn with_code(
    database: &Database,
    ltc6: &Ltc6,
    keys: web::Data<Keys>,
    now: Now,
    seen: &Seen,
    form: &KeyForm,
    from: &str,
) -> Result<Result<(), Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let code = mistakes.note("code", Code::read(&form.code).map_err(|mistyped| message(&mistyped)));
    let sheet = Sheet::of_keys(form.sheet.clone(), &mut mistakes);
    let (Some(code), true) = (code, mistakes.is_empty()) else { return Ok(Err(mistakes)) };
    if form.key.is_empty() {
        return Err(Error::Unreadable(
            "The form was sent without its key. Open the page again and send it from there.",
        ));
    }
    let (asked, with) = (code.clone(), keys.clone());
    let ticket = database.read(move |conn| tickets::ticket(conn, &with, &asked, now.today)).await?;
    let ticket = ticket.filter(|ticket| ticket.campaign.id == seen.campaign.id);
    let public_key = seen.campaign.public_key.as_ref();
    let done = match ticket.zip(public_key) {
        Some((ticket, public_key)) => {
            let submission = Submission {
                invitation: ticket.invitation,
                campaign_id: seen.campaign.id,
                level: ticket.level,
                sealed: seal::seal(public_key, &sheet.answers())?,
                form: form.key.clone(),
                today: now.today,
            };
            ltc6.ballot.submit(submission).await?
        }
        None => ltc6.ballot.was_thanked(&form.key),
    };
    if done {
        return Ok(Ok(()));
    }
    let (from, tried) = (from.to_owned(), code);
    let minutes = database.write(move |conn| tickets::failed(conn, &keys, &tried, &from, now)).await?;
    if minutes > 0 {
        return Err(Error::TooMany { seconds: minutes * 60 });
    }
    let unusable =
        "This code cannot be used. It may have been used already, be of another campaign, or be too late";
    Ok(Err(Mistakes::of_one("code", unusable)))
}

fn message(mistyped: &Mistyped) -> String {
    match mistyped {
        Mistyped::Blank => "Enter the code printed on the form".into(),
        Mistyped::Length { signs } => {
            format!("The code has 10 letters and numbers. You have entered {signs}")
        }
        Mistyped::NotASign { sign, .. } => format!("No code has the sign {sign}. Check the code on the form"),
        Mistyped::CheckSign { .. } => "Check the code on the form: one letter or number is wrong".into(),
    }
}
