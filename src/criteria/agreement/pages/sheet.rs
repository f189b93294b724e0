//! What is printed: the sheet of a version with who agreed to it, and the agreed text of all groups of a locality.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::document::{impact_of, until};
use super::{Text, label, tally};
use crate::access::{ReadsGroups, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::agreement::proposal::hash_of;
use crate::criteria::agreement::seen::{Address, Agreement, Seen};
use crate::criteria::command::text_of;
use crate::criteria::preview_pages::impact::Impact;
use crate::criteria::store::{State as VersionState, Version, agreed_on, history, in_force};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::names::Names;
use crate::groups::store::localities;
use crate::page::{Chrome, Query, filters, show};
use crate::people::scope::Scope;
use crate::runs::store::Locality;

#[derive(Template)]
#[template(path = "criteria/sheet.html")]
struct SheetPage {
    chrome: Chrome,
    seen: Seen,
    texts: Vec<Text>,
    standing: VersionState,
    until: Option<NaiveDate>,
    sees_answers: bool,
    impact: Option<Impact>,
}

impl SheetPage {
    fn agreement(&self) -> Option<&Agreement> {
        self.seen.agreement.as_ref().filter(|agreement| agreement.proposal.proposed_at.is_some())
    }

    /// What the answers are bound to.
    fn hash(&self) -> String {
        match &self.seen.agreement {
            Some(agreement) => hash_of(&agreement.versions),
            None => self.seen.version.text_hash.clone(),
        }
    }

    fn tally(&self, agreement: &Agreement) -> String {
        tally(agreement)
    }

    fn state(&self, agreement: &Agreement) -> &'static str {
        label(agreement.proposal.state)
    }
}

/// A4: the text, plain English, hash, who answered what and when, and the impact at approval.
pub async fn sheet(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let seen = Seen::of(conn, &who, now, &address)?;
            if seen.version.state == VersionState::Draft {
                return Err(Error::NotFound);
            }
            let place = (&*seen.locality.code, &seen.names);
            let texts = match &seen.agreement {
                Some(agreement) => Text::all(place, agreement)?,
                None => vec![Text::of(place, &seen.version)?],
            };
            let all = history(conn, seen.locality.id, &seen.version.group_code)?;
            let agreement = seen.agreement.as_ref();
            Ok(SheetPage {
                chrome: who.chrome(),
                texts,
                standing: seen.version.standing(&agreed_on(conn, seen.locality.id, now.today)?),
                until: until(&seen.version, &all),
                sees_answers: agreement.is_some_and(|it| seen.reader.sees_answers(it, now.today)),
                impact: agreement.and_then(|agreement| impact_of(&agreement.proposal)),
                seen,
            })
        })
        .await?;
    show(&page)
}

/// What is in force in a locality today, in the order in which groups are tried.
fn in_order(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    locality: &str,
) -> Result<(Locality, Scheme, Vec<Version>), Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let all = localities(conn, &scope.localities)?;
    let here = all.into_iter().find(|each| each.code == locality).ok_or(Error::NotFound)?;
    let mut versions = in_force(conn, here.id, now.today)?;
    let scheme = scope.schemes.of(here.id).clone();
    let order = scheme.in_precedence().into_iter().chain(scheme.overlay());
    let order: Vec<String> = order.map(|group| group.code.clone()).collect();
    let place = |version: &Version| order.iter().position(|code| *code == version.group_code);
    // Nobody is placed by the criteria of a group that is retired.
    versions.retain(|version| place(version).is_some());
    versions.sort_by_key(place);
    Ok((here, scheme, versions))
}

#[derive(Template)]
#[template(path = "criteria/agreed.html")]
struct AgreedPage {
    chrome: Chrome,
    here: Locality,
    texts: Vec<(Text, Option<Agreement>)>,
    today: NaiveDate,
}

impl AgreedPage {
    fn up(&self) -> String {
        format!("/criteria{}", Query::default().with("locality", &self.here.code))
    }

    fn tally(&self, agreement: &Agreement) -> String {
        tally(agreement)
    }
}

/// All that is in force in a locality as one document.
pub async fn agreed(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    locality: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let (here, _, mut versions) = in_order(conn, &who, now, &locality)?;
            let agreed = agreed_on(conn, here.id, now.today)?;
            versions.splice(0..0, agreed.into_iter().filter(Version::is_scheme));
            let ids: Vec<i64> = versions.iter().filter_map(|version| version.proposal_id).collect();
            let agreements = Agreement::of(conn, &ids)?;
            let names = Names::on(conn, here.id, now.today)?;
            let text = |version: &Version| {
                let agreement = version.proposal_id.and_then(|id| agreements.get(&id)).cloned();
                Ok((Text::of((&here.code, &names), version)?, agreement))
            };
            let texts = versions.iter().map(text).collect::<Result<_, Error>>()?;
            Ok(AgreedPage { chrome: who.chrome(), texts, here, today: now.today })
        })
        .await?;
    show(&page)
}

/// The same as the file that `criteria export` writes, which can be imported again and checked against the hashes.
pub async fn file(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    locality: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let actor = who.actor.clone();
    let (here, text, groups) = database
        .read(move |conn| {
            let (here, scheme, versions) = in_order(conn, &who, now, &locality)?;
            Ok((here, text_of(&versions, &scheme)?, versions.len()))
        })
        .await?;
    let name = format!("attachment; filename=\"criteria-{}.txt\"", here.code);
    let record = move |conn: &mut Conn| {
        let details = json!({ "drafts": false, "groups": groups });
        audit::record(
            conn,
            now.moment,
            &actor,
            Verb::CriteriaExported,
            &[Subject::locality(&here.code)],
            details,
        )
    };
    database.write(record).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(text))
}
