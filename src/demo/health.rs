//! The facts of one adult of a leaf, or of one child: how old, how ill, in what circumstances.

use super::calendar;
use super::conditions;
use super::draw::{Chance, Weights};
use super::person::Facts;
use super::tree::Leaf;
use chrono::NaiveDate;

/// Adults of a town by age: from which age, how many per year of age (relative).
const PYRAMID: [(u8, f64); 13] = [
    (16, 1.3),
    (25, 2.0),
    (40, 1.6),
    (50, 1.25),
    (60, 0.95),
    (65, 0.8),
    (70, 0.65),
    (75, 0.5),
    (80, 0.36),
    (85, 0.2),
    (90, 0.085),
    (95, 0.025),
    (100, 0.004),
];

/// Recorded dementia by age where a leaf does not ask.
const DEMENTIA: [(u8, f64); 7] =
    [(16, 0.0), (50, 0.0003), (65, 0.004), (70, 0.01), (75, 0.025), (80, 0.05), (85, 0.1)];

/// A leaf with its ages and counts weighted, ready to draw from.
pub struct Urn {
    leaf: Leaf,
    ages: Weights,
    counts: Weights,
}

/// Who a person is before the facts are drawn.
pub struct Who {
    pub age: u8,
    pub female: bool,
}

impl Urn {
    pub fn new(leaf: &Leaf) -> Self {
        Self {
            ages: Weights::new(leaf.age.clone().map(|age| at(&PYRAMID, age) * likely_at(age, leaf))),
            counts: Weights::new(leaf.ltc_count.clone().map(|count| 0.45_f64.powi(count.into()))),
            leaf: leaf.clone(),
        }
    }

    pub fn age(&self, chance: &mut Chance) -> u8 {
        self.leaf.age.start() + self.ages.draw(chance) as u8
    }

    /// Everything but the cost, known throughout, as this leaf asks.
    pub fn facts(&self, chance: &mut Chance, who: &Who, as_of: NaiveDate) -> Facts {
        let ltc_count = self.leaf.ltc_count.start() + self.counts.draw(chance) as u8;
        let dementia = self.leaf.dementia.unwrap_or_else(|| chance.of(at(&DEMENTIA, who.age)));
        let disability = if who.age < 75 { 0.004 } else { 0.001 };
        let mut facts = Facts {
            ltc_count: Some(ltc_count),
            conditions: Some(conditions::counted(chance, ltc_count, who.age, who.female)),
            dementia: Some(dementia),
            advanced_organic_disorder: Some(chance.of(if dementia { 0.16 } else { 0.0003 })),
            learning_disability: Some(self.leaf.learning_disability.unwrap_or_else(|| chance.of(disability))),
            serious_mental_illness: Some(who.age >= 18 && chance.of(0.01)),
            palliative: Some(false),
            ..Facts::default()
        };
        self.draw_cancer(chance, &mut facts, who.age, as_of);
        draw_circumstances(chance, &mut facts, who.age);
        add_registers(chance, &mut facts, who.age);
        facts
    }

    /// Treatment that ended within five years is drawn only where the leaf does not ask about cancer: its people are
    /// then the published number whether that question is read as active cancer or as cancer within five years.
    fn draw_cancer(&self, chance: &mut Chance, facts: &mut Facts, age: u8, as_of: NaiveDate) {
        let active = self.leaf.cancer.unwrap_or_else(|| chance.of(if age >= 50 { 0.05 } else { 0.004 }));
        facts.cancer_active = Some(active);
        facts.palliative = Some(active && chance.of(0.08));
        if active || age < 25 {
            return;
        }
        let (recent, long_ago) = if age >= 50 { (0.08, 0.02) } else { (0.01, 0.002) };
        let days = if self.leaf.cancer.is_none() && chance.of(recent) {
            chance.between(10, 1800)
        } else if chance.of(long_ago) {
            chance.between(1900, 3600)
        } else {
            return;
        };
        facts.cancer_treatment_ended = Some(calendar::days_before(as_of, days));
    }
}

/// A child's facts: hardly any, and nothing that places anybody.
pub fn child(chance: &mut Chance, who: &Who) -> Facts {
    let ltc_count = u8::from(who.age >= 3 && chance.of(0.06));
    let cost_pence = 6_000.0 + 18_000.0 * f64::from(chance.events(1.2)) * chance.unit();
    Facts {
        ltc_count: Some(ltc_count),
        conditions: Some(conditions::counted(chance, ltc_count, who.age, who.female)),
        dementia: Some(false),
        advanced_organic_disorder: Some(false),
        learning_disability: Some(false),
        serious_mental_illness: Some(false),
        cancer_active: Some(false),
        cancer_treatment_ended: None,
        homeless: Some(false),
        alcohol_dependency: Some(false),
        drug_dependency: Some(false),
        care_home: Some(false),
        unplanned_admissions: Some(chance.events(0.05) as u16),
        annual_cost_pence: Some(cost_pence as i64),
        palliative: Some(false),
    }
}

/// The more conditions a leaf asks for, the older its people; dementia and cancer come late as well.
fn likely_at(age: u8, leaf: &Leaf) -> f64 {
    let years = f64::from(age) / 80.0;
    let illness = match leaf.ltc_count.start() {
        0 => 1.0,
        1 => years.powf(1.4),
        2 => years.powf(2.4),
        _ => years.powf(3.2),
    };
    let dementia = if leaf.dementia == Some(true) { years.powf(8.0) } else { 1.0 };
    let cancer = if leaf.cancer == Some(true) { years.powf(2.0) } else { 1.0 };
    illness * dementia * cancer
}

/// Social exclusion goes with mental illness; care homes hold the oldest, and those with dementia.
fn draw_circumstances(chance: &mut Chance, facts: &mut Facts, age: u8) {
    let unwell = if facts.serious_mental_illness == Some(true) { 6.0 } else { 1.0 };
    let young = if age < 65 { 1.0 } else { 0.15 };
    let old = match age {
        0..65 => 0.0005,
        65..75 => 0.005,
        75..85 => 0.025,
        85..90 => 0.09,
        _ => 0.18,
    };
    let needs_care = if facts.dementia == Some(true) { 0.3 } else { 0.0 };
    let disabled = if facts.learning_disability == Some(true) { 0.08 } else { 0.0 };
    let care_home = chance.of(old + needs_care + disabled);
    facts.care_home = Some(care_home);
    facts.homeless = Some(!care_home && chance.of(0.0025 * unwell * young));
    facts.alcohol_dependency = Some(chance.of(0.006 * unwell * young));
    facts.drug_dependency = Some(chance.of(0.004 * unwell * young));
}

/// Registers that count as no long-term condition, in agreement with the flags.
fn add_registers(chance: &mut Chance, facts: &mut Facts, age: u8) {
    let mut registers = facts.conditions.unwrap_or_default();
    let hypertension = registers.has("HYP");
    let had_cancer = facts.cancer_active == Some(true) || facts.cancer_treatment_ended.is_some();
    for (code, on) in [
        ("CAN", had_cancer),
        ("DEM", facts.dementia == Some(true)),
        ("LD", facts.learning_disability == Some(true)),
        ("MH", facts.serious_mental_illness == Some(true)),
        ("PAL", facts.palliative == Some(true)),
        ("OB", age >= 18 && chance.of(if hypertension { 0.2 } else { 0.06 })),
        ("CVDPP", hypertension && (30..75).contains(&age) && chance.of(0.12)),
    ] {
        if on {
            registers.add(code);
        }
    }
    facts.conditions = Some(registers);
}

/// The last step at or below an age.
fn at(steps: &[(u8, f64)], age: u8) -> f64 {
    steps.iter().rev().find(|(from, _)| *from <= age).map_or(0.0, |(_, value)| *value)
}
