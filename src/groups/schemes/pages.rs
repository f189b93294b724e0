//! A locality's scheme, and a version of it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::edit::changes;
use super::store::{self, SchemeVersion};
use crate::access::{ReadsGroups, Role, Who};
use crate::clock::Now;
use crate::criteria::store::State;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::{CancerMode, Group, Scheme};
use crate::groups::store::{chosen, localities};
use crate::once::fresh_key;
use crate::page::{Chrome, filters, show};
use crate::people::scope::Scope;
use crate::runs::store::Locality;

/// A locality within the caller's reach, by code.
///
/// # Errors
/// `NotFound` for any other code, whether there is such a locality or not.
pub fn locality(conn: &mut Conn, who: &Who, now: Now, code: &str) -> Result<Locality, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let all = localities(conn, &scope.localities)?;
    chosen(&all, Some(code))?.cloned().ok_or(Error::NotFound)
}

/// Whether the caller sees what is not proposed yet.
pub fn sees_drafts(who: &Who) -> bool {
    matches!(who.role(), Role::Commissioner | Role::Analyst)
}

impl SchemeVersion {
    /// Whether the caller may read it.
    pub fn is_shown_to(&self, who: &Who) -> bool {
        self.state != State::Draft || sees_drafts(who)
    }

    /// The first signs of the hash, as pages show it.
    pub fn short_hash(&self) -> &str {
        &self.text_hash[..12]
    }
}

impl State {
    /// As a tag says it.
    pub fn tag(self) -> &'static str {
        match self {
            State::Draft => "Draft",
            State::Proposed => "Proposed",
            State::Approved => "Approved",
            State::InForce => "In force",
            State::Superseded => "Superseded",
            State::Withdrawn => "Withdrawn",
            State::Returned => "Returned",
        }
    }
}

/// A scheme in the form pages show: who is tried first, what stands beside, what is retired.
pub struct Shown {
    pub scheme: Scheme,
}

impl Shown {
    pub fn order(&self) -> Vec<&Group> {
        self.scheme.in_precedence()
    }

    pub fn overlay(&self) -> Option<&Group> {
        self.scheme.overlay()
    }

    pub fn retired(&self) -> Vec<&Group> {
        self.scheme.groups().iter().filter(|group| group.is_retired()).collect()
    }

    /// Whether cancer is a home group.
    pub fn places_cancer(&self) -> bool {
        self.scheme.cancer_mode() == CancerMode::HomeGroup
    }

    /// "£1,200 per person and year", or that none is agreed.
    pub fn amount(&self) -> String {
        let amount = self.scheme.supplementary_care().amount;
        amount.map_or_else(|| "Not agreed yet".into(), |amount| format!("{amount} per person and year"))
    }
}

#[derive(Template)]
#[template(path = "schemes/scheme.html")]
struct SchemePage {
    chrome: Chrome,
    here: Locality,
    /// `None` where the shipped scheme stands.
    standing: Option<SchemeVersion>,
    shown: Shown,
    history: Vec<SchemeVersion>,
    may_draft: bool,
    key: String,
}

pub async fn scheme(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database.read(move |conn| scheme_page(conn, &who, now, &code)).await?;
    show(&page)
}

fn scheme_page(conn: &mut Conn, who: &Who, now: Now, code: &str) -> Result<SchemePage, Error> {
    let here = locality(conn, who, now, code)?;
    let schemes = store::Schemes::on(conn, now.today)?;
    let mut history = store::history(conn, here.id)?;
    let standing = history.iter().find(|version| version.number == schemes.number(here.id)).cloned();
    history.retain(|version| version.is_shown_to(who));
    Ok(SchemePage {
        chrome: who.chrome(),
        standing,
        shown: Shown { scheme: schemes.of(here.id).clone() },
        history,
        may_draft: who.role() == Role::Commissioner,
        key: fresh_key(),
        here,
    })
}

#[derive(Template)]
#[template(path = "schemes/version.html")]
struct VersionPage {
    chrome: Chrome,
    here: Locality,
    version: SchemeVersion,
    shown: Shown,
    /// What it changes in the scheme that stands.
    changes: Vec<String>,
    may_edit: bool,
    key: String,
}

pub async fn version(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    path: web::Path<(String, i64)>,
) -> Result<HttpResponse, Error> {
    let (code, number) = path.into_inner();
    let page = database
        .read(move |conn| {
            let here = locality(conn, &who, now, &code)?;
            let version = store::version(conn, here.id, number)?.ok_or(Error::NotFound)?;
            if !version.is_shown_to(&who) {
                return Err(Error::NotFound);
            }
            let scheme = version.scheme()?;
            let standing = store::in_force(conn, here.id, now.today)?;
            Ok(VersionPage {
                chrome: who.chrome(),
                changes: changes(&standing, &scheme),
                shown: Shown { scheme },
                may_edit: who.role() == Role::Commissioner && version.state == State::Draft,
                key: fresh_key(),
                version,
                here,
            })
        })
        .await?;
    show(&page)
}
