//! Changing a setting that is a number: the new value, and why.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::setting::{Number, Setting};
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
    setting: Setting,
    number: Number,
    history: Vec<Change>,
    form: ChangeForm,
    mistakes: Mistakes,
    key: String,
}

impl ChangePage {
    fn address(&self) -> String {
        address(self.setting)
    }

    fn hint(&self) -> String {
        let Number { default, least, most, unit } = self.number;
        format!("A whole number from {least} to {most}, in {unit}. The default is {default}.")
    }
}

fn address(setting: Setting) -> String {
    format!("/admin/settings/{}", setting.word())
}

fn named(name: &str) -> Result<(Setting, Number), Error> {
    let setting = Setting::from_word(name).ok_or(Error::NotFound)?;
    Ok((setting, setting.number().ok_or(Error::NotFound)?))
}

fn page(
    conn: &mut Conn,
    who: &Who,
    name: &str,
    form: ChangeForm,
    mistakes: Mistakes,
) -> Result<ChangePage, Error> {
    let (setting, number) = named(name)?;
    let history = history(conn, Some(setting), 20)?;
    Ok(ChangePage { chrome: who.chrome(), setting, number, history, form, mistakes, key: fresh_key() })
}

pub async fn form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    name: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| {
        let (setting, _) = named(&name)?;
        let form = ChangeForm {
            value: Values::read(conn)?.of(setting).to_string(),
            version: version(conn, setting)?.to_string(),
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
    let (setting, _) = named(name)?;
    let mut mistakes = Mistakes::new();
    let value = mistakes.note("value", setting.check(&form.value));
    let reason = mistakes.note("reason", typed::required("Reason", &form.reason, LONGEST));
    let (Some(value), Some(reason)) = (value, reason) else { return Ok(Err(mistakes.into())) };
    let Ok(version) = form.version.parse() else { return Ok(Err(Unsaved::Stale)) };
    let before = Values::read(conn)?.of(setting);
    if !set(conn, now, who, setting, (value, version), &reason)? {
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
    let (setting, number) = named(&name)?;
    let (value, last, version) = database
        .read(move |conn| {
            let last = history(conn, Some(setting), 1)?.into_iter().next();
            Ok((Values::read(conn)?.of(setting), last, version(conn, setting)?))
        })
        .await?;
    let unit = number.unit;
    StalePage {
        chrome: who.chrome(),
        area: AREA,
        what: setting.label().to_owned(),
        fields: vec![
            Difference::new("Value", format!("{} {unit}", form.value), format!("{value} {unit}")),
            Difference::new("Reason", &form.reason, last.map(|last| last.reason).unwrap_or_default()),
        ],
        action: address(setting),
        typed: typed::fields(&form),
        version,
        record: address(setting),
        key: String::new(),
    }
    .answer()
}
