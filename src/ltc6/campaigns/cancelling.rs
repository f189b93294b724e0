//! `/campaigns/{reference}/cancellation`: a draft is given up.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde_json::json;

use super::form_page::draft;
use super::sample::ActForm;
use super::words::Seen;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::ltc6::campaign::State;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, see_other, show};
use crate::schema::{campaigns, ltc6_invitations};

#[derive(Template)]
#[template(path = "ltc6/campaigns/cancelling.html")]
struct CancelPage {
    chrome: Chrome,
    seen: Seen,
    key: String,
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let seen = database.read(move |conn| draft(conn, &who, &reference)).await?;
    show(&CancelPage { chrome, seen, key: fresh_key() })
}

pub async fn cancel(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| give_up(conn, &who, now, &reference, &form))
        })
        .await?;
    say_done(&session, "The campaign is cancelled. Nobody was asked.")?;
    Ok(see_other(path))
}

/// Who was drawn is forgotten with it: nobody was asked.
fn give_up(conn: &mut Conn, who: &Who, now: Now, reference: &str, form: &ActForm) -> Result<String, Error> {
    let seen = draft(conn, who, reference)?;
    let campaign = &seen.campaign;
    let moved = diesel::update(
        campaigns::table
            .find(campaign.id)
            .filter(campaigns::state.eq(State::Draft).and(campaigns::version.eq(campaign.version))),
    )
    .set((campaigns::state.eq(State::Cancelled), campaigns::version.eq(campaign.version + 1)))
    .execute(conn)?;
    if moved == 0 || !form.is_of(campaign) {
        return Err(seen.conflict("Somebody changed this campaign while you were looking at it."));
    }
    diesel::delete(ltc6_invitations::table.filter(ltc6_invitations::campaign_id.eq(campaign.id)))
        .execute(conn)?;
    let subjects = [Subject::campaign(reference), Subject::locality(&seen.locality.code)];
    audit::record(conn, now.moment, &who.actor, Verb::CampaignCancelled, &subjects, json!({}))?;
    Ok(seen.path())
}
