//! Queries on users, their memberships and their links.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::Role;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::error::Error;
use crate::keys::{Keys, random_reference};
use crate::mail::{self, Letter};
use crate::schema::{memberships, password_links, users};

/// A user as signing in needs them.
#[derive(Clone, Debug, Queryable)]
pub struct User {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub version: i64,
}

const COLUMNS: (users::id, users::email, users::name, users::password_hash, users::version) =
    (users::id, users::email, users::name, users::password_hash, users::version);

/// E-mail addresses are compared in lower case.
pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<User>, Error> {
    let email = email.trim().to_lowercase();
    Ok(users::table.filter(users::email.eq(email)).select(COLUMNS).first(conn).optional()?)
}

pub fn by_id(conn: &mut Conn, id: i64) -> Result<User, Error> {
    Ok(users::table.find(id).select(COLUMNS).first(conn)?)
}

/// Adds a user without a password, under a random reference; gives the row's id.
pub fn add(conn: &mut Conn, now: Moment, email: &str, name: &str) -> Result<i64, Error> {
    Ok(diesel::insert_into(users::table)
        .values((
            users::reference.eq(random_reference()),
            users::email.eq(email.trim().to_lowercase()),
            users::name.eq(name),
            users::name_key.eq(name.to_lowercase()),
            users::created_at.eq(now),
        ))
        .returning(users::id)
        .get_result(conn)?)
}

/// Adds a membership; gives the row's id.
pub fn add_membership(
    conn: &mut Conn,
    user_id: i64,
    role: Role,
    organisation_id: Option<i64>,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
) -> Result<i64, Error> {
    Ok(diesel::insert_into(memberships::table)
        .values((
            memberships::user_id.eq(user_id),
            memberships::role.eq(role),
            memberships::organisation_id.eq(organisation_id),
            memberships::from_on.eq(from_on),
            memberships::to_on.eq(to_on),
        ))
        .returning(memberships::id)
        .get_result(conn)?)
}

/// Sets a password's hash.
pub fn set_password(conn: &mut Conn, user_id: i64, hash: &str) -> Result<(), Error> {
    diesel::update(users::table.find(user_id))
        .set((users::password_hash.eq(hash), users::version.eq(users::version + 1)))
        .execute(conn)?;
    Ok(())
}

/// Queues an invitation with a single-use link, and audits it.
pub fn invite(conn: &mut Conn, now: Now, actor: &Actor, user_id: i64, email: &str) -> Result<(), Error> {
    let reference = mail::queue(conn, now.moment, user_id, Letter::Invitation, "account")?;
    let details = serde_json::json!({ "mail": reference });
    audit::record(conn, now.moment, actor, Verb::Invited, &[Subject::user(email)], details)
}

/// Whose link a token is, while it can be used.
pub fn link_owner(conn: &mut Conn, keys: &Keys, now: Moment, token: &str) -> Result<Option<User>, Error> {
    let hash = keys.hash("password link", token);
    let usable = password_links::table
        .inner_join(users::table)
        .filter(password_links::token_hash.eq(hash))
        .filter(password_links::used_at.is_null().and(password_links::expires_at.gt(now)));
    Ok(usable.select(COLUMNS).first(conn).optional()?)
}

/// Uses a link up; whether it could still be used.
pub fn use_link(conn: &mut Conn, keys: &Keys, now: Moment, token: &str) -> Result<bool, Error> {
    let hash = keys.hash("password link", token);
    let usable = password_links::table
        .filter(password_links::token_hash.eq(hash))
        .filter(password_links::used_at.is_null().and(password_links::expires_at.gt(now)));
    Ok(diesel::update(usable).set(password_links::used_at.eq(now)).execute(conn)? == 1)
}
