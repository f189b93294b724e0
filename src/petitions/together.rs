//! Approving together the petitions that every network asked supports: which are ready, why others are left out, and
//! deciding each with a record of its own.

use chrono::Months;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::acts::{self, Verdict};
use super::found::{Found, find_within, locked};
use super::life::{Act, By, State};
use super::petition::{Category, Opinion, ReasonCode};
use super::terms::Terms;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::random_reference;
use crate::people::scope::Scope;
use crate::schema::{petition_batches, petitions};

/// How many are decided together at most.
pub const MOST: i64 = 500;

/// Why a petition is not approved together with others; none where it can be.
pub fn why_not(found: &Found, now: Now) -> Option<String> {
    if let Err(refusal) = found.round(now.today).after(Act::Approve, By::Member(found.caller)) {
        return Some(refusal.to_string());
    }
    if found.opinions.is_empty() {
        return Some("No network was asked".into());
    }
    let against = found.opinions.iter().find(|one| one.opinion != Some(Opinion::Support))?;
    let name = found.name_of(against.network_id);
    Some(match against.opinion {
        Some(opinion) => format!("{name}: {}", opinion.label().to_lowercase()),
        None => format!("{name} said nothing"),
    })
}

/// Petitions under review, due soonest first.
#[derive(Clone, Debug, Default)]
pub struct UnderReview {
    /// Those that can be approved together.
    pub ready: Vec<Found>,
    /// The others, with why they cannot.
    pub others: Vec<(Found, String)>,
}

/// The petitions under review in the caller's localities.
pub fn under_review(conn: &mut Conn, who: &Who, now: Now) -> Result<UnderReview, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let references: Vec<String> = petitions::table
        .filter(petitions::state.eq(State::UnderReview))
        .filter(petitions::locality_id.eq_any(&scope.localities))
        .order((petitions::due_on, petitions::id))
        .limit(MOST)
        .select(petitions::reference)
        .load(conn)?;
    let mut all = UnderReview::default();
    for reference in references {
        let found = find_within(conn, who, now, &scope, &reference)?;
        match why_not(&found, now) {
            None => all.ready.push(found),
            Some(why) => all.others.push((found, why)),
        }
    }
    Ok(all)
}

/// A petition that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct LeftOut {
    pub reference: String,
    pub why: String,
}

/// What is kept of those left out of a batch that nobody has begun to decide.
const NOT_BEGUN: &str = "";

/// Takes a batch for deciding; whether nobody else has. Until it is done all of it counts as left out, so that nothing
/// is passed over in silence where the service stops half way.
pub fn claim(conn: &mut Conn, batch: &str, chosen: &[(String, i64)]) -> Result<bool, Error> {
    let why = "The service stopped before it came to this one, so choose it again";
    let each = chosen.iter().map(|(reference, _)| LeftOut { reference: reference.clone(), why: why.into() });
    let text = serde_json::to_string(&each.collect::<Vec<LeftOut>>()).map_err(anyhow::Error::from)?;
    let waiting = petition_batches::table
        .filter(petition_batches::reference.eq(batch).and(petition_batches::left_out.eq(NOT_BEGUN)));
    Ok(diesel::update(waiting).set(petition_batches::left_out.eq(text)).execute(conn)? == 1)
}

/// Notes a batch; its reference.
pub fn begin(conn: &mut Conn, who: &Who, now: Now, petitions: usize) -> Result<String, Error> {
    let reference = format!("CB-{}", random_reference());
    diesel::insert_into(petition_batches::table)
        .values((
            petition_batches::reference.eq(&reference),
            petition_batches::organisation_id.eq(who.organisation_id()),
            petition_batches::left_out.eq(NOT_BEGUN),
            petition_batches::who.eq(&who.name),
            petition_batches::decided_on.eq(now.today),
        ))
        .execute(conn)?;
    let subjects = [Subject::petition(&reference)];
    let details = json!({ "batch": reference, "petitions": petitions });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionsApproved, &subjects, details)?;
    Ok(reference)
}

/// Approves each in a transaction of its own, so that nobody else waits long; `chosen` are references with the version
/// that was seen.
pub async fn approve_each(
    database: &Database,
    who: &Who,
    now: Now,
    batch: &str,
    chosen: Vec<(String, i64)>,
    (reason_code, words): (ReasonCode, String),
) -> Result<(), Error> {
    let mut left_out: Vec<LeftOut> = Vec::new();
    for (reference, version) in chosen {
        let (by, of, batch_of, words) = (who.clone(), reference.clone(), batch.to_owned(), words.clone());
        let one =
            move |conn: &mut Conn| approve(conn, &by, now, (&of, version), (reason_code, words), batch_of);
        let why = match database.write(one).await {
            Ok(None) => continue,
            Ok(Some(why)) => why,
            Err(Error::NotFound) => "It is no longer a petition of your localities".into(),
            Err(error) => return Err(error),
        };
        left_out.push(LeftOut { reference, why });
    }
    let (text, batch) = (serde_json::to_string(&left_out).map_err(anyhow::Error::from)?, batch.to_owned());
    database
        .write(move |conn| {
            let of = petition_batches::table.filter(petition_batches::reference.eq(&batch));
            Ok(diesel::update(of).set(petition_batches::left_out.eq(&text)).execute(conn)?)
        })
        .await?;
    Ok(())
}

/// Approves one of them; why it was left out, where it was.
fn approve(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (reference, version): (&str, i64),
    (reason_code, words): (ReasonCode, String),
    batch: String,
) -> Result<Option<String>, Error> {
    let found = locked(conn, who, now, reference)?;
    if found.petition.version != version {
        return Ok(Some("Something happened to it after you opened the page".into()));
    }
    if let Some(why) = why_not(&found, now) {
        return Ok(Some(why));
    }
    let effective_on = found.petition.effective_on.unwrap_or(now.today).max(now.today);
    let months = Terms::of(conn, &found.locality)?.review_months;
    let review_on = match found.petition.category {
        Some(Category::RecordWrong) => effective_on,
        _ => effective_on.checked_add_months(Months::new(months)).unwrap_or(effective_on),
    };
    let batch = Some(batch);
    let verdict = Verdict { granted: true, reason_code, words, effective_on, review_on, batch };
    Ok(acts::decide(conn, now, who, &found, &verdict)?.err().map(|refusal| refusal.to_string()))
}
