//! The demo's register as rows.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Demo;
use super::assessments::{self, Assessment, Level};
use super::conditions::Conditions;
use super::load::Ids;
use super::person::Person;
use crate::database::Conn;
use crate::error::Error;
use crate::insert_many;
use crate::keys::Keys;
use crate::people::record::{Contact, Record, insert_contacts, insert_records, name_key};
use crate::people::register::FOREVER;
use crate::people::store::add_people;
use crate::schema::{levels_of_need, risk_scores};

/// Rows a statement.
const AT_ONCE: usize = 1_000;

#[derive(Insertable)]
#[diesel(table_name = risk_scores, treat_none_as_default_value = false)]
struct ScoreRow {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    tool: &'static str,
    tool_version: &'static str,
    scored_on: NaiveDate,
    score_hundredths: i64,
}

#[derive(Insertable)]
#[diesel(table_name = levels_of_need, treat_none_as_default_value = false)]
struct LevelRow {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    assessed_on: NaiveDate,
    cause: &'static str,
    level: &'static str,
    functional: Option<&'static str>,
    complexity: Option<&'static str>,
    coordinator_id: i64,
    next_review_on: NaiveDate,
    care_plan_agreed_on: Option<NaiveDate>,
    dst_mobility: Option<&'static str>,
    dst_breathing: Option<&'static str>,
    dst_drug_therapies: Option<&'static str>,
}

/// Everybody with facts and contact columns; gives their row ids, in their order.
pub fn people(
    conn: &mut Conn,
    keys: &Keys,
    demo: &Demo,
    ids: &Ids,
    register: i64,
) -> Result<Vec<i64>, Error> {
    let mut row_ids = Vec::with_capacity(demo.people.len());
    for people in demo.people.chunks(AT_ONCE) {
        let numbers: Vec<String> = people.iter().map(|person| person.nhs_number.to_string()).collect();
        let known = add_people(conn, keys, &numbers)?;
        let here = row_ids.len();
        row_ids.extend(numbers.iter().map(|number| known[number]));
        let each = || people.iter().zip(row_ids[here..].iter().copied());
        let practice = |person: &Person| ids.organisations[demo.practices[person.practice].code];
        let records: Vec<Record> =
            each().map(|(person, id)| record(person, id, practice(person), register)).collect();
        insert_records(conn, &records)?;
        let contacts: Vec<Contact> =
            each().filter_map(|(person, id)| contact(person, id, register)).collect();
        insert_contacts(conn, &contacts)?;
    }
    Ok(row_ids)
}

/// Risk scores and levels of need of people whose row ids are known.
pub fn scores_and_levels(
    conn: &mut Conn,
    demo: &Demo,
    ids: &Ids,
    row_ids: &[i64],
    register: i64,
) -> Result<(), Error> {
    for scores in demo.risk_scores.chunks(AT_ONCE) {
        let rows: Vec<ScoreRow> = scores
            .iter()
            .map(|score| ScoreRow {
                person_id: row_ids[score.person],
                from_register: register,
                until_register: FOREVER,
                tool: assessments::TOOL,
                tool_version: assessments::TOOL_VERSION,
                scored_on: score.scored,
                score_hundredths: score.hundredths.into(),
            })
            .collect();
        insert_many!(conn, risk_scores::table, &rows)?;
    }
    for assessments in demo.assessments.chunks(AT_ONCE) {
        let row =
            |one: &Assessment| level(one, row_ids[one.person], ids.organisations[one.coordinator], register);
        let rows: Vec<LevelRow> = assessments.iter().map(row).collect();
        insert_many!(conn, levels_of_need::table, &rows)?;
    }
    Ok(())
}

fn record(person: &Person, person_id: i64, practice_id: i64, register: i64) -> Record {
    let facts = &person.facts;
    Record {
        person_id,
        from_register: register,
        until_register: FOREVER,
        name_key: name_key(Some(&person.given_name), Some(&person.family_name)),
        given_name: Some(person.given_name.clone()),
        family_name: Some(person.family_name.clone()),
        date_of_birth: person.born,
        sex: person.sex.map(str::to_owned),
        practice_id,
        registered_from: person.registered,
        deducted_on: person.left,
        died_on: person.died,
        ltc_count: facts.ltc_count.map(i64::from),
        conditions: facts.conditions.and_then(Conditions::text),
        dementia: facts.dementia,
        advanced_organic_disorder: facts.advanced_organic_disorder,
        learning_disability: facts.learning_disability,
        serious_mental_illness: facts.serious_mental_illness,
        cancer_active: facts.cancer_active,
        cancer_treatment_ended_on: facts.cancer_treatment_ended,
        homeless: facts.homeless,
        alcohol_dependency: facts.alcohol_dependency,
        drug_dependency: facts.drug_dependency,
        care_home_resident: facts.care_home,
        unplanned_admissions_12m: facts.unplanned_admissions.map(i64::from),
        annual_cost_pence: facts.annual_cost_pence,
        palliative: facts.palliative,
    }
}

/// None where no contact column says anything.
fn contact(person: &Person, person_id: i64, register: i64) -> Option<Contact> {
    let contact = person.contact.clone();
    let found = Contact {
        person_id,
        from_register: register,
        until_register: FOREVER,
        address: contact.address,
        postcode: contact.postcode,
        email: contact.email,
        contact_preference: contact.preference.map(str::to_owned),
        large_print: contact.large_print,
        ltc6_opt_out: contact.ltc6_opt_out,
        data_opt_out: contact.data_opt_out,
    };
    let silent =
        Contact { person_id, from_register: register, until_register: FOREVER, ..Contact::default() };
    (found != silent).then_some(found)
}

fn level(assessment: &Assessment, person_id: i64, coordinator_id: i64, register: i64) -> LevelRow {
    let [mobility, breathing, drugs] =
        assessment.decision_support.map_or([None; 3], |levels| levels.map(Some));
    LevelRow {
        person_id,
        from_register: register,
        until_register: FOREVER,
        assessed_on: assessment.assessed,
        cause: assessment.trigger,
        level: Level::word(assessment.level),
        functional: Some(assessment.functional.word()),
        complexity: Some(assessment.complexity.word()),
        coordinator_id,
        next_review_on: assessment.next_review,
        care_plan_agreed_on: assessment.care_plan_agreed,
        dst_mobility: mobility,
        dst_breathing: breathing,
        dst_drug_therapies: drugs,
    }
}
