//! Whom an entry concerns: worked out as it is written, so that an auditor's list is one query. A person who moves later
//! leaves what was done where it was done.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{Actor, Subject};
use crate::database::Conn;
use crate::error::Error;
use crate::people::register::published;
use crate::schema::{
    care_agreements, localities, memberships, network_members, organisations, people, person_records,
    proposals, users,
};

/// An entry that concerns no locality and no commissioner is about the service as a whole: every auditor reads it.
pub const SERVICE: &str = "service";

/// People looked up at a time.
const AT_ONCE: usize = 1_000;

/// As a locality's entries are marked.
pub fn locality(code: &str) -> String {
    format!("locality/{code}")
}

/// As a commissioner's entries are marked.
pub fn commissioner(code: &str) -> String {
    format!("commissioner/{code}")
}

/// Whom an act concerns: the localities of its records, and the commissioners and practices that acted or that it is
/// about. A network works for several commissioners, so that its localities count only where there is nobody else.
pub fn of_act(conn: &mut Conn, actor: &Actor, subjects: &[Subject]) -> Result<BTreeSet<String>, Error> {
    let of_kind = |kind: &str| -> Vec<&str> {
        let these = subjects.iter().filter(|subject| subject.kind == kind);
        these.map(|subject| subject.reference.as_str()).collect()
    };
    let mut whom = of_records(conn, of_kind)?;
    let mut codes = of_kind("organisation");
    codes.push(&actor.acting_as);
    let part = Organisations::of(conn, &codes)?;
    whom.extend(part.commissioners.iter().map(|code| commissioner(code)));
    whom.extend(named(conn, &part.localities)?);
    if actor.acting_as.is_empty() {
        whom.extend(of_users(conn, &of_kind("user"))?);
    }
    if whom.is_empty() {
        let places = part.worked_in(conn)?;
        whom.extend(named(conn, &places)?);
    }
    if whom.is_empty() {
        whom.insert(SERVICE.to_owned());
    }
    Ok(whom)
}

fn of_records<'a>(
    conn: &mut Conn,
    of_kind: impl Fn(&str) -> Vec<&'a str>,
) -> Result<BTreeSet<String>, Error> {
    let mut whom: BTreeSet<String> = of_kind("locality").into_iter().map(locality).collect();
    whom.extend(of_kind("criteria").into_iter().filter_map(|one| Some(locality(one.split_once('/')?.0))));
    for some in of_kind("person").chunks(AT_ONCE) {
        whom.extend(of_people(conn, some)?);
    }
    let proposed = of_kind("proposal");
    if !proposed.is_empty() {
        let places: Vec<i64> = proposals::table
            .filter(proposals::reference.eq_any(proposed))
            .select(proposals::locality_id)
            .load(conn)?;
        whom.extend(named(conn, &places.into_iter().collect())?);
    }
    Ok(whom)
}

fn of_people(conn: &mut Conn, pseudonyms: &[&str]) -> Result<Vec<String>, Error> {
    let register = published(conn)?;
    let codes: Vec<String> = people::table
        .inner_join(person_records::table.inner_join(organisations::table.inner_join(localities::table)))
        .filter(people::pseudonym.eq_any(pseudonyms))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select(localities::code)
        .distinct()
        .load(conn)?;
    Ok(codes.iter().map(|code| locality(code)).collect())
}

/// Whom the organisations concern that users belong to or belonged to, networks with all their localities.
fn of_users(conn: &mut Conn, emails: &[&str]) -> Result<BTreeSet<String>, Error> {
    if emails.is_empty() {
        return Ok(BTreeSet::new());
    }
    let codes: Vec<String> = memberships::table
        .inner_join(users::table)
        .inner_join(organisations::table)
        .filter(users::email.eq_any(emails))
        .select(organisations::code)
        .distinct()
        .load(conn)?;
    let theirs = Organisations::of(conn, &codes.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut places = theirs.worked_in(conn)?;
    places.extend(&theirs.localities);
    let mut whom: BTreeSet<String> = named(conn, &places)?.into_iter().collect();
    whom.extend(theirs.commissioners.iter().map(|code| commissioner(code)));
    Ok(whom)
}

/// Organisations, sorted by what they are.
#[derive(Default)]
struct Organisations {
    commissioners: Vec<String>,
    /// Row ids of the localities practices lie in.
    localities: BTreeSet<i64>,
    /// Row ids of networks and their providers.
    networks: Vec<i64>,
}

impl Organisations {
    fn of(conn: &mut Conn, codes: &[&str]) -> Result<Organisations, Error> {
        let codes: Vec<&str> = codes.iter().copied().filter(|code| !code.is_empty()).collect();
        let mut sorted = Organisations::default();
        if codes.is_empty() {
            return Ok(sorted);
        }
        let rows: Vec<(i64, String, String, Option<i64>)> = organisations::table
            .filter(organisations::code.eq_any(codes))
            .select((organisations::id, organisations::code, organisations::kind, organisations::locality_id))
            .load(conn)?;
        for (id, code, kind, place) in rows {
            match kind.as_str() {
                "commissioner" => sorted.commissioners.push(code),
                "practice" => sorted.localities.extend(place),
                _ => sorted.networks.push(id),
            }
        }
        Ok(sorted)
    }

    /// Row ids of the localities the networks care for or have practices in, whenever that was.
    fn worked_in(&self, conn: &mut Conn) -> Result<BTreeSet<i64>, Error> {
        if self.networks.is_empty() {
            return Ok(BTreeSet::new());
        }
        let above: Vec<i64> = network_members::table
            .filter(network_members::member_id.eq_any(&self.networks))
            .select(network_members::network_id)
            .load(conn)?;
        let networks: Vec<i64> = self.networks.iter().copied().chain(above).collect();
        let cared: Vec<i64> = care_agreements::table
            .filter(care_agreements::network_id.eq_any(&networks))
            .select(care_agreements::locality_id)
            .distinct()
            .load(conn)?;
        let practices: Vec<Option<i64>> = network_members::table
            .inner_join(organisations::table.on(organisations::id.eq(network_members::member_id)))
            .filter(network_members::network_id.eq_any(&networks))
            .filter(organisations::kind.eq("practice"))
            .select(organisations::locality_id)
            .distinct()
            .load(conn)?;
        Ok(cared.into_iter().chain(practices.into_iter().flatten()).collect())
    }
}

/// Localities (row ids) as entries are marked with them.
fn named(conn: &mut Conn, places: &BTreeSet<i64>) -> Result<Vec<String>, Error> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> =
        localities::table.filter(localities::id.eq_any(places)).select(localities::code).load(conn)?;
    Ok(codes.iter().map(|code| locality(code)).collect())
}
