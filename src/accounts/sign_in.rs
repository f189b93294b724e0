//! Signing in and out.

use actix_session::Session;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::password;
use super::store::{self, User};
use super::tries::{self, Source};
use crate::access::{self, Membership, SignedIn, from_address, session_words};
use crate::app::PublicUrl;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::{Keys, random_reference};
use crate::page::{Chrome, Mistakes, see_other, show, show_as};

const DEVICE: &str = "common-ground-device";
const PASSWORD_SET: &str = "Your password is set. The link is used up, and you are signed out everywhere. Sign in with the new password.";

/// The one page to sign in on.
#[derive(Template)]
#[template(path = "accounts/sign-in.html")]
struct SignInPage {
    chrome: Chrome,
    mistakes: Mistakes,
    email: String,
    to: String,
}

/// Where to go back to, and whether a password was just set by a link, in the address.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    password: String,
}

/// What is typed to sign in.
#[derive(Clone, Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

pub async fn form(wanted: web::Query<Wanted>) -> Result<HttpResponse, Error> {
    let wanted = wanted.into_inner();
    let chrome = match wanted.password.as_str() {
        "set" => Chrome::signed_out().done(PASSWORD_SET),
        _ => Chrome::signed_out(),
    };
    show(&SignInPage { chrome, mistakes: Mistakes::new(), email: String::new(), to: wanted.to })
}

pub async fn submit(
    request: HttpRequest,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    public_url: web::Data<PublicUrl>,
    Now { moment, today }: Now,
    session: Session,
    form: web::Form<SignInForm>,
) -> Result<HttpResponse, Error> {
    let now = Now { moment, today };
    let form = form.into_inner();
    if let Some(mistakes) = blanks(&form) {
        return again(StatusCode::UNPROCESSABLE_ENTITY, form, mistakes);
    }
    let email = form.email.trim().to_lowercase();
    let device = request.cookie(DEVICE).map(|cookie| cookie.value().to_owned());
    let source = Source::new(&keys, &email, device.as_deref(), &from_address(&request));
    let (asked, place) = (email.clone(), source.clone());
    let (user, wait) = database
        .write(move |conn| Ok((store::by_email(conn, &asked)?, tries::take(conn, moment, &place)?)))
        .await?;
    if wait > 0 {
        let mut answer = again(StatusCode::TOO_MANY_REQUESTS, form, too_many(wait))?;
        answer.headers_mut().insert(RETRY_AFTER, wait.into());
        return Ok(answer);
    }
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = password::matches_elsewhere(form.password.clone(), hash).await?;
    let Some(user) = user.filter(|_| is_right) else {
        let from = from_address(&request);
        database.write(move |conn| note_failure(conn, now, &email, from)).await?;
        let mistake = "Check your e-mail address and password. One of them is not right";
        return again(StatusCode::UNPROCESSABLE_ENTITY, form, Mistakes::of_one("email", mistake));
    };
    let (from, entering) = (from_address(&request), user.clone());
    let membership = database.write(move |conn| enter(conn, now, &source, &entering, from)).await?;
    let Some(membership) = membership else {
        let mistake = "Your account has no role at present. Ask your administrator to add one";
        return again(StatusCode::UNPROCESSABLE_ENTITY, form, Mistakes::of_one("email", mistake));
    };
    open_session(&session, &request, &user, &membership)?;
    let mut answer = see_other(local(&form.to));
    let is_secure = public_url.0.as_deref().is_some_and(|url| url.starts_with("https:"));
    let cookie = Cookie::build(DEVICE, tries::device_cookie(&keys, &user.email))
        .path("/sign-in")
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    answer.add_cookie(&cookie).map_err(|error| anyhow::anyhow!("marking a device: {error}"))?;
    Ok(answer)
}

fn blanks(form: &SignInForm) -> Option<Mistakes> {
    let mut mistakes = Mistakes::new();
    if form.email.trim().is_empty() {
        mistakes.add("email", "Enter your e-mail address");
    } else if form.email.len() > 254 {
        mistakes.add("email", "E-mail address must be 254 characters or fewer");
    }
    if form.password.is_empty() {
        mistakes.add("password", "Enter your password");
    } else if form.password.chars().count() > password::LONGEST {
        mistakes.add("password", "Password must be 200 characters or fewer");
    }
    (!mistakes.is_empty()).then_some(mistakes)
}

fn too_many(seconds: i64) -> Mistakes {
    let wait = match seconds {
        ..60 => format!("{seconds} seconds"),
        60..120 => "2 minutes".to_owned(),
        _ => format!("{} minutes", (seconds + 59) / 60),
    };
    Mistakes::of_one("email", format!("Too many tries. Try again in {wait}"))
}

fn again(status: StatusCode, form: SignInForm, mistakes: Mistakes) -> Result<HttpResponse, Error> {
    show_as(status, &SignInPage { chrome: Chrome::signed_out(), mistakes, email: form.email, to: form.to })
}

/// Only an address of ours is gone back to.
fn local(to: &str) -> &str {
    let is_ours = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && !to.starts_with("/sign-")
        && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_ours { to } else { "/" }
}

fn note_failure(conn: &mut Conn, now: Now, email: &str, from: String) -> Result<(), Error> {
    let actor = Actor {
        user_id: None,
        who: "somebody not signed in".into(),
        membership_id: None,
        acting_as: String::new(),
        role: String::new(),
        from,
    };
    let subjects: Vec<Subject> =
        store::by_email(conn, email)?.map(|user| Subject::user(user.email)).into_iter().collect();
    audit::record(conn, now.moment, &actor, Verb::SignInFailed, &subjects, json!({}))
}

fn enter(
    conn: &mut Conn,
    now: Now,
    source: &Source,
    user: &User,
    from: String,
) -> Result<Option<Membership>, Error> {
    tries::succeeded(conn, source)?;
    let Some(membership) = access::memberships_of(conn, user.id, now.today)?.into_iter().next() else {
        return Ok(None);
    };
    let actor = Actor {
        user_id: Some(user.id),
        who: user.name.clone(),
        membership_id: Some(membership.id),
        acting_as: membership.organisation.as_ref().map_or_else(String::new, |o| o.code.clone()),
        role: membership.role.word().into(),
        from,
    };
    audit::record(conn, now.moment, &actor, Verb::SignedIn, &[Subject::user(&user.email)], json!({}))?;
    Ok(Some(membership))
}

fn open_session(
    session: &Session,
    request: &HttpRequest,
    user: &User,
    membership: &Membership,
) -> Result<(), Error> {
    let browser =
        request.headers().get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or("unknown");
    let browser: String = browser.chars().take(200).collect();
    session.clear();
    session.renew();
    let kept = session
        .insert(session_words::USER, user.id)
        .and_then(|_| session.insert(session_words::MEMBERSHIP, membership.id))
        .and_then(|_| session.insert(session_words::REFERENCE, random_reference()))
        .and_then(|_| session.insert(session_words::FROM, from_address(request)))
        .and_then(|_| session.insert(session_words::BROWSER, browser));
    Ok(kept.map_err(|error| anyhow::anyhow!("opening a session: {error}"))?)
}

pub async fn sign_out(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    Now { moment, .. }: Now,
    session: Session,
) -> Result<HttpResponse, Error> {
    let subject = Subject::user(&who.email);
    database
        .write(move |conn| audit::record(conn, moment, &who.actor, Verb::SignedOut, &[subject], json!({})))
        .await?;
    session.purge();
    Ok(see_other("/sign-in"))
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn one_goes_back_to_our_own_pages_only() {
        assert_eq!(local("/people?page=2"), "/people?page=2");
        for elsewhere in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/sign-out", "/a\nb"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere}");
        }
    }
}
