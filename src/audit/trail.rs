//! Reading the trail: entries that concern somebody, narrowed, newest first.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::London;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{Subject, Verb, concerns};
use crate::access::Who;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::people::register::published;
use crate::people::scope::commissioned;
use crate::schema::{
    audit_concerns, audit_entries, audit_subjects, localities, organisations, people, person_records, users,
};

/// Whose entries are read: those that concern one of these, as [`concerns`] marks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours(pub Vec<String>);

impl Ours {
    /// What an auditor reads: what concerns its commissioner, the localities it leads or commissions jointly, or the
    /// service as a whole.
    pub fn of(conn: &mut Conn, who: &Who) -> Result<Ours, Error> {
        let places = commissioned(conn, who)?;
        let codes: Vec<String> =
            localities::table.filter(localities::id.eq_any(places)).select(localities::code).load(conn)?;
        let mut whom: Vec<String> = codes.iter().map(|code| concerns::locality(code)).collect();
        whom.extend(who.membership.organisation.iter().map(|ours| concerns::commissioner(&ours.code)));
        whom.push(concerns::SERVICE.to_owned());
        Ok(Ours(whom))
    }
}

/// What a list of entries is narrowed to; nothing chosen is everything that concerns its reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Words of the name or e-mail address of who acted, in lower case; blank for all.
    pub who: String,
    pub verb: Option<Verb>,
    /// A record's reference as typed; blank for all.
    pub record: String,
    /// First and last day, in London.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// An entry of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct Entry {
    /// Its running number.
    pub id: i64,
    pub at: Moment,
    pub who: String,
    /// An organisation's code; blank for the administrator and the command line.
    pub acting_as: String,
    pub role: String,
    pub verb: String,
    pub from_address: String,
    /// All that the digest is taken of, as JSON; `None` once redacted.
    pub content: Option<String>,
    pub digest: String,
}

/// The users a filter on who acted means, and the words for those who are no user.
#[derive(Clone, Debug)]
pub struct Meant {
    users: Vec<i64>,
    pattern: String,
}

impl Meant {
    /// `None` where nobody is asked for.
    pub fn by(conn: &mut Conn, words: &str) -> Result<Option<Meant>, Error> {
        if words.is_empty() {
            return Ok(None);
        }
        let pattern = format!("%{}%", escaped(words));
        let in_name = users::name_key.like(pattern.clone()).escape('\\');
        let users = users::table
            .filter(in_name.or(users::email.like(pattern.clone()).escape('\\')))
            .select(users::id)
            .load(conn)?;
        Ok(Some(Meant { users, pattern }))
    }
}

/// A word in which `%` and `_` stand for themselves.
fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

diesel::define_sql_function! {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Narrows a query on entries to those that concern `$ours` and are asked for.
macro_rules! narrowed {
    ($query:expr, $ours:expr, $narrowed:expr, $meant:expr) => {{
        let concern = audit_concerns::table
            .filter(audit_concerns::entry_id.eq(audit_entries::id))
            .filter(audit_concerns::whom.eq_any($ours.0.clone()));
        let mut query = $query.filter(exists(concern)).into_boxed();
        if let Some(meant) = $meant {
            let (theirs, pattern) = (meant.users.clone(), meant.pattern.clone());
            let by_others =
                audit_entries::user_id.is_null().and(lower(audit_entries::who).like(pattern).escape('\\'));
            query = query.filter(
                audit_entries::user_id.eq_any(theirs.into_iter().map(Some).collect::<Vec<_>>()).or(by_others),
            );
        }
        if let Some(verb) = $narrowed.verb {
            query = query.filter(audit_entries::verb.eq(verb.word()));
        }
        if !$narrowed.record.is_empty() {
            let named = audit_subjects::table
                .filter(audit_subjects::kind.eq_any(Subject::KINDS))
                .filter(audit_subjects::reference.eq_any(spellings(&$narrowed.record)))
                .select(audit_subjects::entry_id);
            query = query.filter(audit_entries::id.eq_any(named));
        }
        if let Some(from) = $narrowed.from {
            query = query.filter(audit_entries::at.ge(midnight(from)));
        }
        if let Some(to) = $narrowed.to {
            let after = to.checked_add_days(Days::new(1)).unwrap_or(to);
            query = query.filter(audit_entries::at.lt(midnight(after)));
        }
        query
    }};
}

/// How a reference that is typed may be stored.
fn spellings(typed: &str) -> Vec<String> {
    let pseudonym = crate::keys::read_pseudonym(typed);
    let mut all = vec![typed.to_owned(), typed.to_uppercase(), typed.to_lowercase()];
    all.extend(pseudonym);
    all.sort();
    all.dedup();
    all
}

/// When a day begins in London, in UTC.
pub fn midnight(day: NaiveDate) -> Moment {
    let start = day.and_time(chrono::NaiveTime::MIN);
    match London.from_local_datetime(&start).earliest() {
        Some(there) => there.with_timezone(&Utc).naive_utc(),
        None => start,
    }
}

/// How many entries a list has.
pub fn count(conn: &mut Conn, ours: &Ours, narrowed: &Narrowed) -> Result<i64, Error> {
    if *narrowed == Narrowed::default() {
        return count_all(conn, ours);
    }
    let meant = Meant::by(conn, &narrowed.who)?;
    let rows = audit_entries::table.select(diesel::dsl::count_star());
    Ok(narrowed!(rows, ours, narrowed, &meant).first(conn)?)
}

/// How many entries concern somebody: those of the first mark, and of each further one those without an earlier mark,
/// from the index alone.
fn count_all(conn: &mut Conn, Ours(ours): &Ours) -> Result<i64, Error> {
    let also = diesel::alias!(audit_concerns as also);
    let mut count = 0;
    for (place, whom) in ours.iter().enumerate() {
        let rows = audit_concerns::table.filter(audit_concerns::whom.eq(whom));
        let (entry, mark) = (also.field(audit_concerns::entry_id), also.field(audit_concerns::whom));
        let earlier = also.filter(entry.eq(audit_concerns::entry_id)).filter(mark.eq_any(&ours[..place]));
        count += match place {
            0 => rows.count().get_result::<i64>(conn)?,
            _ => rows.filter(not(exists(earlier))).count().get_result::<i64>(conn)?,
        };
    }
    Ok(count)
}

/// Some entries of a list, newest first, from `offset`, at most `limit`.
pub fn entries(
    conn: &mut Conn,
    ours: &Ours,
    narrowed: &Narrowed,
    (offset, limit): (i64, i64),
) -> Result<Vec<Entry>, Error> {
    let meant = Meant::by(conn, &narrowed.who)?;
    let rows = audit_entries::table.select(Entry::as_select());
    let query = narrowed!(rows, ours, narrowed, &meant);
    Ok(query.order(audit_entries::id.desc()).offset(offset).limit(limit).load(conn)?)
}

/// Entries by running number, newest first, whomever they concern.
pub fn those(conn: &mut Conn, entries: &[i64]) -> Result<Vec<Entry>, Error> {
    Ok(audit_entries::table
        .filter(audit_entries::id.eq_any(entries))
        .order(audit_entries::id.desc())
        .select(Entry::as_select())
        .load(conn)?)
}

/// One entry, if it concerns its reader.
pub fn one(conn: &mut Conn, ours: &Ours, number: i64) -> Result<Entry, Error> {
    let concern = audit_concerns::table
        .filter(audit_concerns::entry_id.eq(audit_entries::id))
        .filter(audit_concerns::whom.eq_any(&ours.0));
    Ok(audit_entries::table
        .filter(audit_entries::id.eq(number))
        .filter(exists(concern))
        .select(Entry::as_select())
        .first(conn)?)
}

/// What an entry is about, as its reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Kind and reference, in the order they were written.
    pub shown: Vec<(String, String)>,
    /// How many people of other commissioners' localities it is about as well.
    pub elsewhere: usize,
}

impl Records {
    /// The first `most` as a cell: "person P-7K3F-92QD; decision D-1; and 3 more".
    pub fn in_a_line(&self, most: usize) -> String {
        let mut words: Vec<String> =
            self.shown.iter().take(most).map(|(kind, reference)| format!("{kind} {reference}")).collect();
        let more = self.shown.len().saturating_sub(most);
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        if self.elsewhere > 0 {
            words.push(format!("and {} elsewhere", self.elsewhere));
        }
        words.join("; ")
    }
}

/// The records some entries are about. Of an entry that concerns others too, people who are not on the register of the
/// reader's localities are only counted. `None`: everybody's.
pub fn records(
    conn: &mut Conn,
    ours: Option<&Ours>,
    entries: &[i64],
) -> Result<HashMap<i64, Records>, Error> {
    let mut of: HashMap<i64, Records> = HashMap::new();
    for some in entries.chunks(1_000) {
        let rows: Vec<(i64, String, String)> = audit_subjects::table
            .filter(audit_subjects::entry_id.eq_any(some))
            .order((audit_subjects::entry_id, audit_subjects::position))
            .select((audit_subjects::entry_id, audit_subjects::kind, audit_subjects::reference))
            .load(conn)?;
        for (entry, kind, reference) in rows {
            of.entry(entry).or_default().shown.push((kind, reference));
        }
        let Some(ours) = ours else { continue };
        let shared: HashSet<i64> = audit_concerns::table
            .filter(audit_concerns::entry_id.eq_any(some))
            .filter(audit_concerns::whom.ne_all(&ours.0))
            .select(audit_concerns::entry_id)
            .load(conn)?
            .into_iter()
            .collect();
        let people = of.iter().filter(|(entry, _)| shared.contains(entry)).flat_map(|(_, one)| &one.shown);
        let people: HashSet<&str> =
            people.filter(|(kind, _)| kind == "person").map(|(_, pseudonym)| &**pseudonym).collect();
        let known = on_register(conn, ours, people.into_iter().collect())?;
        for (_, records) in of.iter_mut().filter(|(entry, _)| shared.contains(entry)) {
            let before = records.shown.len();
            records.shown.retain(|(kind, reference)| kind != "person" || known.contains(reference));
            records.elsewhere = before - records.shown.len();
        }
    }
    Ok(of)
}

/// Those of some people who are on the register of the reader's localities.
fn on_register(conn: &mut Conn, ours: &Ours, pseudonyms: Vec<&str>) -> Result<HashSet<String>, Error> {
    let register = published(conn)?;
    let codes: Vec<&str> = ours.0.iter().filter_map(|whom| whom.strip_prefix("locality/")).collect();
    let mut known = HashSet::new();
    for some in pseudonyms.chunks(1_000) {
        let found: Vec<String> = people::table
            .inner_join(person_records::table.inner_join(organisations::table.inner_join(localities::table)))
            .filter(people::pseudonym.eq_any(some).and(localities::code.eq_any(&codes)))
            .filter(person_records::from_register.le(register))
            .filter(person_records::until_register.gt(register))
            .select(people::pseudonym)
            .load(conn)?;
        known.extend(found);
    }
    Ok(known)
}

/// Names of organisations by code.
pub fn names(conn: &mut Conn, codes: &[&str]) -> Result<HashMap<String, String>, Error> {
    let rows: Vec<(String, String)> = organisations::table
        .filter(organisations::code.eq_any(codes))
        .select((organisations::code, organisations::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
