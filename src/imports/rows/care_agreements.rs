//! Which provider network cares for which group in which locality.

use chrono::NaiveDate;

use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;

use super::organisations::{OrganisationKind, locality};
use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 5] = [
    Column::new("provider_network_code"),
    Column::new("locality_code"),
    Column::new("group_code"),
    Column::new("from_date"),
    Column::new("to_date"),
];

/// A care agreement as sent; the last day is included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CareAgreementRow {
    pub network_id: i64,
    pub locality_id: i64,
    pub group_code: String,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Row for CareAgreementRow {
    const KIND: Kind = Kind::CareAgreements;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = FirstLines<(i64, i64, String, NaiveDate)>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let [network_cell, locality_cell, group_cell, from_cell, to_cell] = Cell::of_row(&COLUMNS, source);
        let network_id = network(checks, &network_cell, known);
        checks.required(&locality_cell);
        let locality_id = locality(checks, &locality_cell, known);
        let group = group(checks, &group_cell, known);
        checks.required(&from_cell);
        let from = checks.date(&from_cell);
        let to = checks.date(&to_cell);
        checks.in_order((&from_cell, from), (&to_cell, to));
        let row =
            Self { network_id: network_id?, locality_id: locality_id?, group_code: group?, from: from?, to };
        let key = (row.network_id, row.locality_id, row.group_code.clone(), row.from);
        if let Some(first) = seen_before(seen, key, checks.line()) {
            checks.duplicate(&network_cell, "This agreement", first);
        }
        Some(row)
    }
}

fn network(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<i64> {
    let id = known.organisation(checks.required(cell)?, OrganisationKind::ProviderNetwork);
    if id.is_none() {
        let message = format!(
            "{} is not the code of a provider network. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
    }
    id
}

fn group(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<String> {
    let code = checks.required(cell)?;
    if known.groups.contains(code) {
        return Some(code.to_owned());
    }
    let message = format!(
        "{} is not the code of a group in the locality's scheme. Use a code such as LTC_75, not a number.",
        cell.shown()
    );
    checks.fault(cell, Code::UnknownRef, message);
    None
}
