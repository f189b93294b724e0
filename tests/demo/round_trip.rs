//! The demo as files: what the imports make of them is what the demo has stored.

use std::path::Path;

use chrono::NaiveDate;
use common_ground::audit::Actor;
use common_ground::demo::assessments::{TOOL, TOOL_VERSION};
use common_ground::demo::person::Person;
use common_ground::demo::{Demo, Plan};
use common_ground::error::Error;
use common_ground::imports::kind::Kind;
use common_ground::imports::lines::Limits;
use common_ground::imports::problem::Problem;
use common_ground::imports::work::{Problems, Report, Work, dry_run};

use crate::demo::command::{asked, settings};
use crate::harness::{TestPortal, today};
use crate::on_both;

/// Fails at the first problem.
struct NoProblem;

impl Problems for NoProblem {
    fn add(&mut self, problems: Vec<Problem>) -> Result<(), Error> {
        assert_eq!(problems, []);
        Ok(())
    }

    fn only(&mut self, problem: Problem) -> Result<(), Error> {
        panic!("the file is refused: {problem:?}")
    }
}

fn check(portal: &TestPortal, file: &Path, kind: Kind) -> Report {
    let actor = Actor::command_line();
    let work = Work {
        database: &portal.database,
        keys: &portal.tools.keys,
        clock: portal.tools.clock,
        actor: &actor,
        kind,
        file,
        limits: Limits::default(),
        as_of: today(),
        is_whole_register: kind == Kind::People,
        within: None,
    };
    dry_run(&work, &mut NoProblem, &mut |_, _, _| Ok(true)).unwrap().unwrap()
}

fn day(date: Option<NaiveDate>) -> String {
    date.map_or(String::new(), |date| date.to_string())
}

fn flag(fact: Option<bool>) -> String {
    fact.map_or("", |yes| if yes { "Y" } else { "N" }).into()
}

fn number(value: Option<impl ToString>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn word(text: Option<impl Into<String>>) -> String {
    text.map_or(String::new(), Into::into)
}

fn people(demo: &Demo) -> String {
    let header = "nhs_number,given_name,family_name,date_of_birth,sex,practice_code,registered_from,deducted_on,\
        died_on,ltc_count,conditions,dementia,advanced_organic_disorder,learning_disability,\
        serious_mental_illness,cancer_active,cancer_treatment_ended_on,homeless,alcohol_dependency,\
        drug_dependency,care_home_resident,unplanned_admissions_12m,annual_cost_pence,palliative,address,postcode,\
        email,contact_preference,large_print,ltc6_opt_out,data_opt_out";
    file(header, demo.people.iter().map(|person| row(demo, person)))
}

fn row(demo: &Demo, person: &Person) -> Vec<String> {
    let (facts, contact) = (&person.facts, &person.contact);
    vec![
        person.nhs_number.to_string(),
        person.given_name.clone(),
        person.family_name.clone(),
        person.born.to_string(),
        word(person.sex),
        demo.practices[person.practice].code.into(),
        person.registered.to_string(),
        day(person.left),
        day(person.died),
        number(facts.ltc_count),
        word(facts.conditions.and_then(|conditions| conditions.text())),
        flag(facts.dementia),
        flag(facts.advanced_organic_disorder),
        flag(facts.learning_disability),
        flag(facts.serious_mental_illness),
        flag(facts.cancer_active),
        day(facts.cancer_treatment_ended),
        flag(facts.homeless),
        flag(facts.alcohol_dependency),
        flag(facts.drug_dependency),
        flag(facts.care_home),
        number(facts.unplanned_admissions),
        number(facts.annual_cost_pence),
        flag(facts.palliative),
        word(contact.address.clone()),
        word(contact.postcode.clone()),
        word(contact.email.clone()),
        word(contact.preference),
        flag(Some(contact.large_print)),
        flag(Some(contact.ltc6_opt_out)),
        flag(Some(contact.data_opt_out)),
    ]
}

fn localities(demo: &Demo) -> String {
    let rows = demo.localities.iter().map(|locality| {
        vec![
            locality.code.into(),
            locality.name.into(),
            locality.commissioner.into(),
            locality.population.to_string(),
        ]
    });
    file("locality_code,locality_name,commissioner_code,population", rows)
}

fn organisations(demo: &Demo) -> String {
    let rows = demo.organisations.iter().map(|one| {
        vec![
            one.code.into(),
            one.name.into(),
            one.kind.into(),
            word(one.commissioner_type),
            word(one.locality),
            word(one.sector),
            one.opened.to_string(),
            String::new(),
        ]
    });
    file("org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date", rows)
}

fn members(demo: &Demo) -> String {
    let row = |one: &common_ground::demo::organisations::Member| {
        vec![one.network.into(), one.member.into(), one.from.to_string(), String::new()]
    };
    file("network_code,member_code,from_date,to_date", demo.members.iter().map(row))
}

fn care_agreements(demo: &Demo) -> String {
    let rows = demo.care_agreements.iter().map(|care| {
        let (network, locality, group) = (care.network.into(), care.locality.into(), care.group.into());
        vec![network, locality, group, care.from.to_string(), String::new()]
    });
    file("provider_network_code,locality_code,group_code,from_date,to_date", rows)
}

fn users(demo: &Demo) -> String {
    let rows = demo.users.iter().flat_map(|user| {
        user.memberships.iter().map(|membership| {
            vec![
                user.email.into(),
                user.name.into(),
                membership.role.into(),
                word(membership.organisation),
                user.from.to_string(),
                String::new(),
            ]
        })
    });
    file("email,name,role,organisation_code,from_date,to_date", rows)
}

fn risk_scores(demo: &Demo) -> String {
    let rows = demo.risk_scores.iter().map(|score| {
        vec![
            demo.people[score.person].nhs_number.to_string(),
            format!("{}.{:02}", score.hundredths / 100, score.hundredths % 100),
            TOOL.into(),
            TOOL_VERSION.into(),
            score.scored.to_string(),
        ]
    });
    file("nhs_number,score,tool,tool_version,scored_on", rows)
}

fn levels_of_need(demo: &Demo) -> String {
    let header = "nhs_number,assessed_on,trigger,level,functional,complexity,coordinator_code,next_review_on,\
        care_plan_agreed_on,dst_behaviour,dst_cognition,dst_communication,dst_mobility,dst_nutrition,dst_continence,\
        dst_skin,dst_breathing,dst_drug_therapies,dst_psychological,dst_seizures_asc";
    let rows = demo.assessments.iter().map(|one| {
        let [mobility, breathing, drugs] = one.decision_support.unwrap_or_default();
        let mut row = vec![
            demo.people[one.person].nhs_number.to_string(),
            one.assessed.to_string(),
            one.trigger.into(),
            one.level.word().into(),
            one.functional.word().into(),
            one.complexity.word().into(),
            one.coordinator.into(),
            one.next_review.to_string(),
            day(one.care_plan_agreed),
        ];
        row.extend(["", "", "", mobility, "", "", "", breathing, drugs, "", ""].map(str::to_owned));
        row
    });
    file(header, rows)
}

/// No value of a demo needs quotes.
fn file(header: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        assert!(row.iter().all(|cell| !cell.contains([',', '"', '\n'])), "{row:?}");
        text += &(row.join(",") + "\n");
    }
    text
}

on_both! {
    async fn the_imports_find_nothing_wrong_and_nothing_new_in_a_demos_files(portal) {
        asked(1_200).prepare(&settings(&portal)).unwrap();
        let demo = Demo::of(Plan::new(1_200, today()).unwrap());
        for (kind, text) in [
            (Kind::Localities, localities(&demo)),
            (Kind::Organisations, organisations(&demo)),
            (Kind::NetworkMembers, members(&demo)),
            (Kind::CareAgreements, care_agreements(&demo)),
            (Kind::Users, users(&demo)),
            (Kind::People, people(&demo)),
            (Kind::RiskScores, risk_scores(&demo)),
            (Kind::LevelOfNeed, levels_of_need(&demo)),
        ] {
            let name = portal.folder().join("demo.csv");
            std::fs::write(&name, &text).unwrap();
            let report = check(&portal, &name, kind);
            let rows = text.lines().count() as u64 - 1;
            assert!(rows > 0, "{kind:?}");
            assert_eq!((report.rows, report.unchanged, report.leaving), (rows, rows, 0), "{kind:?} {report:?}");
        }
    }
}
