//! One's own account: memberships, password, and where one is signed in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::{password, store};
use crate::access::{Membership, SignedIn, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, Mistakes, filters, see_other, show_as};
use crate::sessions::{self, Listed};

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    chrome: Chrome,
    mistakes: Mistakes,
    name: String,
    email: String,
    memberships: Vec<Membership>,
    current: i64,
    sessions: Vec<Listed>,
    this_session: String,
    version: i64,
    key: String,
}

impl AccountPage {
    /// The idempotency key of one of the page's forms that end sessions.
    fn key_for(&self, what: &str) -> String {
        format!("{}-{what}", self.key)
    }
}

pub async fn show_account(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    page(who, &database, now, StatusCode::OK, Mistakes::new()).await
}

async fn page(
    who: Who,
    database: &Database,
    now: Now,
    status: StatusCode,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let user_id = who.user_id;
    let (user, sessions) = database
        .read(move |conn| Ok((store::by_id(conn, user_id)?, sessions::of_user(conn, user_id, now.moment)?)))
        .await?;
    show_as(
        status,
        &AccountPage {
            chrome: who.chrome(),
            mistakes,
            name: user.name,
            email: user.email,
            current: who.membership.id,
            memberships: who.memberships,
            sessions,
            this_session: who.session,
            version: user.version,
            key: fresh_key(),
        },
    )
}

/// What is typed to change a password.
#[derive(Clone, Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    version: String,
}

pub async fn change_password(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    form: web::Form<PasswordForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let user_id = who.user_id;
    let user = database.read(move |conn| store::by_id(conn, user_id)).await?;
    if user.version.to_string() != form.version {
        return Err(Error::conflict(
            "Your password was changed meanwhile, perhaps in another window.",
            "/account",
            "Go to your account",
        ));
    }
    let mut mistakes = Mistakes::new();
    if !password::matches_elsewhere(form.current.clone(), user.password_hash.clone()).await? {
        mistakes.add("current", "Current password is not right");
    }
    if let Some(mistake) = password::mistake(&form.password, &user.email) {
        mistakes.add("password", mistake);
    }
    if !mistakes.is_empty() {
        return page(who, &database, now, StatusCode::UNPROCESSABLE_ENTITY, mistakes).await;
    }
    let hash = password::hash_elsewhere(form.password).await?;
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                store::set_password(conn, who.user_id, &hash)?;
                sessions::end_all(conn, who.user_id, Some(&who.session))?;
                let subject = [Subject::user(&who.email)];
                audit::record(conn, now.moment, &who.actor, Verb::PasswordChanged, &subject, json!({}))?;
                Ok("/account".to_owned())
            })
        })
        .await?;
    say_done(&session, "Your password is changed. You are signed out everywhere else.")?;
    Ok(see_other(to))
}

/// Which session to end: its reference, or blank for all but this one.
#[derive(Clone, Deserialize)]
pub struct EndForm {
    #[serde(default)]
    session: String,
    #[serde(default)]
    key: String,
}

pub async fn end_sessions(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    form: web::Form<EndForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let ended_this = form.session == who.session;
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| end(conn, now, &who, &form.session))
        })
        .await?;
    if ended_this {
        session.purge();
        return Ok(see_other("/sign-in"));
    }
    say_done(&session, "Signed out there.")?;
    Ok(see_other(to))
}

fn end(conn: &mut Conn, now: Now, who: &Who, reference: &str) -> Result<String, Error> {
    let count = match reference {
        "" => sessions::end_all(conn, who.user_id, Some(&who.session))?,
        one => sessions::end(conn, who.user_id, one)?,
    };
    let details = json!({ "sessions": count });
    audit::record(conn, now.moment, &who.actor, Verb::SessionEnded, &[Subject::user(&who.email)], details)?;
    Ok("/account".to_owned())
}
