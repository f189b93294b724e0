//! Giving a user a membership: a role at an organisation from a day on.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::admin_store::{self as store, Account, Held};
use crate::access::{Administrator, Role, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::organisations::forms::TypedSpan;
use crate::organisations::organisation::Kind;
use crate::organisations::span::Span;
use crate::organisations::store::{self as organisations, Organisation};
use crate::page::{Choice, Chrome, Mistakes, save, see_other, show, show_as};

/// A new membership as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MembershipForm {
    pub role: String,
    /// An organisation's code; blank for an administrator.
    pub organisation: String,
    #[serde(flatten)]
    pub span: TypedSpan,
}

/// A membership that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMembership {
    pub role: Role,
    pub organisation: Option<Organisation>,
    pub span: Span,
}

impl MembershipForm {
    /// From today, without an end.
    pub fn from(today: NaiveDate) -> MembershipForm {
        MembershipForm { span: TypedSpan::of(Span::new(today, None)), ..MembershipForm::default() }
    }

    /// The membership, or the mistakes noted.
    pub fn check(&self, conn: &mut Conn, mistakes: &mut Mistakes) -> Result<Option<NewMembership>, Error> {
        let role = mistakes.note("role", Role::from_word(&self.role).ok_or("Choose a role"));
        let organisation = match organisations::by_code(conn, &self.organisation) {
            Ok(organisation) => Some(organisation),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        let is_fit =
            role.map(|role| fits(role, organisation.as_ref().map(|each| each.kind), &self.organisation));
        let is_fit = is_fit.and_then(|is_fit| mistakes.note("organisation", is_fit));
        let span = self.span.check(mistakes);
        let (Some(role), Some(()), Some(span)) = (role, is_fit, span) else { return Ok(None) };
        Ok(Some(NewMembership { role, organisation, span }))
    }
}

/// Whether a role goes with an organisation of this kind, or a sentence that says with what it goes.
fn fits(role: Role, kind: Option<Kind>, typed: &str) -> Result<(), String> {
    let wanted = role.organisation_kinds();
    match kind {
        None if wanted.is_empty() && typed.is_empty() => Ok(()),
        _ if wanted.is_empty() => {
            Err("An administrator belongs to the service: choose no organisation".to_owned())
        }
        Some(kind) if wanted.contains(&kind.word()) => Ok(()),
        _ => {
            let kinds: Vec<&str> =
                wanted.iter().filter_map(|word| Kind::from_word(word)).map(Kind::in_words).collect();
            Err(format!("For the role {}, choose {}", role.label(), kinds.join(" or ")))
        }
    }
}

/// Roles and organisations to choose from.
#[derive(Clone, Debug)]
pub struct Choices {
    pub roles: Vec<Choice>,
    pub organisations: Vec<Choice>,
}

impl Choices {
    pub fn load(conn: &mut Conn) -> Result<Choices, Error> {
        let role = |role: &Role| Choice::new(role.word(), role.label());
        let each = |one: Organisation| Choice::new(&*one.code, format!("{} ({})", one.name, one.code));
        let blank = |label| std::iter::once(Choice::new("", label));
        let organisations = organisations::organisations(conn)?.into_iter().map(each);
        Ok(Choices {
            roles: blank("Choose a role").chain(Role::ALL.iter().map(role)).collect(),
            organisations: blank("None, for an administrator").chain(organisations).collect(),
        })
    }
}

/// Adds a membership to a user and audits it, unless the user holds it already on one of the days.
pub fn give(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    (user_id, email): (i64, &str),
    new: &NewMembership,
) -> Result<Result<(), Mistakes>, Error> {
    store::hold(conn, user_id)?;
    let code = new.organisation.as_ref().map(|organisation| &organisation.code);
    let held = store::memberships_of(conn, &[user_id])?;
    if let Some(other) = in_the_way(&held, new.role, code, new.span, None) {
        return Ok(Err(Mistakes::of_one("role", other)));
    }
    let organisation_id = new.organisation.as_ref().map(|organisation| organisation.id);
    super::store::add_membership(conn, user_id, new.role, organisation_id, new.span.from, new.span.to)?;
    let mut subjects = vec![Subject::user(email)];
    subjects.extend(code.map(Subject::organisation));
    let details = json!({ "role": new.role.word(), "organisation": code, "span": new.span.in_words() });
    audit::record(conn, now.moment, actor, Verb::MembershipAdded, &subjects, details)?;
    Ok(Ok(()))
}

/// Why a membership cannot be: the user has the same role at the same organisation on one of the days.
pub fn in_the_way(
    held: &[Held],
    role: Role,
    organisation: Option<&String>,
    span: Span,
    but: Option<i64>,
) -> Option<String> {
    let is_in_the_way = |other: &&Held| {
        other.role == role
            && other.organisation_code.as_ref() == organisation
            && Some(other.id) != but
            && other.span().overlaps(span)
    };
    let other = held.iter().find(is_in_the_way)?;
    Some(format!("The user is {} already, {}", other.label(), other.span().in_words()))
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AddForm {
    #[serde(flatten)]
    membership: MembershipForm,
    key: String,
}

#[derive(Template)]
#[template(path = "accounts/users-membership.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    user: Account,
    form: MembershipForm,
    choices: Choices,
    key: String,
}

async fn page(
    who: &Who,
    database: &Database,
    reference: String,
    form: MembershipForm,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    let (user, choices) =
        database.read(move |conn| Ok((store::by_reference(conn, &reference)?, Choices::load(conn)?))).await?;
    Ok(FormPage { chrome: who.chrome(), mistakes, user, form, choices, key: fresh_key() })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let form = MembershipForm::from(now.today);
    show(&page(&who, &database, reference.into_inner(), form, Mistakes::new()).await?)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    reference: web::Path<String>,
    form: web::Form<AddForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (actor, sent, of) = (who.actor.clone(), form.membership.clone(), reference.clone());
    let adding = move |conn: &mut Conn| {
        let user = store::by_reference(conn, &of)?;
        let mut mistakes = Mistakes::new();
        let Some(new) = sent.check(conn, &mut mistakes)? else { return Ok(Err(mistakes)) };
        let given = give(conn, now, &actor, (user.id, &user.email), &new)?;
        Ok(given.map(|()| user.address()))
    };
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, "The membership is added.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => show_as(
            StatusCode::UNPROCESSABLE_ENTITY,
            &page(&who, &database, reference, form.membership, mistakes).await?,
        ),
    }
}
