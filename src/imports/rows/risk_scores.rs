//! Risk scores, dated and named by the tool that made them.

use chrono::NaiveDate;

use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;
use crate::people::nhs_number::NhsNumber;

use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 5] = [
    Column::of_people("nhs_number").private(),
    Column::of_people("score"),
    Column::of_people("tool"),
    Column::of_people("tool_version"),
    Column::of_people("scored_on"),
];

/// A score as sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RiskScoreRow {
    pub nhs_number: NhsNumber,
    /// Hundredths, 0 to 10,000.
    pub score: u32,
    pub tool: String,
    pub tool_version: String,
    pub scored_on: NaiveDate,
}

/// The keys so far. Tools and days are few, so a key is the person and the number of such a pair.
#[derive(Default)]
pub struct Seen {
    scorings: std::collections::HashMap<(String, String, NaiveDate), u32>,
    keys: FirstLines<(u32, u32)>,
}

impl Row for RiskScoreRow {
    const KIND: Kind = Kind::RiskScores;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = Seen;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Seen) -> Option<Self> {
        let [number_cell, score_cell, tool_cell, version_cell, day_cell] = Cell::of_row(&COLUMNS, source);
        let nhs_number = person(checks, &number_cell, known);
        checks.required(&score_cell);
        let score = checks.hundredths(&score_cell, 0..=10_000);
        checks.required(&tool_cell);
        let tool = checks.text(&tool_cell, 40);
        checks.required(&version_cell);
        let tool_version = checks.text(&version_cell, 20);
        checks.required(&day_cell);
        let scored_on = checks.past_date(&day_cell);
        let (nhs_number, tool, tool_version, scored_on) = (nhs_number?, tool?, tool_version?, scored_on?);
        let next = u32::try_from(seen.scorings.len()).expect("fewer scorings than lines");
        let scoring = *seen.scorings.entry((tool.clone(), tool_version.clone(), scored_on)).or_insert(next);
        if let Some(first) = seen_before(&mut seen.keys, (nhs_number.nine(), scoring), checks.line()) {
            let what = format!(
                "A score of the person ending \"{}\" by this tool on this day",
                nhs_number.last_four()
            );
            checks.duplicate(&number_cell, &what, first);
        }
        Some(Self { nhs_number, score: score?, tool, tool_version, scored_on })
    }
}

/// The NHS number of a person on the register.
pub(super) fn person(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<NhsNumber> {
    let number = checks.nhs_number(cell)?;
    if known.people.contains(number) {
        return Some(number);
    }
    let message = format!(
        "The number ending \"{}\" is valid, but nobody on the register has it. Load people first, or look the number up.",
        number.last_four()
    );
    checks.fault(cell, Code::UnknownPerson, message);
    None
}
