//! Two versions of a group's criteria side by side: in words, part by part, and in people.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;

use super::page::{Asked, Linked, Lists, Prepared, between};
use super::tables::{Cell, come_and_go};
use super::work::{Wanted, Worked, register};
use crate::access::{ReadsGroups, Who};
use crate::clock::Now;
use crate::criteria::agreement::seen::{Agreement, Reader};
use crate::criteria::compare::{Change, Compared, compare as compare_parts, in_a_sentence};
use crate::criteria::outline::Line;
use crate::criteria::seen::{Address, Here, Seen};
use crate::criteria::store::{Version, history};
use crate::database::{Conn, Database};
use crate::disclosure::Audience;
use crate::error::Error;
use crate::groups::schemes::edit::changes;
use crate::jobs::Tools;
use crate::page::{Choice, Chrome, Mistakes, filters, see_other, show_as};

/// A line of the comparison as the page marks it.
struct Marked {
    depth: usize,
    is_moved: bool,
    /// What goes, where something does.
    removed: Option<Line>,
    /// What comes, where something does.
    added: Option<Line>,
    same: Option<Line>,
}

impl From<Compared> for Marked {
    fn from(compared: Compared) -> Marked {
        let Compared { depth, change, before, after } = compared;
        let (is_moved, depth) = (change == Change::Moved, depth.min(6));
        match change {
            Change::Unchanged | Change::Moved => {
                Marked { depth, is_moved, removed: None, added: None, same: after }
            }
            Change::Changed | Change::Added | Change::Removed => {
                Marked { depth, is_moved, removed: before, added: after, same: None }
            }
        }
    }
}

#[derive(Template)]
#[template(path = "criteria/compare.html")]
struct ComparePage {
    chrome: Chrome,
    here: Here,
    before: Version,
    after: Version,
    lines: Vec<Marked>,
    /// What one scheme changes in the other; none of criteria.
    scheme_changes: Option<Vec<String>>,
    sentence: Option<String>,
    /// The versions that can be compared.
    versions: Vec<Choice>,
    is_exact: bool,
    on: chrono::NaiveDate,
    register: i64,
    come: Cell,
    go: Cell,
    lists: Lists,
}

impl ComparePage {
    fn linked<'a>(&'a self, cell: &'a Cell) -> Linked<'a> {
        Linked { cell, lists: &self.lists }
    }

    fn crumb(&self) -> String {
        format!("Version {}", self.after.number)
    }

    fn chosen(&self) -> String {
        self.before.number.to_string()
    }

    /// The whole preview of the change, for those who see exact figures.
    fn preview(&self) -> String {
        let asked = self.lists.asked(&crate::page::Query::default());
        format!("{}/preview{asked}", self.here.sibling(&self.after))
    }
}

/// Goes to the comparison with the version that is chosen.
pub async fn choose(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let asked = Asked::new(query.into_inner());
    let other = asked.query.get("with").unwrap_or_default().to_owned();
    let to = database.read(move |conn| {
        let seen = Seen::of(conn, &who, now, &address)?;
        let (locality, group, _) = address.into_inner();
        let other = Seen::of(conn, &who, now, &(locality, group, other))?;
        Ok(format!("{}/compare/{}", seen.address(), other.version.number))
    });
    Ok(see_other(to.await?))
}

pub async fn compare(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    path: web::Path<(String, String, String, String)>,
) -> Result<HttpResponse, Error> {
    let (wanted, path) = (Wanted::new(), path.into_inner());
    let _gone = Wanted(wanted.0.clone());
    let made = web::block(move || page(&who, &database, &tools, now, path, &wanted));
    show_as(StatusCode::OK, &made.await.context("comparing two versions")??)
}

fn page(
    who: &Who,
    database: &Database,
    tools: &Tools,
    now: Now,
    (locality, group, after, before): (String, String, String, String),
    wanted: &Wanted,
) -> Result<ComparePage, Error> {
    let (prepared, before, versions) = database.read_now(|conn| {
        let place = |number| (locality.clone(), group.clone(), number);
        let before = Seen::of(conn, who, now, &place(before))?.version;
        let asked = Asked::new(vec![("against".into(), before.number.to_string())]);
        let mut prepared = Prepared::of(conn, who, now, &place(after), &asked)?;
        prepared.sides = between(conn, now.today, &before, &prepared.seen.version)?;
        Ok((prepared, before, readable(conn, who, &locality, &group)?))
    })?;
    let register = register(&tools.registers, database, &prepared.sides, &wanted.0)?.ok_or(Error::Busy)?;
    let worked = Worked::of(&register, &prepared.sides, &wanted.0).map_err(|_| Error::Busy)?;
    let [come, go] = come_and_go(&worked, &prepared.seen.here.group, prepared.audience);
    let after = prepared.seen.version.clone();
    let compared = match (before.text.as_str(), after.text.as_str()) {
        ("", _) | (_, "") => Vec::new(),
        _ if after.is_scheme() => Vec::new(),
        _ => compare_parts(&before.expression()?, &after.expression()?),
    };
    let scheme_changes = match after.is_scheme() {
        true => Some(changes(&before.scheme()?, &after.scheme()?)),
        false => None,
    };
    Ok(ComparePage {
        chrome: who.chrome(),
        scheme_changes,
        sentence: in_a_sentence(&compared),
        lines: compared.into_iter().map(Marked::from).collect(),
        before,
        after,
        versions,
        is_exact: prepared.audience == Audience::MayList,
        on: prepared.sides.on,
        register: worked.register,
        come,
        go,
        lists: Lists::new(&prepared),
        here: prepared.seen.here,
    })
}

/// The versions of a group that the caller may read and that have a text, latest first.
fn readable(conn: &mut Conn, who: &Who, locality: &str, group: &str) -> Result<Vec<Choice>, Error> {
    let locality = crate::runs::store::locality(conn, locality)?.ok_or(Error::NotFound)?;
    let all = history(conn, locality.id, group)?;
    let proposals: Vec<i64> = all.iter().filter_map(|version| version.proposal_id).collect();
    let agreements = Agreement::of(conn, &proposals)?;
    let reader = Reader::of(who);
    let readable = all.into_iter().filter(|version| {
        let agreement = version.proposal_id.and_then(|id| agreements.get(&id));
        !version.is_blank() && reader.may_read(version.state, agreement)
    });
    let choice = |version: Version| {
        let words = format!("Version {}, {}", version.number, version.state.label().to_lowercase());
        Choice::new(version.number.to_string(), words)
    };
    Ok(readable.map(choice).collect())
}
