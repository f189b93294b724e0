//! `/campaigns/{reference}/feedback`: a commissioner writes what people said and what will be done, and publishes it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, Feedback};
use super::words::{InWords, in_words};
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::ltc6::campaign::State;
use crate::ltc6::campaigns::words::{Seen, seen};
use crate::ltc6::instrument::LTC6;
use crate::ltc6::moderation::store::forget_withheld;
use crate::ltc6::results::store::figures;
use crate::once::fresh_key;
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, Unsaved, filters, save, see_other, show, show_as, typed,
};
use crate::people::identifiers::{About, Kind, find};

/// The most signs of either text.
const LONGEST: usize = 3_000;

/// A form as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct FeedbackForm {
    key: String,
    version: String,
    said: String,
    will_do: String,
    /// `yes` where everybody may read it from now on.
    sure: String,
}

#[derive(Template)]
#[template(path = "ltc6/feedback/edit.html")]
struct EditPage {
    chrome: Chrome,
    seen: Seen,
    feedback: Feedback,
    questions: Vec<InWords>,
    form: FeedbackForm,
    mistakes: Mistakes,
    key: String,
    /// Of the form that publishes.
    publish_key: String,
}

/// A campaign that is counted: before, nobody knows what people said.
fn counted(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let seen = seen(conn, who, reference)?;
    match seen.campaign.state {
        State::Counted => Ok(seen),
        State::Draft | State::Open | State::Closed | State::Cancelled => {
            Err(seen.conflict("Feedback is written once all answers are counted."))
        }
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    reference: &str,
    typed: Option<(FeedbackForm, Mistakes)>,
) -> Result<EditPage, Error> {
    let seen = counted(conn, who, reference)?;
    let feedback = store::feedback(conn, seen.campaign.id)?;
    let stored = || FeedbackForm {
        said: feedback.said.clone(),
        will_do: feedback.will_do.clone(),
        ..FeedbackForm::default()
    };
    let (form, mistakes) = typed.unwrap_or_else(|| (stored(), Mistakes::new()));
    Ok(EditPage {
        chrome: who.chrome(),
        questions: in_words(&figures(conn, &seen.campaign)?, &LTC6.scored),
        feedback,
        seen,
        form,
        mistakes,
        key: fresh_key(),
        publish_key: fresh_key(),
    })
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    show(&database.read(move |conn| page(conn, &who, &reference, None)).await?)
}

impl FeedbackForm {
    /// Both texts, fit to keep.
    fn check(&self, now: Now) -> Result<(String, String), Mistakes> {
        let mut mistakes = Mistakes::new();
        let mut text = |field: &'static str, what: &str, typed: &str| {
            let checked = typed::required_text(what, typed, LONGEST).and_then(|text| {
                let telling = [Kind::NhsNumber, Kind::BirthDate];
                let found = find(&text, &About::default(), now.today);
                match found.iter().find(|one| telling.contains(&one.kind)) {
                    Some(one) => {
                        Err(format!("{what} must not hold {}: everybody will read it", one.kind.label()))
                    }
                    None => Ok(text),
                }
            });
            checked.map_err(|mistake| mistakes.add(field, mistake)).unwrap_or_default()
        };
        let said = text("said", "Text of what people said", &self.said);
        let will_do = text("will_do", "Text of what will be done", &self.will_do);
        if mistakes.is_empty() { Ok((said, will_do)) } else { Err(mistakes) }
    }
}

pub async fn change(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<FeedbackForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (doing, sent, of) = (who.clone(), form.clone(), reference.clone());
    let work = move |conn: &mut Conn| {
        let seen = counted(conn, &doing, &of)?;
        let (said, will_do) = match sent.check(now) {
            Ok(texts) => texts,
            Err(mistakes) => return Ok(Err(mistakes.into())),
        };
        let version = sent.version.parse().unwrap_or(-1);
        if version < 0 || !store::write(conn, seen.campaign.id, version, &said, &will_do)? {
            return Ok(Err(Unsaved::Stale));
        }
        record(conn, &doing, now, &seen, Verb::FeedbackWritten)?;
        Ok(Ok(format!("{}/feedback", seen.path())))
    };
    match save(&database, now, &who, &form.key, work).await? {
        Ok(path) => {
            say_done(&session, "Both texts are saved.")?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let typed = Some((form, mistakes));
            let page = database.read(move |conn| page(conn, &who, &reference, typed)).await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Unsaved::Stale) => stale(&database, &who, reference, form).await,
    }
}

async fn stale(
    database: &Database,
    who: &Who,
    reference: String,
    form: FeedbackForm,
) -> Result<HttpResponse, Error> {
    let asker = who.clone();
    let (seen, theirs) = database
        .read(move |conn| {
            let seen = counted(conn, &asker, &reference)?;
            let theirs = store::feedback(conn, seen.campaign.id)?;
            Ok((seen, theirs))
        })
        .await?;
    let path = format!("{}/feedback", seen.path());
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Campaigns", href: "/campaigns" },
        what: format!("Feedback of campaign {}", seen.campaign.code),
        fields: vec![
            Difference::new("What people said", &form.said, theirs.said),
            Difference::new("What will be done", &form.will_do, theirs.will_do),
        ],
        action: path.clone(),
        typed: typed::fields(&form),
        version: theirs.version,
        record: path,
        key: String::new(),
    }
    .answer()
}

pub async fn publish(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<FeedbackForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (doing, sent, of) = (who.clone(), form.clone(), reference.clone());
    let work = move |conn: &mut Conn| {
        let seen = counted(conn, &doing, &of)?;
        if sent.sure != "yes" {
            let mut mistakes = Mistakes::new();
            mistakes.add("sure", "Tick that everybody may read it");
            return Ok(Err(mistakes));
        }
        let version = sent.version.parse().unwrap_or(-1);
        if !store::publish(conn, seen.campaign.id, version, now.today)? {
            return Err(
                seen.conflict("Somebody changed or published this feedback while you were looking at it.")
            );
        }
        forget_withheld(conn, seen.campaign.id)?;
        record(conn, &doing, now, &seen, Verb::FeedbackPublished)?;
        Ok(Ok(format!("{}/feedback", seen.path())))
    };
    match save(&database, now, &who, &form.key, work).await? {
        Ok(path) => {
            say_done(&session, "It is published. Everybody can read it now.")?;
            Ok(see_other(path))
        }
        Err(mistakes) => {
            let shown = database.read(move |conn| {
                let mut page = page(conn, &who, &reference, None)?;
                page.mistakes = mistakes;
                Ok(page)
            });
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &shown.await?)
        }
    }
}

fn record(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, verb: Verb) -> Result<(), Error> {
    let subjects = [Subject::campaign(&*seen.campaign.reference), Subject::locality(&seen.locality.code)];
    audit::record(conn, now.moment, &who.actor, verb, &subjects, json!({}))
}
