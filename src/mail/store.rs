//! The outbox's rows.

use chrono::Duration;
use diesel::prelude::*;

use super::Letter;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::{Keys, random_reference, random_token};
use crate::on_each;
use crate::schema::{outgoing_mail, password_links, users};
use crate::stored_as_text;

stored_as_text! {
    /// How far a letter has come.
    State {
        Waiting = "waiting",
        Sending = "sending",
        Sent = "sent",
        Written = "written",
        Failed = "failed",
        // It was no longer to be sent when its turn came.
        Dropped = "dropped",
    }
}

/// Puts a letter to a user into the outbox; gives its reference.
pub fn queue(
    conn: &mut Conn,
    now: Moment,
    to_user_id: i64,
    letter: Letter,
    about: &str,
) -> Result<String, Error> {
    let reference = format!("M-{}", random_reference());
    diesel::insert_into(outgoing_mail::table)
        .values((
            outgoing_mail::reference.eq(&reference),
            outgoing_mail::to_user_id.eq(to_user_id),
            outgoing_mail::letter.eq(letter),
            outgoing_mail::about.eq(about),
            outgoing_mail::state.eq(State::Waiting),
            outgoing_mail::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(reference)
}

#[derive(Insertable)]
#[diesel(table_name = outgoing_mail, treat_none_as_default_value = false)]
struct ToInvited<'a> {
    reference: String,
    to_user_id: Option<i64>,
    letter: Letter,
    about: &'a str,
    state: State,
    created_at: Moment,
    invitation: Option<&'a str>,
}

/// Puts a letter to each of some people who were invited (keys of their invitations) into the outbox. The row says whose
/// invitation it is, and neither address nor code.
pub fn queue_invitations(
    conn: &mut Conn,
    now: Moment,
    letter: Letter,
    about: &str,
    invitations: &[String],
) -> Result<(), Error> {
    for some in invitations.chunks(1_000) {
        let rows: Vec<ToInvited<'_>> = some
            .iter()
            .map(|invitation| ToInvited {
                reference: format!("M-{}", random_reference()),
                to_user_id: None,
                letter,
                about,
                state: State::Waiting,
                created_at: now,
                invitation: Some(invitation),
            })
            .collect();
        on_each!(conn, inner => diesel::insert_into(outgoing_mail::table).values(&rows).execute(inner))?;
    }
    Ok(())
}

/// A row of the outbox.
#[derive(Clone, Debug, Queryable)]
pub struct Mail {
    pub id: i64,
    pub reference: String,
    /// None where it goes to a person who was invited.
    pub to_user_id: Option<i64>,
    pub to_email: Option<String>,
    pub to_name: Option<String>,
    /// The invitation it carries a code of.
    pub invitation: Option<String>,
    pub letter: Letter,
    pub about: String,
    pub state: State,
    pub tries: i64,
    pub failure: Option<String>,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    pub version: i64,
}

macro_rules! mail_rows {
    () => {
        outgoing_mail::table.left_join(users::table).select((
            outgoing_mail::id,
            outgoing_mail::reference,
            outgoing_mail::to_user_id,
            users::email.nullable(),
            users::name.nullable(),
            outgoing_mail::invitation,
            outgoing_mail::letter,
            outgoing_mail::about,
            outgoing_mail::state,
            outgoing_mail::tries,
            outgoing_mail::failure,
            outgoing_mail::created_at,
            outgoing_mail::ended_at,
            outgoing_mail::version,
        ))
    };
}

/// Letters in some states, latest first, from `offset`, at most `limit`.
pub fn in_states(conn: &mut Conn, states: &[State], offset: i64, limit: i64) -> Result<Vec<Mail>, Error> {
    Ok(mail_rows!()
        .filter(outgoing_mail::state.eq_any(states))
        .order(outgoing_mail::id.desc())
        .offset(offset)
        .limit(limit)
        .load(conn)?)
}

/// How many letters are in some states.
pub fn count(conn: &mut Conn, states: &[State]) -> Result<i64, Error> {
    Ok(outgoing_mail::table.filter(outgoing_mail::state.eq_any(states)).count().get_result(conn)?)
}

pub fn by_reference(conn: &mut Conn, reference: &str) -> Result<Mail, Error> {
    Ok(mail_rows!().filter(outgoing_mail::reference.eq(reference)).first(conn)?)
}

/// Takes the next waiting letter for two minutes; a sender that died in the middle gives it back.
pub fn claim(conn: &mut Conn, now: Moment) -> Result<Option<Mail>, Error> {
    let is_free = outgoing_mail::state
        .eq(State::Waiting)
        .or(outgoing_mail::state.eq(State::Sending).and(outgoing_mail::claimed_until.lt(now)));
    let next: Option<Mail> = mail_rows!().filter(is_free).order(outgoing_mail::id).first(conn).optional()?;
    let Some(mail) = next else { return Ok(None) };
    let taken =
        diesel::update(outgoing_mail::table.find(mail.id).filter(outgoing_mail::version.eq(mail.version)))
            .set((
                outgoing_mail::state.eq(State::Sending),
                outgoing_mail::claimed_until.eq(now + Duration::minutes(2)),
                outgoing_mail::tries.eq(mail.tries + 1),
                outgoing_mail::version.eq(mail.version + 1),
            ))
            .execute(conn)?;
    Ok((taken == 1).then_some(mail))
}

/// Notes how a claimed letter ended.
pub fn ended(
    conn: &mut Conn,
    now: Moment,
    id: i64,
    state: State,
    failure: Option<&str>,
) -> Result<(), Error> {
    diesel::update(outgoing_mail::table.find(id))
        .set((
            outgoing_mail::state.eq(state),
            outgoing_mail::failure.eq(failure),
            outgoing_mail::ended_at.eq(now),
            outgoing_mail::claimed_until.eq(None::<Moment>),
            outgoing_mail::version.eq(outgoing_mail::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes a failed letter wait again; whether it was failed at that version.
pub fn retry(conn: &mut Conn, reference: &str, version: i64) -> Result<bool, Error> {
    let failed = outgoing_mail::table.filter(
        outgoing_mail::reference
            .eq(reference)
            .and(outgoing_mail::version.eq(version))
            .and(outgoing_mail::state.eq(State::Failed)),
    );
    let changed = diesel::update(failed)
        .set((
            outgoing_mail::state.eq(State::Waiting),
            outgoing_mail::failure.eq(None::<String>),
            outgoing_mail::version.eq(version + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Makes a single-use link's token for a user, good for some hours; only its hash is kept, and earlier links stop working.
pub fn make_link(
    conn: &mut Conn,
    keys: &Keys,
    now: Moment,
    user_id: i64,
    (letter, hours): (Letter, i64),
) -> Result<String, Error> {
    let token = random_token();
    diesel::update(password_links::table.filter(password_links::user_id.eq(user_id)))
        .filter(password_links::used_at.is_null())
        .set(password_links::used_at.eq(now))
        .execute(conn)?;
    diesel::insert_into(password_links::table)
        .values((
            password_links::user_id.eq(user_id),
            password_links::purpose.eq(letter),
            password_links::token_hash.eq(keys.hash("password link", &token)),
            password_links::created_at.eq(now),
            password_links::expires_at.eq(now + Duration::hours(hours)),
        ))
        .execute(conn)?;
    Ok(token)
}
