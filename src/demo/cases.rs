//! Judgement cases in every state: decided, due for review, asked of a practice, answered and not yet coded.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};

use super::agreements::somebody;
use crate::access::Who;
use crate::clock::Now;
use crate::config::Ground;
use crate::criteria::conditions::ConditionSet;
use crate::database::Conn;
use crate::decisions::answer::Answered;
use crate::decisions::case::{Choice, State};
use crate::decisions::decision_form::Checked;
use crate::decisions::found::{Found, find};
use crate::decisions::list::{Line, lines};
use crate::decisions::{answering, asking, deciding, questions};
use crate::error::Error;
use crate::people::corrections::{Correctable, Value};
use crate::people::rows::known;
use crate::people::scope::Scope;

/// The networks, those that are asked of most first.
const NETWORKS: [&str; 2] = ["provider.opendoor@demo.example", "provider.integrated@demo.example"];
/// Practices with an account.
const PRACTICES: [&str; 2] = ["gp.alder@demo.example", "gp.beechcroft@demo.example"];

/// What a network decides, and how many days after the demo's day it is reviewed.
const DECIDED: [(&str, u64, bool); 6] = [
    ("Seen by our outreach team twice this month", 365, true),
    ("No contact with our services in five years, and none with the practice's about this", 0, false),
    ("The family and the community nurse say so", 180, false),
    ("Assessed on the ward in spring; the letter is with the practice", 365, true),
    ("Known to the team that would care for them, and not in its care", 0, false),
    ("The care plan of last year settles it", 270, false),
];

/// Tells the cases of a locality (row id): the same for the same people.
pub fn tell(ground: &Ground, locality_id: i64) -> anyhow::Result<()> {
    let now = ground.now();
    Ok(ground.database.write_now(|conn| {
        let mut used = HashSet::new();
        ask(conn, now, locality_id, &mut used)?;
        decide(conn, now, locality_id, &mut used)
    })?)
}

/// The open cases of a network, in the order of people, with their pseudonyms.
fn open(conn: &mut Conn, who: &Who, now: Now, locality_id: i64) -> Result<Vec<(Line, String)>, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let (mut cases, _) = lines(conn, who, &scope, Some(locality_id))?;
    cases.retain(|line| line.state == State::Open);
    cases.sort_by_key(|line| line.person_id);
    let names = known(conn, cases.iter().map(|line| line.person_id).collect())?;
    let named = cases.into_iter().filter_map(|line| {
        let (pseudonym, _) = names.get(&line.person_id)?.clone();
        Some((line, pseudonym))
    });
    Ok(named.collect())
}

/// Each network asks each practice with an account about one of its people: the first answers, the second does not know,
/// and what the second network asks waits.
fn ask(conn: &mut Conn, now: Now, locality_id: i64, used: &mut HashSet<i64>) -> Result<(), Error> {
    for (network, email) in NETWORKS.into_iter().enumerate() {
        let who = somebody(conn, email, now)?;
        for (practice, email) in PRACTICES.into_iter().enumerate() {
            let gp = somebody(conn, email, now)?;
            let cases = open(conn, &who, now, locality_id)?.into_iter();
            let theirs = cases.filter(|(line, _)| line.practice_id == gp.organisation_id());
            for (line, pseudonym) in theirs {
                let is_used = used.contains(&line.person_id);
                let asked = if is_used { None } else { question(conn, &who, now, &pseudonym)? };
                let Some((reference, fact)) = asked else { continue };
                used.insert(line.person_id);
                if network == 0 {
                    answer(conn, &gp, now, &reference, (fact, value(fact, practice == 0)))?;
                }
                break;
            }
        }
    }
    Ok(())
}

/// Asks for the one fact a case hangs on; none where it hangs on several, or on one no practice records.
fn question(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    pseudonym: &str,
) -> Result<Option<(String, Correctable)>, Error> {
    let found = find(conn, who, now, pseudonym)?;
    let fact = match found.open.as_ref().map(|open| &*open.facts) {
        Some([fact]) => Correctable::of_fact(fact),
        _ => None,
    };
    let Some(fact) = fact else { return Ok(None) };
    let reason = "It decides the group, and our records say nothing of it";
    Ok(Some((asking::put(conn, who, now, &found, fact, reason)?, fact)))
}

fn answer(
    conn: &mut Conn,
    gp: &Who,
    now: Now,
    reference: &str,
    answered: (Correctable, Answered),
) -> Result<(), Error> {
    let question = questions::named(conn, reference)?;
    let names = known(conn, vec![question.person_id])?;
    let Some((pseudonym, _)) = names.get(&question.person_id) else { return Ok(()) };
    let found = find(conn, gp, now, pseudonym)?;
    answering::settle(conn, gp, now, &question, &found, answered).map(drop)
}

/// What a practice says of a fact, where it knows.
fn value(fact: Correctable, knows: bool) -> Answered {
    if !knows {
        return Answered::NotKnown;
    }
    Answered::Value(match fact {
        Correctable::Flag(flag) => Value::Flag(flag, true),
        Correctable::Conditions => Value::Conditions(ConditionSet::default()),
        Correctable::LtcCount => Value::LtcCount(2),
        Correctable::UnplannedAdmissions => Value::UnplannedAdmissions(0),
    })
}

/// Networks decide some cases, every other one for the group the person stands in already.
fn decide(conn: &mut Conn, now: Now, locality_id: i64, used: &mut HashSet<i64>) -> Result<(), Error> {
    for (at, (reason, days, moves)) in DECIDED.into_iter().enumerate() {
        let who = somebody(conn, NETWORKS[at % NETWORKS.len()], now)?;
        let cases = open(conn, &who, now, locality_id)?.into_iter();
        let left: Vec<_> = cases.filter(|(line, _)| !used.contains(&line.person_id)).collect();
        let Some((line, pseudonym)) = left.get((at % 3).min(left.len().saturating_sub(1))) else { continue };
        used.insert(line.person_id);
        let found = find(conn, &who, now, pseudonym)?;
        let checked = Checked {
            choice: Choice::In(chosen(&found, moves)),
            reason: reason.to_owned(),
            review_on: after(now.today, days),
        };
        deciding::record(conn, &who, now, &found, &checked, None)?;
    }
    Ok(())
}

/// The group the person stands in, or another they could be in.
fn chosen(found: &Found, moves: bool) -> Option<String> {
    let here = found.stands.group_code.clone();
    match moves {
        true => found.remaining().into_iter().find(|group| *group != here).unwrap_or(here),
        false => here,
    }
}

fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}
