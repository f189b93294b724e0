//! Changing a setting that is a number: the new value, and why.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::setting::{Key, Number};
use super::store::{Change, Values, history, set, version};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, Unsaved, filters, save as save_form, see_other, show,
    show_as, typed,
};
use crate::runs::store::locality;
use crate::schema::localities;

/// The longest reason, in characters.
pub const LONGEST: usize = 300;

/// The area its pages stand in.
pub const AREA: NavItem = NavItem { label: "Settings", href: "/admin/settings" };

/// A change as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ChangeForm {
    value: String,
    reason: String,
    key: String,
    version: String,
}

#[derive(Template)]
#[template(path = "settings/change.html")]
struct ChangePage {
    chrome: Chrome,
    key_of: Key,
    number: Number,
    history: Vec<Change>,
    /// Where a locality can have a value of its own: code, name and value of each; of the page for everywhere.
    localities: Vec<(String, String, i64)>,
    form: ChangeForm,
    mistakes: Mistakes,
    key: String,
}

impl ChangePage {
    fn address(&self) -> String {
        address(&self.key_of)
    }

    fn here(&self, locality: &str) -> String {
        address(&Key::here(self.key_of.setting, locality))
    }

    fn hint(&self) -> String {
        let Number { default, least, most, unit } = self.number;
        format!("A whole number from {least} to {most}, in {unit}. The default is {default}.")
    }
}

fn address(key: &Key) -> String {
    format!("/admin/settings/{}", key.name())
}

fn named(conn: &mut Conn, name: &str) -> Result<(Key, Number), Error> {
    let key = Key::read(name).ok_or(Error::NotFound)?;
    if let Some(code) = &key.locality {
        locality(conn, code)?.ok_or(Error::NotFound)?;
    }
    let number = key.setting.number().ok_or(Error::NotFound)?;
    Ok((key, number))
}

fn page(
    conn: &mut Conn,
    who: &Who,
    name: &str,
    form: ChangeForm,
    mistakes: Mistakes,
) -> Result<ChangePage, Error> {
    let (key_of, number) = named(conn, name)?;
    let history = history(conn, Some(&key_of), 20)?;
    let localities = match key_of.setting.is_local() && key_of.locality.is_none() {
        true => values_here(conn, &key_of)?,
        false => Vec::new(),
    };
    Ok(ChangePage {
        chrome: who.chrome(),
        key_of,
        number,
        history,
        localities,
        form,
        mistakes,
        key: fresh_key(),
    })
}

/// What each locality has, by code and name.
fn values_here(conn: &mut Conn, key: &Key) -> Result<Vec<(String, String, i64)>, Error> {
    let values = Values::read(conn)?;
    let all: Vec<(String, String)> =
        localities::table.order(localities::code).select((localities::code, localities::name)).load(conn)?;
    let with = |(code, name): (String, String)| {
        let value = values.here(key.setting, &code);
        (code, name, value)
    };
    Ok(all.into_iter().map(with).collect())
}

pub async fn form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    name: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| {
        let (key, _) = named(conn, &name)?;
        let form = ChangeForm {
            value: Values::read(conn)?.at(&key).to_string(),
            version: version(conn, &key)?.to_string(),
            ..ChangeForm::default()
        };
        page(conn, &who, &name, form, Mistakes::new())
    };
    show(&database.read(read).await?)
}

pub async fn save(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    name: web::Path<String>,
    form: web::Form<ChangeForm>,
) -> Result<HttpResponse, Error> {
    let (form, name) = (form.into_inner(), name.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), name.clone());
    let changing = move |conn: &mut Conn| change(conn, &by, now, &of, &sent);
    match save_form(&database, now, &who, &form.key, changing).await? {
        Ok(path) => {
            say_done(&session, "The setting is changed.")?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, &name, form, mistakes);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Stale) => stale(&who, &database, name, form).await,
    }
}

fn change(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    name: &str,
    form: &ChangeForm,
) -> Result<Result<String, Unsaved>, Error> {
    let (key, _) = named(conn, name)?;
    let mut mistakes = Mistakes::new();
    let value = mistakes.note("value", key.setting.check(&form.value));
    let reason = mistakes.note("reason", typed::required("Reason", &form.reason, LONGEST));
    let (Some(value), Some(reason)) = (value, reason) else { return Ok(Err(mistakes.into())) };
    let Ok(version) = form.version.parse() else { return Ok(Err(Unsaved::Stale)) };
    let before = Values::read(conn)?.at(&key);
    if !set(conn, now, who, &key, (value, version), &reason)? {
        return Ok(Err(Unsaved::Stale));
    }
    let details = json!({ "before": before, "after": value, "reason": reason });
    audit::record(conn, now.moment, &who.actor, Verb::SettingChanged, &[Subject::setting(name)], details)?;
    Ok(Ok(AREA.href.to_owned()))
}

async fn stale(
    who: &Who,
    database: &Database,
    name: String,
    form: ChangeForm,
) -> Result<HttpResponse, Error> {
    let (key, unit, value, last, version) = database
        .read(move |conn| {
            let (key, number) = named(conn, &name)?;
            let last = history(conn, Some(&key), 1)?.into_iter().next();
            let (value, version) = (Values::read(conn)?.at(&key), version(conn, &key)?);
            Ok((key, number.unit, value, last, version))
        })
        .await?;
    StalePage {
        chrome: who.chrome(),
        area: AREA,
        what: key.label(),
        fields: vec![
            Difference::new("Value", format!("{} {unit}", form.value), format!("{value} {unit}")),
            Difference::new("Reason", &form.reason, last.map(|last| last.reason).unwrap_or_default()),
        ],
        action: address(&key),
        typed: typed::fields(&form),
        version,
        record: address(&key),
        key: String::new(),
    }
    .answer()
}
