//! The rows of saved views.

use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::page::Query;
use crate::schema::{saved_views, users};

/// The one list that has saved views.
const AREA: &str = "petitions";
/// For how many minutes a deleted view can be brought back.
const UNDO: i64 = 10;

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub reference: String,
    pub name: String,
    /// Its query string, without the question mark.
    query: String,
    /// For everybody in the role at the organisation.
    pub shared: bool,
    pub is_home: bool,
    /// Whether the caller saved it, and may delete it.
    pub is_mine: bool,
    /// Who saved it.
    pub by: String,
    deleted_at: Option<NaiveDateTime>,
}

impl Saved {
    pub fn href(&self) -> String {
        format!("/petitions?{}", self.query)
    }

    pub fn query(&self) -> Query {
        let parts = actix_web::web::Query::<Vec<(String, String)>>::from_query(&self.query);
        Query::new(parts.map_or_else(|_| Vec::new(), actix_web::web::Query::into_inner))
    }

    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

/// The caller's views, and those shared with them, by name; then what the caller deleted a short while ago.
pub fn all(conn: &mut Conn, who: &Who, now: Now) -> Result<Vec<Saved>, Error> {
    type Row = (String, String, String, bool, bool, i64, String, Option<NaiveDateTime>);
    let lately = now.moment - Duration::minutes(UNDO);
    let mine = saved_views::user_id.eq(who.user_id);
    let still_there = saved_views::deleted_at.is_null();
    let rows: Vec<Row> = saved_views::table
        .inner_join(users::table)
        .filter(saved_views::area.eq(AREA).and(saved_views::role.eq(who.role())))
        .filter(saved_views::organisation_id.eq(who.organisation_id()))
        .filter(mine.or(saved_views::shared.eq(true)))
        .filter(still_there.nullable().or(mine.nullable().and(saved_views::deleted_at.ge(lately))))
        .order((saved_views::name, saved_views::id))
        .select((
            saved_views::reference,
            saved_views::name,
            saved_views::query,
            saved_views::shared,
            saved_views::is_home,
            saved_views::user_id,
            users::name,
            saved_views::deleted_at,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(reference, name, query, shared, is_home, user_id, by, deleted_at)| {
        let is_mine = user_id == who.user_id;
        Saved { reference, name, query, shared, is_home: is_home && is_mine, is_mine, by, deleted_at }
    });
    Ok(made.collect())
}

/// The list on the caller's home page.
pub fn home(conn: &mut Conn, who: &Who, now: Now) -> Result<Option<Saved>, Error> {
    Ok(all(conn, who, now)?.into_iter().find(|view| view.is_home && !view.is_deleted()))
}

/// A view as it is saved.
pub struct New<'a> {
    pub name: &'a str,
    pub query: &'a Query,
    pub shared: bool,
    pub is_home: bool,
}

/// Keeps a view of the caller's.
pub fn add(conn: &mut Conn, who: &Who, now: Now, new: &New<'_>) -> Result<(), Error> {
    if new.is_home {
        no_home(conn, who)?;
    }
    let query = new.query.to_string();
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::reference.eq(format!("V-{}", random_reference())),
            saved_views::user_id.eq(who.user_id),
            saved_views::organisation_id.eq(who.organisation_id()),
            saved_views::role.eq(who.role()),
            saved_views::shared.eq(new.shared),
            saved_views::area.eq(AREA),
            saved_views::name.eq(new.name),
            saved_views::query.eq(query.trim_start_matches('?')),
            saved_views::is_home.eq(new.is_home),
            saved_views::created_at.eq(now.moment),
        ))
        .execute(conn)?;
    Ok(())
}

/// None of the caller's views is on their home page.
fn no_home(conn: &mut Conn, who: &Who) -> Result<(), Error> {
    let mine = saved_views::table
        .filter(saved_views::user_id.eq(who.user_id).and(saved_views::area.eq(AREA)))
        .filter(saved_views::organisation_id.eq(who.organisation_id()))
        .filter(saved_views::role.eq(who.role()));
    diesel::update(mine).set(saved_views::is_home.eq(false)).execute(conn)?;
    Ok(())
}

/// Puts a view of the caller's on their home page, in place of another, or takes it off.
///
/// # Errors
/// `NotFound` where it is not theirs.
pub fn set_home(conn: &mut Conn, who: &Who, now: Now, reference: &str, is_home: bool) -> Result<(), Error> {
    mine(conn, who, now, reference)?;
    no_home(conn, who)?;
    let view = saved_views::table.filter(saved_views::reference.eq(reference));
    diesel::update(view).set(saved_views::is_home.eq(is_home)).execute(conn)?;
    Ok(())
}

/// Deletes a view of the caller's, or brings it back.
///
/// # Errors
/// `NotFound` where it is not theirs, or was deleted too long ago.
pub fn set_deleted(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    gone: bool,
) -> Result<Saved, Error> {
    let view = mine(conn, who, now, reference)?;
    let at = gone.then_some(now.moment);
    diesel::update(saved_views::table.filter(saved_views::reference.eq(reference)))
        .set((saved_views::deleted_at.eq(at), saved_views::is_home.eq(false)))
        .execute(conn)?;
    Ok(view)
}

fn mine(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Saved, Error> {
    let is_it = |view: &Saved| view.is_mine && view.reference == reference;
    all(conn, who, now)?.into_iter().find(is_it).ok_or(Error::NotFound)
}
