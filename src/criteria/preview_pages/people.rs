//! The people a count of a preview is of, by pseudonym, for those who may list everybody in the locality.

use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::page::{Asked, Lists, Prepared};
use super::tables::{WHICH, care_word, care_words, place_word, place_words};
use super::work::{Wanted, Worked, preview, register};
use crate::access::{ReadsRuns, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::expression::Expression;
use crate::criteria::seen::{Address, Here, Seen};
use crate::criteria::store::Version;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::names::Names;
use crate::jobs::Tools;
use crate::page::{Chrome, Pages, Query, filters, show};
use crate::people::list::{Asked as AskedPeople, Filters, Listed};
use crate::people::matching::objecting;
use crate::people::register::published;
use crate::people::rows;
use crate::people::why::fact_words;
use crate::runs::preview::{Care, Mover, Standing};

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
    people: Vec<Moving>,
}

impl PeoplePage {
    fn preview(&self) -> String {
        let asked = self.lists.asked(&Query::default());
        format!("{}/preview{asked}", self.here.version(self.version.number))
    }

    /// Whether the list is of people who move.
    fn moves(&self) -> bool {
        ["cases", "fails", "placed"].iter().all(|name| self.query.get(name).is_none())
    }

    /// Those the count is of, whether listed or left out.
    fn counted(&self) -> i64 {
        self.pages.rows + self.left_out
    }
}

pub async fn people(
    ReadsRuns(who): ReadsRuns,
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
    let query = &asked.query;
    let about_care = query.get("care_from").or(query.get("care_to")).is_some();
    let places = Places::of(&worked, &prepared.seen.here.names, about_care);
    let cancelled = &wanted.0;
    let part = query.get("fails").map(|part| part.parse::<usize>().unwrap_or(0).saturating_sub(1));
    let movers = match (query.get("cases"), part, query.get("placed"), query.get("meet")) {
        (Some(word), ..) => {
            let which = WHICH.iter().find(|(each, _)| *each == word).ok_or(Error::NotFound)?.1;
            preview.people_of_cases(which, query.get("fact"), cancelled)
        }
        (None, Some(_), ..) if prepared.seen.version.is_blank() || prepared.seen.version.is_scheme() => {
            return Err(Error::NotFound);
        }
        (None, Some(part), ..) => {
            let criterion = prepared.seen.version.expression()?;
            preview.failing(&criterion, part, query.get("only") == Some("yes"), cancelled)
        }
        (None, None, Some(placed), Some(meet)) => preview.overlapping(placed, meet, cancelled),
        _ if about_care => preview.care_movers(&places.pairs(query), cancelled),
        _ => preview.movers(&places.pairs(query), cancelled),
    };
    let mut movers = movers.map_err(|_| Error::Busy)?;
    narrow(&mut movers, query, &prepared);
    database.read_now(|conn| page(conn, who, now, prepared, asked.query, &places, movers))
}

/// What the rows and columns of a matrix are called: word in addresses, words on pages.
struct Places {
    names: Vec<(String, String)>,
    prefix: &'static str,
}

impl Places {
    fn of(worked: &Worked, names: &Names, about_care: bool) -> Places {
        let home = worked.placements.home.places.iter();
        let home = home.map(|place: &Standing| (place_word(place).to_owned(), place_words(place, names)));
        let care = Care::ALL.into_iter().map(|care| (care_word(care).to_owned(), care_words(care)));
        match about_care {
            true => Places { names: care.collect(), prefix: "care_" },
            false => Places { names: home.collect(), prefix: "" },
        }
    }

    fn asked<'a>(&self, query: &'a Query, end: &str) -> Option<&'a str> {
        query.get(&format!("{}{end}", self.prefix))
    }

    /// The pairs of different places that are asked for.
    fn pairs(&self, query: &Query) -> Vec<(usize, usize)> {
        let fits = |end: &str, at: usize| self.asked(query, end).is_none_or(|word| self.names[at].0 == word);
        let all = 0..self.names.len();
        let pairs = all.clone().flat_map(|from| all.clone().map(move |to| (from, to)));
        pairs.filter(|(from, to)| from != to && fits("from", *from) && fits("to", *to)).collect()
    }

    fn words(&self, query: &Query) -> Vec<String> {
        let words = |end: &str| {
            let word = self.asked(query, end)?;
            let known = self.names.iter().find(|(each, _)| each == word);
            Some(format!("{end} {}", known.map_or(word, |(_, words)| words)))
        };
        ["from", "to"].into_iter().filter_map(words).collect()
    }
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
    places: &Places,
    mut movers: Vec<Mover>,
) -> Result<PeoplePage, Error> {
    let (register, lists) = (published(conn)?, Lists::new(&prepared));
    let Prepared { seen, sides, .. } = prepared;
    let everybody = Filters { everybody: true, ..Filters::default() };
    let asked = AskedPeople::by(who.role(), &seen.here.scope, &everybody, now.today, register);
    let counted = movers.len();
    let objecting: Vec<i64> = objecting(register).load(conn)?;
    let objecting: HashSet<i64> = objecting.into_iter().collect();
    movers.retain(|mover| !objecting.contains(&mover.person_id));
    let left_out = i64::try_from(counted - movers.len()).unwrap_or(i64::MAX);
    let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), i64::try_from(movers.len()).unwrap_or(i64::MAX));
    let (offset, per) =
        (usize::try_from(pages.offset()).unwrap_or(0), usize::try_from(pages.per).unwrap_or(25));
    let here: Vec<Mover> = movers.into_iter().skip(offset).take(per).collect();
    let ids: Vec<i64> = here.iter().map(|mover| mover.person_id).collect();
    let listed = rows::those(conn, &asked, &ids)?;
    let people = listed.into_iter().filter_map(|one| {
        let mover = here.iter().find(|mover| mover.person_id == one.person_id)?;
        let words = |at: usize| places.names[at].1.clone();
        Some(Moving { from: words(mover.from), to: words(mover.to), age: mover.age.label(), one })
    });
    let mut of = places.words(&query);
    of.extend(about(&query, &seen)?);
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
        people: people.collect(),
        query,
        here: seen.here,
        version: seen.version,
    })
}

/// What a list is of besides who moves, in words.
fn about(query: &Query, Seen { here, version }: &Seen) -> Result<Vec<String>, Error> {
    let mut words = Vec::new();
    words.extend(query.get("cases").map(|which| format!("judgement cases {which}")));
    words.extend(query.get("fact").map(|fact| format!("that hang on {}", fact_words(fact))));
    let part = query.get("fails").and_then(|part| part.parse::<usize>().ok());
    if let Some(part) = part.filter(|_| !version.is_blank() && !version.is_scheme()) {
        let criterion = version.expression()?;
        let parts = match &criterion {
            Expression::And(parts) => parts.as_slice(),
            whole => std::slice::from_ref(whole),
        };
        let text =
            part.checked_sub(1).and_then(|at| parts.get(at)).map(ToString::to_string).unwrap_or_default();
        let only = if query.get("only") == Some("yes") { "fail only" } else { "do not meet" };
        words.push(format!("who {only} {text}"));
    }
    if let (Some(placed), Some(meet)) = (query.get("placed"), query.get("meet")) {
        let [placed, meet] = [placed, meet].map(|code| here.names.label(code));
        words.push(format!("placed in {placed}, meeting {meet} too"));
    }
    Ok(words)
}
