//! Care agreements, by network, locality, group and first day.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::network_members::organisations_of;
use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::care_agreements::CareAgreementRow;
use crate::schema::care_agreements;

/// An agreement to add (no row id) or to give another last day.
pub struct Change {
    id: Option<i64>,
    row: CareAgreementRow,
}

impl Load for CareAgreementRow {
    type Change = Change;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let columns = (
            care_agreements::id,
            care_agreements::network_id,
            care_agreements::locality_id,
            care_agreements::group_code,
            care_agreements::from_on,
            care_agreements::to_on,
        );
        let stored: Vec<(i64, i64, i64, String, NaiveDate, Option<NaiveDate>)> =
            care_agreements::table.order(care_agreements::id).select(columns).load(conn)?;
        let stored: HashMap<_, _> = stored
            .into_iter()
            .map(|(id, network, locality, group, from, to)| ((network, locality, group, from), (id, to)))
            .collect();
        let mut compared = Compared::none();
        for row in rows {
            let found = stored.get(&(row.network_id, row.locality_id, row.group_code.clone(), row.from));
            let says_the_same = found.is_some_and(|(_, to)| *to == row.to);
            let id = found.map(|(id, _)| *id);
            compared.count(id.is_some(), (!says_the_same).then_some(Change { id, row }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, _loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let networks: Vec<i64> = changes.iter().map(|change| change.row.network_id).collect();
        for Change { id, row } in changes {
            match id {
                None => diesel::insert_into(care_agreements::table)
                    .values((
                        care_agreements::network_id.eq(row.network_id),
                        care_agreements::locality_id.eq(row.locality_id),
                        care_agreements::group_code.eq(&row.group_code),
                        care_agreements::from_on.eq(row.from),
                        care_agreements::to_on.eq(row.to),
                    ))
                    .execute(conn)?,
                Some(id) => diesel::update(care_agreements::table.find(id))
                    .set((
                        care_agreements::to_on.eq(row.to),
                        care_agreements::version.eq(care_agreements::version + 1),
                    ))
                    .execute(conn)?,
            };
        }
        organisations_of(conn, networks)
    }
}
