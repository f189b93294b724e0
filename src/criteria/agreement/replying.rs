//! A network's answer, bound to the texts it read.

use diesel::prelude::*;
use serde_json::json;

use super::comments::{self, NewComment};
use super::life::{Reply, State, Step};
use super::proposal::Ask;
use super::seen::{Agreement, Seen};
use super::store;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{proposal_asks, proposals};

/// An answer that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub reply: Reply,
    /// Blank is none; asking for a change has one.
    pub comment: String,
    /// Of the texts that were read.
    pub hash: String,
    /// Of the ask, as it was shown.
    pub version: i64,
}

/// Why an answer was not kept.
pub enum NotAnswered {
    /// Another proposal has taken the place of the one that was read.
    Replaced(Box<Agreement>),
    /// A colleague answered first.
    Stale(Box<Ask>),
    /// The proposal is no longer open for answers.
    Closed,
}

/// Keeps a network's answer. An earlier answer's comment stays among the comments.
///
/// # Errors
/// `NotFound` for a network that was not asked.
pub fn answer(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    seen: &Seen,
    answer: &Answer,
) -> Result<Result<(), NotAnswered>, Error> {
    let agreement = seen.proposed()?;
    let ask = seen.own_ask().ok_or(Error::NotFound)?;
    if let Some(by) = store::replacing(conn, agreement.proposal.id)?.pop() {
        return Ok(Err(NotAnswered::Replaced(Box::new(Agreement::one(conn, by.id)?))));
    }
    if agreement.proposal.state.after(Step::Answer).is_none() {
        return Ok(Err(NotAnswered::Closed));
    }
    if answer.hash != agreement.proposal.hash || answer.version != ask.version {
        return Ok(Err(NotAnswered::Stale(Box::new(ask.clone()))));
    }
    let (id, at) = (agreement.proposal.id, now.recorded());
    let still_open = proposals::table.find(id).filter(proposals::state.eq(State::Proposed));
    let counted =
        diesel::update(still_open).set(proposals::version.eq(proposals::version + 1)).execute(conn)?;
    if counted == 0 {
        return Ok(Err(NotAnswered::Closed));
    }
    let unchanged = proposal_asks::table.find(ask.id).filter(proposal_asks::version.eq(answer.version));
    let kept = diesel::update(unchanged)
        .set((
            proposal_asks::answer.eq(answer.reply),
            proposal_asks::comment.eq(&answer.comment),
            proposal_asks::hash.eq(&answer.hash),
            proposal_asks::answered_by.eq(who.user_id),
            proposal_asks::answered_who.eq(&who.name),
            proposal_asks::answered_at.eq(at),
            proposal_asks::version.eq(answer.version + 1),
        ))
        .execute(conn)?;
    if kept == 0 {
        return Err(seen.conflict("A colleague answered for your network at the same moment."));
    }
    if !ask.comment.is_empty() && ask.comment != answer.comment {
        let earlier = NewComment { text: ask.comment.clone(), ..NewComment::default() };
        comments::add(conn, now, who, agreement, &earlier)?;
    }
    let subjects = [
        Subject::proposal(&agreement.proposal.reference),
        Subject::organisation(&ask.network_code),
        Subject::locality(&seen.locality.code),
    ];
    let details = json!({
        "answer": answer.reply.word(), "comment": answer.comment, "hash": answer.hash,
        "before": ask.reply.map(Reply::word),
    });
    audit::record(conn, now.moment, &who.actor, Verb::CriteriaAnswered, &subjects, details)?;
    Ok(Ok(()))
}
