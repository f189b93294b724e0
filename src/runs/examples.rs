//! The published samples: what the good files must yield as of 1 April 2015.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::placement::Placer;
use super::rules::{RegisterStatus, Rules, register_status};
use crate::criteria::answer::Answer;
use crate::criteria::asked::Fact;
use crate::criteria::blocks;
use crate::criteria::conditions::Condition;
use crate::criteria::facts::{Ended, Facts, Flag, Level, Sex, age_on};
use crate::groups::scheme::{CancerMode, Scheme};
use crate::groups::schemes::edit::{Edit, edited};

type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../tests/examples/", $name))
    };
}

fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 4, 1).unwrap()
}

fn date(text: &str) -> Option<NaiveDate> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Option<T> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn yes_or_no(text: &str) -> Option<bool> {
    (!text.is_empty()).then_some(text == "Y")
}

/// The latest value of each person on or before the as-of date.
fn latest(text: &str, on: &str, value: &str) -> BTreeMap<String, String> {
    let mut dated = rows(text);
    dated.retain(|row| date(&row[on]).unwrap() <= as_of());
    dated.sort_by_key(|row| row[on].clone());
    dated.into_iter().map(|row| (row["nhs_number"].clone(), row[value].clone())).collect()
}

fn facts_of(row: &Row, score: Option<&String>, level: Option<&String>) -> Facts {
    let mut facts = Facts::nothing_known(as_of(), age_on(date(&row["date_of_birth"]).unwrap(), as_of()));
    for flag in Flag::ALL {
        let column = if flag == Flag::CareHome { "care_home_resident" } else { flag.word() };
        facts.set_flag(flag, yes_or_no(&row[column]));
    }
    let codes = row["conditions"].split(';').map(|code| Condition::of_code(code).unwrap());
    facts.conditions = (!row["conditions"].is_empty()).then(|| codes.collect());
    facts.ltc_count = number(&row["ltc_count"]);
    facts.unplanned_admissions = number(&row["unplanned_admissions_12m"]);
    facts.annual_cost = number(&row["annual_cost_pence"]);
    facts.cancer_treatment_ended = date(&row["cancer_treatment_ended_on"]).map_or(Ended::NotKnown, Ended::On);
    facts.sex = Sex::of_word(&row["sex"]);
    facts.risk_score = score.map(|score| (score.parse::<f64>().unwrap() * 100.0).round() as u16);
    facts.level_of_need = level.map(|level| Level::of_word(level).unwrap());
    facts.fill_implied();
    facts
}

fn default_rules() -> Rules {
    let scheme = Scheme::shipped();
    let blocks = blocks::read(sample!("default-criteria.txt"), scheme).unwrap();
    Rules::of_scheme(scheme, Rules::MINIMUM_AGE, |code| {
        blocks.iter().find(|block| block.group == code).map(|block| block.parsed.expression.clone())
    })
}

/// Every person of the good file with status, placement and cost, in the columns of the expected file.
fn placed() -> Vec<(Row, i64)> {
    let mut placer = Placer::new(default_rules(), as_of());
    let localities: BTreeMap<String, String> = rows(sample!("good-organisations.csv"))
        .into_iter()
        .map(|row| (row["org_code"].clone(), row["locality_code"].clone()))
        .collect();
    let scores = latest(sample!("good-risk-scores.csv"), "scored_on", "score");
    let levels = latest(sample!("good-level-of-need.csv"), "assessed_on", "level");
    let people = rows(sample!("good-people.csv"));
    let cost = |row: &Row| number(&row["annual_cost_pence"]).unwrap_or(0);
    people
        .iter()
        .map(|row| {
            let nhs_number = &row["nhs_number"];
            let facts = facts_of(row, scores.get(nhs_number), levels.get(nhs_number));
            let mut line = place(row, &facts, &mut placer);
            line.insert("locality".into(), localities[&row["practice_code"]].clone());
            (line, cost(row))
        })
        .collect()
}

fn place(row: &Row, facts: &Facts, placer: &mut Placer) -> Row {
    let headings = sample!("expected-groups-2015-04-01.csv").lines().next().unwrap().split(',');
    let mut line: Row = headings.map(|heading| (heading.to_owned(), String::new())).collect();
    let mut set = |heading: &str, value: String| line.insert(heading.into(), value);
    set("nhs_number", row["nhs_number"].clone());
    set("practice", row["practice_code"].clone());
    set("age", facts.age.to_string());
    let registered_from = date(&row["registered_from"]).unwrap();
    match register_status(registered_from, date(&row["deducted_on"]), date(&row["died_on"]), as_of()) {
        RegisterStatus::Died => set("status", "died".into()),
        RegisterStatus::Left => set("status", "left".into()),
        RegisterStatus::NotYetRegistered => set("status", "not_yet_registered".into()),
        RegisterStatus::OnRegister if !placer.rules().in_scope(facts.age) => {
            set("status", "out_of_scope".into())
        }
        RegisterStatus::OnRegister => {
            let id = placer.place(facts);
            let supplementary_care = placer.supplementary_care(facts).unwrap();
            let (outcome, home) = (placer.outcome(id), placer.rules().home());
            let code = |group: usize| home[group].code.clone();
            let codes =
                |groups: &[usize]| groups.iter().map(|group| code(*group)).collect::<Vec<_>>().join(";");
            let could_be: Vec<String> =
                outcome.could_be.iter().map(|group| group.map_or("(none)".into(), code)).collect();
            set("group", outcome.group.map(code).unwrap_or_default());
            set("provisional", if outcome.is_provisional() { "Y" } else { "N" }.into());
            let words = match supplementary_care {
                Answer::Yes => "Y",
                Answer::No => "N",
                Answer::NotKnown => "",
            };
            set("supplementary_care", words.into());
            set("also_meets", codes(&outcome.also_meets));
            set("could_be", could_be.join(";"));
            set("unknown_facts", outcome.hangs_on.iter().map(Fact::to_string).collect::<Vec<_>>().join(";"));
            set("status", if outcome.group.is_some() { "placed" } else { "not_placed" }.into())
        }
    };
    line
}

#[test]
fn every_person_stands_where_the_published_file_puts_them() {
    let expected = rows(sample!("expected-groups-2015-04-01.csv"));
    let cases: BTreeMap<String, String> = rows(sample!("people-cases.csv"))
        .into_iter()
        .map(|row| (row["nhs_number"].clone(), row["case"].clone()))
        .collect();
    let ours = placed();
    assert_eq!(ours.len(), expected.len());
    for ((ours, _), expected) in ours.iter().zip(&expected) {
        assert_eq!(ours, expected, "{:?}", cases.get(&ours["nhs_number"]));
    }
}

#[test]
fn the_counts_of_each_locality_are_the_published_ones() {
    let results: serde_json::Value = serde_json::from_str(sample!("expected-results.json")).unwrap();
    let ours = placed();
    for (locality, expected) in results["by_locality"].as_object().unwrap() {
        let here: Vec<&(Row, i64)> = ours.iter().filter(|(row, _)| row["locality"] == *locality).collect();
        let count =
            |heading: &str, value: &str| here.iter().filter(|(row, _)| row[heading] == value).count() as u64;
        for (key, status) in [
            ("placed", "placed"),
            ("unplaced", "not_placed"),
            ("out_of_scope", "out_of_scope"),
            ("died", "died"),
            ("left", "left"),
            ("not_yet_registered", "not_yet_registered"),
        ] {
            assert_eq!(expected[key], count("status", status), "{locality} {key}");
        }
        assert_eq!(expected["judgement_cases"], count("provisional", "Y"), "{locality}");
        let cost = |heading: &str, value: &str| -> i64 {
            here.iter().filter(|(row, _)| row[heading] == value).map(|(_, cost)| cost).sum()
        };
        for (code, group) in expected["groups"].as_object().unwrap() {
            assert_eq!(group["people"], count("group", code), "{locality} {code}");
            assert_eq!(group["cost_pence"], cost("group", code), "{locality} {code}");
        }
        let cancer = &expected["cancer_counted_above"];
        assert_eq!(cancer["people"], count("supplementary_care", "Y"), "{locality}");
        assert_eq!(cancer["cost_pence"], cost("supplementary_care", "Y"), "{locality}");
    }
}

#[test]
fn the_shipped_criteria_print_as_they_are_written() {
    let rules = default_rules();
    let written = sample!("default-criteria.txt");
    assert_eq!(written, include_str!("../criteria/default-criteria.txt"));
    let printed = blocks::print(Scheme::shipped(), |code| {
        rules.home().iter().find(|group| group.code == code).map(|group| &group.criterion).or(rules.overlay())
    });
    assert_eq!(printed, written);
}

#[test]
fn as_a_home_group_cancer_is_tried_first() {
    let blocks = blocks::read(sample!("default-criteria.txt"), Scheme::shipped()).unwrap();
    let scheme = edited(Scheme::shipped(), &Edit::Cancer(CancerMode::HomeGroup)).unwrap();
    let rules = Rules::of_scheme(&scheme, 16, |code| {
        blocks.iter().find(|block| block.group == code).map(|block| block.parsed.expression.clone())
    });
    assert_eq!(rules.home()[0].code, "CANCER");
    assert_eq!(rules.home().len(), 9);
    assert!(rules.overlay().is_none());
}
