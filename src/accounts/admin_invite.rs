//! Inviting a user: an account, a membership, and a letter with a link to choose a password.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::admin_membership::{Choices, MembershipForm, give};
use super::admin_store;
use super::store;
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::organisations::organisation::LONGEST_NAME;
use crate::page::{Chrome, Mistakes, save, see_other, show, show_as, typed};

/// An invitation as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct InviteForm {
    name: String,
    email: String,
    #[serde(flatten)]
    membership: MembershipForm,
    key: String,
}

#[derive(Template)]
#[template(path = "accounts/users-invite.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    invited: InviteForm,
    form: MembershipForm,
    choices: Choices,
    key: String,
}

async fn page(
    who: &Who,
    database: &Database,
    form: InviteForm,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    Ok(FormPage {
        chrome: who.chrome(),
        mistakes,
        form: form.membership.clone(),
        invited: form,
        choices: database.read(Choices::load).await?,
        key: fresh_key(),
    })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let form = InviteForm { membership: MembershipForm::from(now.today), ..InviteForm::default() };
    show(&page(&who, &database, form, Mistakes::new()).await?)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    form: web::Form<InviteForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (actor, sent) = (who.actor.clone(), form.clone());
    let inviting = move |conn: &mut Conn| invite(conn, now, &actor, &sent);
    match save(&database, now, &who, &form.key, inviting).await? {
        Ok(address) => {
            say_done(&session, "The user is added. An invitation is on its way.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&who, &database, form, mistakes).await?)
        }
    }
}

fn invite(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    form: &InviteForm,
) -> Result<Result<String, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let name = mistakes.note("name", typed::required("Name", &form.name, LONGEST_NAME));
    let email = mistakes.note("email", typed::email(&form.email));
    if let Some(email) = &email
        && store::by_email(conn, email)?.is_some()
    {
        mistakes
            .add("email", "This e-mail address has an account already. Add a membership on its user's page");
    }
    let new = form.membership.check(conn, &mut mistakes)?;
    let (Some(name), Some(email), Some(new), true) = (name, email, new, mistakes.is_empty()) else {
        return Ok(Err(mistakes));
    };
    let user_id = store::add(conn, now.moment, &email, &name)?;
    let subject = [Subject::user(&email)];
    audit::record(conn, now.moment, actor, Verb::UserAdded, &subject, json!({ "name": name }))?;
    if let Err(mistakes) = give(conn, now, actor, (user_id, &email), &new)? {
        return Err(anyhow::anyhow!("a new user has no membership in the way: {mistakes:?}").into());
    }
    store::invite(conn, now, actor, user_id, &email)?;
    Ok(Ok(admin_store::by_id(conn, user_id)?.address()))
}
