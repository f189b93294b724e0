//! `/campaigns/{reference}/opening`: a campaign opens once all is there, and its ballot key is made on this server.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
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
use crate::installation::demo_day;
use crate::jobs::Tools;
use crate::keys::Keys;
use crate::ltc6::ballot::seal::PrivateKey;
use crate::ltc6::campaign::{Campaign, Delivery, State};
use crate::mail::Post;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, filters, long_day, see_other, show};
use crate::schema::campaigns;

#[derive(Template)]
#[template(path = "ltc6/campaigns/opening.html")]
struct OpeningPage {
    chrome: Chrome,
    seen: Seen,
    missing: Vec<String>,
    sampled: i64,
    here: String,
    key: String,
}

/// What keeps a draft from opening on a day, each with how to mend it.
pub fn missing(campaign: &Campaign, today: NaiveDate, can_mail: bool) -> Vec<String> {
    let texts = [
        (&campaign.run_by, "Say who runs it"),
        (&campaign.about, "Say what it is about"),
        (&campaign.help_name, "Name a help contact"),
        (&campaign.help_phone, "Give the help contact’s telephone number"),
        (&campaign.return_address, "Give the return address"),
    ];
    let mut missing: Vec<String> =
        texts.into_iter().filter(|(text, _)| text.is_empty()).map(|(_, what)| what.to_owned()).collect();
    if campaign.drawn_on.is_none() {
        missing.push("Draw the sample".into());
    }
    if campaign.closes_on < today {
        missing.push(format!("Choose a later closing date: {} has passed", long_day(campaign.closes_on)));
    }
    if campaign.delivery != Delivery::Letter && !can_mail {
        missing.push(
            "Name an SMTP server: without one, mails are written to files that would hold the codes in clear"
                .into(),
        );
    }
    missing
}

/// Whether mails with codes may leave: by SMTP, or as files on a demo database.
pub fn can_mail(conn: &mut Conn, post: &Post) -> Result<bool, Error> {
    Ok(matches!(post, Post::Smtp { .. }) || demo_day(conn)?.is_some())
}

/// The name of this machine, by which people find the server that counts.
pub fn this_server() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "unnamed server".into())
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let seen = draft(conn, &who, &reference)?;
            let missing = missing(&seen.campaign, now.today, can_mail(conn, &tools.post)?);
            let (sampled, here) = (seen.campaign.sampled(conn)?, this_server());
            Ok(OpeningPage { chrome: who.chrome(), missing, sampled, here, seen, key: fresh_key() })
        })
        .await?;
    show(&page)
}

pub async fn open(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                let seen = draft(conn, &who, &reference)?;
                if !missing(&seen.campaign, now.today, can_mail(conn, &tools.post)?).is_empty() {
                    return Err(seen.conflict("This campaign cannot open yet: something is missing."));
                }
                if !form.is_of(&seen.campaign) {
                    return Err(seen.conflict("Somebody changed this campaign while you were looking at it."));
                }
                begin(conn, &tools.keys, &who, now, &seen)
            })
        })
        .await?;
    say_done(&session, "The campaign is open. Make the letters next.")?;
    Ok(see_other(path))
}

/// Makes the pair of keys and opens the campaign. A key that was made for it and not used, for nothing was written then,
/// is used.
pub fn begin(conn: &mut Conn, keys: &Keys, who: &Who, now: Now, seen: &Seen) -> Result<String, Error> {
    let campaign = &seen.campaign;
    let public = match PrivateKey::read(keys, &campaign.reference)? {
        Some(key) => key.public(),
        None => PrivateKey::make(keys, &campaign.reference)?,
    };
    let server = this_server();
    let this = campaigns::table
        .find(campaign.id)
        .filter(campaigns::state.eq(State::Draft).and(campaigns::version.eq(campaign.version)));
    let moved = diesel::update(this)
        .set((
            campaigns::state.eq(State::Open),
            campaigns::public_key.eq(public),
            campaigns::counted_by.eq(&server),
            campaigns::version.eq(campaign.version + 1),
        ))
        .execute(conn)?;
    if moved == 0 {
        return Err(seen.conflict("Somebody changed this campaign while it was opened."));
    }
    let subjects = [Subject::campaign(&campaign.reference), Subject::locality(&seen.locality.code)];
    let details = json!({ "counted_by": server, "closes_on": campaign.closes_on });
    audit::record(conn, now.moment, &who.actor, Verb::CampaignOpened, &subjects, details)?;
    Ok(seen.path())
}

/// What `doctor` finds of the private keys of campaigns that are not counted yet.
pub fn findings(conn: &mut Conn, keys: &Keys) -> Result<Vec<(bool, String)>, Error> {
    let running: Vec<Campaign> = campaigns::table
        .filter(campaigns::state.eq_any([State::Open, State::Closed]))
        .filter(campaigns::key_destroyed.eq(false))
        .order(campaigns::id)
        .select(Campaign::as_select())
        .load(conn)?;
    Ok(running.iter().map(|campaign| finding(campaign, keys, &this_server())).collect())
}

fn finding(campaign: &Campaign, keys: &Keys, here: &str) -> (bool, String) {
    let (code, reference) = (&campaign.code, &campaign.reference);
    let holder = campaign.counted_by.as_deref().unwrap_or("no server");
    match PrivateKey::read(keys, reference) {
        Ok(Some(key)) if Some(key.public()) == campaign.public_key => {
            (true, format!("the ballot key of campaign {code} is here and fits"))
        }
        Ok(Some(_)) => (false, format!("the ballot key {reference} is not that of campaign {code}")),
        Ok(None) if holder == here => (
            false,
            format!(
                "the ballot key of campaign {code} is not here, where it was made: unopened answers are lost"
            ),
        ),
        Ok(None) => (true, format!("the ballot key of campaign {code} should be on {holder}")),
        Err(error) => (false, format!("the ballot key of campaign {code}: {error:#}")),
    }
}
