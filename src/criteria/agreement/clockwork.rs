//! What happens by the calendar alone: approved proposals take force, networks that have not answered are reminded.

use diesel::prelude::*;

use super::force;
use super::life::{Reminder, State, reminder};
use super::post;
use super::proposing::path_for;
use super::seen::Agreement;
use super::store;
use crate::audit::Actor;
use crate::clock::{Moment, Now, london_day};
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::mail::Letter;
use crate::runs::store::locality_of;
use crate::schema::{proposal_asks, proposals};

/// Does what is due today. Every server may call it at any time.
pub fn tend(tools: &Tools) -> Result<(), Error> {
    let now = tools.clock.now();
    for id in tools.database.read_now(|conn| force::due(conn, now.today))? {
        tools.database.write_now(|conn| force::take_force(conn, now, id))?;
    }
    for due in tools.database.read_now(|conn| silent(conn, now))? {
        tools.database.write_now(|conn| remind(conn, now, &due))?;
    }
    Ok(())
}

/// A network that has not answered, and the reminder that is due.
struct Silent {
    ask_id: i64,
    network_id: i64,
    proposal_id: i64,
    reminded_at: Option<Moment>,
    kind: Reminder,
}

fn silent(conn: &mut Conn, now: Now) -> Result<Vec<Silent>, Error> {
    type Row = (i64, i64, i64, Moment, Option<Moment>, Option<chrono::NaiveDate>);
    let open: Vec<Row> = proposal_asks::table
        .inner_join(proposals::table)
        .filter(proposals::state.eq(State::Proposed).and(proposal_asks::answer.is_null()))
        .order(proposal_asks::id)
        .select((
            proposal_asks::id,
            proposal_asks::network_id,
            proposals::id,
            proposal_asks::asked_at,
            proposal_asks::reminded_at,
            proposals::answer_by,
        ))
        .load(conn)?;
    let due =
        open.into_iter().filter_map(|(ask_id, network_id, proposal_id, asked_at, reminded_at, answer_by)| {
            let kind = reminder(now.today, london_day(asked_at), answer_by?, reminded_at.map(london_day))?;
            Some(Silent { ask_id, network_id, proposal_id, reminded_at, kind })
        });
    Ok(due.collect())
}

/// Sends one reminder, unless another server has, or the network has answered meanwhile.
fn remind(conn: &mut Conn, now: Now, due: &Silent) -> Result<(), Error> {
    let still = proposal_asks::table.find(due.ask_id).filter(proposal_asks::answer.is_null());
    let reminded = match due.reminded_at {
        Some(before) => diesel::update(still.filter(proposal_asks::reminded_at.eq(before)))
            .set(proposal_asks::reminded_at.eq(now.recorded()))
            .execute(conn)?,
        None => diesel::update(still.filter(proposal_asks::reminded_at.is_null()))
            .set(proposal_asks::reminded_at.eq(now.recorded()))
            .execute(conn)?,
    };
    if reminded == 0 {
        return Ok(());
    }
    let agreement = Agreement::one(conn, due.proposal_id)?;
    let locality = locality_of(conn, agreement.proposal.locality_id)?;
    let path = path_for(conn, now.today, &agreement, &locality, due.network_id)?;
    let about = post::about(&agreement.proposal, &path);
    let letter = match due.kind {
        Reminder::DueSoon => Letter::CriteriaReminder,
        Reminder::Overdue => Letter::CriteriaOverdue,
    };
    for user in store::providers_of(conn, due.network_id, now.today)? {
        post::send(conn, now, &Actor::service(), user, letter, &about)?;
    }
    Ok(())
}
