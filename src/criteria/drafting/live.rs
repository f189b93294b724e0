//! What stands beside a draft's text while it is typed: a fragment of its page, of a text that is not saved.

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;

use super::act::Sent;
use super::edit_page::{draft_of, others};
use super::parts::{Parts, Shown};
use crate::access::Commissioner;
use crate::clock::Now;
use crate::criteria::preview_pages::page::{Asked, Linked, Prepared, TableView};
use crate::criteria::preview_pages::sides::Bundle;
use crate::criteria::preview_pages::tables::{Cell, Table};
use crate::criteria::preview_pages::work::{Wanted, register};
use crate::criteria::reading::Reading;
use crate::criteria::seen::Address;
use crate::database::Database;
use crate::error::Error;
use crate::groups::reading::ReadingList;
use crate::jobs::Tools;
use crate::page::{filters, show};

#[derive(Template)]
#[template(path = "criteria/draft-live.html")]
struct Live {
    sent: Sent,
    parts: Parts,
    /// None where the text cannot be read: what stands there stays.
    shown: Option<Shown>,
}

impl Live {
    fn shown_reading<'a>(&self, reading: &'a Reading) -> ReadingList<'a> {
        ReadingList { reading }
    }

    fn table<'a>(&self, table: &'a Table, shown: &'a Shown) -> TableView<'a> {
        TableView { table, lists: &shown.lists }
    }

    fn linked<'a>(&self, cell: &'a Cell, shown: &'a Shown) -> Linked<'a> {
        Linked { cell, lists: &shown.lists }
    }

    fn tells_problem(&self) -> bool {
        true
    }

    fn part(&self, _field: &str, text: &str) -> String {
        text.to_owned()
    }
}

/// Answers 204 where the next text has been sent meanwhile.
pub async fn parts(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    address: web::Path<Address>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (sent, address) = (Sent::new(form.into_inner()), address.into_inner());
    let sign = tools.registers.instead_of_the_last(who.user_id, &address);
    let _gone = Wanted(sign.clone());
    let live = web::block(move || {
        let text = sent.text().to_owned();
        let expression =
            crate::criteria::parser::parse(&text).ok().map(|parsed| parsed.expression.to_string());
        let prepared = database.read_now(|conn| {
            let seen = draft_of(conn, &who, now, &address)?;
            if seen.version.is_scheme() {
                return Err(Error::NotFound);
            }
            let bundle = Bundle::of(conn, &seen.version)?;
            let bundle = bundle.with_text(expression.as_deref().unwrap_or_default());
            Prepared::from(conn, &who, now, seen, bundle, &Asked::default())
        })?;
        let parts =
            Parts::of(&text, &prepared.seen.here.group.code, &others(&prepared), &prepared.sides.scheme);
        let mut shown = None;
        if parts.expression.is_some() {
            let Some(register) = register(&tools.registers, &database, &prepared.sides, &sign)? else {
                return Ok(None);
            };
            match Shown::of(&prepared, &register, false, &sign) {
                Ok(found) => shown = Some(found),
                Err(_) => return Ok(None),
            }
        }
        Ok::<_, Error>(Some(Live { sent, parts, shown }))
    });
    match live.await.context("previewing a draft")?? {
        Some(live) => show(&live),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}
