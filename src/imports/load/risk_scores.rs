//! Risk scores, by person, tool, version and day.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::risk_scores::RiskScoreRow;
use crate::insert_many;
use crate::people::register::FOREVER;
use crate::people::store::ids_of;
use crate::schema::risk_scores;

/// A score to add, and the row that it replaces.
pub struct Change {
    ended: Option<i64>,
    score: Score,
}

/// A score as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = risk_scores, treat_none_as_default_value = false)]
struct Score {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    tool: String,
    tool_version: String,
    scored_on: NaiveDate,
    score_hundredths: i64,
}

impl Score {
    fn key(&self) -> (i64, &str, &str, NaiveDate) {
        (self.person_id, &self.tool, &self.tool_version, self.scored_on)
    }
}

impl Load for RiskScoreRow {
    type Change = Change;

    fn compare(conn: &mut Conn, published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let numbers: Vec<String> = rows.iter().map(|row| row.nhs_number.digits()).collect();
        let ids = ids_of(conn, &numbers)?;
        let stored: Vec<(i64, Score)> = risk_scores::table
            .filter(risk_scores::person_id.eq_any(ids.values()))
            .filter(risk_scores::until_register.gt(published).and(risk_scores::from_register.le(published)))
            .select((risk_scores::id, Score::as_select()))
            .load(conn)?;
        let stored: HashMap<_, (i64, i64)> =
            stored.iter().map(|(id, score)| (score.key(), (*id, score.score_hundredths))).collect();
        let mut compared = Compared::none();
        for (row, number) in rows.into_iter().zip(numbers) {
            let score = score(row, *ids.get(&number).ok_or(Error::NotFound)?);
            let found = stored.get(&score.key()).copied();
            let says_the_same = found.is_some_and(|(_, hundredths)| hundredths == score.score_hundredths);
            let ended = found.map(|(id, _)| id);
            compared.count(ended.is_some(), (!says_the_same).then_some(Change { ended, score }));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let ended: Vec<i64> = changes.iter().filter_map(|change| change.ended).collect();
        diesel::update(risk_scores::table.filter(risk_scores::id.eq_any(ended)))
            .set(risk_scores::until_register.eq(loading.preparing))
            .execute(conn)?;
        let begun = |change: Change| Score { from_register: loading.preparing, ..change.score };
        let scores: Vec<Score> = changes.into_iter().map(begun).collect();
        insert_many!(conn, risk_scores::table, &scores)?;
        Ok(Vec::new())
    }
}

fn score(row: RiskScoreRow, person_id: i64) -> Score {
    Score {
        person_id,
        from_register: 0,
        until_register: FOREVER,
        tool: row.tool,
        tool_version: row.tool_version,
        scored_on: row.scored_on,
        score_hundredths: i64::from(row.score),
    }
}
