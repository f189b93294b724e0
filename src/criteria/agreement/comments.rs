//! What networks, lay partners and commissioners write about a proposal, on the whole or on one condition, and replies.

use diesel::prelude::*;
use serde_json::json;

use super::proposal::Comment;
use super::seen::Agreement;
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{organisations, proposal_comments};

/// The longest a comment may be, in characters.
pub const LONGEST: usize = 4_000;

/// A comment that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewComment {
    pub version_id: Option<i64>,
    /// The text of a condition; blank is the whole.
    pub condition: String,
    pub reply_to_id: Option<i64>,
    pub text: String,
}

type Row = ((i64, Option<i64>, String, Option<i64>, i64), (String, String, String, String, Moment));

/// All comments on a proposal, oldest first.
pub fn of(conn: &mut Conn, proposal_id: i64) -> Result<Vec<Comment>, Error> {
    let rows: Vec<Row> = proposal_comments::table
        .inner_join(organisations::table)
        .filter(proposal_comments::proposal_id.eq(proposal_id))
        .order(proposal_comments::id)
        .select((
            (
                proposal_comments::id,
                proposal_comments::version_id,
                proposal_comments::condition,
                proposal_comments::reply_to_id,
                proposal_comments::organisation_id,
            ),
            (
                organisations::name,
                proposal_comments::role,
                proposal_comments::who,
                proposal_comments::text,
                proposal_comments::at,
            ),
        ))
        .load(conn)?;
    let made =
        rows.into_iter().map(|((id, version_id, condition, reply_to_id, organisation_id), written)| {
            let (organisation, role, who, text, at) = written;
            Comment {
                id,
                version_id,
                condition,
                reply_to_id,
                organisation_id,
                organisation,
                role,
                who,
                text,
                at,
            }
        });
    Ok(made.collect())
}

/// Adds a comment and tells of it.
pub fn add(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    agreement: &Agreement,
    new: &NewComment,
) -> Result<(), Error> {
    diesel::insert_into(proposal_comments::table)
        .values((
            proposal_comments::proposal_id.eq(agreement.proposal.id),
            proposal_comments::version_id.eq(new.version_id),
            proposal_comments::condition.eq(&new.condition),
            proposal_comments::reply_to_id.eq(new.reply_to_id),
            proposal_comments::organisation_id.eq(who.organisation_id()),
            proposal_comments::role.eq(who.role()),
            proposal_comments::written_by.eq(who.user_id),
            proposal_comments::who.eq(&who.name),
            proposal_comments::text.eq(&new.text),
            proposal_comments::at.eq(now.recorded()),
        ))
        .execute(conn)?;
    let subjects = [Subject::proposal(&agreement.proposal.reference)];
    let details = json!({ "condition": new.condition, "text": new.text, "reply_to": new.reply_to_id });
    audit::record(conn, now.moment, &who.actor, Verb::CriteriaCommented, &subjects, details)
}
