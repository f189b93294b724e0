//! `…/versions/{number}/preview`: what a version would do to people, for whoever may read it.

use std::fmt::{self, Display, Formatter};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;

use super::sides::{Bundle, Sides, drafted};
use super::tables::{Cell, Practices, Table, Tables, on_the_register, tables};
use super::theirs::Theirs;
use super::work::{Closer, Wanted, Worked, register};
use crate::access::{ReadsGroups, Who};
use crate::clock::Now;
use crate::criteria::seen::{Address, Here, Seen, may_list_all};
use crate::criteria::store::Version;
use crate::database::{Conn, Database};
use crate::disclosure::{Audience, Shown};
use crate::error::Error;
use crate::jobs::Tools;
use crate::money::Pence;
use crate::page::{Chrome, Mistakes, Query, TypedDate, filters, show_as};
use crate::schema::organisations;
use crate::settings::store::Values;

/// The day a preview is asked for, as typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub query: Query,
}

impl Asked {
    pub fn new(query: Vec<(String, String)>) -> Asked {
        Asked { query: Query::new(query) }
    }

    pub fn typed(&self) -> TypedDate {
        let part = |name: &str| self.query.get(name).unwrap_or_default();
        TypedDate::new(part("on_day"), part("on_month"), part("on_year"))
    }

    /// The version of the same group to compare with, where one is asked for.
    fn against(&self, conn: &mut Conn, who: &Who, now: Now, seen: &Seen) -> Result<Option<Version>, Error> {
        let Some(number) = self.query.get("against") else { return Ok(None) };
        let (locality, group) = (seen.here.locality.code.clone(), seen.here.group.code.clone());
        Ok(Some(Seen::of(conn, who, now, &(locality, group, number.to_owned()))?.version))
    }

    /// The day, or `usual` where none is asked for.
    fn day(&self, usual: NaiveDate) -> Result<NaiveDate, Mistakes> {
        let checked = self.typed().check("Date").and_then(|day| match day {
            Some(day) if (day - usual).num_days().abs() > 3_660 => {
                Err("Date must be within ten years of the day it takes force".into())
            }
            day => Ok(day.unwrap_or(usual)),
        });
        checked.map_err(|message| Mistakes::of_one("on", message))
    }
}

/// What two versions of a group make of the criteria in force, from one to the other.
pub fn between(conn: &mut Conn, on: NaiveDate, before: &Version, after: &Version) -> Result<Sides, Error> {
    let drafted = |version| drafted(version).transpose().map(|draft| draft.into_iter().collect::<Vec<_>>());
    let scheme = |version: &Version| version.is_scheme().then(|| version.scheme()).transpose();
    let schemes = [scheme(before)?, scheme(after)?];
    Sides::of(conn, after.locality_id, on, [&drafted(before)?, &drafted(after)?], schemes, &[])
}

/// All that a preview needs from the database.
pub struct Prepared {
    pub seen: Seen,
    pub bundle: Bundle,
    /// The version it is compared with in place of what is in force.
    pub against: Option<Version>,
    pub sides: Sides,
    pub practices: Practices,
    pub audience: Audience,
    /// Whom the caller may list, where that is not everybody.
    pub theirs: Option<Theirs>,
    pub mistakes: Mistakes,
}

/// Whom the figures of a locality are released to.
pub fn audience(conn: &mut Conn, who: &Who) -> Result<Audience, Error> {
    Ok(match may_list_all(who.role()) {
        true => Audience::MayList,
        false => Audience::Others(Values::read(conn)?.suppression()),
    })
}

impl Prepared {
    pub fn of(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        address: &Address,
        asked: &Asked,
    ) -> Result<Prepared, Error> {
        let seen = Seen::of(conn, who, now, address)?;
        let bundle = Bundle::of(conn, &seen.version)?;
        Prepared::from(conn, who, now, seen, bundle, asked)
    }

    /// The same of a bundle at hand.
    pub fn from(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        seen: Seen,
        bundle: Bundle,
        asked: &Asked,
    ) -> Result<Prepared, Error> {
        let (audience, usual) = (audience(conn, who)?, bundle.day(now.today));
        // Figures of many days that differ by few people would tell what each of them hides.
        let (on, mistakes) = match audience {
            Audience::Others(_) => (usual, Mistakes::new()),
            Audience::MayList => match asked.day(usual) {
                Ok(on) => (on, Mistakes::new()),
                Err(mistakes) => (usual, mistakes),
            },
        };
        let against = match audience {
            Audience::MayList => asked.against(conn, who, now, &seen)?,
            Audience::Others(_) => None,
        };
        let sides = match &against {
            None => bundle.sides(conn, on)?,
            Some(other) => between(conn, on, other, &seen.version)?,
        };
        let practices = practices(conn, seen.here.locality.id)?;
        let theirs = Theirs::of(conn, who, now, &seen.here)?;
        Ok(Prepared { seen, bundle, against, sides, practices, audience, theirs, mistakes })
    }

    /// Works the preview out. Not to be called within a transaction.
    pub fn work(
        &self,
        database: &Database,
        tools: &Tools,
        wanted: &Wanted,
    ) -> Result<Option<Answered>, Error> {
        let Some(register) = register(&tools.registers, database, &self.sides, &wanted.0)? else {
            return Ok(None);
        };
        let Ok(worked) = Worked::of(&register, &self.sides, &wanted.0) else { return Ok(None) };
        let is_none = self.seen.version.is_blank() || self.seen.version.is_scheme();
        let criterion = match is_none {
            true => None,
            false => Some(self.seen.version.expression()?),
        };
        let closer =
            criterion.map(|criterion| Closer::of(&register, &self.sides, &criterion, &wanted.0)).transpose();
        let Ok(closer) = closer else { return Ok(None) };
        let (here, to) = (&self.seen.here, self.audience);
        let (group, names) = (&here.group, &here.names);
        let theirs = match &self.theirs {
            None => None,
            Some(theirs) => {
                let Ok(own) = Worked::among(&register, &self.sides, theirs, &wanted.0) else {
                    return Ok(None);
                };
                let tables = tables(&own, here, &self.practices, Audience::MayList);
                Some((theirs.words(), on_the_register(&own, Audience::MayList), tables))
            }
        };
        Ok(Some(Answered {
            theirs,
            register: worked.register,
            people: on_the_register(&worked, to),
            tables: tables(&worked, here, &self.practices, to),
            attrition: closer.as_ref().map(|closer| (closer.in_scope(to), closer.attrition(to))),
            overlap: closer.as_ref().map(|closer| match group.overlay {
                true => closer.with_care(names, to),
                false => closer.overlap(group, names, to).unwrap_or_else(|| closer.with_care(names, to)),
            }),
            emptied: closer.map(|closer| closer.emptied(names)).unwrap_or_default(),
        }))
    }
}

/// The practices of a locality: code and name by row id.
pub fn practices(conn: &mut Conn, locality_id: i64) -> Result<Practices, Error> {
    let rows: Vec<(i64, String, String)> = organisations::table
        .filter(organisations::kind.eq("practice").and(organisations::locality_id.eq(locality_id)))
        .select((organisations::id, organisations::code, organisations::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, name)| (id, (code, name))).collect())
}

/// A preview as its reader may see it.
pub struct Answered {
    pub register: i64,
    pub people: Cell,
    pub tables: Tables,
    /// The same of whom the caller may list, where that is not everybody: who they are, how many, and their figures.
    pub theirs: Option<(&'static str, Cell, Tables)>,
    /// People in scope, and whom each condition leaves out.
    pub attrition: Option<(Cell, Table)>,
    pub overlap: Option<Table>,
    /// Groups that somebody meets and nobody would be placed in.
    pub emptied: Vec<String>,
}

/// Where the lists of a preview's people stand.
#[derive(Clone, Debug)]
pub struct Lists {
    address: String,
    on: NaiveDate,
    against: Option<i64>,
    /// Whether the caller may list the people counted.
    are_open: bool,
}

impl Lists {
    pub fn new(prepared: &Prepared) -> Lists {
        let against = prepared.against.as_ref().map(|version| version.number);
        let are_open = prepared.audience == Audience::MayList;
        Lists { address: prepared.seen.address(), on: prepared.sides.on, against, are_open }
    }

    /// Those of counts of the people whom the caller may list alone.
    pub fn of_theirs(&self) -> Lists {
        Lists { are_open: true, ..self.clone() }
    }

    /// The parts of an address that say what is previewed.
    pub fn asked(&self, query: &Query) -> Query {
        let query = with_day(query, self.on);
        match self.against {
            Some(number) => query.with("against", number),
            None => query,
        }
    }

    fn of(&self, query: &Query) -> String {
        format!("{}/preview/people{}", self.address, self.asked(query))
    }
}

/// A table of a preview on a page.
#[derive(Template)]
#[template(path = "criteria/table.html")]
pub struct TableView<'a> {
    pub table: &'a Table,
    pub lists: &'a Lists,
}

impl TableView<'_> {
    fn linked<'a>(&'a self, cell: &'a Cell) -> Linked<'a> {
        Linked { cell, lists: self.lists }
    }
}

/// A count that leads to its list, where there is one.
pub struct Linked<'a> {
    pub cell: &'a Cell,
    pub lists: &'a Lists,
}

impl Display for Linked<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.cell.list().filter(|_| self.lists.are_open) {
            Some(query) => {
                let address = self.lists.of(query).replace('&', "&amp;");
                write!(out, "<a href=\"{address}\">{}</a>", self.cell.shown)
            }
            None => self.cell.shown.fmt(out),
        }
    }
}

#[derive(Template)]
#[template(path = "criteria/preview.html")]
struct PreviewPage {
    chrome: Chrome,
    here: Here,
    version: Version,
    others: Vec<Version>,
    against: Option<Version>,
    on: NaiveDate,
    typed: TypedDate,
    mistakes: Mistakes,
    nothing_in_force: bool,
    is_exact: bool,
    preview: Answered,
    lists: Lists,
    /// Those of the people whom the caller may list.
    their_lists: Lists,
}

impl PreviewPage {
    fn shown<'a>(&'a self, table: &'a Table) -> TableView<'a> {
        TableView { table, lists: &self.lists }
    }

    fn theirs<'a>(&'a self, table: &'a Table) -> TableView<'a> {
        TableView { table, lists: &self.their_lists }
    }

    fn their<'a>(&'a self, cell: &'a Cell) -> Linked<'a> {
        Linked { cell, lists: &self.their_lists }
    }

    fn linked<'a>(&'a self, cell: &'a Cell) -> Linked<'a> {
        Linked { cell, lists: &self.lists }
    }

    fn address(&self) -> String {
        self.here.version(self.version.number)
    }

    /// The annual cost of those who move, or of those who come to supplementary care and go from it.
    fn cost(&self) -> Shown<Pence> {
        let headline = &self.preview.tables.headline;
        if self.here.group.overlay { headline.cost } else { headline.moved_cost }
    }

    /// The cost as one says it: £1.2m.
    fn in_short(&self) -> String {
        self.cost().written(|cost| match cost.0 {
            ..100_000_000 => cost.rounded().to_string(),
            // To the nearest hundred thousand pounds.
            pence => {
                let tenths = pence.saturating_add(5_000_000) / 10_000_000;
                format!("£{}.{}m", tenths / 10, tenths % 10)
            }
        })
    }

    fn crumb(&self) -> String {
        format!("Version {}", self.version.number)
    }

    fn label(&self, code: &str) -> String {
        self.here.names.label(code)
    }

    fn csv(&self) -> String {
        format!("{}/preview.csv{}", self.address(), self.lists.asked(&Query::default()))
    }
}

/// A query that asks for a day.
pub fn with_day(query: &Query, on: NaiveDate) -> Query {
    let typed = TypedDate::of(on);
    query.with("on_day", typed.day).with("on_month", typed.month).with("on_year", typed.year)
}

/// Prepares and works out a preview; what is needed between is kept until the caller is gone.
pub async fn answered(
    who: Who,
    database: &Database,
    tools: &Tools,
    now: Now,
    address: Address,
    asked: Asked,
) -> Result<(Prepared, Answered), Error> {
    let wanted = Wanted::new();
    let _gone = Wanted(wanted.0.clone());
    let prepared = database.read(move |conn| Prepared::of(conn, &who, now, &address, &asked)).await?;
    let (database, tools) = (database.clone(), tools.clone());
    let worked = web::block(move || {
        let answered = prepared.work(&database, &tools, &wanted)?;
        Ok::<_, Error>((prepared, answered))
    });
    let (prepared, answered) = worked.await.context("working out a preview")??;
    Ok((prepared, answered.ok_or(Error::Busy)?))
}

pub async fn preview(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    address: web::Path<Address>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (chrome, asked) = (who.chrome(), Asked::new(query.into_inner()));
    let typed = asked.typed();
    let (prepared, preview) = answered(who, &database, &tools, now, address.into_inner(), asked).await?;
    let lists = Lists::new(&prepared);
    let Prepared { seen, bundle, against, sides, mistakes, audience, .. } = prepared;
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = PreviewPage {
        chrome,
        others: if against.is_none() { bundle.others().cloned().collect() } else { Vec::new() },
        against,
        typed: if mistakes.is_empty() { TypedDate::of(sides.on) } else { typed },
        on: sides.on,
        nothing_in_force: sides.used.is_empty(),
        is_exact: audience == Audience::MayList,
        mistakes,
        preview,
        their_lists: lists.of_theirs(),
        lists,
        here: seen.here,
        version: seen.version,
    };
    show_as(status, &page)
}
