//! Rows of feedback.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::ltc6::campaign::{Campaign, State};
use crate::schema::{campaign_feedback, campaigns};

/// What is said of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaign_feedback)]
pub struct Feedback {
    pub said: String,
    pub will_do: String,
    pub published_on: Option<NaiveDate>,
    /// 0 where nothing is written yet.
    pub version: i64,
}

pub fn feedback(conn: &mut Conn, campaign_id: i64) -> Result<Feedback, Error> {
    let found = campaign_feedback::table.find(campaign_id).select(Feedback::as_select());
    Ok(found.first(conn).optional()?.unwrap_or_default())
}

/// Writes both texts over those of a version; whether they had it.
pub fn write(
    conn: &mut Conn,
    campaign_id: i64,
    version: i64,
    said: &str,
    will_do: &str,
) -> Result<bool, Error> {
    let texts = (campaign_feedback::said.eq(said), campaign_feedback::will_do.eq(will_do));
    let next = campaign_feedback::version.eq(version + 1);
    if version > 0 {
        let this = campaign_feedback::table.find(campaign_id).filter(campaign_feedback::version.eq(version));
        return Ok(diesel::update(this).set((texts, next)).execute(conn)? == 1);
    }
    if feedback(conn, campaign_id)?.version > 0 {
        return Ok(false);
    }
    let row = (campaign_feedback::campaign_id.eq(campaign_id), texts, next);
    Ok(diesel::insert_into(campaign_feedback::table).values(row).execute(conn)? == 1)
}

/// Publishes what has a version, on a day; whether it had it and was not published before.
pub fn publish(conn: &mut Conn, campaign_id: i64, version: i64, today: NaiveDate) -> Result<bool, Error> {
    let this = campaign_feedback::table
        .find(campaign_id)
        .filter(campaign_feedback::version.eq(version).and(campaign_feedback::published_on.is_null()));
    let published = campaign_feedback::published_on.eq(today);
    Ok(diesel::update(this).set((published, campaign_feedback::version.eq(version + 1))).execute(conn)? == 1)
}

/// What is published, the last to close first.
pub fn published(conn: &mut Conn) -> Result<Vec<(Campaign, NaiveDate)>, Error> {
    Ok(campaign_feedback::table
        .inner_join(campaigns::table)
        .filter(campaign_feedback::published_on.is_not_null())
        .order((campaigns::closes_on.desc(), campaigns::id.desc()))
        .select((Campaign::as_select(), campaign_feedback::published_on.assume_not_null()))
        .load(conn)?)
}

/// Counted campaigns of some localities (row ids) whose feedback is not published, the last to close first.
pub fn unpublished(conn: &mut Conn, localities: &[i64]) -> Result<Vec<Campaign>, Error> {
    Ok(campaigns::table
        .left_join(campaign_feedback::table)
        .filter(campaigns::locality_id.eq_any(localities).and(campaigns::state.eq(State::Counted)))
        .filter(campaign_feedback::published_on.is_null())
        .order((campaigns::closes_on.desc(), campaigns::id.desc()))
        .select(Campaign::as_select())
        .load(conn)?)
}
