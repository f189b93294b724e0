//! Queries on users as administrators keep them.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::access::Role;
use crate::database::Conn;
use crate::error::Error;
use crate::organisations::span::Span;
use crate::page::Choice;
use crate::schema::{memberships, organisations, users};

/// A user as administrators see one.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Account {
    pub id: i64,
    pub reference: String,
    pub email: String,
    pub name: String,
    pub has_password: bool,
    pub version: i64,
}

impl Account {
    /// The user's page.
    pub fn address(&self) -> String {
        format!("/admin/users/{}", self.reference)
    }

    /// The state on `today`, as its tag says, of a user with these memberships.
    pub fn state(&self, held: &[Held], today: NaiveDate) -> &'static str {
        let spans = || held.iter().map(Held::span);
        match self.has_password {
            _ if spans().all(|span| span.has_ended(today)) => "Ended",
            false => "Invited",
            true if spans().any(|span| span.contains(today)) => "Active",
            true => "Not started",
        }
    }
}

/// A membership of a user, whether in date or not.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Held {
    pub id: i64,
    pub user_id: i64,
    pub role: Role,
    pub organisation_code: Option<String>,
    pub organisation_name: Option<String>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub version: i64,
}

impl Held {
    pub fn span(&self) -> Span {
        Span::new(self.from_on, self.to_on)
    }

    /// "GP, Alder Practice".
    pub fn label(&self) -> String {
        match &self.organisation_name {
            Some(name) => format!("{}, {name}", self.role.label()),
            None => self.role.label().to_owned(),
        }
    }

    /// Role, organisation and first day: its part of an address under its user's.
    pub fn path(&self) -> String {
        let organisation = self.organisation_code.as_deref().unwrap_or("service");
        format!("{}/{organisation}/{}", self.role.word(), self.from_on)
    }
}

/// What a list of users is narrowed to, and how it is sorted.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    pub role: Option<Role>,
    /// An organisation's code; blank for all.
    pub organisation: String,
    /// In lower case; blank for all.
    pub words: String,
    pub by_email: bool,
    pub descending: bool,
}

macro_rules! account_rows {
    () => {
        users::table.select((
            users::id,
            users::reference,
            users::email,
            users::name,
            users::password_hash.is_not_null(),
            users::version,
        ))
    };
}

/// Narrows a query on users: to those with a membership, not ended on `$today`, of the role and organisation asked
/// for, and to those whose name or e-mail address has the words.
macro_rules! narrowed {
    ($query:expr, $narrowed:expr, $today:expr) => {{
        let mut query = $query.into_boxed();
        let current = || {
            memberships::table
                .filter(memberships::user_id.eq(users::id))
                .filter(memberships::to_on.is_null().or(memberships::to_on.ge($today)))
        };
        if let Some(role) = $narrowed.role {
            query = query.filter(exists(current().filter(memberships::role.eq(role))));
        }
        if !$narrowed.organisation.is_empty() {
            let asked = organisations::table
                .filter(organisations::code.eq($narrowed.organisation.clone()))
                .select(organisations::id.nullable());
            query = query.filter(exists(current().filter(memberships::organisation_id.eq_any(asked))));
        }
        for word in $narrowed.words.split_whitespace() {
            let pattern = format!("%{}%", escaped(word));
            let in_name = users::name_key.like(pattern.clone()).escape('\\');
            query = query.filter(in_name.or(users::email.like(pattern).escape('\\')));
        }
        query
    }};
}

/// A word in which `%` and `_` stand for themselves.
fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How many users a list has.
pub fn count(conn: &mut Conn, narrowed: &Narrowed, today: NaiveDate) -> Result<i64, Error> {
    Ok(narrowed!(users::table.select(diesel::dsl::count_star()), narrowed, today).first(conn)?)
}

/// Some users of a list, from `offset`, at most `limit`.
pub fn users(
    conn: &mut Conn,
    narrowed: &Narrowed,
    today: NaiveDate,
    (offset, limit): (i64, i64),
) -> Result<Vec<Account>, Error> {
    let query = narrowed!(account_rows!(), narrowed, today);
    let query = match (narrowed.by_email, narrowed.descending) {
        (false, false) => query.order((users::name_key.asc(), users::id.asc())),
        (false, true) => query.order((users::name_key.desc(), users::id.desc())),
        (true, false) => query.order((users::email.asc(), users::id.asc())),
        (true, true) => query.order((users::email.desc(), users::id.desc())),
    };
    Ok(query.offset(offset).limit(limit).load(conn)?)
}

/// The user of a reference; what is no reference is not found.
pub fn by_reference(conn: &mut Conn, reference: &str) -> Result<Account, Error> {
    if !reference.bytes().all(|sign| sign.is_ascii_alphanumeric()) {
        return Err(Error::NotFound);
    }
    Ok(account_rows!().filter(users::reference.eq(reference)).first(conn)?)
}

pub fn by_id(conn: &mut Conn, id: i64) -> Result<Account, Error> {
    Ok(account_rows!().filter(users::id.eq(id)).first(conn)?)
}

/// All memberships of some users, by first day.
pub fn memberships_of(conn: &mut Conn, user_ids: &[i64]) -> Result<Vec<Held>, Error> {
    Ok(memberships::table
        .left_join(organisations::table)
        .filter(memberships::user_id.eq_any(user_ids))
        .order((memberships::from_on, memberships::id))
        .select((
            memberships::id,
            memberships::user_id,
            memberships::role,
            organisations::code.nullable(),
            organisations::name.nullable(),
            memberships::from_on,
            memberships::to_on,
            memberships::version,
        ))
        .load(conn)?)
}

/// Organisations that have users, to choose from, by name.
pub fn organisations_with_users(conn: &mut Conn) -> Result<Vec<Choice>, Error> {
    let theirs = memberships::table.filter(memberships::organisation_id.eq(organisations::id.nullable()));
    let rows: Vec<(String, String)> = organisations::table
        .filter(exists(theirs))
        .order((organisations::name_key, organisations::id))
        .select((organisations::code, organisations::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(code, name)| Choice::new(&*code, format!("{name} ({code})"))).collect())
}

/// Gives a membership its last day; whether it was still at that version.
pub fn end_membership(conn: &mut Conn, id: i64, version: i64, to: NaiveDate) -> Result<bool, Error> {
    let row = memberships::table.find(id).filter(memberships::version.eq(version));
    let changed = diesel::update(row)
        .set((memberships::to_on.eq(to), memberships::version.eq(version + 1)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Whether somebody who can sign in is administrator by `day` and without end, by another membership than this one.
///
/// Keeps other writers from ending administrators' memberships until the end of the transaction.
pub fn has_other_administrator(conn: &mut Conn, id: i64, day: NaiveDate) -> Result<bool, Error> {
    let administrators = memberships::table.filter(memberships::role.eq(Role::Administrator));
    diesel::update(administrators).set(memberships::version.eq(memberships::version)).execute(conn)?;
    let others = memberships::table
        .inner_join(users::table)
        .filter(memberships::role.eq(Role::Administrator))
        .filter(memberships::id.ne(id))
        .filter(memberships::to_on.is_null())
        .filter(memberships::from_on.le(day))
        .filter(users::password_hash.is_not_null());
    Ok(diesel::select(exists(others.select(memberships::id))).get_result(conn)?)
}

/// Changes a user's name; whether the user was still at that version.
pub fn rename(conn: &mut Conn, id: i64, version: i64, name: &str) -> Result<bool, Error> {
    let row = users::table.find(id).filter(users::version.eq(version));
    let changed = diesel::update(row)
        .set((users::name.eq(name), users::name_key.eq(name.to_lowercase()), users::version.eq(version + 1)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Keeps other writers from changing a user, or the user's memberships, until the end of the transaction.
pub fn hold(conn: &mut Conn, id: i64) -> Result<(), Error> {
    diesel::update(users::table.find(id)).set(users::version.eq(users::version)).execute(conn)?;
    Ok(())
}
