//! Levels of need: one assessment of one person a row.

use chrono::{Datelike, Days, NaiveDate};

use crate::criteria::facts::Level;
use crate::imports::cell::{Cell, Sent};
use crate::imports::checks::{Checks, sent};
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;
use crate::people::nhs_number::NhsNumber;
use crate::stored_as_text;

use super::risk_scores::person;
use super::{FirstLines, Row, Source, seen_before};

const COLUMNS: [Column; 20] = [
    Column::of_people("nhs_number").private(),
    Column::of_people("assessed_on"),
    Column::of_people("trigger"),
    Column::of_people("level"),
    Column::of_people("functional"),
    Column::of_people("complexity"),
    Column::of_people("coordinator_code"),
    Column::of_people("next_review_on"),
    Column::of_people("care_plan_agreed_on").may_be_absent(),
    Column::of_people("dst_behaviour"),
    Column::of_people("dst_cognition"),
    Column::of_people("dst_communication"),
    Column::of_people("dst_mobility"),
    Column::of_people("dst_nutrition"),
    Column::of_people("dst_continence"),
    Column::of_people("dst_skin"),
    Column::of_people("dst_breathing"),
    Column::of_people("dst_drug_therapies"),
    Column::of_people("dst_psychological"),
    Column::of_people("dst_seizures_asc"),
];

stored_as_text! {
    /// What led to an assessment.
    Cause {
        Initial = "initial",
        SignificantEvent = "significant_event",
        AcuteAdmission = "acute_admission",
        RrrCompleted = "rrr_completed",
        AnnualReview = "annual_review",
        Other = "other",
    }
}

/// The initials that each domain of the Decision Support Tool knows, in the order of the columns: none, low,
/// moderate, high, severe, priority.
const DOMAINS: [&[&str]; 11] = [
    &["N", "L", "M", "H", "S", "P"],
    &["N", "L", "M", "H", "S"],
    &["N", "L", "M", "H"],
    &["N", "L", "M", "H", "S"],
    &["N", "L", "M", "H", "S"],
    &["N", "L", "M", "H"],
    &["N", "L", "M", "H", "S"],
    &["N", "L", "M", "H", "S", "P"],
    &["N", "L", "M", "H", "S", "P"],
    &["N", "L", "M", "H"],
    &["N", "L", "M", "H", "P"],
];

/// An assessment as sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LevelOfNeedRow {
    pub nhs_number: NhsNumber,
    pub assessed_on: NaiveDate,
    pub cause: Cause,
    pub level: Level,
    /// Row and column of the matrix: both or neither.
    pub functional: Option<Level>,
    pub complexity: Option<Level>,
    pub coordinator_id: i64,
    pub next_review_on: NaiveDate,
    pub care_plan_agreed_on: Sent<NaiveDate>,
    /// The initial of each domain's level, in the order of the columns.
    pub domains: [Option<&'static str>; 11],
}

impl Row for LevelOfNeedRow {
    const KIND: Kind = Kind::LevelOfNeed;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = FirstLines<(u32, NaiveDate)>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let [
            number_cell,
            day_cell,
            cause_cell,
            level_cell,
            row_cell,
            column_cell,
            coordinator_cell,
            rest @ ..,
        ] = Cell::of_row(&COLUMNS, source);
        let [review_cell, plan_cell, domain_cells @ ..] = rest;
        let nhs_number = person(checks, &number_cell, known);
        checks.required(&day_cell);
        let assessed_on = checks.past_date(&day_cell);
        checks.required(&cause_cell);
        let cause = checks.word(&cause_cell, Cause::ALL, Cause::word);
        checks.required(&level_cell);
        let level = checks.word(&level_cell, &Level::ALL, Level::word);
        both_or_neither(checks, &row_cell, &column_cell);
        let functional = checks.word(&row_cell, &Level::ALL, Level::word);
        let complexity = checks.word(&column_cell, &Level::ALL, Level::word);
        let coordinator_id = coordinator(checks, &coordinator_cell, known);
        let next_review_on = next_review(checks, &review_cell, assessed_on);
        let care_plan_agreed_on = sent(&plan_cell, checks.past_date(&plan_cell));
        let domains = domains(checks, &domain_cells);
        let (nhs_number, assessed_on) = (nhs_number?, assessed_on?);
        if let Some(first) = seen_before(seen, (nhs_number.nine(), assessed_on), checks.line()) {
            let what =
                format!("An assessment of the person ending \"{}\" on this day", nhs_number.last_four());
            checks.duplicate(&day_cell, &what, first);
        }
        Some(Self {
            nhs_number,
            assessed_on,
            cause: cause?,
            level: level?,
            functional,
            complexity,
            coordinator_id: coordinator_id?,
            next_review_on: next_review_on?,
            care_plan_agreed_on,
            domains,
        })
    }
}

fn both_or_neither(checks: &mut Checks, functional: &Cell, complexity: &Cell) {
    if functional.is_blank() != complexity.is_blank() {
        let blank = if functional.is_blank() { functional } else { complexity };
        checks.required_because(blank, "functional and complexity come together or not at all");
    }
}

fn coordinator(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<i64> {
    let stored = known.organisations.get(checks.required(cell)?);
    if stored.is_none() {
        let message = format!(
            "{} is not the code of an organisation. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
    }
    stored.map(|organisation| organisation.id)
}

/// The next review, from the day after the assessment to a year after it; not compared where that day is wrong.
fn next_review(checks: &mut Checks, cell: &Cell, assessed_on: Option<NaiveDate>) -> Option<NaiveDate> {
    checks.required(cell);
    let review = checks.date(cell)?;
    let Some(assessed_on) = assessed_on else {
        return Some(review);
    };
    if review > assessed_on && review <= a_year_after(assessed_on) {
        return Some(review);
    }
    let message = format!(
        "{} is not within a year after the assessment. Give a day from {} to {}.",
        cell.shown(),
        assessed_on + Days::new(1),
        a_year_after(assessed_on)
    );
    checks.fault(cell, Code::Range, message);
    None
}

/// The same day a year later; 1 March after 29 February.
fn a_year_after(day: NaiveDate) -> NaiveDate {
    day.with_year(day.year() + 1).unwrap_or_else(|| day + Days::new(366))
}

fn domains(checks: &mut Checks, cells: &[Cell; 11]) -> [Option<&'static str>; 11] {
    std::array::from_fn(|at| checks.word(&cells[at], DOMAINS[at], |initial| initial))
}
