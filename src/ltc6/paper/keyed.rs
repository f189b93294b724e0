//! Forms keyed in batches that are not finished: readable, of nobody, gone when the batch is sealed.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::sheet::Sheet;
use super::{Return, taking};
use crate::access::Who;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::keys::Keys;
use crate::ltc6::campaign::Campaign;
use crate::on_each;
use crate::schema::{localities, ltc6_keyed, ltc6_paper_returns};

/// A keyed form.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = ltc6_keyed)]
pub struct Keyed {
    pub campaign_id: i64,
    pub batch: String,
    pub number: i64,
    pub received_on: NaiveDate,
    sheet: String,
    pub keyed_by: i64,
    again: Option<String>,
    pub is_checked: bool,
    pub version: i64,
}

/// Which form.
#[derive(Clone, Debug)]
pub struct Place {
    pub campaign_id: i64,
    pub batch: String,
    pub number: i64,
}

/// Forms of a batch keyed a second time, at the least.
const FEWEST: usize = 5;
/// Of how many forms one is keyed a second time.
const ONE_IN: usize = 10;

impl Keyed {
    pub fn sheet(&self) -> Result<Sheet, Error> {
        read(&self.sheet)
    }

    /// What a second keyer read otherwise, where that is not settled.
    pub fn again(&self) -> Result<Option<Sheet>, Error> {
        self.again.as_deref().map(read).transpose()
    }

    pub fn differs(&self) -> bool {
        self.again.is_some()
    }

    fn place(&self) -> Place {
        Place { campaign_id: self.campaign_id, batch: self.batch.clone(), number: self.number }
    }
}

fn read(text: &str) -> Result<Sheet, Error> {
    Ok(serde_json::from_str(text).map_err(anyhow::Error::from)?)
}

fn written(sheet: &Sheet) -> Result<String, Error> {
    Ok(serde_json::to_string(sheet).map_err(anyhow::Error::from)?)
}

/// How many of so many forms are keyed a second time: every tenth, and five at the least.
pub fn to_check(forms: usize) -> usize {
    forms.div_ceil(ONE_IN).max(FEWEST).min(forms)
}

/// The forms that are keyed a second time: by chance, and the same whenever it is asked.
pub fn sample<'a>(keys: &Keys, forms: &'a [Keyed]) -> Vec<&'a Keyed> {
    let mut all: Vec<&Keyed> = forms.iter().collect();
    let lot = |form: &Keyed| {
        keys.hash("second keying", &format!("{}/{}/{}", form.campaign_id, form.batch, form.number))
    };
    all.sort_by_cached_key(|form| lot(form));
    all.truncate(to_check(forms.len()));
    all.sort_by_key(|form| form.number);
    all
}

/// Forms of a batch in the order of their numbers.
pub fn of_batch(conn: &mut Conn, campaign_id: i64, batch: &str) -> Result<Vec<Keyed>, Error> {
    Ok(ltc6_keyed::table
        .filter(ltc6_keyed::campaign_id.eq(campaign_id).and(ltc6_keyed::batch.eq(batch)))
        .order(ltc6_keyed::number)
        .select(Keyed::as_select())
        .load(conn)?)
}

pub fn of_place(conn: &mut Conn, place: &Place) -> Result<Keyed, Error> {
    Ok(ltc6_keyed::table
        .find((place.campaign_id, &place.batch, place.number))
        .select(Keyed::as_select())
        .first(conn)?)
}

/// Batches that are not finished, with how many forms each has.
pub fn batches(conn: &mut Conn, campaign_id: i64) -> Result<Vec<(String, i64)>, Error> {
    Ok(ltc6_keyed::table
        .filter(ltc6_keyed::campaign_id.eq(campaign_id))
        .group_by(ltc6_keyed::batch)
        .select((ltc6_keyed::batch, diesel::dsl::count_star()))
        .order(ltc6_keyed::batch)
        .load(conn)?)
}

/// The number after the highest that was keyed or taken in a batch.
pub fn next_number(conn: &mut Conn, campaign_id: i64, batch: &str) -> Result<i64, Error> {
    let keyed: Option<i64> = ltc6_keyed::table
        .filter(ltc6_keyed::campaign_id.eq(campaign_id).and(ltc6_keyed::batch.eq(batch)))
        .select(diesel::dsl::max(ltc6_keyed::number))
        .first(conn)?;
    let taken: Option<i64> = ltc6_paper_returns::table
        .filter(ltc6_paper_returns::campaign_id.eq(campaign_id).and(ltc6_paper_returns::batch.eq(batch)))
        .select(diesel::dsl::max(ltc6_paper_returns::number))
        .first(conn)?;
    Ok(keyed.max(taken).unwrap_or(0) + 1)
}

/// Adds a form; whether there was none of that number, keyed or taken.
pub fn add(
    conn: &mut Conn,
    (who, now): (&Who, Moment),
    campaign: (&Campaign, &str),
    place: &Place,
    received_on: NaiveDate,
    sheet: &Sheet,
) -> Result<bool, Error> {
    let taken = ltc6_paper_returns::table.find((place.campaign_id, &place.batch, place.number));
    if taken.count().get_result::<i64>(conn)? > 0 {
        return Ok(false);
    }
    let row = (
        ltc6_keyed::campaign_id.eq(place.campaign_id),
        ltc6_keyed::batch.eq(&place.batch),
        ltc6_keyed::number.eq(place.number),
        ltc6_keyed::received_on.eq(received_on),
        ltc6_keyed::sheet.eq(written(sheet)?),
        ltc6_keyed::keyed_by.eq(who.user_id),
        ltc6_keyed::is_checked.eq(false),
    );
    let added = on_each!(conn, inner => diesel::insert_into(ltc6_keyed::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    if added == 1 {
        note(conn, (&who.actor, now), campaign, Verb::PaperKeyed, place)?;
    }
    Ok(added == 1)
}

/// Takes a form back that was keyed; whether it was there at that version.
pub fn undo(
    conn: &mut Conn,
    (who, now): (&Who, Moment),
    campaign: (&Campaign, &str),
    place: &Place,
    version: i64,
) -> Result<bool, Error> {
    let this = ltc6_keyed::table.find((place.campaign_id, &place.batch, place.number));
    let gone = diesel::delete(this.filter(ltc6_keyed::version.eq(version))).execute(conn)? == 1;
    if gone {
        note(conn, (&who.actor, now), campaign, Verb::PaperUndone, place)?;
    }
    Ok(gone)
}

/// Notes a second reading of a form, which settles it where both are the same; whether they differ.
///
/// # Errors
/// Where somebody read or settled it first.
pub fn read_again(
    conn: &mut Conn,
    (who, now): (&Who, Moment),
    campaign: (&Campaign, &str),
    form: &Keyed,
    again: &Sheet,
) -> Result<bool, Error> {
    let differs = !form.sheet()?.differences(again).is_empty();
    let kept = if differs { Some(written(again)?) } else { None };
    let this = ltc6_keyed::table.find((form.campaign_id, &form.batch, form.number));
    let done = diesel::update(this.filter(ltc6_keyed::version.eq(form.version)))
        .set((
            ltc6_keyed::again.eq(kept),
            ltc6_keyed::is_checked.eq(!differs),
            ltc6_keyed::version.eq(form.version + 1),
        ))
        .execute(conn)?;
    first(done, campaign.0)?;
    note(conn, (&who.actor, now), campaign, Verb::PaperKeyed, &form.place())?;
    Ok(differs)
}

/// Keeps what two readings were settled to.
///
/// # Errors
/// Where somebody settled or took back the form first.
pub fn settle(
    conn: &mut Conn,
    (who, now): (&Who, Moment),
    campaign: (&Campaign, &str),
    form: &Keyed,
    settled: &Sheet,
) -> Result<(), Error> {
    let this = ltc6_keyed::table.find((form.campaign_id, &form.batch, form.number));
    let done = diesel::update(this.filter(ltc6_keyed::version.eq(form.version)))
        .set((
            ltc6_keyed::sheet.eq(written(settled)?),
            ltc6_keyed::again.eq(None::<String>),
            ltc6_keyed::is_checked.eq(true),
            ltc6_keyed::version.eq(form.version + 1),
        ))
        .execute(conn)?;
    first(done, campaign.0)?;
    note(conn, (&who.actor, now), campaign, Verb::PaperSettled, &form.place())
}

fn first(done: usize, campaign: &Campaign) -> Result<(), Error> {
    if done == 1 {
        return Ok(());
    }
    let key = format!("/campaigns/{}/key", campaign.reference);
    Err(Error::conflict("Somebody else changed this form first.", key, "Go to keying"))
}

/// Seals the forms of a batch, drops them into the box and deletes them here; how many there were.
pub fn seal_batch(
    conn: &mut Conn,
    (actor, now): (&Actor, Moment),
    (campaign, locality): (&Campaign, &str),
    batch: &str,
) -> Result<usize, Error> {
    let forms = of_batch(conn, campaign.id, batch)?;
    let checked = forms.iter().filter(|form| form.is_checked).count();
    let returns: Vec<Return> = forms
        .iter()
        .map(|form| {
            let sheet = form.sheet()?;
            Ok(Return {
                batch: form.batch.clone(),
                number: form.number,
                received_on: form.received_on,
                level: sheet.stratum(),
                answers: sheet.answers(),
            })
        })
        .collect::<Result<_, Error>>()?;
    taking::take(conn, campaign.id, returns)?;
    let these =
        ltc6_keyed::table.filter(ltc6_keyed::campaign_id.eq(campaign.id).and(ltc6_keyed::batch.eq(batch)));
    diesel::delete(these).execute(conn)?;
    let subjects = [Subject::campaign(&campaign.reference), Subject::locality(locality)];
    let details = json!({ "batch": batch, "forms": forms.len(), "keyed_twice": checked });
    audit::record(conn, now, actor, Verb::PaperSealed, &subjects, details)?;
    Ok(forms.len())
}

/// Seals, as they stand, the batches of a campaign that nobody finished: before it is counted.
pub fn seal_unfinished(tools: &Tools, campaign: &Campaign) -> Result<(), Error> {
    let now = tools.clock.now().moment;
    let sealed = tools.database.write_now(|conn| {
        let locality: String =
            localities::table.find(campaign.locality_id).select(localities::code).first(conn)?;
        let unfinished = batches(conn, campaign.id)?;
        for (batch, _) in &unfinished {
            seal_batch(conn, (&Actor::service(), now), (campaign, &locality), batch)?;
        }
        Ok(unfinished.len())
    })?;
    if sealed > 0 { tools.database.forget_deleted(&["ltc6_keyed"]) } else { Ok(()) }
}

fn note(
    conn: &mut Conn,
    (actor, now): (&Actor, Moment),
    (campaign, locality): (&Campaign, &str),
    verb: Verb,
    place: &Place,
) -> Result<(), Error> {
    let subjects = [Subject::campaign(&campaign.reference), Subject::locality(locality)];
    audit::record(conn, now, actor, verb, &subjects, json!({ "batch": place.batch, "number": place.number }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tenth_form_is_keyed_twice_and_five_at_the_least() {
        let expected = [(0, 0), (1, 1), (4, 4), (6, 5), (50, 5), (51, 6), (120, 12)];
        for (forms, checked) in expected {
            assert_eq!(to_check(forms), checked, "{forms}");
        }
    }
}
