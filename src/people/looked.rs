//! Who looked at a person's record: every entry of the trail about them, for their practice.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::list::Listed;
use super::person::{in_scope, name};
use crate::access::{Practice, Role, Who};
use crate::audit::list_page::acting_as;
use crate::audit::trail::{self, Entry};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chrome, Pages, Query, filters, show};
use crate::schema::{audit_entries, audit_subjects, localities, organisations};

/// What is told of an act beside who did it: of these the reason, which their pages ask for with this in mind.
const WITH_REASON: [Verb; 2] = [Verb::UnmaskAsked, Verb::Unmasked];

#[derive(Template)]
#[template(path = "people/looked.html")]
struct LookedPage {
    chrome: Chrome,
    query: Query,
    person: Listed,
    name: String,
    pages: Pages,
    entries: Vec<Entry>,
    /// Those that are larger files, which may hold the person.
    files: Vec<i64>,
    names: HashMap<String, String>,
}

impl LookedPage {
    fn back(&self) -> String {
        format!("/people/{}", self.person.pseudonym)
    }

    fn by_others(&self) -> bool {
        self.query.get("by") == Some("others")
    }

    fn acting_as(&self, entry: &Entry) -> String {
        acting_as(entry, &self.names)
    }

    fn may_hold(&self, entry: &Entry) -> bool {
        self.files.contains(&entry.id)
    }

    fn reason(&self, entry: &Entry) -> Option<String> {
        reason(entry)
    }
}

fn reason(entry: &Entry) -> Option<String> {
    let verb = Verb::from_word(&entry.verb)?;
    let content: Value = serde_json::from_str(entry.content.as_deref()?).ok()?;
    let reason = content["details"]["reason"].as_str()?.to_owned();
    WITH_REASON.contains(&verb).then_some(reason)
}

pub async fn looked(
    Practice(who): Practice,
    database: web::Data<Database>,
    now: Now,
    pseudonym: web::Path<String>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner()).offered(&[("by", "By")], |_, value| value == "others");
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, now, &pseudonym, query)).await?;
    let (subject, rows) = ([Subject::person(&page.person.pseudonym)], page.pages.rows);
    database
        .write(move |conn| {
            audit::record(conn, now.moment, &actor, Verb::LookedRead, &subject, json!({ "rows": rows }))
        })
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str, query: Query) -> Result<LookedPage, Error> {
    let person = in_scope(conn, who, now, pseudonym)?;
    let but_ours = query.get("by").map(|_| who.actor.acting_as.as_str());
    let mut ids = about(conn, pseudonym, but_ours)?;
    let files = files(conn, &person, but_ours.is_some())?;
    ids.extend(&files);
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let rows = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let pages = Pages::new(number("page"), number("per"), rows);
    let from = usize::try_from(pages.offset()).unwrap_or(0).min(ids.len());
    let shown: Vec<i64> = ids.into_iter().skip(from).take(usize::try_from(pages.per).unwrap_or(0)).collect();
    let entries = trail::those(conn, &shown)?;
    let codes: Vec<&str> = entries.iter().map(|entry| entry.acting_as.as_str()).collect();
    Ok(LookedPage {
        chrome: who.chrome(),
        name: name(&person),
        names: trail::names(conn, &codes)?,
        query,
        person,
        pages,
        entries,
        files,
    })
}

/// The entries that name a person; without those of an organisation (its code).
fn about(conn: &mut Conn, pseudonym: &str, but: Option<&str>) -> Result<Vec<i64>, Error> {
    let mut query = audit_subjects::table
        .inner_join(audit_entries::table)
        .filter(audit_subjects::kind.eq("person").and(audit_subjects::reference.eq(pseudonym)))
        .select(audit_entries::id)
        .distinct()
        .into_boxed();
    if let Some(code) = but {
        query = query.filter(audit_entries::acting_as.ne(code));
    }
    Ok(query.load(conn)?)
}

/// Files of a person's locality too large to name whom they hold. Those of other practices hold their own people only.
fn files(conn: &mut Conn, person: &Listed, but_ours: bool) -> Result<Vec<i64>, Error> {
    let locality: Option<String> = organisations::table
        .inner_join(localities::table)
        .filter(organisations::code.eq(&person.practice))
        .select(localities::code)
        .first(conn)
        .optional()?;
    let Some(locality) = locality else { return Ok(Vec::new()) };
    let subjects = || audit_subjects::table.filter(audit_subjects::entry_id.eq(audit_entries::id));
    let practices = [Role::Gp, Role::PracticeStaff].map(Role::word);
    let theirs = audit_entries::role.ne_all(practices);
    let query = audit_entries::table
        .filter(audit_entries::verb.eq(Verb::PeopleExported.word()))
        .filter(exists(
            subjects()
                .filter(audit_subjects::kind.eq("locality").and(audit_subjects::reference.eq(locality))),
        ))
        .filter(not(exists(subjects().filter(audit_subjects::kind.eq("person")))))
        .select(audit_entries::id);
    Ok(match but_ours {
        true => query.filter(theirs).load(conn)?,
        false => query.filter(theirs.or(audit_entries::acting_as.eq(&person.practice))).load(conn)?,
    })
}
