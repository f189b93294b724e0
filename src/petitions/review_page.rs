//! `/petitions/{ref}/review`: at the review date a GP of the practice keeps the hold once, for as long again, or ends
//! it; the next run then places the person.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::form::LONGEST;
use super::found::{Found, Side, find, locked};
use super::history::{self, What};
use super::overtaken::{self, Unsaved};
use crate::access::{Gp, Who, say_done};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::decisions::holds::{self, Hold};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, long_day, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Said, Typed, fields};
use crate::schema::{petition_reviews, petitions};

/// The review as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ReviewForm {
    /// `keep` or `end`.
    choice: String,
    reason: String,
    key: String,
    version: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "petitions/review.html")]
struct ReviewPage {
    chrome: Chrome,
    found: Found,
    hold: Hold,
    form: ReviewForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl ReviewPage {
    fn choices(&self) -> Vec<Choice> {
        let end = Choice::new("end", "End the hold").hint("The next grouping run places the person");
        match next_review(&self.found, &self.hold) {
            Some(until) => {
                let hint = format!("Once, for as long again: until {}", long_day(until));
                vec![Choice::new("keep", "Keep the person in this group").hint(hint), end]
            }
            None => vec![end],
        }
    }

    fn was_kept(&self) -> bool {
        self.found.reviews.iter().any(|review| review.kept)
    }
}

/// Until when a hold can be kept: for as long again, once.
fn next_review(found: &Found, hold: &Hold) -> Option<NaiveDate> {
    let was_kept = found.reviews.iter().any(|review| review.kept);
    (!was_kept).then(|| hold.review_on + (hold.review_on - hold.from_on))
}

/// The hold of a petition, where it is the caller's to review today.
pub fn reviewable(conn: &mut Conn, found: &Found, today: NaiveDate) -> Result<Option<Hold>, Error> {
    let hold = holds::of_person(conn, found.person.id, found.locality.id)?;
    let is_its = |hold: &Hold| hold.reference == found.petition.reference && hold.is_due(today);
    Ok(hold.filter(is_its).filter(|_| found.side == Side::Owner))
}

fn page(
    found: Found,
    hold: Hold,
    (who, now): (&Who, Now),
    (form, mistakes): (ReviewForm, Mistakes),
) -> ReviewPage {
    let (chrome, today, key) = (who.chrome(), now.today, fresh_key());
    ReviewPage { chrome, found, hold, form, mistakes, today, key }
}

pub async fn form(
    Gp(who): Gp,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| {
        let found = find(conn, &who, now, &reference)?;
        match reviewable(conn, &found, now.today)? {
            Some(hold) => Ok(page(found, hold, (&who, now), (ReviewForm::default(), Mistakes::new()))),
            None => Err(nothing_to_review(&found)),
        }
    };
    show(&database.read(read).await?)
}

fn nothing_to_review(found: &Found) -> Error {
    Error::conflict(
        "There is no hold of this petition to look at today.",
        found.petition.path(),
        "Look at the petition",
    )
}

pub async fn review(
    Gp(who): Gp,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ReviewForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let reviewing = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, reviewing).await? {
        Ok(address) => {
            say_done(&session, "Your review is recorded.")?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                match reviewable(conn, &found, now.today)? {
                    Some(hold) => Ok(page(found, hold, (&who, now), (form, mistakes))),
                    None => Err(nothing_to_review(&found)),
                }
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/review");
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
    form: &ReviewForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    let hold = reviewable(conn, &found, now.today)?;
    let hold = hold.filter(|_| form.version.parse() == Ok(found.petition.version));
    let Some(hold) = hold else { return Ok(Err(Unsaved::stale(found))) };
    let mut mistakes = Mistakes::new();
    let until = next_review(&found, &hold);
    let kept_until = match (form.choice.as_str(), until) {
        ("keep", Some(until)) => Some(Some(until)),
        ("end", _) => Some(None),
        _ => None,
    };
    let kept_until = mistakes.note("choice", kept_until.ok_or("Choose what becomes of the hold"));
    let reason = mistakes.note("reason", typed::required_text("Reason", &form.reason, LONGEST));
    let (Some(kept_until), Some(reason)) = (kept_until, reason) else { return Ok(Err(mistakes.into())) };
    let clear = match found.look(now, &[Typed::new("reason", "Reason", &reason)], &form.said) {
        Ok(clear) => clear,
        Err(caught) => return Ok(Err(caught.into())),
    };
    let reason = clear.text("reason");
    clear.record(conn, now, who, &found.subjects())?;
    let what = match kept_until {
        Some(until) => {
            holds::extend(conn, hold.id, until)?;
            What::Kept
        }
        None => {
            holds::end(conn, hold.id, now.today)?;
            What::Ended
        }
    };
    record(conn, who, now, &found, (kept_until, &reason))?;
    history::note(conn, now, Some(who), (found.petition.id, found.petition.state), what, &reason)?;
    Ok(Ok(found.petition.path()))
}

fn record(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: &Found,
    (kept_until, reason): (Option<NaiveDate>, &str),
) -> Result<(), Error> {
    let petition = &found.petition;
    diesel::update(petitions::table.find(petition.id))
        .set((petitions::review_on.eq(kept_until), petitions::version.eq(petition.version + 1)))
        .execute(conn)?;
    diesel::insert_into(petition_reviews::table)
        .values((
            petition_reviews::petition_id.eq(petition.id),
            petition_reviews::kept.eq(kept_until.is_some()),
            petition_reviews::reason.eq(reason),
            petition_reviews::who.eq(&who.name),
            petition_reviews::reviewed_on.eq(now.today),
            petition_reviews::review_on.eq(kept_until),
        ))
        .execute(conn)?;
    let subjects = found.subjects();
    let details = json!({ "kept_until": kept_until, "reason": reason });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionReviewed, &subjects, details)
}
