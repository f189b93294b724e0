//! The rows of imports and of their problems.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kind::Kind;
use super::rights::Ours;
use super::work::Report;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::imports;
use crate::stored_as_text;

stored_as_text! {
    /// How far an import has come.
    State {
        Checking = "checking",
        Checked = "checked",
        Refused = "refused",
        Applying = "applying",
        Applied = "applied",
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

/// An import as pages show it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: i64,
    pub reference: String,
    pub kind: Kind,
    pub file_name: String,
    pub file_bytes: i64,
    pub file_hash: String,
    pub as_of: NaiveDate,
    pub whole_register: bool,
    pub state: State,
    pub row_count: i64,
    pub new_count: i64,
    pub changed_count: i64,
    pub unchanged_count: i64,
    pub leaving_count: i64,
    pub missing_count: i64,
    pub error_count: i64,
    pub warning_count: i64,
    /// Whether more than 5 % of a practice would be marked as left.
    pub many_leaving: bool,
    /// The register it was published with.
    pub register: Option<i64>,
    pub uploaded_by: Option<i64>,
    pub who: String,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    pub version: i64,
}

impl Import {
    /// Whether confirming it would change anything.
    pub fn changes_nothing(&self) -> bool {
        self.new_count + self.changed_count + self.leaving_count == 0
    }
}

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub kind: Kind,
    pub file_name: String,
    pub file_bytes: i64,
    pub file_hash: String,
    pub as_of: NaiveDate,
    pub whole_register: bool,
}

/// A new reference, under which pages and the uploaded file are found.
pub fn new_reference() -> String {
    format!("I-{}", random_reference())
}

/// Adds an import that is being checked; gives its row id.
pub fn add(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    reference: &str,
    new: &NewImport,
) -> Result<i64, Error> {
    Ok(diesel::insert_into(imports::table)
        .values((
            imports::reference.eq(reference),
            imports::kind.eq(new.kind),
            imports::file_name.eq(&new.file_name),
            imports::file_bytes.eq(new.file_bytes),
            imports::file_hash.eq(&new.file_hash),
            imports::as_of.eq(new.as_of),
            imports::whole_register.eq(new.whole_register),
            imports::state.eq(State::Checking),
            imports::many_leaving.eq(false),
            imports::uploaded_by.eq(actor.user_id),
            imports::who.eq(&actor.who),
            imports::created_at.eq(now),
        ))
        .returning(imports::id)
        .get_result(conn)?)
}

pub fn by_reference(conn: &mut Conn, reference: &str) -> Result<Import, Error> {
    Ok(imports::table.filter(imports::reference.eq(reference)).select(Import::as_select()).first(conn)?)
}

/// The latest imports that are somebody's, latest first.
pub fn latest(conn: &mut Conn, ours: &Ours, limit: i64) -> Result<Vec<Import>, Error> {
    let mut query = imports::table.filter(imports::kind.eq_any(ours.kinds)).into_boxed();
    if let Some(users) = &ours.by {
        query =
            query.filter(imports::uploaded_by.eq_any(users.iter().map(|id| Some(*id)).collect::<Vec<_>>()));
    }
    Ok(query.order(imports::id.desc()).limit(limit).select(Import::as_select()).load(conn)?)
}

/// The last import of each kind that was applied, in the order of the kinds.
pub fn last_applied(conn: &mut Conn) -> Result<Vec<Import>, Error> {
    let last: Vec<Option<i64>> = imports::table
        .filter(imports::state.eq(State::Applied))
        .group_by(imports::kind)
        .select(diesel::dsl::max(imports::id))
        .load(conn)?;
    let last: Vec<i64> = last.into_iter().flatten().collect();
    let mut found: Vec<Import> = imports::table
        .filter(imports::id.eq_any(last))
        .order(imports::id)
        .select(Import::as_select())
        .load(conn)?;
    found.sort_by_key(|import| import.kind);
    Ok(found)
}

/// When the very same file was loaded last, if it was.
pub fn loaded_before(conn: &mut Conn, kind: Kind, hash: &str) -> Result<Option<Moment>, Error> {
    let loaded: Option<Option<Moment>> = imports::table
        .filter(
            imports::kind.eq(kind).and(imports::file_hash.eq(hash)).and(imports::state.eq(State::Applied)),
        )
        .order(imports::id.desc())
        .select(imports::ended_at)
        .first(conn)
        .optional()?;
    Ok(loaded.flatten())
}

/// Moves an import from a state at a version to another; whether it was there.
pub fn advance(
    conn: &mut Conn,
    reference: &str,
    from: &[State],
    version: Option<i64>,
    to: State,
    ended_at: Option<Moment>,
) -> Result<bool, Error> {
    let there = imports::table.filter(imports::reference.eq(reference).and(imports::state.eq_any(from)));
    let change =
        (imports::state.eq(to), imports::ended_at.eq(ended_at), imports::version.eq(imports::version + 1));
    let moved = match version {
        Some(version) => {
            diesel::update(there.filter(imports::version.eq(version))).set(change).execute(conn)?
        }
        None => diesel::update(there).set(change).execute(conn)?,
    };
    Ok(moved == 1)
}

/// Notes what a dry run or a load found.
pub fn note(conn: &mut Conn, id: i64, report: &Report) -> Result<(), Error> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    diesel::update(imports::table.find(id))
        .set((
            imports::row_count.eq(count(report.rows)),
            imports::new_count.eq(count(report.new)),
            imports::changed_count.eq(count(report.changed)),
            imports::unchanged_count.eq(count(report.unchanged)),
            imports::leaving_count.eq(count(report.leaving)),
            imports::missing_count.eq(count(report.missing)),
            imports::error_count.eq(count(report.errors)),
            imports::warning_count.eq(count(report.warnings)),
            imports::many_leaving.eq(!report.many_leaving.is_empty()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that an import is loaded, and audits it: in the transaction that makes it visible.
pub fn note_applied(
    conn: &mut Conn,
    now: Moment,
    actor: &Actor,
    import: (&str, i64, Kind),
    report: &Report,
    register: Option<i64>,
    changed: &[Subject],
) -> Result<(), Error> {
    let (reference, id, kind) = import;
    note(conn, id, report)?;
    diesel::update(imports::table.find(id))
        .set((
            imports::state.eq(State::Applied),
            imports::register.eq(register),
            imports::ended_at.eq(now),
            imports::version.eq(imports::version + 1),
        ))
        .execute(conn)?;
    let subjects: Vec<Subject> =
        [Subject::import(reference)].into_iter().chain(changed.iter().cloned()).collect();
    let details = serde_json::json!({
        "kind": kind.word(),
        "file": report.hash,
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "leaving": report.leaving,
        "register": register,
    });
    audit::record(conn, now, actor, Verb::ImportApplied, &subjects, details)
}

/// Imports whose file waits since before `then`: checked or refused, and neither confirmed nor cancelled.
pub fn waiting_since(conn: &mut Conn, then: Moment) -> Result<Vec<Import>, Error> {
    Ok(imports::table
        .filter(imports::state.eq_any([State::Checked, State::Refused]))
        .filter(imports::uploaded_by.is_not_null().and(imports::created_at.lt(then)))
        .order(imports::id.desc())
        .limit(1_000)
        .select(Import::as_select())
        .load(conn)?)
}
