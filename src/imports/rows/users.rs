//! Users, one membership a row.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::access::Role;
use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::{Known, KnownAdministrator};
use crate::imports::problem::{Code, Problem};

use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 6] = [
    Column::new("email").private(),
    Column::new("name").private(),
    Column::new("role"),
    Column::new("organisation_code"),
    Column::new("from_date"),
    Column::new("to_date"),
];

/// One membership of one user as sent; the last day is included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserRow {
    /// In lower case.
    pub email: String,
    pub name: String,
    pub role: Role,
    /// `None` for an administrator.
    pub organisation_id: Option<i64>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// The memberships so far, and the name that each address had first.
#[derive(Default)]
pub struct Seen {
    memberships: FirstLines<(String, Role, Option<i64>, NaiveDate)>,
    names: HashMap<String, (String, u32)>,
    /// Administrators' memberships by address and first day: last day, and line.
    administrators: HashMap<(String, NaiveDate), (Option<NaiveDate>, u32)>,
    today: Option<NaiveDate>,
}

impl Row for UserRow {
    const KIND: Kind = Kind::Users;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = Seen;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Seen) -> Option<Self> {
        let [email_cell, name_cell, role_cell, organisation_cell, from_cell, to_cell] =
            Cell::of_row(&COLUMNS, source);
        checks.required(&email_cell);
        let email = checks.email(&email_cell).map(|email| email.to_lowercase());
        checks.required(&name_cell);
        let name = checks.text(&name_cell, 120);
        checks.required(&role_cell);
        let role = checks.word(&role_cell, Role::ALL, Role::word);
        let organisation_id = organisation(checks, &organisation_cell, known, role);
        checks.required(&from_cell);
        let from = checks.date(&from_cell);
        let to = checks.date(&to_cell);
        checks.in_order((&from_cell, from), (&to_cell, to));
        let (email, name) = (email?, name?);
        one_name(checks, &name_cell, seen, &email, &name);
        let row = Self { email, name, role: role?, organisation_id, from: from?, to };
        seen.today = Some(checks.today);
        if row.role == Role::Administrator {
            let key = (row.email.clone(), row.from);
            seen.administrators.entry(key).or_insert((row.to, checks.line()));
        }
        if !checks.is_faulty(&organisation_cell) {
            let key = (row.email.clone(), row.role, row.organisation_id, row.from);
            if let Some(first) = seen_before(&mut seen.memberships, key, checks.line()) {
                checks.duplicate(&email_cell, "This membership", first);
            }
        }
        Some(row)
    }

    fn finish(seen: &Seen, known: &Known) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            known.administrators.iter().filter_map(|stored| against_ending(seen, known, stored)).collect();
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}

/// A row that ends a stored administrator's membership, unless another who can sign in stays without end: the rule
/// of the pages.
fn against_ending(seen: &Seen, known: &Known, stored: &KnownAdministrator) -> Option<Problem> {
    let sent = seen.administrators.get(&(stored.email.clone(), stored.from));
    let (to, line) = sent.and_then(|(to, line)| Some(((*to)?, *line)))?;
    if stored.to.is_some_and(|before| before <= to) {
        return None;
    }
    let by = seen.today.map_or(to, |today| to.max(today));
    let stays = |email: &String, from: NaiveDate, to: Option<NaiveDate>| {
        to.is_none() && from <= by && known.can_sign_in.contains(email)
    };
    let is_left = known.administrators.iter().any(|other| {
        let to = match seen.administrators.get(&(other.email.clone(), other.from)) {
            Some((to, _)) => *to,
            None => other.to,
        };
        stays(&other.email, other.from, to)
    });
    let is_added = || seen.administrators.iter().any(|((email, from), (to, _))| stays(email, *from, *to));
    (!is_left && !is_added()).then(|| {
        Problem::new(
            line,
            "to_date",
            Code::NotAllowed,
            "This ends the last administrator who can sign in. Invite another one first, and wait until they have set \
             a password.",
        )
    })
}

/// One address is one person: the same name on every row.
fn one_name(checks: &mut Checks, cell: &Cell, seen: &mut Seen, email: &str, name: &str) {
    match seen.names.get(email) {
        Some((first_name, first)) if first_name != name => {
            let message =
                format!("Line {first} gives this e-mail address another name. Use one name on every row.");
            checks.fault(cell, Code::Mismatch, message);
        }
        Some(_) => {}
        None => {
            seen.names.insert(email.to_owned(), (name.to_owned(), checks.line()));
        }
    }
}

/// The organisation, of a kind that goes with the role; an unknown role leaves the kind open.
fn organisation(checks: &mut Checks, cell: &Cell, known: &Known, role: Option<Role>) -> Option<i64> {
    if role == Some(Role::Administrator) {
        checks.blank_because(cell, "an administrator belongs to the service");
        return None;
    }
    let code = match role {
        Some(_) => checks.required_because(cell, "only an administrator has no organisation")?,
        None => cell.given()?,
    };
    let Some(stored) = known.organisations.get(code) else {
        let message = format!(
            "{} is not the code of an organisation. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
        return None;
    };
    let kinds = role.map_or(&[][..], Role::organisation_kinds);
    if role.is_some() && !kinds.contains(&stored.kind.word()) {
        let message = format!(
            "{} is not an organisation of the kind this role wants: {}. Mend the role or the code.",
            cell.shown(),
            kinds.join(" or ")
        );
        checks.fault(cell, Code::RoleType, message);
    }
    Some(stored.id)
}
