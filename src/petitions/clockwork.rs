//! What happens to petitions by the calendar and by the register alone: dates of effect come, the time for opinions is
//! out, events end petitions, and whoever has not acted is reminded.

use chrono::{Days, NaiveDate};
use diesel::dsl::max;
use diesel::prelude::*;

use super::acts;
use super::applying;
use super::events;
use super::found;
use super::letters;
use super::life::State;
use super::petition::Petition;
use super::store;
use crate::access::Role;
use crate::audit::Actor;
use crate::clock::Now;
use crate::criteria::agreement::life::{Reminder, reminder};
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::mail::Letter;
use crate::schema::{holds, petition_opinions, petition_reminders, petitions};

/// Does what is due today. Every server may call it at any time.
pub fn tend(tools: &Tools) -> Result<(), Error> {
    let now = tools.clock.now();
    for (id, happened) in tools.database.read_now(|conn| events::due(conn, now))? {
        tools.database.write_now(|conn| events::take(conn, now, id, happened))?;
    }
    for id in tools.database.read_now(|conn| applying::due(conn, now))? {
        tools.database.write_now(|conn| {
            let petition = store::numbered(conn, id)?;
            applying::apply(conn, now, &Actor::service(), &petition)
        })?;
    }
    for (id, practice) in tools.database.read_now(events::held_elsewhere)? {
        tools.database.write_now(|conn| events::follow(conn, now, id, practice))?;
    }
    for id in tools.database.read_now(|conn| out_of_time(conn, now.today))? {
        tools
            .database
            .write_now(|conn| {
                let found = found::by_service(conn, now, id)?;
                acts::time_out(conn, now, &found)
            })?
            .ok();
    }
    for waits in tools.database.read_now(|conn| waiting(conn, now.today))? {
        tools.database.write_now(|conn| remind(conn, now, &waits))?;
    }
    for id in tools.database.read_now(|conn| reviews_due(conn, now.today))? {
        tools.database.write_now(|conn| tell_review(conn, now, id))?;
    }
    Ok(())
}

/// Petitions with the networks whose last day is over.
fn out_of_time(conn: &mut Conn, today: NaiveDate) -> Result<Vec<i64>, Error> {
    Ok(petitions::table
        .filter(petitions::state.eq(State::WithProvider).and(petitions::due_on.lt(today)))
        .order(petitions::id)
        .select(petitions::id)
        .load(conn)?)
}

/// Somebody who is due to be reminded of a petition: a network, or whoever decides.
struct Waits {
    petition: Petition,
    network_id: Option<i64>,
    due_on: NaiveDate,
    kind: Reminder,
}

fn waiting(conn: &mut Conn, today: NaiveDate) -> Result<Vec<Waits>, Error> {
    let running: Vec<Petition> = petitions::table
        .filter(petitions::state.eq_any([State::WithProvider, State::UnderReview, State::Appealed]))
        .filter(petitions::due_on.le(today + Days::new(10)))
        .order(petitions::id)
        .select(Petition::as_select())
        .load(conn)?;
    let ids: Vec<i64> = running.iter().map(|petition| petition.id).collect();
    let (mut silent, mut reminded) = (Vec::new(), Vec::new());
    for some in ids.chunks(5_000) {
        silent.extend(silent_networks(conn, some)?);
        reminded.extend(last_reminders(conn, some)?);
    }
    let mut waits = Vec::new();
    for petition in running {
        let (Some(from), Some(due_on)) = (petition.stage_from, petition.due_on) else { continue };
        let networks: Vec<Option<i64>> = match petition.state {
            State::WithProvider => silent
                .iter()
                .filter(|(id, _)| *id == petition.id)
                .map(|(_, network)| Some(*network))
                .collect(),
            _ => vec![None],
        };
        for network_id in networks {
            let last = reminded.iter().find(|(key, _)| *key == (petition.id, network_id, due_on));
            if let Some(kind) = reminder(today, from, due_on, last.map(|(_, day)| *day)) {
                waits.push(Waits { petition: petition.clone(), network_id, due_on, kind });
            }
        }
    }
    Ok(waits)
}

/// The networks that have not said what they think, by petition.
fn silent_networks(conn: &mut Conn, petitions: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    Ok(petition_opinions::table
        .filter(petition_opinions::petition_id.eq_any(petitions))
        .filter(petition_opinions::opinion.is_null())
        .order(petition_opinions::id)
        .select((petition_opinions::petition_id, petition_opinions::network_id))
        .load(conn)?)
}

/// Petition, network, and the date a reminder was about.
type About = (i64, Option<i64>, NaiveDate);

/// The day of the last reminder, by petition, network and the date it was about.
fn last_reminders(conn: &mut Conn, petitions: &[i64]) -> Result<Vec<(About, NaiveDate)>, Error> {
    let key = (petition_reminders::petition_id, petition_reminders::network_id, petition_reminders::due_on);
    let rows: Vec<(About, Option<NaiveDate>)> = petition_reminders::table
        .filter(petition_reminders::petition_id.eq_any(petitions))
        .group_by(key)
        .select((key, max(petition_reminders::on_day)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(key, day)| Some((key, day?))).collect())
}

/// Sends one reminder, unless another server has, or somebody has acted meanwhile.
fn remind(conn: &mut Conn, now: Now, waits: &Waits) -> Result<(), Error> {
    let petition = found::by_service(conn, now, waits.petition.id)?.petition;
    if petition.version != waits.petition.version || sent_today(conn, now, waits)? {
        return Ok(());
    }
    note_sent(conn, now, (petition.id, waits.network_id, waits.due_on))?;
    let letter = match waits.kind {
        Reminder::DueSoon => (Letter::PetitionReminder, Some(waits.due_on)),
        Reminder::Overdue => (Letter::PetitionOverdue, Some(waits.due_on)),
    };
    match waits.network_id {
        Some(network) => {
            letters::organisation(conn, now, None, &petition, (network, &[Role::Provider]), letter)
        }
        None => letters::reviewers(conn, now, None, &petition, letter),
    }
}

fn sent_today(conn: &mut Conn, now: Now, waits: &Waits) -> Result<bool, Error> {
    let last = last_reminders(conn, &[waits.petition.id])?;
    let key = (waits.petition.id, waits.network_id, waits.due_on);
    Ok(last.iter().any(|(one, day)| *one == key && *day >= now.today))
}

fn note_sent(
    conn: &mut Conn,
    now: Now,
    (petition_id, network_id, due_on): (i64, Option<i64>, NaiveDate),
) -> Result<(), Error> {
    diesel::insert_into(petition_reminders::table)
        .values((
            petition_reminders::petition_id.eq(petition_id),
            petition_reminders::network_id.eq(network_id),
            petition_reminders::due_on.eq(due_on),
            petition_reminders::on_day.eq(now.today),
        ))
        .execute(conn)?;
    Ok(())
}

/// Petitions whose hold is to be looked at and whose practice has not been told.
fn reviews_due(conn: &mut Conn, today: NaiveDate) -> Result<Vec<i64>, Error> {
    let told = petition_reminders::table
        .filter(petition_reminders::petition_id.eq(petitions::id))
        .filter(petition_reminders::due_on.nullable().eq(petitions::review_on));
    Ok(petitions::table
        .inner_join(holds::table.on(holds::reference.eq(petitions::reference)))
        .filter(holds::ended_on.is_null().and(holds::review_on.le(today)))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(petitions::id)
        .select(petitions::id)
        .load(conn)?)
}

fn tell_review(conn: &mut Conn, now: Now, id: i64) -> Result<(), Error> {
    let petition = found::by_service(conn, now, id)?.petition;
    let Some(review_on) = petition.review_on else { return Ok(()) };
    if last_reminders(conn, &[id])?.iter().any(|((_, _, due_on), _)| *due_on == review_on) {
        return Ok(());
    }
    note_sent(conn, now, (id, None, review_on))?;
    let to = (petition.practice_id, &[Role::Gp][..]);
    letters::organisation(conn, now, None, &petition, to, (Letter::PetitionHoldDue, None))
}
