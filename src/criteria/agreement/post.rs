//! Letters about proposals: a reference, a date and a link, nothing that anybody typed.

use super::proposal::Proposal;
use super::seen::Agreement;
use super::store;
use crate::audit::Actor;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::{self, About, Letter};

/// What a letter about a proposal says, with the page it leads to.
pub fn about(proposal: &Proposal, path: &str) -> String {
    About { reference: proposal.reference.clone(), path: path.to_owned(), due: proposal.answer_by }
        .to_string()
}

/// Puts a letter to a user into the outbox, unless the user did the act.
pub fn send(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    user_id: i64,
    letter: Letter,
    about: &str,
) -> Result<(), Error> {
    if actor.user_id != Some(user_id) {
        mail::queue(conn, now.moment, user_id, letter, about)?;
    }
    Ok(())
}

/// Tells who proposed it, and the users of every network that was asked, what became of a proposal.
pub fn tell_all(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    agreement: &Agreement,
    letter: Letter,
    path: &str,
) -> Result<(), Error> {
    let about = about(&agreement.proposal, path);
    let mut users: Vec<i64> = agreement.proposal.proposed_by.into_iter().collect();
    for ask in &agreement.asks {
        users.extend(store::providers_of(conn, ask.network_id, now.today)?);
    }
    users.sort_unstable();
    users.dedup();
    for user in users {
        send(conn, now, actor, user, letter, &about)?;
    }
    Ok(())
}
