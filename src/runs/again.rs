//! Placing one person again, by the criteria and as of the date of the run that stands, after a fact has become known.

use super::amend::{Because, amend, stands};
use super::grouping::rules_used;
use super::placement::Placer;
use super::reason::Reason;
use super::rules::Rules;
use super::store::Run;
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::criteria::facts::Facts;
use crate::database::Conn;
use crate::error::Error;
use crate::people::corrections::Value;
use crate::people::snapshot::Snapshot;
use crate::settings::declared::Declared;

/// Where the criteria place somebody now.
#[derive(Clone, Debug)]
pub struct Anew {
    pub facts: Facts,
    pub out_of_scope: bool,
    pub provisional: bool,
    pub supplementary_care: Option<bool>,
    pub reason: Reason,
}

/// The rules a run placed people by.
pub fn rules(conn: &mut Conn, run: &Run) -> Result<Rules, Error> {
    let summary = run.summary()?.ok_or_else(|| anyhow::anyhow!("run {} has no figures", run.reference))?;
    rules_used(conn, run.locality_id, &summary)
}

/// The blanks a run read as no.
pub fn declared(run: &Run) -> Result<Declared, Error> {
    let summary = run.summary()?;
    Ok(summary.map(|summary| Declared::of_kept(&summary.declared)).unwrap_or_default())
}

/// The facts of somebody as the run that stands would read them now; none where its register held no record of them.
pub fn facts(conn: &mut Conn, run: &Run, person_id: i64) -> Result<Option<Facts>, Error> {
    facts_if(conn, run, person_id, None)
}

/// The same if a fact were corrected.
pub fn facts_if(
    conn: &mut Conn,
    run: &Run,
    person_id: i64,
    corrected: Option<Value>,
) -> Result<Option<Facts>, Error> {
    let declared = declared(run)?;
    let declared = |practice: i64| declared.of(practice);
    let read = (run.register, run.as_of);
    let member = Snapshot::member_of(conn, person_id, read, &declared, corrected)?;
    Ok(member.map(|member| member.facts))
}

/// Places somebody with these facts by some rules.
pub fn place(rules: &Rules, run: &Run, facts: Facts) -> Anew {
    let mut placer = Placer::new(rules.clone(), run.as_of);
    if !rules.in_scope(facts.age) {
        let reason = Reason::default();
        return Anew { facts, out_of_scope: true, provisional: false, supplementary_care: None, reason };
    }
    let id = placer.place(&facts);
    let outcome = placer.outcome(id);
    Anew {
        facts,
        out_of_scope: false,
        provisional: outcome.is_provisional(),
        supplementary_care: placer.supplementary_care(&facts).and_then(Answer::known),
        reason: Reason::of(outcome, rules),
    }
}

/// Places somebody by the criteria and the facts as they are read now, and says so in the ledger.
pub fn place_by_criteria(
    conn: &mut Conn,
    now: Now,
    run: &Run,
    person_id: i64,
    because: Because<'_>,
) -> Result<Anew, Error> {
    let rules = rules(conn, run)?;
    let facts = facts(conn, run, person_id)?.ok_or(Error::NotFound)?;
    let anew = place(&rules, run, facts);
    let from = stands(conn, run.id, person_id)?.ok_or(Error::NotFound)?;
    let to = from.placed_by(conn, &anew)?;
    amend(conn, now, run, (&from, &to), &anew.facts, because)?;
    Ok(anew)
}
