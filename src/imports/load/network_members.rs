//! Memberships of networks, by network, member and first day.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::network_members::NetworkMemberRow;
use crate::schema::{network_members, organisations};

/// A membership to add (no row id) or to give another last day.
pub struct Change {
    id: Option<i64>,
    row: NetworkMemberRow,
}

impl Load for NetworkMemberRow {
    type Change = Change;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let columns = (
            network_members::id,
            network_members::network_id,
            network_members::member_id,
            network_members::from_on,
            network_members::to_on,
        );
        let stored: Vec<(i64, i64, i64, NaiveDate, Option<NaiveDate>)> =
            network_members::table.order(network_members::id).select(columns).load(conn)?;
        let stored: HashMap<_, _> = stored
            .into_iter()
            .map(|(id, network, member, from, to)| ((network, member, from), (id, to)))
            .collect();
        let mut compared = Compared::none();
        for row in rows {
            let found = stored.get(&(row.network_id, row.member_id, row.from));
            let says_the_same = found.is_some_and(|(_, to)| *to == row.to);
            let id = found.map(|(id, _)| *id);
            compared.count(id.is_some(), (!says_the_same).then_some(Change { id, row }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, _loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let mut touched: Vec<i64> = Vec::with_capacity(2 * changes.len());
        for Change { id, row } in changes {
            match id {
                None => diesel::insert_into(network_members::table)
                    .values((
                        network_members::network_id.eq(row.network_id),
                        network_members::member_id.eq(row.member_id),
                        network_members::from_on.eq(row.from),
                        network_members::to_on.eq(row.to),
                    ))
                    .execute(conn)?,
                Some(id) => diesel::update(network_members::table.find(id))
                    .set((
                        network_members::to_on.eq(row.to),
                        network_members::version.eq(network_members::version + 1),
                    ))
                    .execute(conn)?,
            };
            touched.extend([row.network_id, row.member_id]);
        }
        organisations_of(conn, touched)
    }
}

/// The organisations of some row ids as subjects, each once.
pub(super) fn organisations_of(conn: &mut Conn, mut ids: Vec<i64>) -> Result<Vec<Subject>, Error> {
    ids.sort_unstable();
    ids.dedup();
    let mut subjects = Vec::with_capacity(ids.len());
    for some in ids.chunks(1_000) {
        let codes: Vec<String> = organisations::table
            .filter(organisations::id.eq_any(some))
            .order(organisations::code)
            .select(organisations::code)
            .load(conn)?;
        subjects.extend(codes.into_iter().map(Subject::organisation));
    }
    Ok(subjects)
}
