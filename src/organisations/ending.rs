//! Giving a membership or an agreement its last day: one form for all of them.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::span::Span;
use crate::access::{Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, TypedDate, Unsaved, long_day, save, see_other, show,
    show_as, typed,
};

/// What is to be given a last day.
#[derive(Clone, Debug)]
pub struct Ending {
    pub id: i64,
    /// What is done: "End a care agreement".
    pub heading: &'static str,
    /// In words: "Alder Practice in North Network".
    pub what: String,
    pub span: Span,
    pub version: i64,
    /// The address of its form.
    pub action: String,
    pub area: NavItem,
    /// The page it stands on, and that page's name.
    pub record: String,
    pub record_name: String,
    /// What the last day does.
    pub consequence: &'static str,
    pub verb: Verb,
    pub subjects: Vec<Subject>,
}

/// The last day as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EndForm {
    to_day: String,
    to_month: String,
    to_year: String,
    key: String,
    version: String,
}

impl EndForm {
    fn of(to: Option<NaiveDate>) -> EndForm {
        let to = to.map(TypedDate::of).unwrap_or_default();
        EndForm { to_day: to.day, to_month: to.month, to_year: to.year, ..EndForm::default() }
    }

    fn to(&self) -> TypedDate {
        TypedDate::new(&self.to_day, &self.to_month, &self.to_year)
    }

    fn check(&self, from: NaiveDate) -> Result<NaiveDate, Mistakes> {
        let mend = match typed::required_day("Last day", &self.to()) {
            Ok(to) if to < from => format!("Last day must be {} or later", long_day(from)),
            Ok(to) => return Ok(to),
            Err(mend) => mend,
        };
        Err(Mistakes::of_one("to", mend))
    }
}

#[derive(Template)]
#[template(path = "organisations/end.html")]
struct EndPage {
    chrome: Chrome,
    mistakes: Mistakes,
    ending: Ending,
    form: EndForm,
    key: String,
}

/// The form that `load` finds the record for.
pub async fn form(
    who: Who,
    database: &Database,
    load: impl FnOnce(&mut Conn) -> Result<Ending, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let ending = database.read(load).await?;
    let form = EndForm::of(ending.span.to);
    show(&EndPage { chrome: who.chrome(), mistakes: Mistakes::new(), ending, form, key: fresh_key() })
}

/// Takes the form in. `set` stores the last day unless a rule is against it or the record's version has moved on.
pub async fn submit(
    who: Who,
    database: &Database,
    now: Now,
    session: Session,
    form: EndForm,
    load: impl Fn(&mut Conn) -> Result<Ending, Error> + Clone + Send + 'static,
    set: impl FnOnce(&mut Conn, &Ending, NaiveDate) -> Result<Result<(), Unsaved>, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let (actor, sent, load_again) = (who.actor.clone(), form.clone(), load.clone());
    let ending = move |conn: &mut Conn| {
        let ending = load(conn)?;
        let to = match sent.check(ending.span.from) {
            Ok(to) => to,
            Err(mistakes) => return Ok(Err(mistakes.into())),
        };
        if sent.version != ending.version.to_string() {
            return Ok(Err(Unsaved::Stale));
        }
        if let Err(unsaved) = set(conn, &ending, to)? {
            return Ok(Err(unsaved));
        }
        let details =
            json!({ "what": ending.what, "from": ending.span.from, "before": ending.span.to, "after": to });
        audit::record(conn, now.moment, &actor, ending.verb, &ending.subjects, details)?;
        Ok(Ok(ending.record))
    };
    let unsaved = match save(database, now, &who, &form.key, ending).await? {
        Ok(address) => {
            say_done(&session, "The last day is saved.")?;
            return Ok(see_other(address));
        }
        Err(unsaved) => unsaved,
    };
    let ending = database.read(load_again).await?;
    match unsaved {
        Unsaved::Mistaken(mistakes) => {
            let page = EndPage { chrome: who.chrome(), mistakes, ending, form, key: fresh_key() };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Unsaved::Stale => stale(&who, ending, &form),
    }
}

fn stale(who: &Who, ending: Ending, form: &EndForm) -> Result<HttpResponse, Error> {
    let mine = form.to().check("").ok().flatten().map_or_else(String::new, long_day);
    let theirs = ending.span.to.map_or_else(String::new, long_day);
    let page = StalePage {
        chrome: who.chrome(),
        area: ending.area,
        what: ending.what,
        fields: vec![Difference::new("Last day", mine, theirs)],
        action: ending.action,
        typed: typed::fields(form),
        version: ending.version,
        record: ending.record,
        key: String::new(),
    };
    page.answer()
}

/// Whether the guarded update found its row.
pub fn unless_stale(changed: bool) -> Result<(), Unsaved> {
    if changed { Ok(()) } else { Err(Unsaved::Stale) }
}
