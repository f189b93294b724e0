//! The rows of absences.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::{absences, users};

/// An absence that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub reference: String,
    pub user_id: i64,
    pub name: String,
    pub cover_id: i64,
    pub cover: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
}

impl Absence {
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && day <= self.to_on
    }

    /// Whether it shares a day with others from and to a day.
    pub fn meets(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.from_on <= to && from <= self.to_on
    }
}

/// The users (row ids) somebody sees to on a day, at an organisation in a role.
pub fn covered_by(
    conn: &mut Conn,
    user_id: i64,
    (organisation_id, role): (i64, Role),
    today: NaiveDate,
) -> Result<Vec<i64>, Error> {
    Ok(absences::table
        .filter(absences::cover_id.eq(user_id).and(absences::role.eq(role)))
        .filter(absences::organisation_id.eq(organisation_id))
        .filter(absences::from_on.le(today).and(absences::to_on.ge(today)))
        .filter(absences::ended_on.is_null().or(absences::ended_on.gt(today)))
        .select(absences::user_id)
        .distinct()
        .order(absences::user_id)
        .load(conn)?)
}

/// Who sees on a day to what is somebody's in a role; none where they are not away.
pub fn cover_of(conn: &mut Conn, user_id: i64, role: Role, today: NaiveDate) -> Result<Option<i64>, Error> {
    Ok(absences::table
        .filter(absences::user_id.eq(user_id).and(absences::role.eq(role)))
        .filter(absences::from_on.le(today).and(absences::to_on.ge(today)))
        .filter(absences::ended_on.is_null().or(absences::ended_on.gt(today)))
        .order(absences::id.desc())
        .select(absences::cover_id)
        .first(conn)
        .optional()?)
}

/// The absences of the caller's organisation in their role that are not over, soonest first.
pub fn here(conn: &mut Conn, who: &Who, today: NaiveDate) -> Result<Vec<Absence>, Error> {
    type Row = (String, i64, String, i64, String, NaiveDate, NaiveDate);
    let (away, cover) = diesel::alias!(users as away, users as cover);
    let rows: Vec<Row> = absences::table
        .inner_join(away.on(away.field(users::id).eq(absences::user_id)))
        .inner_join(cover.on(cover.field(users::id).eq(absences::cover_id)))
        .filter(absences::organisation_id.eq(who.organisation_id()).and(absences::role.eq(who.role())))
        .filter(absences::to_on.ge(today))
        .filter(absences::ended_on.is_null().or(absences::ended_on.gt(today)))
        .order((absences::from_on, absences::id))
        .select((
            absences::reference,
            absences::user_id,
            away.field(users::name),
            absences::cover_id,
            cover.field(users::name),
            absences::from_on,
            absences::to_on,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(reference, user_id, name, cover_id, cover, from_on, to_on)| Absence {
        reference,
        user_id,
        name,
        cover_id,
        cover,
        from_on,
        to_on,
    });
    Ok(made.collect())
}

/// Notes that the caller is away, and who sees to what is theirs; its reference.
pub fn add(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (from_on, to_on): (NaiveDate, NaiveDate),
    cover_id: i64,
) -> Result<String, Error> {
    let reference = format!("AB-{}", random_reference());
    diesel::insert_into(absences::table)
        .values((
            absences::reference.eq(&reference),
            absences::user_id.eq(who.user_id),
            absences::organisation_id.eq(who.organisation_id()),
            absences::role.eq(who.role()),
            absences::from_on.eq(from_on),
            absences::to_on.eq(to_on),
            absences::cover_id.eq(cover_id),
            absences::noted_at.eq(now.recorded()),
        ))
        .execute(conn)?;
    Ok(reference)
}

/// Ends an absence of the caller's: they are here again from today.
///
/// # Errors
/// `NotFound` where it is not theirs, or over.
pub fn end(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<(), Error> {
    let mine = absences::table
        .filter(absences::reference.eq(reference).and(absences::user_id.eq(who.user_id)))
        .filter(absences::to_on.ge(now.today).and(absences::ended_on.is_null()));
    match diesel::update(mine).set(absences::ended_on.eq(now.today)).execute(conn)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}
