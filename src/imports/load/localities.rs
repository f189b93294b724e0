//! Localities, by code.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::localities::LocalityRow;
use crate::schema::localities;

/// A locality to add (no row id) or change.
pub struct Change {
    id: Option<i64>,
    row: LocalityRow,
}

impl Load for LocalityRow {
    type Change = Change;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let columns = (
            localities::id,
            localities::code,
            localities::name,
            localities::commissioner_code,
            localities::population,
        );
        let stored: Vec<(i64, String, String, String, Option<i64>)> =
            localities::table.order(localities::id).select(columns).load(conn)?;
        let stored: HashMap<String, _> = stored
            .into_iter()
            .map(|(id, code, name, lead, population)| (code, (id, name, lead, population)))
            .collect();
        let mut compared = Compared::none();
        for row in rows {
            let found = stored.get(&row.code);
            let says_the_same = found.is_some_and(|(_, name, lead, population)| {
                *name == row.name
                    && *lead == row.commissioner_code
                    && *population == row.population.map(i64::from)
            });
            let id = found.map(|(id, ..)| *id);
            compared.count(id.is_some(), (!says_the_same).then_some(Change { id, row }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, _loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let mut subjects = Vec::with_capacity(changes.len());
        for Change { id, row } in changes {
            let values = (
                localities::code.eq(&row.code),
                localities::name.eq(&row.name),
                localities::commissioner_code.eq(&row.commissioner_code),
                localities::population.eq(row.population.map(i64::from)),
            );
            match id {
                None => diesel::insert_into(localities::table).values(values).execute(conn)?,
                Some(id) => diesel::update(localities::table.find(id))
                    .set((values, localities::version.eq(localities::version + 1)))
                    .execute(conn)?,
            };
            subjects.push(Subject::locality(row.code));
        }
        Ok(subjects)
    }
}
