//! The page of one user as administrators see it, and what they do there.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::admin_store::{self as store, Account, Held};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::mail::{self, Letter};
use crate::once::{fresh_key, once};
use crate::organisations::organisation::LONGEST_NAME;
use crate::page::{
    Chrome, Difference, Mistakes, StalePage, Unsaved, filters, save, see_other, show, show_as, typed,
};
use crate::sessions::{self, Listed};

#[derive(Template)]
#[template(path = "accounts/users-user.html")]
struct UserPage {
    chrome: Chrome,
    user: Account,
    state: &'static str,
    held: Vec<Held>,
    sessions: Vec<Listed>,
    /// Whether it is the administrator's own account.
    is_own: bool,
    /// The reference of the administrator's own session.
    this_session: String,
    today: NaiveDate,
    key: String,
}

impl UserPage {
    /// An address under the user's own.
    fn below(&self, rest: &str) -> String {
        format!("{}/{rest}", self.user.address())
    }

    fn everywhere(&self) -> &'static str {
        if self.is_own { "Sign out everywhere else" } else { "Sign out everywhere" }
    }

    /// The idempotency key of one of the page's forms.
    fn key_for(&self, what: &str) -> String {
        format!("{}-{what}", self.key)
    }
}

pub async fn one(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (user, held, sessions) = database
        .read(move |conn| {
            let user = store::by_reference(conn, &reference)?;
            let held = store::memberships_of(conn, &[user.id])?;
            let sessions = sessions::of_user(conn, user.id, now.moment)?;
            Ok((user, held, sessions))
        })
        .await?;
    show(&UserPage {
        chrome: who.chrome(),
        state: user.state(&held, now.today),
        is_own: user.id == who.user_id,
        user,
        held,
        sessions,
        this_session: who.session,
        today: now.today,
        key: fresh_key(),
    })
}

/// A name as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NameForm {
    name: String,
    key: String,
    version: String,
}

#[derive(Template)]
#[template(path = "accounts/users-name.html")]
struct NamePage {
    chrome: Chrome,
    mistakes: Mistakes,
    user: Account,
    form: NameForm,
    key: String,
}

pub async fn name_form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let user = database.read(move |conn| store::by_reference(conn, &reference)).await?;
    let form = NameForm { name: user.name.clone(), version: user.version.to_string(), ..NameForm::default() };
    show(&NamePage { chrome: who.chrome(), mistakes: Mistakes::new(), user, form, key: fresh_key() })
}

pub async fn rename(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<NameForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (actor, sent, of) = (who.actor.clone(), form.clone(), reference.clone());
    let renaming = move |conn: &mut Conn| rename_user(conn, now, &actor, &of, &sent);
    let unsaved = match save(&database, now, &who, &form.key, renaming).await? {
        Ok(address) => {
            say_done(&session, "The name is changed.")?;
            return Ok(see_other(address));
        }
        Err(unsaved) => unsaved,
    };
    let user = database.read(move |conn| store::by_reference(conn, &reference)).await?;
    match unsaved {
        Unsaved::Mistaken(mistakes) => {
            let page = NamePage { chrome: who.chrome(), mistakes, user, form, key: fresh_key() };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Unsaved::Stale => stale(&who, &user, &form),
    }
}

fn rename_user(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    reference: &str,
    form: &NameForm,
) -> Result<Result<String, Unsaved>, Error> {
    let user = store::by_reference(conn, reference)?;
    let name = match typed::required("Name", &form.name, LONGEST_NAME) {
        Ok(name) => name,
        Err(mend) => return Ok(Err(Mistakes::of_one("name", mend).into())),
    };
    if form.version != user.version.to_string() || !store::rename(conn, user.id, user.version, &name)? {
        return Ok(Err(Unsaved::Stale));
    }
    let details = json!({ "before": user.name, "after": name });
    audit::record(conn, now.moment, actor, Verb::UserChanged, &[Subject::user(&user.email)], details)?;
    Ok(Ok(user.address()))
}

fn stale(who: &Who, user: &Account, form: &NameForm) -> Result<HttpResponse, Error> {
    let page = StalePage {
        chrome: who.chrome(),
        area: super::admin::AREA,
        what: format!("User {}", user.reference),
        fields: vec![Difference::new("Name", &form.name, &user.name)],
        action: format!("{}/name", user.address()),
        typed: typed::fields(form),
        version: user.version,
        record: user.address(),
        key: String::new(),
    };
    page.answer()
}

/// A button of the page that needs nothing typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ButtonForm {
    /// Which session to end: its reference, or blank for all.
    session: String,
    key: String,
}

/// Sends a link: another invitation to who has no password yet, else one to choose a new password.
pub async fn send_link(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<ButtonForm>,
) -> Result<HttpResponse, Error> {
    let key = form.into_inner().key;
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &key, |conn| queue_link(conn, now, &who, &reference))
        })
        .await?;
    say_done(
        &session,
        "A letter with a link is on its way. Links sent before stop working when it is sent.",
    )?;
    Ok(see_other(to))
}

fn queue_link(conn: &mut Conn, now: Now, who: &Who, reference: &str) -> Result<String, Error> {
    let user = store::by_reference(conn, reference)?;
    if user.id == who.user_id {
        return Err(Error::conflict(
            "This is your own account. Change your password on your account's page.",
            "/account",
            "Go to your account",
        ));
    }
    if user.has_password {
        let reference = mail::queue(conn, now.moment, user.id, Letter::Reset, "account")?;
        let subject = [Subject::user(&user.email)];
        audit::record(
            conn,
            now.moment,
            &who.actor,
            Verb::ResetAsked,
            &subject,
            json!({ "mail": reference }),
        )?;
    } else {
        super::store::invite(conn, now, &who.actor, user.id, &user.email)?;
    }
    Ok(user.address())
}

/// Signs the user out, in one place or everywhere.
pub async fn end_sessions(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<ButtonForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                let user = store::by_reference(conn, &reference)?;
                // One's own session stays: it is left by signing out.
                let ended = match form.session.as_str() {
                    "" => sessions::end_all(conn, user.id, Some(&who.session))?,
                    one if one == who.session => 0,
                    one => sessions::end(conn, user.id, one)?,
                };
                let subject = [Subject::user(&user.email)];
                let details = json!({ "sessions": ended });
                audit::record(conn, now.moment, &who.actor, Verb::SessionEnded, &subject, details)?;
                Ok(user.address())
            })
        })
        .await?;
    say_done(&session, "Signed out there.")?;
    Ok(see_other(to))
}
