//! The rows of the list of localities and organisations: what each says, which are asked for, in which order.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::networks;
use super::organisation::Kind;
use super::store::{Locality, Organisation};
use crate::database::Conn;
use crate::error::Error;
use crate::page::{Query, typed};

/// The word for localities in the filter by kind.
pub const LOCALITY: &str = "locality";
/// The word of the filter for organisations that nobody can act for.
pub const WITHOUT_USERS: &str = "none";

/// A locality or an organisation in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: String,
    pub code: String,
    pub name: String,
    pub name_key: String,
    /// The word of its kind, as the filter has it.
    pub kind: &'static str,
    pub kind_label: &'static str,
    /// Codes of the localities it lies in, commissions or cares for.
    pub localities: BTreeSet<String>,
    pub state: &'static str,
    /// Whether roles belong to it, it is open, and nobody can act for it.
    pub is_without_users: bool,
}

/// What the list is narrowed to.
pub struct Narrowed {
    pub kind: String,
    locality: String,
    words: String,
    without_users: bool,
}

impl Narrowed {
    pub fn of(query: &Query) -> Narrowed {
        let text = |name| query.get(name).unwrap_or_default().to_owned();
        Narrowed {
            kind: text("kind"),
            locality: text("locality"),
            words: typed::words(&text("words")),
            without_users: text("users") == WITHOUT_USERS,
        }
    }

    pub fn has(&self, row: &Listed) -> bool {
        (self.kind.is_empty() || self.kind == row.kind)
            && (!self.without_users || row.is_without_users)
            && (self.locality.is_empty() || row.localities.contains(&self.locality))
            && self
                .words
                .split_whitespace()
                .all(|word| row.name_key.contains(word) || row.code.to_lowercase().contains(word))
    }
}

/// Sorts by a key of the query string, a minus in front for the other way; gives the order in words.
pub fn sort(rows: &mut [Listed], key: &str) -> &'static str {
    let (key, descending) = key.strip_prefix('-').map_or((key, false), |key| (key, true));
    match key {
        "code" => rows.sort_by(|a, b| a.code.cmp(&b.code).then_with(|| a.address.cmp(&b.address))),
        "kind" => rows.sort_by(|a, b| {
            (a.kind_label, &a.name_key, &a.address).cmp(&(b.kind_label, &b.name_key, &b.address))
        }),
        _ => rows.sort_by(|a, b| (&a.name_key, &a.address).cmp(&(&b.name_key, &b.address))),
    }
    if descending {
        rows.reverse();
    }
    match (key, descending) {
        ("code", false) => "Sorted by code",
        ("code", true) => "Sorted by code, last first",
        ("kind", false) => "Sorted by kind, then name",
        ("kind", true) => "Sorted by kind, last first",
        (_, false) => "Sorted by name, A to Z",
        (_, true) => "Sorted by name, Z to A",
    }
}

/// Every locality and organisation, with the state of `today`.
pub fn listed(
    conn: &mut Conn,
    localities: &[Locality],
    organisations: &[Organisation],
    today: NaiveDate,
) -> Result<Vec<Listed>, Error> {
    let reached = reached(conn, localities, organisations, today)?;
    let without_users: BTreeSet<i64> =
        networks::without_users(conn, today)?.into_iter().map(|(id, ..)| id).collect();
    let commissioners: BTreeSet<&str> = organisations
        .iter()
        .filter(|each| each.kind == Kind::Commissioner)
        .map(|each| each.code.as_str())
        .collect();
    let mut rows: Vec<Listed> = localities
        .iter()
        .map(|locality| Listed {
            address: locality.address(),
            code: locality.code.clone(),
            name: locality.name.clone(),
            name_key: locality.name.to_lowercase(),
            kind: LOCALITY,
            kind_label: "Locality",
            localities: BTreeSet::from([locality.code.clone()]),
            state: match commissioners.contains(locality.commissioner_code.as_str()) {
                true => "",
                false => "No commissioner yet",
            },
            is_without_users: false,
        })
        .collect();
    rows.extend(organisations.iter().map(|organisation| Listed {
        address: organisation.address(),
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        name_key: organisation.name.to_lowercase(),
        kind: organisation.kind.word(),
        kind_label: organisation.kind.label(),
        localities: reached.get(&organisation.id).cloned().unwrap_or_default(),
        state: match organisation.span().state(today) {
            "Active" => "",
            other => other,
        },
        is_without_users: without_users.contains(&organisation.id),
    }));
    Ok(rows)
}

/// By organisation, the codes of the localities it lies in, commissions, holds practices in or cares for groups in.
fn reached(
    conn: &mut Conn,
    localities: &[Locality],
    organisations: &[Organisation],
    today: NaiveDate,
) -> Result<HashMap<i64, BTreeSet<String>>, Error> {
    let code_of: HashMap<i64, &str> = localities.iter().map(|each| (each.id, each.code.as_str())).collect();
    let mut reached: HashMap<i64, BTreeSet<String>> = HashMap::new();
    let mut add = |organisation: i64, locality: i64| {
        if let Some(code) = code_of.get(&locality) {
            reached.entry(organisation).or_default().insert((*code).to_owned());
        }
    };
    let lies_in: HashMap<i64, i64> =
        organisations.iter().filter_map(|each| Some((each.id, each.locality_id?))).collect();
    lies_in.iter().for_each(|(organisation, locality)| add(*organisation, *locality));
    for organisation in organisations.iter().filter(|each| each.kind == Kind::Commissioner) {
        let led = localities.iter().filter(|each| each.commissioner_code == organisation.code);
        led.for_each(|locality| add(organisation.id, locality.id));
    }
    for (network, member) in networks::members_on(conn, today)? {
        if let Some(locality) = lies_in.get(&member) {
            add(network, *locality);
        }
    }
    networks::cared_for_on(conn, today)?.iter().for_each(|(network, locality)| add(*network, *locality));
    Ok(reached)
}
