//! The column guide of each kind, and a template to fill in.

use std::collections::HashMap;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use serde::Deserialize;

use crate::access::{Imports, Who};
use crate::csv_out::CsvOut;
use crate::error::Error;
use crate::for_rows_of;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::rights;
use crate::imports::rows::Row;
use crate::page::{Chrome, show};

/// A column in words, as the published layouts have it.
#[derive(Clone, Deserialize)]
struct Described {
    column: String,
    required: String,
    values: String,
    notes: String,
}

#[derive(Template)]
#[template(path = "imports/guide.html")]
struct GuidePage {
    chrome: Chrome,
    kind: Kind,
    columns: Vec<Described>,
}

impl GuidePage {
    fn may_be_absent(&self, described: &Described) -> bool {
        columns_of(self.kind).iter().any(|column| column.may_be_absent && column.name == described.column)
    }
}

pub async fn guide(Imports(who): Imports, kind: web::Path<String>) -> Result<HttpResponse, Error> {
    let kind = kind_of(&who, &kind)?;
    let mut layouts: HashMap<String, Vec<Described>> =
        serde_json::from_str(include_str!("../layouts.json")).context("reading the layouts")?;
    let columns = layouts.remove(kind.word()).unwrap_or_default();
    show(&GuidePage { chrome: who.chrome(), kind, columns })
}

/// A file with the header line alone.
pub async fn template(Imports(who): Imports, kind: web::Path<String>) -> Result<HttpResponse, Error> {
    let kind = kind_of(&who, &kind)?;
    let mut out = CsvOut::with_mark(Vec::new()).context("writing a template")?;
    out.row(columns_of(kind).iter().map(|column| column.name)).context("writing a template")?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", kind.word())))
        .body(out.finish().context("writing a template")?))
}

fn kind_of(who: &Who, word: &str) -> Result<Kind, Error> {
    Kind::from_word(word).filter(|kind| rights::kinds_of(who.role()).contains(kind)).ok_or(Error::NotFound)
}

fn columns_of(kind: Kind) -> &'static [Column] {
    for_rows_of!(kind, R => R::COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_the_columns_of_every_kind_in_their_order() {
        let layouts: HashMap<String, Vec<Described>> =
            serde_json::from_str(include_str!("../layouts.json")).unwrap();
        assert_eq!(layouts.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let described: Vec<&str> =
                layouts[kind.word()].iter().map(|column| column.column.as_str()).collect();
            let ours: Vec<&str> = columns_of(*kind).iter().map(|column| column.name).collect();
            assert_eq!(described, ours, "{}", kind.word());
        }
    }
}
