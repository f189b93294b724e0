//! Organisations of the five kinds.

use chrono::NaiveDate;

use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;
pub use crate::organisations::organisation::Kind as OrganisationKind;
use crate::organisations::organisation::{CommissionerKind, FIRST_DAY, LONGEST_NAME, Sector};

use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 8] = [
    Column::new("org_code"),
    Column::new("org_name"),
    Column::new("org_type"),
    Column::new("commissioner_type"),
    Column::new("locality_code"),
    Column::new("sector"),
    Column::new("open_date"),
    Column::new("close_date"),
];

/// An organisation as sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrganisationRow {
    pub code: String,
    pub name: String,
    pub kind: OrganisationKind,
    pub commissioner_kind: Option<CommissionerKind>,
    /// A practice's locality, or the one that a commissioner commissions jointly.
    pub locality_id: Option<i64>,
    pub sector: Option<Sector>,
    pub open: NaiveDate,
    /// The last active day, included.
    pub close: Option<NaiveDate>,
}

impl Row for OrganisationRow {
    const KIND: Kind = Kind::Organisations;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = FirstLines<String>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let [code_cell, name_cell, kind_cell, type_cell, locality_cell, sector_cell, open_cell, close_cell] =
            Cell::of_row(&COLUMNS, source);
        checks.required(&code_cell);
        let code = checks.code(&code_cell).map(str::to_owned);
        checks.required(&name_cell);
        let name = checks.text(&name_cell, LONGEST_NAME);
        checks.required(&kind_cell);
        let kind = checks.word(&kind_cell, OrganisationKind::ALL, OrganisationKind::word);
        if let Some(kind) = kind {
            belongs(kind, checks, &type_cell, &locality_cell, &sector_cell);
            same_kind(kind, checks, &code_cell, &kind_cell, known);
        }
        let commissioner_kind = checks.word(&type_cell, CommissionerKind::ALL, CommissionerKind::word);
        let locality_id = locality(checks, &locality_cell, known);
        let sector = checks.word(&sector_cell, Sector::ALL, Sector::word);
        checks.required(&open_cell);
        let open = checks.past_date_from(&open_cell, FIRST_DAY);
        let close = checks.date(&close_cell);
        checks.in_order((&open_cell, open), (&close_cell, close));
        let code = code?;
        if let Some(first) = seen_before(seen, code.clone(), checks.line()) {
            checks.duplicate(&code_cell, &code_cell.shown(), first);
        }
        Some(Self {
            code,
            name: name?,
            kind: kind?,
            commissioner_kind,
            locality_id,
            sector,
            open: open?,
            close,
        })
    }
}

/// Which of the three columns a kind must have and which it must leave blank.
fn belongs(kind: OrganisationKind, checks: &mut Checks, subtype: &Cell, locality: &Cell, sector: &Cell) {
    match kind {
        OrganisationKind::Commissioner => {
            checks.required_because(subtype, "a commissioner is a ccg, local_authority or nhs_england");
        }
        _ => checks.blank_because(subtype, "only a commissioner has a type"),
    }
    match kind {
        OrganisationKind::Practice => {
            checks.required_because(locality, "a practice lies in one locality");
        }
        OrganisationKind::Commissioner => {}
        _ => checks.blank_because(locality, "only a practice or a commissioner has a locality here"),
    }
    match kind {
        OrganisationKind::Provider => {
            checks.required_because(sector, "a provider works in a sector");
        }
        _ => checks.blank_because(sector, "only a provider has a sector"),
    }
}

/// An organisation stays what it is: people, members and rights hang on its kind.
fn same_kind(kind: OrganisationKind, checks: &mut Checks, code: &Cell, kind_cell: &Cell, known: &Known) {
    let stored = code.given().and_then(|code| known.organisations.get(code));
    if stored.is_some_and(|stored| stored.kind != kind) {
        let message = format!(
            "{} is another kind than the one stored for {}, and an organisation keeps its kind. Give it a new code.",
            kind_cell.shown(),
            code.shown()
        );
        checks.fault(kind_cell, Code::RefType, message);
    }
}

/// The locality of a code, or a problem where none is stored.
pub(super) fn locality(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<i64> {
    let id = known.localities.get(cell.given()?).copied();
    if id.is_none() {
        let message = format!(
            "{} is not the code of a locality. Load localities first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
    }
    id
}
