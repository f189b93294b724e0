//! Risk scores and levels of need of the people who are likely to have them.

use super::calendar::{self, days_before};
use super::draw::Chance;
use super::organisations::{COMMUNITY_CARE, INTEGRATED_CARE, LARGE, Practice};
use super::person::Person;
use chrono::{Datelike, Days, NaiveDate};

/// The one tool that scores everybody, a year apart.
pub const TOOL: &str = "Demo RP";
pub const TOOL_VERSION: &str = "1.0";
/// Of those with a condition or aged 65 and over: about 15 % of the people.
const SCORED: f64 = 0.55;
/// Assessed within about 14 months, so that some reviews are overdue.
const ASSESSED_WITHIN: u32 = 425;

pub struct RiskScore {
    /// Place in the list of people.
    pub person: usize,
    /// 0 to 10,000: a score of 0.00 to 100.00.
    pub hundredths: u16,
    pub scored: NaiveDate,
}

/// One assessment, as the level-of-need layout has it.
pub struct Assessment {
    /// Place in the list of people.
    pub person: usize,
    pub assessed: NaiveDate,
    pub trigger: &'static str,
    pub level: Level,
    pub functional: Level,
    pub complexity: Level,
    /// Code of the co-ordinator's organisation.
    pub coordinator: &'static str,
    pub next_review: NaiveDate,
    pub care_plan_agreed: Option<NaiveDate>,
    /// N to H for mobility, breathing and drug therapies, where the Decision Support Tool was used.
    pub decision_support: Option<[&'static str; 3]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Low,
    Medium,
    High,
}

impl Level {
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Two scores a person, the earlier first; some are the same again.
pub fn risk_scores(chance: &mut Chance, people: &[Person], as_of: NaiveDate) -> Vec<RiskScore> {
    let later = days_before(as_of, as_of.day());
    let earlier = calendar::years_before(later, 1);
    let mut scores = Vec::new();
    for (place, person) in people.iter().enumerate() {
        let likely = person.age >= 65 || person.age >= 16 && person.facts.conditions_counted() > 0;
        if !likely || is_gone(person) || !chance.of(SCORED) {
            continue;
        }
        let last_year = risk(chance, person);
        let change = if chance.of(0.15) { 0.0 } else { chance.normal() * 2.5 + 0.4 };
        for (score, scored) in [(last_year, earlier), (last_year + change, later)] {
            let hundredths = (score.clamp(0.0, 100.0) * 100.0).round() as u16;
            scores.push(RiskScore { person: place, hundredths, scored });
        }
    }
    scores
}

/// Rises with cost, conditions, age and admissions.
fn risk(chance: &mut Chance, person: &Person) -> f64 {
    let pounds = person.facts.annual_cost_pence.unwrap_or(0) as f64 / 100.0;
    let admissions = f64::from(person.facts.unplanned_admissions.unwrap_or(0));
    let conditions = f64::from(person.facts.conditions_counted());
    let age = f64::from(person.age.saturating_sub(40)) * 0.15;
    let score = (1.0 + pounds).ln() * 1.6 + conditions * 4.0 + age + admissions * 9.0 - 6.0;
    score.max(0.5) * (0.25 * chance.normal()).exp()
}

/// For people with several conditions, dementia or a care home place: those who need more than their practice.
pub fn assessments(
    chance: &mut Chance,
    people: &[Person],
    practices: &[Practice],
    as_of: NaiveDate,
) -> Vec<Assessment> {
    let mut assessments = Vec::new();
    for (place, person) in people.iter().enumerate() {
        if person.age >= 16 && !is_gone(person) && chance.of(share_assessed(person)) {
            assessments.push(assessment(chance, place, person, &practices[person.practice], as_of));
        }
    }
    assessments
}

fn share_assessed(person: &Person) -> f64 {
    let facts = &person.facts;
    if facts.care_home == Some(true) || facts.dementia == Some(true) {
        return 0.5;
    }
    match facts.conditions_counted() {
        0 if person.age >= 85 => 0.05,
        0 | 1 => 0.002,
        2 => 0.05,
        3 => 0.2,
        _ => 0.45,
    }
}

fn assessment(
    chance: &mut Chance,
    place: usize,
    person: &Person,
    practice: &Practice,
    as_of: NaiveDate,
) -> Assessment {
    let assessed = days_before(as_of, chance.below(ASSESSED_WITHIN));
    let functional = axis(chance, if person.facts.care_home == Some(true) { 0.8 } else { 0.4 });
    let complexity = axis(chance, f64::from(person.facts.conditions_counted()) / 6.0);
    let next_review = if chance.of(0.8) {
        assessed + Days::new(364)
    } else {
        assessed + Days::new(chance.between(60, 240).into())
    };
    let network = if practice.locality == LARGE { INTEGRATED_CARE } else { COMMUNITY_CARE };
    let planned = chance.of(0.7).then(|| assessed + Days::new(chance.below(28).into()));
    Assessment {
        person: place,
        assessed,
        trigger: chance.one_of(&[
            "initial",
            "annual_review",
            "annual_review",
            "significant_event",
            "acute_admission",
        ]),
        level: functional.max(complexity),
        functional,
        complexity,
        coordinator: if chance.of(0.55) { practice.code } else { network },
        next_review,
        care_plan_agreed: planned.filter(|agreed| *agreed <= as_of),
        decision_support: chance.of(0.1).then(|| [(); 3].map(|()| chance.one_of(&["N", "L", "M", "M", "H"]))),
    }
}

fn axis(chance: &mut Chance, need: f64) -> Level {
    match need + 0.25 * chance.normal() {
        ..0.4 => Level::Low,
        ..0.75 => Level::Medium,
        _ => Level::High,
    }
}

fn is_gone(person: &Person) -> bool {
    person.left.is_some() || person.died.is_some()
}
