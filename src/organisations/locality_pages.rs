//! The pages of one locality: looking at it, adding it, changing it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::forms::LocalityForm;
use super::networks::{self, CareAgreement};
use super::organisation::Kind;
use super::store::{self, Locality, Organisation};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Group;
use crate::groups::schemes::store::in_force;
use crate::once::fresh_key;
use crate::page::{
    Chrome, Difference, Mistakes, StalePage, Unsaved, filters, save, see_other, show, show_as, typed,
};

/// The shell of a locality's page, in the menu's area of organisations.
fn chrome(who: &Who) -> Chrome {
    let mut chrome = who.chrome();
    chrome.here = format!("{}/localities", super::AREA.href);
    chrome
}

/// A group of the scheme, and who cares for it in the locality.
struct Cared {
    label: String,
    agreements: Vec<CareAgreement>,
}

#[derive(Template)]
#[template(path = "organisations/locality.html")]
struct LocalityPage {
    chrome: Chrome,
    locality: Locality,
    /// The commissioner that leads, once it is there.
    leads: Option<Organisation>,
    /// Those that commission jointly.
    joint: Vec<Organisation>,
    practices: usize,
    cared: Vec<Cared>,
    today: NaiveDate,
}

impl LocalityPage {
    /// The form that changes it.
    fn details(&self) -> String {
        format!("{}/details", self.locality.address())
    }
}

pub async fn one(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (locality, related, care, scheme) = database
        .read(move |conn| {
            let locality = store::locality_by_code(conn, &code)?;
            let related = store::related_to(conn, &locality)?;
            let care = networks::care_in_locality(conn, locality.id)?;
            let scheme = in_force(conn, locality.id, now.today)?;
            Ok((locality, related, care, scheme))
        })
        .await?;
    let is_leading = |each: &&Organisation| each.code == locality.commissioner_code;
    let of_kind = |kind: Kind| related.iter().filter(move |each| each.kind == kind);
    let placed = |group: &&Group| !group.is_retired();
    let cared = scheme.groups().iter().filter(placed).map(|group| Cared {
        label: group.label.clone(),
        agreements: care
            .iter()
            .filter(|each| each.group_code == group.code && !each.span().has_ended(now.today))
            .cloned()
            .collect(),
    });
    show(&LocalityPage {
        chrome: chrome(&who),
        leads: of_kind(Kind::Commissioner).find(is_leading).cloned(),
        joint: of_kind(Kind::Commissioner).filter(|each| !is_leading(each)).cloned().collect(),
        practices: of_kind(Kind::Practice).count(),
        cared: cared.collect(),
        today: now.today,
        locality,
    })
}

/// The form of a new locality, or of a change to one.
#[derive(Template)]
#[template(path = "organisations/locality-form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    form: LocalityForm,
    /// The locality as it is, where it is changed.
    changed: Option<Locality>,
    commissioners: Vec<Organisation>,
    key: String,
}

impl FormPage {
    fn heading(&self) -> String {
        self.changed
            .as_ref()
            .map_or_else(|| "Add a locality".to_owned(), |locality| format!("Change {}", locality.name))
    }

    fn action(&self) -> String {
        self.changed.as_ref().map_or_else(
            || "/admin/localities/new".to_owned(),
            |locality| format!("{}/details", locality.address()),
        )
    }

    fn button(&self) -> &'static str {
        if self.changed.is_some() { "Save the changes" } else { "Add the locality" }
    }
}

async fn form_page(
    who: &Who,
    database: &Database,
    form: LocalityForm,
    changed: Option<Locality>,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    let commissioners = database.read(|conn| store::of_kind(conn, Kind::Commissioner)).await?;
    Ok(FormPage { chrome: chrome(who), mistakes, form, changed, commissioners, key: fresh_key() })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
) -> Result<HttpResponse, Error> {
    show(&form_page(&who, &database, LocalityForm::default(), None, Mistakes::new()).await?)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    form: web::Form<LocalityForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (actor, sent) = (who.actor.clone(), form.clone());
    let adding = move |conn: &mut Conn| add_locality(conn, now, &actor, &sent);
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, &format!("{} is added.", form.name.trim()))?;
            Ok(see_other(address))
        }
        Err(mistakes) => show_as(
            StatusCode::UNPROCESSABLE_ENTITY,
            &form_page(&who, &database, form, None, mistakes).await?,
        ),
    }
}

fn add_locality(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    form: &LocalityForm,
) -> Result<Result<String, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let is_taken = store::is_locality(conn, &form.code())?;
    let code = form.check_code(&mut mistakes, is_taken);
    let named = store::kind_of(conn, &form.commissioner())?;
    let details = form.check(&mut mistakes, named);
    let (Some(code), Some(details)) = (code, details) else { return Ok(Err(mistakes)) };
    if !store::add_locality(conn, &code, &details)? {
        return Ok(Err(Mistakes::of_one("code", "Somebody has just given that code to another locality")));
    }
    let fields = json!({ "fields": typed::in_audit(form) });
    audit::record(conn, now.moment, actor, Verb::LocalityAdded, &[Subject::locality(&code)], fields)?;
    Ok(Ok(format!("/admin/localities/{code}")))
}

pub async fn change_form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let locality = database.read(move |conn| store::locality_by_code(conn, &code)).await?;
    let form = LocalityForm::of(&locality);
    show(&form_page(&who, &database, form, Some(locality), Mistakes::new()).await?)
}

pub async fn change(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    code: web::Path<String>,
    form: web::Form<LocalityForm>,
) -> Result<HttpResponse, Error> {
    let (form, code) = (form.into_inner(), code.into_inner());
    let (actor, sent, asked) = (who.actor.clone(), form.clone(), code.clone());
    let changing = move |conn: &mut Conn| change_locality(conn, now, &actor, &asked, &sent);
    let unsaved = match save(&database, now, &who, &form.key, changing).await? {
        Ok(address) => {
            say_done(&session, "The changes are saved.")?;
            return Ok(see_other(address));
        }
        Err(unsaved) => unsaved,
    };
    let locality = database.read(move |conn| store::locality_by_code(conn, &code)).await?;
    match unsaved {
        Unsaved::Mistaken(mistakes) => show_as(
            StatusCode::UNPROCESSABLE_ENTITY,
            &form_page(&who, &database, form, Some(locality), mistakes).await?,
        ),
        Unsaved::Stale => stale(&who, &locality, &form),
    }
}

fn change_locality(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    code: &str,
    form: &LocalityForm,
) -> Result<Result<String, Unsaved>, Error> {
    let locality = store::locality_by_code(conn, code)?;
    let mut mistakes = Mistakes::new();
    let named = store::kind_of(conn, &form.commissioner())?;
    let Some(details) = form.check(&mut mistakes, named) else { return Ok(Err(mistakes.into())) };
    if form.version != locality.version.to_string()
        || !store::change_locality(conn, locality.id, locality.version, &details)?
    {
        return Ok(Err(Unsaved::Stale));
    }
    let before = typed::in_audit(&LocalityForm::of(&locality));
    let fields = json!({ "before": before, "after": typed::in_audit(form) });
    audit::record(conn, now.moment, actor, Verb::LocalityChanged, &[Subject::locality(code)], fields)?;
    Ok(Ok(locality.address()))
}

fn stale(who: &Who, locality: &Locality, form: &LocalityForm) -> Result<HttpResponse, Error> {
    let theirs = LocalityForm::of(locality);
    let page = StalePage {
        chrome: chrome(who),
        area: super::AREA,
        what: locality.name.clone(),
        fields: vec![
            Difference::new("Name", &form.name, theirs.name),
            Difference::new("Leading commissioner", &form.commissioner, theirs.commissioner),
            Difference::new("Population", &form.population, theirs.population),
        ],
        action: format!("{}/details", locality.address()),
        typed: typed::fields(form),
        version: locality.version,
        record: locality.address(),
        key: String::new(),
    };
    page.answer()
}
