//! The facts of a person in the people file, each of which may be not known.

use chrono::NaiveDate;

use crate::criteria::conditions::{Condition, ConditionSet};
use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::problem::Code;

/// The facts as sent, blanks left blank: what a blank means beside other facts is decided where facts are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PersonFacts {
    pub ltc_count: Option<u32>,
    pub conditions: Option<ConditionSet>,
    pub dementia: Option<bool>,
    pub advanced_organic_disorder: Option<bool>,
    pub learning_disability: Option<bool>,
    pub serious_mental_illness: Option<bool>,
    pub cancer_active: Option<bool>,
    pub cancer_treatment_ended_on: Option<NaiveDate>,
    pub homeless: Option<bool>,
    pub alcohol_dependency: Option<bool>,
    pub drug_dependency: Option<bool>,
    pub care_home_resident: Option<bool>,
    /// In the 12 months before the extract.
    pub unplanned_admissions: Option<u32>,
    /// Of the last 12 months.
    pub annual_cost_pence: Option<i64>,
    pub palliative: Option<bool>,
}

impl PersonFacts {
    /// Checks the cells of a people row from `ltc_count` to `palliative`.
    pub(super) fn check(checks: &mut Checks, cells: &[Cell; 31]) -> Self {
        let [
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            count,
            conditions_cell,
            dementia,
            organic,
            disability,
            mental,
            cancer,
            ended,
            rest @ ..,
        ] = cells;
        let [homeless, alcohol, drug, care_home, admissions, cost, palliative, ..] = rest;
        let facts = Self {
            ltc_count: checks.whole(count, 0..=40),
            conditions: conditions(checks, conditions_cell),
            dementia: checks.flag(dementia),
            advanced_organic_disorder: checks.flag(organic),
            learning_disability: checks.flag(disability),
            serious_mental_illness: checks.flag(mental),
            cancer_active: checks.flag(cancer),
            cancer_treatment_ended_on: checks.past_date(ended),
            homeless: checks.flag(homeless),
            alcohol_dependency: checks.flag(alcohol),
            drug_dependency: checks.flag(drug),
            care_home_resident: checks.flag(care_home),
            unplanned_admissions: checks.whole(admissions, 0..=365),
            annual_cost_pence: checks.pence(cost, 0..=99_999_999_999),
            palliative: checks.flag(palliative),
        };
        conflicts(checks, conditions_cell, ended, &facts);
        facts
    }
}

/// Warns where a register says one thing and its flag another.
fn conflicts(checks: &mut Checks, conditions_cell: &Cell, ended_cell: &Cell, facts: &PersonFacts) {
    let beside = [
        (Condition::Dem, facts.dementia, "dementia"),
        (Condition::Ld, facts.learning_disability, "learning_disability"),
        (Condition::Mh, facts.serious_mental_illness, "serious_mental_illness"),
    ];
    let registers = facts.conditions.unwrap_or_default();
    let against: Vec<String> = beside
        .iter()
        .filter(|(condition, flag, _)| registers.has(*condition) && *flag == Some(false))
        .map(|(condition, _, name)| format!("{} beside {name} = N", condition.code()))
        .collect();
    if !against.is_empty() {
        let message = format!("conditions has {}. Check which is right.", against.join(", "));
        checks.fault(conditions_cell, Code::Conflict, message);
    }
    if let (Some(true), Some(_)) = (facts.cancer_active, facts.cancer_treatment_ended_on) {
        let message = "Treatment has ended, yet cancer_active is Y. Check which is right.";
        checks.fault(ended_cell, Code::Conflict, message);
    }
}

fn conditions(checks: &mut Checks, cell: &Cell) -> Option<ConditionSet> {
    let given = cell.given()?;
    let mut set = ConditionSet::default();
    for code in given.split(';') {
        if code.is_empty() || code.contains(' ') {
            let message =
                format!("{} is not a list of codes. Separate codes by ; alone, as in DM;COPD.", cell.shown());
            checks.fault(cell, Code::List, message);
            return None;
        }
        let Some(condition) = Condition::of_code(code) else {
            let codes = Condition::ALL.map(Condition::code).join(", ");
            let message = format!("{} has a code that is no condition register. Use: {codes}.", cell.shown());
            checks.fault(cell, Code::UnknownRef, message);
            return None;
        };
        if set.has(condition) {
            let message = format!("{} has {code} twice. Name each register once.", cell.shown());
            checks.fault(cell, Code::List, message);
            return None;
        }
        set = set.iter().chain([condition]).collect();
    }
    Some(set)
}
