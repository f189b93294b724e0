//! `/campaigns/{reference}/key/again` and `…/differences`: a form keyed a second time, and what differs, field by field.

use std::collections::HashMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form_page::{in_address, taking};
use super::keyed::{self, Keyed, Place};
use super::sheet::{Asked, Difference, Sheet};
use crate::access::{KeysForms, Who, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::ltc6::campaigns::words::Seen;
use crate::once::{fresh_key, once_or};
use crate::page::{Choice, Chrome, Mistakes, see_other, show_as};

/// Which form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    batch: String,
    number: i64,
}

/// A form read a second time, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AgainForm {
    key: String,
    batch: String,
    number: String,
    #[serde(flatten)]
    sheet: Sheet,
}

impl AgainForm {
    fn number(&self) -> i64 {
        self.number.parse().unwrap_or(0)
    }
}

#[derive(Template)]
#[template(path = "ltc6/paper/again.html")]
struct AgainPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    form: AgainForm,
    key: String,
}

impl AgainPage {
    fn asked(&self) -> &'static [Asked] {
        Asked::ALL
    }

    fn first(&self) -> &'static str {
        if self.mistakes.is_empty() { "level" } else { "" }
    }

    fn query(&self) -> String {
        in_address(&self.form.batch)
    }
}

#[derive(Template)]
#[template(path = "ltc6/paper/differences.html")]
struct DifferencesPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    form: Keyed,
    differences: Vec<Difference>,
    chosen: HashMap<String, String>,
    key: String,
}

impl DifferencesPage {
    fn query(&self) -> String {
        in_address(&self.form.batch)
    }

    fn choices(&self, difference: &Difference) -> Vec<Choice> {
        vec![
            Choice::new("first", &difference.first).hint("Keyed first"),
            Choice::new("second", &difference.second).hint("Keyed second"),
        ]
    }

    fn chosen(&self, field: &str) -> &str {
        self.chosen.get(field).map_or("", String::as_str)
    }
}

/// A form that is not the caller's own and waits for its second reading.
fn waiting(conn: &mut Conn, who: &Who, seen: &Seen, batch: &str, number: i64) -> Result<Keyed, Error> {
    let place = Place { campaign_id: seen.campaign.id, batch: batch.to_owned(), number };
    let form = keyed::of_place(conn, &place)?;
    let to = format!("{}/key/batch?batch={}", seen.path(), in_address(batch));
    if form.keyed_by == who.user_id {
        return Err(Error::conflict("Somebody else keys it the second time.", to, "Go to the batch"));
    }
    if form.is_checked || form.differs() {
        return Err(Error::conflict("It was keyed a second time already.", to, "Go to the batch"));
    }
    Ok(form)
}

pub async fn form(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    reference: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Error> {
    let Which { batch, number } = which.into_inner();
    let page = database
        .read(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            waiting(conn, &who, &seen, &batch, number)?;
            let form = AgainForm { batch, number: number.to_string(), ..AgainForm::default() };
            Ok(AgainPage { chrome: who.chrome(), mistakes: Mistakes::new(), seen, form, key: fresh_key() })
        })
        .await?;
    show_as(StatusCode::OK, &page)
}

pub async fn key(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<AgainForm>,
) -> Result<HttpResponse, Error> {
    let (form, chrome) = (form.into_inner(), who.chrome());
    let sent = form.clone();
    let (seen, done) = database
        .write(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let done = once_or(conn, now.moment, who.user_id, &sent.key, |conn| {
                let first = waiting(conn, &who, &seen, &sent.batch, sent.number())?;
                let mut mistakes = Mistakes::new();
                let sheet = Sheet::of_keys(sent.sheet.clone(), &mut mistakes);
                if !mistakes.is_empty() {
                    return Ok(Err(mistakes));
                }
                let campaign = (&seen.campaign, seen.locality.code.as_str());
                let differs = keyed::read_again(conn, (&who, now.moment), campaign, &first, &sheet)?;
                let batch = in_address(&sent.batch);
                Ok(Ok(match differs {
                    true => format!("{}/key/differences?batch={batch}&number={}", seen.path(), sent.number()),
                    false => format!("{}/key/batch?batch={batch}", seen.path()),
                }))
            })?;
            Ok((seen, done))
        })
        .await?;
    match done {
        Ok(to) => {
            if to.contains("/key/batch?") {
                say_done(&session, "Both keyers read the same.")?;
            }
            Ok(see_other(to))
        }
        Err(mistakes) => show_as(
            StatusCode::UNPROCESSABLE_ENTITY,
            &AgainPage { chrome, mistakes, seen, form, key: fresh_key() },
        ),
    }
}

/// The form, and where its two readings differ.
fn differing(conn: &mut Conn, seen: &Seen, batch: &str, number: i64) -> Result<(Keyed, Sheet, Sheet), Error> {
    let place = Place { campaign_id: seen.campaign.id, batch: batch.to_owned(), number };
    let form = keyed::of_place(conn, &place)?;
    let (first, Some(second)) = (form.sheet()?, form.again()?) else {
        let to = format!("{}/key/batch?batch={}", seen.path(), in_address(batch));
        return Err(Error::conflict("Its two readings are settled already.", to, "Go to the batch"));
    };
    Ok((form, first, second))
}

pub async fn differences(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    reference: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Error> {
    let Which { batch, number } = which.into_inner();
    let page = database
        .read(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let (form, first, second) = differing(conn, &seen, &batch, number)?;
            let differences = first.differences(&second);
            let (chrome, chosen) = (who.chrome(), HashMap::new());
            let (mistakes, key) = (Mistakes::new(), fresh_key());
            Ok(DifferencesPage { chrome, mistakes, seen, form, differences, chosen, key })
        })
        .await?;
    show_as(StatusCode::OK, &page)
}

pub async fn settle(
    KeysForms(who): KeysForms,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let chosen = form.into_inner();
    let chrome = who.chrome();
    let settled = database
        .write(move |conn| {
            let seen = taking(conn, &who, &reference)?;
            let text = |name: &str| chosen.get(name).cloned().unwrap_or_default();
            let (key, batch) = (text("key"), text("batch"));
            let number = text("number").parse().unwrap_or(0);
            once_or(conn, now.moment, who.user_id, &key, |conn| {
                let (form, first, second) = differing(conn, &seen, &batch, number)?;
                let differences = first.differences(&second);
                let (mut sheet, mut mistakes) = (first, Mistakes::new());
                for difference in &differences {
                    match chosen.get(difference.field).map(String::as_str) {
                        Some("first") => {}
                        Some("second") => sheet.put(difference.field, second.of(difference.field)),
                        _ => mistakes.add(
                            difference.field,
                            format!("Choose what the form says: {}", difference.label),
                        ),
                    }
                }
                if !mistakes.is_empty() {
                    let (seen, key, chosen) = (seen.clone(), fresh_key(), chosen.clone());
                    let page = DifferencesPage { chrome, mistakes, seen, form, differences, chosen, key };
                    return Ok(Err(Box::new(page)));
                }
                let campaign = (&seen.campaign, seen.locality.code.as_str());
                keyed::settle(conn, (&who, now.moment), campaign, &form, &sheet)?;
                Ok(Ok(format!("{}/key/batch?batch={}", seen.path(), in_address(&batch))))
            })
        })
        .await?;
    match settled {
        Ok(to) => {
            say_done(&session, "The differences are settled.")?;
            Ok(see_other(to))
        }
        Err(page) => show_as(StatusCode::UNPROCESSABLE_ENTITY, &*page),
    }
}
