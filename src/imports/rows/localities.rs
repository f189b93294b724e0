//! Localities: boroughs, each with the commissioner that leads.

use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;
use crate::organisations::organisation::LONGEST_NAME;

use super::organisations::OrganisationKind;
use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 4] = [
    Column::new("locality_code"),
    Column::new("locality_name"),
    Column::new("commissioner_code"),
    Column::new("population"),
];

/// A locality as sent. Its commissioner may be loaded afterwards, so it is a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalityRow {
    pub code: String,
    pub name: String,
    pub commissioner_code: String,
    /// Resident population, for context only.
    pub population: Option<u32>,
}

impl Row for LocalityRow {
    const KIND: Kind = Kind::Localities;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = FirstLines<String>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let [code_cell, name_cell, commissioner_cell, population_cell] = Cell::of_row(&COLUMNS, source);
        checks.required(&code_cell);
        let code = checks.code(&code_cell).map(str::to_owned);
        checks.required(&name_cell);
        let name = checks.text(&name_cell, LONGEST_NAME);
        checks.required(&commissioner_cell);
        let commissioner = checks.code(&commissioner_cell);
        if let Some(stored) = commissioner.and_then(|code| known.organisations.get(code))
            && stored.kind != OrganisationKind::Commissioner
        {
            let shown = commissioner_cell.shown();
            let message =
                format!("{shown} is not a commissioner. Give the code of the commissioner that leads.");
            checks.fault(&commissioner_cell, Code::RefType, message);
        }
        let population = checks.whole(&population_cell, 0..=10_000_000);
        let code = code?;
        if let Some(first) = seen_before(seen, code.clone(), checks.line()) {
            checks.duplicate(&code_cell, &code_cell.shown(), first);
        }
        Some(Self { code, name: name?, commissioner_code: commissioner?.to_owned(), population })
    }
}
