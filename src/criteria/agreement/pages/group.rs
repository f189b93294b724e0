//! The criteria of one group in a locality: what they say now, and every version there has been.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::Text;
use super::document::until;
use super::list::{Counted, counted};
use crate::access::{ReadsGroups, Who};
use crate::clock::Now;
use crate::criteria::agreement::seen::{Agreement, Reader, path, place};
use crate::criteria::compare::{compare, in_a_sentence};
use crate::criteria::store::{AGREED, State, Version, history, in_force};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Group;
use crate::groups::store::carers;
use crate::page::{Chrome, Query, filters, show};
use crate::people::scope::Scope;
use crate::runs::store::{Locality, Run, current};

/// A version in the history.
struct Line {
    version: Version,
    path: String,
    standing: State,
    until: Option<NaiveDate>,
    /// What changed since the version before, in a sentence.
    change: Option<String>,
}

#[derive(Template)]
#[template(path = "criteria/group.html")]
struct GroupPage {
    chrome: Chrome,
    here: Locality,
    group: Group,
    text: Option<Text>,
    run: Option<Run>,
    counted: Option<Counted>,
    carers: Vec<(String, NaiveDate)>,
    lines: Vec<Line>,
    /// Whether the caller drafts criteria.
    drafts: bool,
    /// Whether the scheme in force has the group.
    is_agreed: bool,
}

impl GroupPage {
    fn path(&self) -> String {
        format!("/criteria/{}/{}", self.here.code, self.group.code)
    }

    fn up(&self) -> String {
        format!("/criteria{}", Query::default().with("locality", &self.here.code))
    }
}

pub async fn group(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let page = database.read(move |conn| page(conn, &who, now, &address)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, address: &(String, String)) -> Result<GroupPage, Error> {
    let (here, group, names) = place(conn, who, now, &address.0, &address.1)?;
    let scope = Scope::of(conn, who, now.today)?;
    let run = current(conn, here.id)?;
    let standing = in_force(conn, here.id, now.today)?;
    let version = standing.iter().find(|version| version.group_code == group.code);
    let counted = match &run {
        Some(run) => counted(conn, who, &scope, now, run)?,
        None => None,
    };
    Ok(GroupPage {
        chrome: who.chrome(),
        drafts: Reader::of(who) == Reader::Commissioner,
        text: version.map(|version| Text::of((&here.code, &names), version)).transpose()?,
        lines: lines(conn, who, &here, &group, &standing)?,
        carers: carers(conn, here.id, &group.code, now.today)?,
        counted: counted.and_then(|counted| counted.of(&group, &here)),
        is_agreed: scope.schemes.of(here.id).group(&group.code).is_some(),
        run,
        here,
        group,
    })
}

/// Every version the caller may read, newest first.
fn lines(
    conn: &mut Conn,
    who: &Who,
    here: &Locality,
    group: &Group,
    standing: &[Version],
) -> Result<Vec<Line>, Error> {
    let all = history(conn, here.id, &group.code)?;
    let proposals: Vec<i64> = all.iter().filter_map(|version| version.proposal_id).collect();
    let agreements = Agreement::of(conn, &proposals)?;
    let reader = Reader::of(who);
    let readable = |version: &&Version| {
        let agreement = version.proposal_id.and_then(|id| agreements.get(&id));
        reader.may_read(version.state, agreement)
    };
    let shown: Vec<&Version> = all.iter().filter(readable).collect();
    let made = shown.iter().enumerate().map(|(at, version)| {
        let before = shown[at + 1..].iter().find(|before| AGREED.contains(&before.state));
        let change = match before {
            Some(before) if !version.text.is_empty() => {
                let compared = compare(&before.expression()?, &version.expression()?);
                in_a_sentence(&compared).map(|change| format!("{change} since version {}", before.number))
            }
            _ => None,
        };
        Ok(Line {
            path: path(&here.code, version),
            standing: version.standing(standing),
            until: until(version, &all),
            change,
            version: (*version).clone(),
        })
    });
    made.collect()
}
