//! Which practice or provider belongs to which network, from when to when.

use chrono::NaiveDate;

use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::{Known, KnownMembership, KnownOrganisation};
use crate::imports::problem::{Code, Problem};

use super::organisations::OrganisationKind;
use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 4] = [
    Column::new("network_code"),
    Column::new("member_code"),
    Column::new("from_date"),
    Column::new("to_date"),
];

/// A membership as sent; the last day is included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkMemberRow {
    pub network_id: i64,
    pub member_id: i64,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// The keys so far, and the GP network memberships that are compared when all rows are read.
#[derive(Default)]
pub struct Seen {
    keys: FirstLines<(i64, i64, NaiveDate)>,
    of_practices: Vec<(u32, KnownMembership)>,
}

impl Row for NetworkMemberRow {
    const KIND: Kind = Kind::NetworkMembers;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = Seen;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Seen) -> Option<Self> {
        let [network_cell, member_cell, from_cell, to_cell] = Cell::of_row(&COLUMNS, source);
        let network = network(checks, &network_cell, known);
        let member = member(checks, &member_cell, known, network.map(|network| network.kind));
        checks.required(&from_cell);
        let from = checks.date(&from_cell);
        let to = checks.date(&to_cell);
        checks.in_order((&from_cell, from), (&to_cell, to));
        let (network, member, from) = (network?, member?, from?);
        if let Some(first) = seen_before(&mut seen.keys, (network.id, member, from), checks.line()) {
            checks.duplicate(&member_cell, "This membership", first);
        } else if network.kind == OrganisationKind::GpNetwork && !checks.has_errors() {
            let network_code = network_cell.given().unwrap_or_default().to_owned();
            let membership =
                KnownMembership { network_id: network.id, network_code, member_id: member, from, to };
            seen.of_practices.push((checks.line(), membership));
        }
        Some(Self { network_id: network.id, member_id: member, from, to })
    }

    /// A practice is in one GP network at a time: warns of each row that begins or runs while another membership,
    /// stored or on another row, has not ended.
    fn finish(seen: &Seen, known: &Known) -> Vec<Problem> {
        let is_replaced = |stored: &KnownMembership| {
            seen.keys.contains_key(&(stored.network_id, stored.member_id, stored.from))
        };
        let kept = known.memberships.iter().filter(|stored| !is_replaced(stored));
        let mut standing: Vec<&KnownMembership> = kept.collect();
        let mut problems = Vec::new();
        for (line, membership) in &seen.of_practices {
            if let Some(other) = standing.iter().find(|other| overlap(other, membership)) {
                let message = format!(
                    "The practice is already in {} on a day of this membership, and this row does not end that. Give \
                     the earlier membership a last day, or begin this one later.",
                    other.network_code
                );
                problems.push(Problem::new(*line, COLUMNS[2].name, Code::Overlap, message));
            }
            standing.push(membership);
        }
        problems
    }
}

fn overlap(one: &KnownMembership, other: &KnownMembership) -> bool {
    let ends_before = |a: &KnownMembership, b: &KnownMembership| a.to.is_some_and(|to| to < b.from);
    one.member_id == other.member_id && !ends_before(one, other) && !ends_before(other, one)
}

fn network(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<KnownOrganisation> {
    let is_network = |stored: &&KnownOrganisation| {
        matches!(stored.kind, OrganisationKind::GpNetwork | OrganisationKind::ProviderNetwork)
    };
    let network = known.organisations.get(checks.required(cell)?).filter(is_network);
    if network.is_none() {
        let message = format!(
            "{} is not the code of a GP network or provider network. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
    }
    network.copied()
}

fn member(checks: &mut Checks, cell: &Cell, known: &Known, network: Option<OrganisationKind>) -> Option<i64> {
    let Some(stored) = known.organisations.get(checks.required(cell)?) else {
        let message = format!(
            "{} is not the code of an organisation. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
        return None;
    };
    let fits = match network {
        Some(OrganisationKind::GpNetwork) => stored.kind == OrganisationKind::Practice,
        Some(_) => stored.kind == OrganisationKind::Provider,
        None => matches!(stored.kind, OrganisationKind::Practice | OrganisationKind::Provider),
    };
    if !fits {
        let message = format!(
            "{} is the wrong kind of member: a GP network holds practices, a provider network holds providers. Mend \
             the code or the network.",
            cell.shown()
        );
        checks.fault(cell, Code::MemberType, message);
    }
    fits.then_some(stored.id)
}
