//! Whom a round writes to: everybody first, then twice at most those who have not answered. A round's people stay the
//! same when its letters are made again, so that making them again tells nobody who has answered since.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::ltc6::campaigns::words::Seen;
use crate::mail::{Letter, queue_invitations};
use crate::on_each;
use crate::page::long_day;
use crate::people::register::published;
use crate::schema::{
    campaign_rounds, ltc6_invitations, ltc6_opt_outs, ltc6_turnout, person_contacts, person_records,
};

/// The first letters and two reminders.
pub const MOST: i64 = 3;
/// Rows asked for or changed at a time.
const AT_ONCE: usize = 500;

/// A round that was made.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaign_rounds)]
pub struct Round {
    /// 1 asks, 2 and 3 remind.
    pub number: i64,
    pub made_on: NaiveDate,
    /// Of reminders to the nearest ten.
    pub letters: i64,
    pub emails: i64,
    pub times: i64,
}

impl Round {
    pub fn label(&self) -> &'static str {
        match self.number {
            1 => "First letters",
            2 => "First reminder",
            _ => "Second reminder",
        }
    }

    /// The day it was made, in words.
    pub fn day(&self) -> String {
        long_day(self.made_on)
    }

    /// Whether its counts are rounded.
    pub fn is_reminder(&self) -> bool {
        self.number > 1
    }
}

/// The rounds of a campaign that were made, in order.
pub fn rounds(conn: &mut Conn, campaign_id: i64) -> Result<Vec<Round>, Error> {
    Ok(campaign_rounds::table
        .filter(campaign_rounds::campaign_id.eq(campaign_id))
        .order(campaign_rounds::number)
        .select(Round::as_select())
        .load(conn)?)
}

/// How many letters and mails the first round would be.
pub fn first_due(conn: &mut Conn, campaign_id: i64) -> Result<(i64, i64), Error> {
    let due = |by_email: bool| {
        ltc6_invitations::table
            .filter(ltc6_invitations::campaign_id.eq(campaign_id).and(ltc6_invitations::letters.eq(0)))
            .filter(ltc6_invitations::dropped.eq(false).and(ltc6_invitations::undeliverable.eq(false)))
            .filter(ltc6_invitations::by_email.eq(by_email))
            .count()
    };
    Ok((due(false).get_result(conn)?, due(true).get_result(conn)?))
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = ltc6_invitations)]
struct Invited {
    key: String,
    person_id: i64,
    by_email: bool,
    letters: i64,
    undeliverable: bool,
}

/// Begins the next round: who is written to is settled and their mails are queued. How many letters are to be printed and
/// how many mails go out; none where nobody is due.
pub fn begin(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    seen: &Seen,
    number: i64,
) -> Result<Option<(usize, usize)>, Error> {
    let id = seen.campaign.id;
    let mut due = still_asked(conn, id, now.today)?;
    let answered: HashSet<String> = match number {
        1 => HashSet::new(),
        _ => ltc6_turnout::table.select(ltc6_turnout::invitation).load(conn)?.into_iter().collect(),
    };
    due.retain(|one| {
        let is_next = if number == 1 { one.letters == 0 } else { (1..number).contains(&one.letters) };
        is_next && !one.undeliverable && !answered.contains(&one.key)
    });
    if due.is_empty() {
        return Ok(None);
    }
    let keys: Vec<&String> = due.iter().map(|one| &one.key).collect();
    for some in keys.chunks(AT_ONCE) {
        diesel::update(ltc6_invitations::table.filter(ltc6_invitations::key.eq_any(some.iter().copied())))
            .set(ltc6_invitations::letters.eq(number))
            .execute(conn)?;
    }
    let mailed: Vec<String> = due.iter().filter(|one| one.by_email).map(|one| one.key.clone()).collect();
    let letter = if number == 1 { Letter::Ltc6Invitation } else { Letter::Ltc6Reminder };
    queue_invitations(conn, now.moment, letter, &seen.campaign.reference, &mailed)?;
    let (letters, emails) = (due.len() - mailed.len(), mailed.len());
    let round = Round {
        number,
        made_on: now.today,
        letters: told(number, letters),
        emails: told(number, emails),
        times: 1,
    };
    keep(conn, who, now, seen, &round)?;
    Ok(Some((letters, emails)))
}

/// Makes ready to print the letters of the last round again; how many.
pub fn again(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, last: &Round) -> Result<usize, Error> {
    let asked = still_asked(conn, seen.campaign.id, now.today)?;
    let letters =
        asked.iter().filter(|one| !one.by_email && !one.undeliverable && one.letters == last.number).count();
    if letters > 0 {
        let this = campaign_rounds::table.find((seen.campaign.id, last.number));
        diesel::update(this).set(campaign_rounds::times.eq(campaign_rounds::times + 1)).execute(conn)?;
        note(
            conn,
            who,
            now,
            seen,
            &Round { letters: told(last.number, letters), emails: 0, ..last.clone() },
        )?;
    }
    Ok(letters)
}

fn keep(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, round: &Round) -> Result<(), Error> {
    let row = (
        campaign_rounds::campaign_id.eq(seen.campaign.id),
        campaign_rounds::number.eq(round.number),
        campaign_rounds::made_on.eq(round.made_on),
        campaign_rounds::letters.eq(round.letters),
        campaign_rounds::emails.eq(round.emails),
        campaign_rounds::times.eq(round.times),
    );
    let added = on_each!(conn, inner => diesel::insert_into(campaign_rounds::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    if added == 0 {
        return Err(seen.conflict("Somebody made these letters while you were looking at the page."));
    }
    note(conn, who, now, seen, round)
}

fn note(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, round: &Round) -> Result<(), Error> {
    let subjects = [Subject::campaign(&seen.campaign.reference), Subject::locality(&seen.locality.code)];
    let details = json!({ "round": round.number, "letters": round.letters, "emails": round.emails });
    audit::record(conn, now.moment, &who.actor, Verb::LettersMade, &subjects, details)
}

/// As a round's count is kept: of reminders to the nearest ten, for exactly it would tell how many have answered.
fn told(number: i64, count: usize) -> i64 {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if number == 1 { count } else { count.saturating_add(5) / 10 * 10 }
}

/// Who is still to be asked: those who died, left or opted out since are marked as dropped, for ever.
fn still_asked(conn: &mut Conn, campaign_id: i64, today: NaiveDate) -> Result<Vec<Invited>, Error> {
    let register = published(conn)?;
    let all: Vec<Invited> = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(campaign_id).and(ltc6_invitations::dropped.eq(false)))
        .order(ltc6_invitations::key)
        .select(Invited::as_select())
        .load(conn)?;
    let mut kept = Vec::with_capacity(all.len());
    for some in all.chunks(AT_ONCE) {
        let people: Vec<i64> = some.iter().map(|one| one.person_id).collect();
        let here: HashSet<i64> = person_records::table
            .filter(person_records::person_id.eq_any(&people))
            .filter(
                person_records::from_register.le(register).and(person_records::until_register.gt(register)),
            )
            .filter(person_records::died_on.is_null())
            .filter(person_records::deducted_on.is_null().or(person_records::deducted_on.ge(today)))
            .select(person_records::person_id)
            .load(conn)?
            .into_iter()
            .collect();
        let objects: Vec<i64> = person_contacts::table
            .filter(person_contacts::person_id.eq_any(&people).and(person_contacts::ltc6_opt_out.eq(true)))
            .filter(
                person_contacts::from_register.le(register).and(person_contacts::until_register.gt(register)),
            )
            .select(person_contacts::person_id)
            .load(conn)?;
        let said: Vec<i64> = ltc6_opt_outs::table
            .filter(ltc6_opt_outs::person_id.eq_any(&people))
            .select(ltc6_opt_outs::person_id)
            .load(conn)?;
        let objects: HashSet<i64> = objects.into_iter().chain(said).collect();
        let is_asked = |one: &&Invited| here.contains(&one.person_id) && !objects.contains(&one.person_id);
        let gone: Vec<&String> = some.iter().filter(|one| !is_asked(one)).map(|one| &one.key).collect();
        if !gone.is_empty() {
            diesel::update(ltc6_invitations::table.filter(ltc6_invitations::key.eq_any(gone)))
                .set(ltc6_invitations::dropped.eq(true))
                .execute(conn)?;
        }
        kept.extend(some.iter().filter(is_asked).cloned());
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn how_many_reminders_there_were_is_told_in_tens() {
        assert_eq!((told(1, 1_237), told(2, 1_237), told(3, 4), told(3, 5)), (1_237, 1_240, 0, 10));
    }
}
