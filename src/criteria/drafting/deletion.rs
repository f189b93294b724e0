//! Deleting a draft, after a page that says what goes with it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::act::Sent;
use super::edit_page::draft_of;
use super::store;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::seen::{Address, Here, Seen};
use crate::criteria::store::Version;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, save, see_other, show_as};

#[derive(Template)]
#[template(path = "criteria/draft-deletion.html")]
struct DeletionPage {
    chrome: Chrome,
    here: Here,
    version: Version,
    texts: usize,
    mistakes: Mistakes,
    key: String,
}

impl DeletionPage {
    fn address(&self) -> String {
        self.here.version(self.version.number)
    }

    fn crumb(&self) -> String {
        format!("Version {}", self.version.number)
    }
}

async fn page(
    who: Who,
    database: &Database,
    now: Now,
    address: Address,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let made = database.read(move |conn| {
        let Seen { here, version } = draft_of(conn, &who, now, &address)?;
        let texts = store::revisions(conn, version.id, i64::MAX)?.len();
        Ok(DeletionPage { chrome: who.chrome(), here, version, texts, mistakes, key: fresh_key() })
    });
    show_as(status, &made.await?)
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    page(who, &database, now, address.into_inner(), Mistakes::new()).await
}

pub async fn delete(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    address: web::Path<Address>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (sent, address) = (Sent::new(form.into_inner()), address.into_inner());
    let (by, of, fields) = (who.clone(), address.clone(), sent.clone());
    let deleting = move |conn: &mut Conn| remove(conn, &by, now, &of, &fields);
    match save(&database, now, &who, sent.get("key"), deleting).await? {
        Ok(to) => {
            say_done(&session, "The draft is deleted.")?;
            Ok(see_other(to))
        }
        Err(mistakes) => page(who, &database, now, address, mistakes).await,
    }
}

fn remove(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    sent: &Sent,
) -> Result<Result<String, Mistakes>, Error> {
    let seen = draft_of(conn, who, now, address)?;
    if sent.get("understood") != "yes" {
        return Ok(Err(Mistakes::of_one("understood", "Tick that you understand, or go back to the draft")));
    }
    if sent.version() != seen.version.version {
        return Err(Error::conflict(
            "Somebody has changed this draft since. Look at it again before you delete it.",
            format!("{}/edit", seen.address()),
            "Go to the draft",
        ));
    }
    store::delete(conn, &seen.version)?;
    let subjects = [Subject::criteria(&seen.here.locality.code, &seen.here.group.code)];
    let details = json!({ "version": seen.version.number, "text": seen.version.text });
    audit::record(conn, now.moment, &who.actor, Verb::DraftDeleted, &subjects, details)?;
    Ok(Ok(seen.here.address()))
}
