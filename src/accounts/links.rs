//! Single-use links: an invitation's, and a reset's for who has forgotten the password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::store::User;
use super::tries::{self, Source};
use super::{password, store};
use crate::access::from_address;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::mail::{self, Letter};
use crate::page::{Chrome, Mistakes, see_other, show, show_as};
use crate::sessions;

#[derive(Template)]
#[template(path = "accounts/forgotten-password.html")]
struct ForgottenPage {
    chrome: Chrome,
    mistakes: Mistakes,
    email: String,
    /// Whether the answer is shown in place of the form.
    asked: bool,
}

#[derive(Deserialize)]
pub struct ForgottenForm {
    #[serde(default)]
    email: String,
}

pub async fn ask_form() -> Result<HttpResponse, Error> {
    show(&ForgottenPage {
        chrome: Chrome::signed_out(),
        mistakes: Mistakes::new(),
        email: String::new(),
        asked: false,
    })
}

/// The same answer, whether or not the address is anybody's.
pub async fn ask(
    request: HttpRequest,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    now: Now,
    form: web::Form<ForgottenForm>,
) -> Result<HttpResponse, Error> {
    let chrome = Chrome::signed_out();
    let email = form.into_inner().email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 {
        let mistakes = Mistakes::of_one("email", "Enter an e-mail address, for example name@example.org");
        let page = ForgottenPage { chrome, mistakes, email, asked: false };
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let from = from_address(&request);
    let source = Source::new(&keys, &format!("reset:{email}"), None, &from);
    let asked = email.clone();
    let wait = database.write(move |conn| ask_reset(conn, now, &source, &asked, from)).await?;
    if wait > 0 {
        return Err(Error::TooMany { seconds: wait });
    }
    show(&ForgottenPage { chrome, mistakes: Mistakes::new(), email, asked: true })
}

/// Each asking counts as a try, so that nobody's inbox can be filled; seconds to wait, or 0 when it was taken.
fn ask_reset(conn: &mut Conn, now: Now, source: &Source, email: &str, from: String) -> Result<i64, Error> {
    let wait = tries::take(conn, now.moment, source)?;
    if wait > 0 {
        return Ok(wait);
    }
    if let Some(user) = store::by_email(conn, email)? {
        let actor = Actor {
            user_id: None,
            who: "somebody not signed in".into(),
            membership_id: None,
            acting_as: String::new(),
            role: String::new(),
            from,
        };
        let reference = mail::queue(conn, now.moment, user.id, Letter::Reset, "account")?;
        let details = json!({ "mail": reference });
        audit::record(conn, now.moment, &actor, Verb::ResetAsked, &[Subject::user(&user.email)], details)?;
    }
    Ok(0)
}

#[derive(Template)]
#[template(path = "accounts/set-password.html")]
struct SetPage {
    chrome: Chrome,
    mistakes: Mistakes,
    token: String,
}

#[derive(Template)]
#[template(path = "accounts/link-used.html")]
struct UsedPage {
    chrome: Chrome,
}

#[derive(Deserialize)]
pub struct SetForm {
    #[serde(default)]
    password: String,
}

pub async fn set_form(
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    now: Now,
    token: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    match owner(&database, &keys, now, &token).await? {
        Some(_) => {
            let chrome = Chrome::signed_out();
            show(&SetPage { chrome, mistakes: Mistakes::new(), token })
        }
        None => cannot_be_used(),
    }
}

pub async fn set(
    request: HttpRequest,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    now: Now,
    token: web::Path<String>,
    form: web::Form<SetForm>,
) -> Result<HttpResponse, Error> {
    let (token, chrome) = (token.into_inner(), Chrome::signed_out());
    let Some(user) = owner(&database, &keys, now, &token).await? else { return cannot_be_used() };
    if let Some(mistake) = password::mistake(&form.password, &user.email) {
        let page = SetPage { chrome, mistakes: Mistakes::of_one("password", mistake), token };
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let hash = password::hash_elsewhere(form.into_inner().password).await?;
    let (from, used) = (from_address(&request), token.clone());
    let is_set = database.write(move |conn| set_by_link(conn, &keys, now, &used, &user, &hash, from)).await?;
    match is_set {
        true => Ok(see_other("/sign-in?password=set")),
        false => cannot_be_used(),
    }
}

async fn owner(
    database: &web::Data<Database>,
    keys: &web::Data<Keys>,
    now: Now,
    token: &str,
) -> Result<Option<User>, Error> {
    let (keys, token) = (keys.clone(), token.to_owned());
    database.read(move |conn| store::link_owner(conn, &keys, now.moment, &token)).await
}

fn cannot_be_used() -> Result<HttpResponse, Error> {
    show_as(StatusCode::NOT_FOUND, &UsedPage { chrome: Chrome::signed_out() })
}

fn set_by_link(
    conn: &mut Conn,
    keys: &Keys,
    now: Now,
    token: &str,
    user: &User,
    hash: &str,
    from: String,
) -> Result<bool, Error> {
    if !store::use_link(conn, keys, now.moment, token)? {
        return Ok(false);
    }
    store::set_password(conn, user.id, hash)?;
    sessions::end_all(conn, user.id, None)?;
    let actor = Actor {
        user_id: Some(user.id),
        who: user.name.clone(),
        membership_id: None,
        acting_as: String::new(),
        role: String::new(),
        from,
    };
    audit::record(conn, now.moment, &actor, Verb::PasswordSet, &[Subject::user(&user.email)], json!({}))?;
    Ok(true)
}
