//! Organisations, by code.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::organisations::{OrganisationKind, OrganisationRow};
use crate::organisations::organisation::{CommissionerKind, Sector};
use crate::schema::organisations;

/// An organisation to add (no row id) or change.
pub struct Change {
    id: Option<i64>,
    row: OrganisationRow,
}

type Stored = (
    i64,
    String,
    String,
    OrganisationKind,
    Option<CommissionerKind>,
    Option<i64>,
    Option<Sector>,
    NaiveDate,
    Option<NaiveDate>,
);

impl Load for OrganisationRow {
    type Change = Change;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let columns = (
            organisations::id,
            organisations::code,
            organisations::name,
            organisations::kind,
            organisations::commissioner_kind,
            organisations::locality_id,
            organisations::sector,
            organisations::opened_on,
            organisations::closed_on,
        );
        let stored: Vec<Stored> = organisations::table.order(organisations::id).select(columns).load(conn)?;
        let stored: HashMap<String, (i64, OrganisationRow)> = stored.into_iter().map(as_row).collect();
        let mut compared = Compared::none();
        for row in rows {
            let found = stored.get(&row.code);
            let says_the_same = found.is_some_and(|(_, stored)| *stored == row);
            let id = found.map(|(id, _)| *id);
            compared.count(id.is_some(), (!says_the_same).then_some(Change { id, row }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, _loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let mut subjects = Vec::with_capacity(changes.len());
        for Change { id, row } in changes {
            let values = (
                organisations::code.eq(&row.code),
                organisations::name.eq(&row.name),
                organisations::name_key.eq(row.name.to_lowercase()),
                organisations::kind.eq(row.kind),
                organisations::commissioner_kind.eq(row.commissioner_kind),
                organisations::locality_id.eq(row.locality_id),
                organisations::sector.eq(row.sector),
                organisations::opened_on.eq(row.open),
                organisations::closed_on.eq(row.close),
            );
            match id {
                None => diesel::insert_into(organisations::table).values(values).execute(conn)?,
                Some(id) => diesel::update(organisations::table.find(id))
                    .set((values, organisations::version.eq(organisations::version + 1)))
                    .execute(conn)?,
            };
            subjects.push(Subject::organisation(row.code));
        }
        Ok(subjects)
    }
}

fn as_row(stored: Stored) -> (String, (i64, OrganisationRow)) {
    let (id, code, name, kind, commissioner_kind, locality_id, sector, open, close) = stored;
    let row = OrganisationRow {
        code: code.clone(),
        name,
        kind,
        commissioner_kind,
        locality_id,
        sector,
        open,
        close,
    };
    (code, (id, row))
}
