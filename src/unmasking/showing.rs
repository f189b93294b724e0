//! The one page that shows who a pseudonym is. Opening it uses it up.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::store::{self, Right};
use crate::access::{Commissioner, Who};
use crate::audit::{Subject, Verb, record_entry};
use crate::clock::Now;
use crate::criteria::facts::age_on;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chrome, filters, show, show_as};
use crate::people::list::Listed;
use crate::people::person::{in_scope, name, shown_number};

#[derive(Template)]
#[template(path = "unmasking/shown.html")]
struct ShownPage {
    chrome: Chrome,
    person: Listed,
    name: String,
    nhs_number: String,
    age: u16,
    reason: String,
}

impl ShownPage {
    fn back(&self) -> String {
        format!("/people/{}", self.person.pseudonym)
    }
}

#[derive(Template)]
#[template(path = "unmasking/gone.html")]
struct GonePage {
    chrome: Chrome,
    pseudonym: String,
}

impl GonePage {
    fn back(&self) -> String {
        format!("/people/{}", self.pseudonym)
    }
}

pub async fn show_once(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (pseudonym, reference) = address.into_inner();
    let chrome = who.chrome();
    let taken = database.write(move |conn| take(conn, &who, now, &pseudonym, &reference)).await?;
    match taken {
        (person, Right::Taken(reason)) => show(&ShownPage {
            chrome,
            name: name(&person),
            nhs_number: shown_number(&person.nhs_number),
            age: age_on(person.born, now.today),
            reason,
            person,
        }),
        (person, Right::Gone) => show_as(StatusCode::GONE, &GonePage { chrome, pseudonym: person.pseudonym }),
    }
}

/// Uses up the caller's right to see once who somebody is and records it, or does neither.
pub fn take(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
    reference: &str,
) -> Result<(Listed, Right), Error> {
    let person = in_scope(conn, who, now, pseudonym)?;
    let right = store::take(conn, now.moment, who, (person.person_id, reference))?;
    if let Right::Taken(reason) = &right {
        let subjects = [Subject::person(&person.pseudonym), Subject::unmasking(reference)];
        let details = json!({ "reason": reason });
        let entry = record_entry(conn, now.moment, &who.actor, Verb::Unmasked, &subjects, details)?;
        store::note_entry(conn, reference, entry)?;
    }
    Ok((person, right))
}
