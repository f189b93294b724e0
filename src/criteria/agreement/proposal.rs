//! A proposal: one or more versions proposed, answered and approved together.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::{Reply, Round, State};
use crate::clock::Moment;
use crate::criteria::store::Version;
use crate::keys::digest_hex;
use crate::schema::proposals;

/// A proposal's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = proposals)]
pub struct Proposal {
    pub id: i64,
    pub reference: String,
    pub locality_id: i64,
    pub state: State,
    pub title: String,
    pub reason: String,
    pub equality_note: String,
    /// As proposed; as approved, once it is.
    pub takes_force_on: Option<NaiveDate>,
    pub answer_by: Option<NaiveDate>,
    /// What answers are bound to; blank in a draft.
    pub hash: String,
    pub proposed_by: Option<i64>,
    pub proposed_who: String,
    pub proposed_at: Option<Moment>,
    pub decided_by: Option<i64>,
    pub decided_who: String,
    pub decided_at: Option<Moment>,
    pub decision_reason: String,
    /// Who took it back, or replaced it; blank while nobody has.
    pub withdrawn_by: Option<i64>,
    pub withdrawn_who: String,
    pub withdrawn_at: Option<Moment>,
    /// The state it was taken back from.
    pub withdrawn_from: Option<State>,
    pub withdrawal_reason: String,
    /// JSON of an [`super::impact::Impact`]; blank before approval.
    pub impact: String,
    /// The proposal whose answers this one made void.
    pub replaces_id: Option<i64>,
    pub created_by: Option<i64>,
    pub who: String,
    pub created_at: Moment,
    pub version: i64,
}

impl Proposal {
    /// That of a draft version before anything is kept with it.
    pub fn blank(locality_id: i64) -> Proposal {
        Proposal {
            id: 0,
            reference: String::new(),
            locality_id,
            state: State::Draft,
            title: String::new(),
            reason: String::new(),
            equality_note: String::new(),
            takes_force_on: None,
            answer_by: None,
            hash: String::new(),
            proposed_by: None,
            proposed_who: String::new(),
            proposed_at: None,
            decided_by: None,
            decided_who: String::new(),
            decided_at: None,
            decision_reason: String::new(),
            withdrawn_by: None,
            withdrawn_who: String::new(),
            withdrawn_at: None,
            withdrawn_from: None,
            withdrawal_reason: String::new(),
            impact: String::new(),
            replaces_id: None,
            created_by: None,
            who: String::new(),
            created_at: Moment::default(),
            version: 0,
        }
    }
}

impl Proposal {
    /// What was decided about it by whoever decided: also of one that was taken back since.
    pub fn decided(&self) -> &'static str {
        match (self.state, self.withdrawn_from) {
            (State::Returned, _) | (State::Withdrawn, Some(State::Returned)) => "Returned",
            (State::Draft | State::Proposed | State::Approved | State::InForce | State::Withdrawn, _) => {
                "Approved"
            }
        }
    }
}

/// A provider network that was asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub id: i64,
    pub proposal_id: i64,
    pub network_id: i64,
    pub network_code: String,
    pub network: String,
    pub asked_at: Moment,
    pub reminded_at: Option<Moment>,
    pub reply: Option<Reply>,
    pub comment: String,
    /// What the answer is bound to; blank while there is none.
    pub hash: String,
    pub answered_who: String,
    pub answered_at: Option<Moment>,
    pub version: i64,
}

impl Ask {
    /// The first signs of the hash the answer is bound to.
    pub fn short_hash(&self) -> &str {
        short(&self.hash)
    }
}

/// What somebody wrote about a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    /// The version it is about; none is the proposal.
    pub version_id: Option<i64>,
    /// The text of the condition it is about; blank is the whole.
    pub condition: String,
    pub reply_to_id: Option<i64>,
    pub organisation_id: i64,
    pub organisation: String,
    pub role: String,
    pub who: String,
    pub text: String,
    pub at: Moment,
}

/// What the networks' answers come to.
pub fn round(proposal: &Proposal, asks: &[Ask]) -> Round {
    let answered = asks.iter().filter(|ask| ask.reply.is_some()).count();
    Round {
        state: proposal.state,
        proposed_by: proposal.proposed_by,
        takes_force_on: proposal.takes_force_on,
        answer_by: proposal.answer_by,
        asked: asks.len(),
        answered,
        agreed: asks.iter().filter(|ask| ask.reply == Some(Reply::Agree)).count(),
    }
}

/// What answers are bound to: the SHA-256 of the text, or for several texts that of a line for each, in the order of the
/// groups' codes: code, space, SHA-256 of its text in hex, line feed. `docs/criteria.md` tells how to check it.
pub fn hash_of(versions: &[Version]) -> String {
    match versions {
        [only] => only.text_hash.clone(),
        several => {
            let mut lines: Vec<String> = several
                .iter()
                .map(|version| format!("{} {}\n", version.group_code, version.text_hash))
                .collect();
            lines.sort();
            digest_hex(lines.concat().as_bytes())
        }
    }
}

/// The first signs of a hash, as pages show it.
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
