//! Recording the decisions of a batch, each in a transaction of its own.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::batch::{BatchForm, alike};
use super::case::Pattern;
use super::deciding::{locked, record};
use super::decision_form::Checked;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::random_reference;
use crate::once::once;
use crate::page::Mistakes;
use crate::people::identified_text::{Caught, Clear, Found, Typed, look};
use crate::people::identifiers::About;
use crate::people::rows::known;
use crate::people::scope::Scope;
use crate::runs::store::Locality;
use crate::schema::decision_batches;

/// How many are decided together at most.
pub const MOST: usize = 500;

/// What is to be decided, for whom.
pub struct Ready {
    locality: Locality,
    pattern: Pattern,
    checked: Checked,
    /// Pseudonyms.
    people: Vec<String>,
}

/// Why a batch was not begun.
pub enum NotBegun {
    Mistaken(Mistakes),
    Identified(Box<Found>),
}

/// Checks the form and notes the batch; its reference. The reason is said of several people, by whoever sees pseudonyms of
/// them.
pub fn begin(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: &BatchForm,
) -> Result<Result<String, NotBegun>, Error> {
    let ready = match check(conn, who, now, form)? {
        Ok(ready) => ready,
        Err(mistakes) => return Ok(Err(NotBegun::Mistaken(mistakes))),
    };
    let clear = match cleared(&ready.checked, now, form) {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(NotBegun::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(NotBegun::Identified(found))),
    };
    let reference = format!("B-{}", random_reference());
    diesel::insert_into(decision_batches::table)
        .values((
            decision_batches::reference.eq(&reference),
            decision_batches::locality_id.eq(ready.locality.id),
            decision_batches::network_id.eq(who.organisation_id()),
            decision_batches::left_out.eq("[]"),
            decision_batches::who.eq(&who.name),
            decision_batches::recorded_at.eq(now.moment),
        ))
        .execute(conn)?;
    let subjects = [Subject::locality(&ready.locality.code)];
    let details = json!({ "batch": reference, "people": ready.people.len(), "facts": form.alike.facts });
    audit::record(conn, now.moment, &who.actor, Verb::CasesDecided, &subjects, details)?;
    clear.record(conn, now, who, &subjects)?;
    Ok(Ok(reference))
}

/// The reason as it may be stored.
fn cleared(checked: &Checked, now: Now, form: &BatchForm) -> Result<Clear, Caught> {
    let typed = [Typed::new("reason", "Reason", &checked.reason)];
    look(&typed, &About::default(), now.today, &form.decision.said)
}

pub fn check(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: &BatchForm,
) -> Result<Result<Ready, Mistakes>, Error> {
    let pattern = form.alike.pattern();
    let scope = Scope::of(conn, who, now.today)?;
    let (locality, lines) = alike(conn, who, &scope, &form.alike)?;
    let mut mistakes = match form.decision.check(now.today, &pattern.could_be) {
        Ok(_) => Mistakes::new(),
        Err(mistakes) => mistakes,
    };
    let people = match form.which.as_str() {
        "all" => {
            let ids: Vec<i64> = lines.iter().take(MOST).map(|line| line.person_id).collect();
            let known = known(conn, ids.clone())?;
            ids.iter().filter_map(|id| known.get(id)).map(|(pseudonym, _)| pseudonym.clone()).collect()
        }
        _ => form.people.iter().take(MOST).cloned().collect::<Vec<_>>(),
    };
    if people.is_empty() {
        mistakes.add("people", "Choose at least one person");
    }
    match form.decision.check(now.today, &pattern.could_be) {
        Ok(checked) if mistakes.is_empty() => {
            let reason = cleared(&checked, now, form).map(|clear| clear.text("reason"));
            let checked = Checked { reason: reason.unwrap_or_else(|_| checked.reason.clone()), ..checked };
            Ok(Ok(Ready { locality, pattern, checked, people }))
        }
        _ => Ok(Err(mistakes)),
    }
}

/// Somebody who was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct LeftOut {
    pub pseudonym: String,
    pub why: String,
}

/// Decides each case in a transaction of its own, so that nobody else waits long.
pub async fn decide_each(
    database: &Database,
    who: &Who,
    now: Now,
    reference: &str,
    ready: Ready,
) -> Result<(), Error> {
    let mut left_out: Vec<LeftOut> = Vec::new();
    for pseudonym in ready.people {
        let (by, batch, of) = (who.clone(), reference.to_owned(), pseudonym.clone());
        let (pattern, checked) = (ready.pattern.clone(), ready.checked.clone());
        let one = move |conn: &mut Conn| decide_one(conn, &by, now, &batch, &of, &pattern, &checked);
        let why = match database.write(one).await {
            Ok(None) => continue,
            Ok(Some(why)) => why,
            Err(Error::NotFound) => "It is no longer a case of your network.".into(),
            Err(error) => return Err(error),
        };
        left_out.push(LeftOut { pseudonym, why });
        let (text, batch) =
            (serde_json::to_string(&left_out).map_err(anyhow::Error::from)?, reference.to_owned());
        database
            .write(move |conn| {
                let of = decision_batches::table.filter(decision_batches::reference.eq(&batch));
                Ok(diesel::update(of).set(decision_batches::left_out.eq(&text)).execute(conn)?)
            })
            .await?;
    }
    Ok(())
}

/// Decides one of them; why it was left out, where it was.
fn decide_one(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    batch: &str,
    pseudonym: &str,
    pattern: &Pattern,
    checked: &Checked,
) -> Result<Option<String>, Error> {
    let key = format!("{batch} {pseudonym}");
    let mut why = None;
    once(conn, now.moment, who.user_id, &key, |conn| {
        let found = locked(conn, who, now, pseudonym)?;
        why = if !found.is_open() {
            let decided = found.decisions.last().filter(|_| found.hold.is_some());
            Some(decided.map_or_else(
                || "A register, an answer or a run has settled it meanwhile.".to_owned(),
                |one| format!("{} decided meanwhile: {}.", one.network, found.decided(one)),
            ))
        } else if found.pattern() != *pattern {
            Some("What is missing, or what it could be, has changed meanwhile.".to_owned())
        } else {
            match record(conn, who, now, &found, checked, Some(batch))? {
                Some(_) => None,
                None => Some("The person stands in this group, and several others are left.".to_owned()),
            }
        };
        Ok(String::new())
    })?;
    Ok(why)
}
