//! Asking to see who a pseudonym is: a page that stops one, and a reason.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{reason, store};
use crate::access::{Commissioner, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, save, see_other, show, show_as};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;
use crate::people::list::Listed;
use crate::people::person::in_scope;
use crate::schema::organisations;

/// A reason as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AskForm {
    reason: String,
    key: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "unmasking/ask.html")]
struct AskPage {
    chrome: Chrome,
    person: Listed,
    form: AskForm,
    mistakes: Mistakes,
    key: String,
}

enum Unsaved {
    Mistaken(Mistakes),
    Identified(Box<Found>),
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let of = who.clone();
    let person = database.read(move |conn| in_scope(conn, &of, now, &pseudonym)).await?;
    show(&AskPage::new(&who, person, AskForm::default(), Mistakes::new()))
}

impl AskPage {
    fn back(&self) -> String {
        format!("/people/{}", self.person.pseudonym)
    }

    fn new(who: &Who, person: Listed, form: AskForm, mistakes: Mistakes) -> AskPage {
        AskPage { chrome: who.chrome(), person, form, mistakes, key: fresh_key() }
    }
}

pub async fn ask(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
    form: web::Form<AskForm>,
) -> Result<HttpResponse, Error> {
    let (form, pseudonym) = (form.into_inner(), pseudonym.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), pseudonym.clone());
    let asking = move |conn: &mut Conn| give(conn, &by, now, &of, &sent);
    // The right is the caller's own, so that the key of a form is looked up only once the person is found in scope.
    let (by, of) = (who.clone(), pseudonym.clone());
    let person = database.read(move |conn| in_scope(conn, &by, now, &of)).await?;
    match save(&database, now, &who, &form.key, asking).await? {
        Ok(path) => Ok(see_other(path)),
        Err(Unsaved::Mistaken(mistakes)) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &AskPage::new(&who, person, form, mistakes))
        }
        Err(Unsaved::Identified(found)) => {
            let here = format!("/people/{pseudonym}/unmasking");
            found.ask(&who, here.clone(), here, fields(&form))
        }
    }
}

fn give(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    form: &AskForm,
) -> Result<Result<String, Unsaved>, Error> {
    let person = in_scope(conn, who, now, pseudonym)?;
    let reason = match reason::check(&form.reason) {
        Ok(reason) => reason,
        Err(message) => return Ok(Err(Unsaved::Mistaken(Mistakes::of_one("reason", message)))),
    };
    let typed = [Typed::new("reason", "Reason", &reason)];
    // Names are not looked for: the answer would tell whose pseudonym it is before anybody has a right to know.
    let clear = match look(&typed, &About::default(), now.today, &form.said) {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(Unsaved::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(Unsaved::Identified(found))),
    };
    let reference = record(conn, now, who, &person, &clear.text("reason"))?;
    clear.record(conn, now, who, &[Subject::person(&person.pseudonym), Subject::unmasking(&reference)])?;
    Ok(Ok(format!("/people/{}/unmasking/{reference}", person.pseudonym)))
}

/// Gives the right to see once who a person is, and records for what reason; its reference.
pub fn record(conn: &mut Conn, now: Now, who: &Who, person: &Listed, reason: &str) -> Result<String, Error> {
    let practice: i64 = organisations::table
        .filter(organisations::code.eq(&person.practice))
        .select(organisations::id)
        .first(conn)?;
    let reference = store::ask(conn, now.moment, who, (person.person_id, practice), reason)?;
    let subjects = [Subject::person(&person.pseudonym), Subject::unmasking(&reference)];
    let details = json!({ "reason": reason });
    audit::record(conn, now.moment, &who.actor, Verb::UnmaskAsked, &subjects, details)?;
    Ok(reference)
}
