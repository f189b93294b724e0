//! `/petitions/{ref}/check`: what will be sent, before it is sent; practice staff have it ready for a GP.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::acts;
use super::assigning;
use super::filing::lacks;
use super::form_page::draft;
use super::found::{Found, locked};
use super::letters;
use super::life::State;
use super::overtaken::{self, Unsaved};
use super::petition::{Cares, Category};
use super::store;
use super::words;
use crate::access::{DraftsPetitions, Role, Who, say_done};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::mail::Letter;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, filters, save, see_other, show, show_as};
use crate::petitions::history::{self, What};

#[derive(Template)]
#[template(path = "petitions/check.html")]
struct CheckPage {
    chrome: Chrome,
    found: Found,
    /// What it still lacks.
    mistakes: Mistakes,
    /// The networks that will be asked, by name, and why each is.
    networks: Vec<(String, Cares)>,
    /// Working days.
    opinion_days: i64,
    decision_days: i64,
    /// Whether the caller sends it, or leaves that to a GP.
    submits: bool,
    key: String,
}

impl CheckPage {
    fn edit(&self) -> String {
        format!("{}/edit", self.found.petition.path())
    }

    /// The page a mistake is mended on.
    fn mend(&self, field: &str) -> String {
        match field {
            "fact" => format!("{}/record", self.found.petition.path()),
            field => format!("{}#{field}", self.edit()),
        }
    }

    fn record_words(&self) -> Option<String> {
        words::record(&self.found.petition, "says")
    }

    fn is_record(&self) -> bool {
        self.found.petition.category == Some(Category::RecordWrong)
    }
}

fn page(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<CheckPage, Error> {
    let (found, start) = draft(conn, who, now, reference)?;
    let mistakes = match &start.grouped {
        Some(grouped) => lacks(&found.petition, grouped, now.today),
        None => Mistakes::of_one(
            "",
            "No grouping run has placed the person, so there is nothing to move them from",
        ),
    };
    let asked = match &found.petition.to_group {
        Some(to) => {
            let from = found.petition.from_group.as_deref();
            store::to_ask(conn, found.locality.id, (from, to), now.today)?
        }
        None => Vec::new(),
    };
    let mut networks = Vec::new();
    for (id, cares) in asked {
        networks.push((store::organisation_name(conn, id)?, cares));
    }
    let terms = super::terms::Terms::of(conn, &found.locality)?;
    Ok(CheckPage {
        chrome: who.chrome(),
        found,
        mistakes,
        networks,
        opinion_days: terms.opinion,
        decision_days: terms.decision,
        submits: who.role() != Role::PracticeStaff,
        key: fresh_key(),
    })
}

pub async fn check(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| page(conn, &who, now, &reference);
    show(&database.read(read).await?)
}

/// A petition sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    key: String,
    version: String,
}

pub async fn submit(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let submits = who.role() != Role::PracticeStaff;
    let sending = move |conn: &mut Conn| match submits {
        true => send(conn, &by, now, &of, &sent),
        false => make_ready(conn, &by, now, &of, &sent),
    };
    match save(&database, now, &who, &form.key, sending).await? {
        Ok(address) => {
            say_done(
                &session,
                match submits {
                    true => "The petition is sent. Its page says who acts next and by when.",
                    false => "The petition is ready for a GP to submit. The GPs of the practice are told.",
                },
            )?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(_) | Unsaved::Identified(_)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, &reference);
            show_as(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Refused(found, refusal)) => overtaken::answer(&who, *found, refusal, Vec::new()),
    }
}

/// The draft as it stands, complete and as the caller saw it.
fn complete(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    sent: &Sent,
) -> Result<Result<Found, Unsaved>, Error> {
    let mut found = locked(conn, who, now, reference)?;
    if found.petition.state != State::Draft || sent.version.parse() != Ok(found.petition.version) {
        return Ok(Err(Unsaved::stale(found)));
    }
    let start = super::filing::start_of(conn, who, now, found.person.id)?;
    let mistakes = match &start.grouped {
        Some(grouped) => lacks(&found.petition, grouped, now.today),
        None => Mistakes::of_one("", "No grouping run has placed the person"),
    };
    if !mistakes.is_empty() {
        return Ok(Err(mistakes.into()));
    }
    let stands = start.grouped.and_then(|grouped| grouped.stands.group_code);
    let fresh = store::stands_in(conn, &found.petition, stands.as_deref())?;
    found.petition = fresh;
    Ok(Ok(found))
}

fn send(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    sent: &Sent,
) -> Result<Result<String, Unsaved>, Error> {
    let found = match complete(conn, who, now, reference, sent)? {
        Ok(found) => found,
        Err(unsaved) => return Ok(Err(unsaved)),
    };
    match acts::submit(conn, now, who, &found)? {
        Ok(_) => Ok(Ok(found.petition.path())),
        Err(refusal) => Ok(Err(Unsaved::refused(found, refusal))),
    }
}

fn make_ready(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    sent: &Sent,
) -> Result<Result<String, Unsaved>, Error> {
    let found = match complete(conn, who, now, reference, sent)? {
        Ok(found) => found,
        Err(unsaved) => return Ok(Err(unsaved)),
    };
    let petition = &found.petition;
    if !store::make_ready(conn, petition)? {
        return Ok(Err(Unsaved::stale(found)));
    }
    assigning::release(conn, petition.id)?;
    history::note(conn, now, Some(who), (petition.id, State::Draft), What::Ready, "")?;
    let to = (petition.practice_id, &[Role::Gp][..]);
    letters::organisation(conn, now, Some(who), petition, to, (Letter::PetitionReady, None))?;
    let subjects = found.subjects();
    let details = serde_json::json!({ "ready": true });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionChanged, &subjects, details)?;
    Ok(Ok(petition.path()))
}
