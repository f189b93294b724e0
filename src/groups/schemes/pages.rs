//! A locality's scheme, and every version there has been.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::edit::changes;
use super::store;
use crate::access::{ReadsGroups, Role, Who};
use crate::clock::Now;
use crate::criteria::agreement::seen::{Agreement, Reader, Seen, locality_of, path};
use crate::criteria::store::{SCHEME, State, Version, agreed_on, history, latest};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::{CancerMode, Group, Scheme};
use crate::once::fresh_key;
use crate::page::{Chrome, filters, show};
use crate::runs::store::Locality;

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

/// A group of a scheme whose criteria are not agreed yet, and where they are drafted.
pub struct Lacking {
    pub code: String,
    pub label: String,
    pub href: String,
    pub action: &'static str,
}

/// The groups of a scheme that have no criteria, or only a draft, in the order in which they are tried.
pub fn lacking(conn: &mut Conn, here: &Locality, scheme: &Scheme) -> Result<Vec<Lacking>, Error> {
    let latest = latest(conn, here.id)?;
    let of = |group: &&Group| {
        let version = latest.iter().find(|version| version.group_code == group.code);
        let (action, href) = match version.map(|version| (version.state, version)) {
            None | Some((State::Withdrawn, _)) => {
                ("Draft its criteria", format!("/criteria/{}/{}/draft", here.code, group.code))
            }
            Some((State::Draft, draft)) => {
                ("Go on with its criteria", format!("{}/edit", path(&here.code, draft)))
            }
            Some(_) => return None,
        };
        Some(Lacking { code: group.code.clone(), label: group.label.clone(), href, action })
    };
    Ok(scheme.in_precedence().iter().filter_map(of).collect())
}

/// A version in the history.
struct Line {
    version: Version,
    standing: State,
    changes: Vec<String>,
}

#[derive(Template)]
#[template(path = "schemes/scheme.html")]
struct SchemePage {
    chrome: Chrome,
    here: Locality,
    /// `None` where the shipped scheme stands.
    standing: Option<Version>,
    shown: Shown,
    lines: Vec<Line>,
    may_draft: bool,
    /// For those who draft criteria.
    lacking: Vec<Lacking>,
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
    let here = locality_of(conn, who, now, code)?;
    let schemes = store::Schemes::on(conn, now.today)?;
    let all = agreed_on(conn, here.id, now.today)?;
    let standing = all.iter().find(|version| version.is_scheme()).cloned();
    let may_draft = who.role() == Role::Commissioner;
    let lacking = if may_draft { lacking(conn, &here, schemes.of(here.id))? } else { Vec::new() };
    Ok(SchemePage {
        chrome: who.chrome(),
        lacking,
        standing,
        shown: Shown { scheme: schemes.of(here.id).clone() },
        lines: lines(conn, who, &here, &all)?,
        may_draft,
        key: fresh_key(),
        here,
    })
}

/// Every version the caller may read, newest first, each with what it changed in the agreed one before it.
fn lines(conn: &mut Conn, who: &Who, here: &Locality, standing: &[Version]) -> Result<Vec<Line>, Error> {
    let all = history(conn, here.id, SCHEME)?;
    let proposals: Vec<i64> = all.iter().filter_map(|version| version.proposal_id).collect();
    let agreements = Agreement::of(conn, &proposals)?;
    let reader = Reader::of(who);
    let mut lines = Vec::new();
    for (at, version) in all.iter().enumerate() {
        let agreement = version.proposal_id.and_then(|id| agreements.get(&id));
        if !reader.may_read(version.state, agreement) {
            continue;
        }
        let before = all[at + 1..].iter().find(|before| before.state.is_agreed());
        let before = before.map_or_else(|| Ok(Scheme::shipped().clone()), Version::scheme)?;
        let changes = changes(&before, &version.scheme()?);
        lines.push(Line { version: version.clone(), standing: version.standing(standing), changes });
    }
    Ok(lines)
}

/// The text of a version, byte for byte as it is hashed.
pub async fn file(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (code, number) = path.into_inner();
    let text = database
        .read(move |conn| Ok(Seen::of(conn, &who, now, &(code, SCHEME.to_owned(), number))?.version.text))
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"scheme.json\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text))
}
