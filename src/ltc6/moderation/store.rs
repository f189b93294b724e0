//! Rows of texts. What a moderator does not let stand is written over, and kept nowhere else.

use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::schema::ltc6_comments;
use crate::stored_as_text;

stored_as_text! {
    /// How far a text has come.
    State { Waiting = "waiting", Shown = "shown", Withheld = "withheld" }
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = ltc6_comments)]
pub struct Comment {
    /// Random: it says nothing of when or by whom.
    pub key: String,
    pub question: String,
    pub text: String,
    pub state: State,
    pub theme: Option<String>,
    pub version: i64,
}

/// The next text that waits, and how many do.
pub fn next(conn: &mut Conn, campaign_id: i64) -> Result<(Option<Comment>, i64), Error> {
    let waiting = ltc6_comments::table
        .filter(ltc6_comments::campaign_id.eq(campaign_id).and(ltc6_comments::state.eq(State::Waiting)));
    let left = waiting.count().get_result(conn)?;
    let next = waiting.order(ltc6_comments::key).select(Comment::as_select()).first(conn).optional()?;
    Ok((next, left))
}

pub fn comment(conn: &mut Conn, campaign_id: i64, key: &str) -> Result<Comment, Error> {
    Ok(ltc6_comments::table.find((campaign_id, key)).select(Comment::as_select()).first(conn)?)
}

/// The themes given in a campaign so far, by name.
pub fn themes(conn: &mut Conn, campaign_id: i64) -> Result<Vec<String>, Error> {
    let mut themes: Vec<String> = ltc6_comments::table
        .filter(ltc6_comments::campaign_id.eq(campaign_id).and(ltc6_comments::theme.is_not_null()))
        .select(ltc6_comments::theme.assume_not_null())
        .distinct()
        .load(conn)?;
    themes.sort_by_key(|theme| theme.to_lowercase());
    Ok(themes)
}

/// What becomes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub state: State,
    /// What it reads from now on.
    pub text: String,
    pub theme: Option<String>,
}

/// Decides a text that has a version; whether it had. Texts withheld before it can no longer be taken back, and are
/// emptied.
pub fn decide(
    conn: &mut Conn,
    campaign_id: i64,
    key: &str,
    version: i64,
    decided: &Decided,
) -> Result<bool, Error> {
    let this = ltc6_comments::table.find((campaign_id, key)).filter(ltc6_comments::version.eq(version));
    let changed = diesel::update(this)
        .set((
            ltc6_comments::state.eq(decided.state),
            ltc6_comments::text.eq(&decided.text),
            ltc6_comments::theme.eq(&decided.theme),
            ltc6_comments::version.eq(version + 1),
        ))
        .execute(conn)?;
    if changed == 1 && decided.state != State::Waiting {
        forget(conn, campaign_id, key)?;
    }
    Ok(changed == 1)
}

/// Empties all texts that were withheld: none can be taken back from now on.
pub fn forget_withheld(conn: &mut Conn, campaign_id: i64) -> Result<(), Error> {
    forget(conn, campaign_id, "")
}

/// The same, but for one (its key).
fn forget(conn: &mut Conn, campaign_id: i64, but: &str) -> Result<(), Error> {
    let withheld = ltc6_comments::table
        .filter(ltc6_comments::campaign_id.eq(campaign_id).and(ltc6_comments::key.ne(but)))
        .filter(ltc6_comments::state.eq(State::Withheld).and(ltc6_comments::text.ne("")));
    diesel::update(withheld)
        .set((ltc6_comments::text.eq(""), ltc6_comments::version.eq(ltc6_comments::version + 1)))
        .execute(conn)?;
    Ok(())
}
