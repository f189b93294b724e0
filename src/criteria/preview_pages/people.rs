//! The people a count of a preview is of, by pseudonym, of whom the caller may list: everybody, or their own.

use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::counted::{Counted, Places};
use super::page::{Asked, Lists, Prepared};
use super::work::{Wanted, Worked, preview, register};
use crate::access::{ReadsPeople, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::seen::{Address, Here};
use crate::criteria::store::Version;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::Tools;
use crate::page::{Chrome, Pages, Query, filters, show};
use crate::people::list::{Asked as AskedPeople, Filters, Listed};
use crate::people::matching::objecting;
use crate::people::register::published;
use crate::people::rows;
use crate::runs::preview::Mover;

/// Somebody listed, and where they would go from and to.
struct Moving {
    one: Listed,
    from: String,
    to: String,
    age: String,
}

#[derive(Template)]
#[template(path = "criteria/preview-people.html")]
struct PeoplePage {
    chrome: Chrome,
    here: Here,
    version: Version,
    on: NaiveDate,
    lists: Lists,
    query: Query,
    /// What the list is of, in words.
    of: Vec<String>,
    pages: Pages,
    left_out: i64,
    are_movers: bool,
    people: Vec<Moving>,
}

impl PeoplePage {
    fn preview(&self) -> String {
        let asked = self.lists.asked(&Query::default());
        format!("{}/preview{asked}", self.here.version(self.version.number))
    }

    /// Those the count is of, whether listed or left out.
    fn counted(&self) -> i64 {
        self.pages.rows + self.left_out
    }
}

pub async fn people(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    address: web::Path<Address>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (actor, asked) = (who.actor.clone(), Asked::new(query.into_inner()));
    let (address, wanted) = (address.into_inner(), Wanted::new());
    let _gone = Wanted(wanted.0.clone());
    let found = {
        let database = database.clone();
        web::block(move || list(&database, &tools, &who, now, &address, asked, &wanted))
    };
    let page = found.await.context("working out a list")??;
    let subjects: Vec<Subject> = page.people.iter().map(|one| Subject::person(&one.one.pseudonym)).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.query.to_string(),
        "preview": page.here.version(page.version.number) });
    let verb = Verb::PeopleListed;
    database.write(move |conn| audit::record(conn, now.moment, &actor, verb, &subjects, details)).await?;
    show(&page)
}

fn list(
    database: &Database,
    tools: &Tools,
    who: &Who,
    now: Now,
    address: &Address,
    asked: Asked,
    wanted: &Wanted,
) -> Result<PeoplePage, Error> {
    let prepared = database.read_now(|conn| Prepared::of(conn, who, now, address, &asked))?;
    let register = register(&tools.registers, database, &prepared.sides, &wanted.0)?.ok_or(Error::Busy)?;
    let worked = Worked::of(&register, &prepared.sides, &wanted.0).map_err(|_| Error::Busy)?;
    let declared = |practice| prepared.sides.declared.of(practice);
    let preview = preview(&register, &prepared.sides, &declared);
    let preview = match &prepared.theirs {
        Some(theirs) => preview.among(&|practice, person| theirs.has(practice, person)),
        None => preview,
    };
    let (query, version) = (&asked.query, &prepared.seen.version);
    let counted = Counted::of(query)?;
    // What somebody's facts are is for those who plan for everybody; others read it on the person's own page.
    if prepared.theirs.is_some() && !counted.tells_no_facts() {
        return Err(Error::NotFound);
    }
    let places = Places::of(&worked, &prepared.seen.here.names, query);
    let has_criterion = !version.is_blank() && !version.is_scheme();
    let criterion = has_criterion.then(|| version.expression()).transpose()?;
    let mut movers = counted.people(&preview, &places, query, criterion.as_ref(), &wanted.0)?;
    narrow(&mut movers, query, &prepared);
    database.read_now(|conn| page(conn, who, now, prepared, asked.query, (&counted, &places), movers))
}

/// Keeps those of a practice, sex or age band that is asked for.
fn narrow(movers: &mut Vec<Mover>, query: &Query, prepared: &Prepared) {
    if let Some(code) = query.get("practice") {
        let id = prepared.practices.iter().find(|(_, (each, _))| each == code).map(|(id, _)| *id);
        movers.retain(|mover| Some(mover.practice_id) == id);
    }
    if let Some(sex) = query.get("sex") {
        movers.retain(|mover| mover.sex.map_or("not_known", |sex| sex.word()) == sex);
    }
    if let Some(age) = query.get("age") {
        movers.retain(|mover| mover.age.word() == age);
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    prepared: Prepared,
    query: Query,
    (counted, places): (&Counted, &Places),
    mut movers: Vec<Mover>,
) -> Result<PeoplePage, Error> {
    let (register, lists) = (published(conn)?, Lists::new(&prepared));
    let Prepared { seen, sides, .. } = prepared;
    let everybody = Filters { everybody: true, ..Filters::default() };
    let asked = AskedPeople::by(who.role(), &seen.here.scope, &everybody, now.today, register);
    let all = movers.len();
    if asked.planning {
        let objecting: Vec<i64> = objecting(register).load(conn)?;
        let objecting: HashSet<i64> = objecting.into_iter().collect();
        movers.retain(|mover| !objecting.contains(&mover.person_id));
    }
    let left_out = i64::try_from(all - movers.len()).unwrap_or(i64::MAX);
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), i64::try_from(movers.len()).unwrap_or(i64::MAX));
    let (offset, per) =
        (usize::try_from(pages.offset()).unwrap_or(0), usize::try_from(pages.per).unwrap_or(25));
    let here: Vec<Mover> = movers.into_iter().skip(offset).take(per).collect();
    let ids: Vec<i64> = here.iter().map(|mover| mover.person_id).collect();
    let listed = rows::those(conn, &asked, &ids)?;
    let people = listed.into_iter().filter_map(|one| {
        let mover = here.iter().find(|mover| mover.person_id == one.person_id)?;
        let words = |at: usize| places.words_of(at).to_owned();
        Some(Moving { from: words(mover.from), to: words(mover.to), age: mover.age.label(), one })
    });
    let mut of = counted.words(places, &query, &seen)?;
    of.extend(
        ["practice", "sex", "age"]
            .into_iter()
            .filter_map(|name| query.get(name).map(|word| format!("{name} {}", word.replace('_', " ")))),
    );
    Ok(PeoplePage {
        chrome: who.chrome(),
        on: sides.on,
        lists,
        of,
        pages,
        left_out,
        are_movers: counted.are_movers(),
        people: people.collect(),
        query,
        here: seen.here,
        version: seen.version,
    })
}
