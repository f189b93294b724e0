//! Levels of need, by person and day.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::criteria::facts::Level;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::level_of_need::LevelOfNeedRow;
use crate::insert_many;
use crate::people::register::FOREVER;
use crate::people::store::ids_of;
use crate::schema::levels_of_need;

/// An assessment to add, and the row that it replaces.
pub struct Change {
    ended: Option<i64>,
    assessment: Assessment,
}

/// An assessment as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = levels_of_need, treat_none_as_default_value = false)]
struct Assessment {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    assessed_on: NaiveDate,
    cause: String,
    level: String,
    functional: Option<String>,
    complexity: Option<String>,
    coordinator_id: i64,
    next_review_on: NaiveDate,
    care_plan_agreed_on: Option<NaiveDate>,
    dst_behaviour: Option<String>,
    dst_cognition: Option<String>,
    dst_communication: Option<String>,
    dst_mobility: Option<String>,
    dst_nutrition: Option<String>,
    dst_continence: Option<String>,
    dst_skin: Option<String>,
    dst_breathing: Option<String>,
    dst_drug_therapies: Option<String>,
    dst_psychological: Option<String>,
    dst_seizures_asc: Option<String>,
}

impl Load for LevelOfNeedRow {
    type Change = Change;

    fn compare(conn: &mut Conn, published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let numbers: Vec<String> = rows.iter().map(|row| row.nhs_number.digits()).collect();
        let ids = ids_of(conn, &numbers)?;
        let stored: Vec<(i64, Assessment)> = levels_of_need::table
            .filter(levels_of_need::person_id.eq_any(ids.values()))
            .filter(
                levels_of_need::until_register.gt(published).and(levels_of_need::from_register.le(published)),
            )
            .select((levels_of_need::id, Assessment::as_select()))
            .load(conn)?;
        let stored: HashMap<_, (i64, Assessment)> =
            stored.into_iter().map(|row| ((row.1.person_id, row.1.assessed_on), row)).collect();
        let mut compared = Compared::none();
        for (row, number) in rows.into_iter().zip(numbers) {
            let person_id = *ids.get(&number).ok_or(Error::NotFound)?;
            let found = stored.get(&(person_id, row.assessed_on));
            let assessment = assessment(row, person_id, found.map(|(_, old)| old));
            let says_the_same = found.is_some_and(|(_, old)| *old == assessment);
            let ended = found.map(|(id, _)| *id);
            compared.count(ended.is_some(), (!says_the_same).then_some(Change { ended, assessment }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let ended: Vec<i64> = changes.iter().filter_map(|change| change.ended).collect();
        diesel::update(levels_of_need::table.filter(levels_of_need::id.eq_any(ended)))
            .set(levels_of_need::until_register.eq(loading.preparing))
            .execute(conn)?;
        let begun = |change: Change| Assessment {
            from_register: loading.preparing,
            until_register: FOREVER,
            ..change.assessment
        };
        let assessments: Vec<Assessment> = changes.into_iter().map(begun).collect();
        insert_many!(conn, levels_of_need::table, &assessments)?;
        Ok(Vec::new())
    }
}

/// The assessment a row says; with the registers of the stored one, so that the two can be compared.
fn assessment(row: LevelOfNeedRow, person_id: i64, stored: Option<&Assessment>) -> Assessment {
    let word = |level: Level| level.word().to_owned();
    let [
        behaviour,
        cognition,
        communication,
        mobility,
        nutrition,
        continence,
        skin,
        breathing,
        drugs,
        mind,
        seizures,
    ] = row.domains.map(|initial| initial.map(str::to_owned));
    Assessment {
        person_id,
        from_register: stored.map_or(0, |old| old.from_register),
        until_register: stored.map_or(FOREVER, |old| old.until_register),
        assessed_on: row.assessed_on,
        cause: row.cause.word().to_owned(),
        level: word(row.level),
        functional: row.functional.map(word),
        complexity: row.complexity.map(word),
        coordinator_id: row.coordinator_id,
        next_review_on: row.next_review_on,
        care_plan_agreed_on: row.care_plan_agreed_on.over(stored.and_then(|old| old.care_plan_agreed_on)),
        dst_behaviour: behaviour,
        dst_cognition: cognition,
        dst_communication: communication,
        dst_mobility: mobility,
        dst_nutrition: nutrition,
        dst_continence: continence,
        dst_skin: skin,
        dst_breathing: breathing,
        dst_drug_therapies: drugs,
        dst_psychological: mind,
        dst_seizures_asc: seizures,
    }
}
