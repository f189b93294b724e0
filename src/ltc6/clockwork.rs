//! What happens to campaigns by the calendar alone: batches are opened, campaigns close and are counted.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::ballot::open;
use super::ballot::seal::PrivateKey;
use super::campaign::{AimReading, Campaign, State};
use super::paper;
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::schema::campaigns;
use crate::settings::setting::Setting;
use crate::settings::store::Values;

/// Does what is due today. Every server may call it at any time; only the one that holds a private key opens a box.
pub fn tend(tools: &Tools) -> Result<(), Error> {
    let today = tools.clock.now().today;
    if tools.database.read_now(|conn| any_over(conn, today))? {
        tools.database.write_now(|conn| close(conn, today))?;
    }
    open::open_ready(tools)?;
    let (due, forgotten) = tools.database.read_now(|conn| Ok((to_count(conn, today)?, to_forget(conn)?)))?;
    for campaign in due.iter().filter(|campaign| PrivateKey::is_here(&tools.keys, &campaign.reference)) {
        count(tools, campaign)?;
    }
    for campaign in forgotten.iter().filter(|campaign| PrivateKey::is_here(&tools.keys, &campaign.reference))
    {
        destroy_key(tools, campaign)?;
    }
    Ok(())
}

fn any_over(conn: &mut Conn, today: NaiveDate) -> Result<bool, Error> {
    let over = campaigns::table.filter(campaigns::state.eq(State::Open).and(campaigns::closes_on.lt(today)));
    Ok(over.count().get_result::<i64>(conn)? > 0)
}

fn close(conn: &mut Conn, today: NaiveDate) -> Result<(), Error> {
    diesel::update(
        campaigns::table.filter(campaigns::state.eq(State::Open).and(campaigns::closes_on.lt(today))),
    )
    .set((campaigns::state.eq(State::Closed), campaigns::version.eq(campaigns::version + 1)))
    .execute(conn)?;
    Ok(())
}

/// Closed campaigns whose time for paper is over.
fn to_count(conn: &mut Conn, today: NaiveDate) -> Result<Vec<Campaign>, Error> {
    let days = Values::read(conn)?.paper_days();
    let closed = campaigns::table.filter(campaigns::state.eq(State::Closed)).select(Campaign::as_select());
    let mut closed: Vec<Campaign> = closed.load(conn)?;
    closed.retain(|campaign| campaign.closes_on + days < today);
    Ok(closed)
}

/// Counted campaigns whose key was to be destroyed when a server died.
fn to_forget(conn: &mut Conn) -> Result<Vec<Campaign>, Error> {
    let counted = campaigns::state.eq(State::Counted).and(campaigns::key_destroyed.eq(false));
    Ok(campaigns::table.filter(counted).select(Campaign::as_select()).load(conn)?)
}

/// Opens all that waits, keeps the reading of the aim and the threshold in force, and destroys the private key.
///
/// # Errors
/// Where this server does not hold the key.
pub fn count(tools: &Tools, campaign: &Campaign) -> Result<(), Error> {
    paper::seal_unfinished(tools, campaign)?;
    open::open_rest(tools, campaign)?;
    let counted = tools.database.write_now(|conn| {
        // Paper that was keyed in the meantime is opened the next time.
        if open::any_to_open(conn, campaign.id)? {
            return Ok(false);
        }
        let threshold = Values::read(conn)?.of(Setting::Threshold);
        let closed = campaigns::table.find(campaign.id).filter(campaigns::state.eq(State::Closed));
        diesel::update(closed)
            .set((
                campaigns::state.eq(State::Counted),
                campaigns::aim_reading.eq(AimReading::Both),
                campaigns::threshold.eq(threshold),
                campaigns::version.eq(campaigns::version + 1),
            ))
            .execute(conn)?;
        Ok(true)
    })?;
    if counted { destroy_key(tools, campaign) } else { Ok(()) }
}

fn destroy_key(tools: &Tools, campaign: &Campaign) -> Result<(), Error> {
    PrivateKey::destroy(&tools.keys, &campaign.reference)?;
    tools.database.write_now(|conn| {
        diesel::update(campaigns::table.find(campaign.id))
            .set(campaigns::key_destroyed.eq(true))
            .execute(conn)?;
        Ok(())
    })
}
