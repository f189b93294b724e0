//! `/runs/new`: a dry run is chosen and started.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::store::{self, FIRST_AS_OF, Locality, State};
use crate::access::{Commissioner, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::store::in_force;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::localities;
use crate::jobs::{self, Kind};
use crate::once::{fresh_key, once};
use crate::page::{Choice, Chrome, Mistakes, TypedDate, see_other, show_as};
use crate::people::scope::Scope;

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewRunForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    locality: String,
    #[serde(default)]
    as_of_day: String,
    #[serde(default)]
    as_of_month: String,
    #[serde(default)]
    as_of_year: String,
}

impl NewRunForm {
    fn typed(&self) -> TypedDate {
        TypedDate::new(&self.as_of_day, &self.as_of_month, &self.as_of_year)
    }

    /// The locality and the date, or what is wrong with them.
    fn check(&self, localities: &[Locality], now: Now) -> Result<(Locality, NaiveDate), Mistakes> {
        let mut mistakes = Mistakes::new();
        let locality = localities.iter().find(|locality| locality.code == self.locality);
        let locality = mistakes.note("locality", locality.cloned().ok_or("Choose a locality"));
        let as_of = self.typed().check("As-of date").and_then(|date| match date {
            None => Err("Enter the as-of date".into()),
            Some(date) if date > now.today => Err("As-of date must be today or in the past".into()),
            Some(date) if date < FIRST_AS_OF => Err("As-of date must be 1 January 2000 or later".into()),
            Some(date) => Ok(date),
        });
        match (locality, mistakes.note("as_of", as_of)) {
            (Some(locality), Some(as_of)) => Ok((locality, as_of)),
            _ => Err(mistakes),
        }
    }
}

#[derive(Template)]
#[template(path = "runs/new.html")]
struct NewRunPage {
    chrome: Chrome,
    mistakes: Mistakes,
    localities: Vec<Choice>,
    locality: String,
    as_of: TypedDate,
    key: String,
}

/// Which locality is chosen beforehand.
#[derive(Deserialize)]
pub struct NewRunQuery {
    #[serde(default)]
    locality: String,
}

fn in_scope(conn: &mut Conn, who: &Who, now: Now) -> Result<Vec<Locality>, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    localities(conn, &scope.localities)
}

fn page(
    chrome: Chrome,
    all: &[Locality],
    locality: String,
    as_of: TypedDate,
    mistakes: Mistakes,
) -> NewRunPage {
    let choices = all.iter().map(|locality| Choice::new(&locality.code, &locality.name)).collect();
    NewRunPage { chrome, mistakes, localities: choices, locality, as_of, key: fresh_key() }
}

pub async fn new(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<NewRunQuery>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let all = database.read(move |conn| in_scope(conn, &who, now)).await?;
    let chosen = match (&*query.locality, &*all) {
        ("", [only]) => only.code.clone(),
        (code, _) => code.to_owned(),
    };
    let page = page(chrome, &all, chosen, TypedDate::of(now.today), Mistakes::new());
    show_as(StatusCode::OK, &page)
}

/// What became of the form.
enum Sent {
    Started(String),
    Mistaken(Vec<Locality>, Mistakes),
}

pub async fn start(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    form: web::Form<NewRunForm>,
) -> Result<HttpResponse, Error> {
    let (form, chrome) = (form.into_inner(), who.chrome());
    let sent = form.clone();
    match database.write(move |conn| submit(conn, &who, now, &sent)).await? {
        Sent::Started(path) => Ok(see_other(path)),
        Sent::Mistaken(all, mistakes) => {
            let typed = form.typed();
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(chrome, &all, form.locality, typed, mistakes))
        }
    }
}

fn submit(conn: &mut Conn, who: &Who, now: Now, form: &NewRunForm) -> Result<Sent, Error> {
    let all = in_scope(conn, who, now)?;
    let (locality, as_of) = match form.check(&all, now) {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(Sent::Mistaken(all, mistakes)),
    };
    if in_force(conn, locality.id, as_of)?.is_empty() {
        let why = format!(
            "{} has no criteria in force on that date: an administrator sets up the first",
            locality.name
        );
        return Ok(Sent::Mistaken(all, Mistakes::of_one("locality", why)));
    }
    let path = once(conn, now.moment, who.user_id, &form.key, |conn| {
        let run = store::add(conn, now.moment, &who.actor, locality.id, as_of, State::Working)?;
        jobs::add(conn, now.moment, &who.actor, Kind::RunPreview, &run.reference)?;
        let subjects = [Subject::run(&run.reference), Subject::locality(&locality.code)];
        audit::record(conn, now.moment, &who.actor, Verb::RunStarted, &subjects, json!({ "as_of": as_of }))?;
        Ok(format!("/runs/{}", run.reference))
    })?;
    Ok(Sent::Started(path))
}
