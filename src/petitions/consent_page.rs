//! `/petitions/{ref}/consent`: the practice a person has moved to goes on with their petition, or ends it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::acts;
use super::events;
use super::form::LONGEST;
use super::found::{Found, find, locked};
use super::life::{Act, By, Withdrawal};
use super::overtaken::{self, Unsaved};
use crate::access::{Gp, Who, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Said, Typed, fields};

/// The answer as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ConsentForm {
    /// `consent` or `decline`.
    choice: String,
    reason: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "petitions/consent.html")]
struct ConsentPage {
    chrome: Chrome,
    found: Found,
    form: ConsentForm,
    mistakes: Mistakes,
    key: String,
}

impl ConsentPage {
    fn choices(&self) -> Vec<Choice> {
        vec![
            Choice::new("consent", "Yes, our practice goes on with it")
                .hint("It becomes a petition of your practice, and the clock goes on as it was"),
            Choice::new("decline", "No").hint("The petition ends, and everybody who was asked is told"),
        ]
    }
}

pub async fn form(
    Gp(who): Gp,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let found = database.read(move |conn| find(conn, &by, now, &reference)).await?;
    if let Err(refusal) = found.round(now.today).after(Act::Consent, By::Member(found.caller)) {
        return overtaken::answer(&who, found, Some(refusal), Vec::new());
    }
    let (form, mistakes, key) = (ConsentForm::default(), Mistakes::new(), fresh_key());
    show(&ConsentPage { chrome: who.chrome(), found, form, mistakes, key })
}

pub async fn consent(
    Gp(who): Gp,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ConsentForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let answering = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, answering).await? {
        Ok(address) => {
            say_done(&session, "Your answer is recorded. Everybody concerned is told.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                Ok(ConsentPage { chrome: who.chrome(), found, form, mistakes, key: fresh_key() })
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/consent");
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Unsaved::Refused(found, refusal)) => {
            overtaken::answer(&who, *found, refusal, vec![("Reason", form.reason)])
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &ConsentForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    if form.version.parse() != Ok(found.petition.version) {
        return Ok(Err(Unsaved::stale(found)));
    }
    let done = match form.choice.as_str() {
        "consent" => events::consent(conn, now, who, &found)?,
        "decline" => {
            let reason = match typed::required_text("Reason", &form.reason, LONGEST) {
                Ok(reason) => reason,
                Err(sentence) => return Ok(Err(Mistakes::of_one("reason", sentence).into())),
            };
            let clear = match found.look(now, &[Typed::new("reason", "Reason", &reason)], &form.said) {
                Ok(clear) => clear,
                Err(caught) => return Ok(Err(caught.into())),
            };
            let reason = clear.text("reason");
            let done = acts::withdraw(conn, now, Some(who), &found, (Withdrawal::PracticeDeclined, &reason))?;
            if done.is_ok() {
                clear.record(conn, now, who, &found.subjects())?;
            }
            done
        }
        _ => return Ok(Err(Mistakes::of_one("choice", "Say whether your practice goes on with it").into())),
    };
    match done {
        Ok(state) if state.is_open() => Ok(Ok(found.petition.path())),
        Ok(_) => Ok(Ok("/petitions".into())),
        Err(refusal) => Ok(Err(Unsaved::refused(found, refusal))),
    }
}
