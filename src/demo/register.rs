//! The demo's register as rows: import number 1, all of it published at once.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::assessments::{self, Assessment, Level};
use super::load::Ids;
use super::person::Person;
use super::{Demo, conditions::Conditions};
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{levels_of_need, people, person_contacts, person_records, register_state, risk_scores};

/// The number of the demo's only register.
const REGISTER: i64 = 1;
/// Rows turned into bindings at a time.
const CHUNK: usize = 20_000;

/// Inserts rows as fast as the engine can: COPY on PostgreSQL, one prepared statement on SQLite.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            Conn::Postgres(inner) => {
                diesel::copy_from($table).from_insertable($rows).execute(inner)?;
            }
            Conn::Sqlite(inner) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(inner)?;
                }
            }
        }
    };
}

#[derive(Insertable)]
#[diesel(table_name = people, treat_none_as_default_value = false)]
struct PersonRow {
    nhs_number: String,
    pseudonym: String,
}

#[derive(Insertable)]
#[diesel(table_name = person_records, treat_none_as_default_value = false)]
struct RecordRow<'a> {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    name_key: String,
    date_of_birth: NaiveDate,
    sex: Option<&'a str>,
    practice_id: i64,
    registered_from: NaiveDate,
    deducted_on: Option<NaiveDate>,
    died_on: Option<NaiveDate>,
    ltc_count: Option<i64>,
    conditions: Option<String>,
    dementia: Option<bool>,
    advanced_organic_disorder: Option<bool>,
    learning_disability: Option<bool>,
    serious_mental_illness: Option<bool>,
    cancer_active: Option<bool>,
    cancer_treatment_ended_on: Option<NaiveDate>,
    homeless: Option<bool>,
    alcohol_dependency: Option<bool>,
    drug_dependency: Option<bool>,
    care_home_resident: Option<bool>,
    unplanned_admissions_12m: Option<i64>,
    annual_cost_pence: Option<i64>,
    palliative: Option<bool>,
}

#[derive(Insertable)]
#[diesel(table_name = person_contacts, treat_none_as_default_value = false)]
struct ContactRow<'a> {
    person_id: i64,
    from_register: i64,
    until_register: i64,
    address: Option<&'a str>,
    postcode: Option<&'a str>,
    email: Option<&'a str>,
    contact_preference: Option<&'a str>,
    large_print: bool,
    ltc6_opt_out: bool,
    data_opt_out: bool,
}

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
pub fn people(conn: &mut Conn, demo: &Demo, ids: &Ids, pseudonyms: Vec<String>) -> Result<Vec<i64>, Error> {
    let mut named = demo
        .people
        .iter()
        .zip(pseudonyms)
        .map(|(person, pseudonym)| PersonRow { nhs_number: person.nhs_number.to_string(), pseudonym });
    loop {
        let rows: Vec<PersonRow> = named.by_ref().take(CHUNK).collect();
        if rows.is_empty() {
            break;
        }
        insert_all!(conn, people::table, rows);
    }
    let row_ids: Vec<i64> = people::table.order(people::nhs_number).select(people::id).load(conn)?;
    for (people, row_ids) in demo.people.chunks(CHUNK).zip(row_ids.chunks(CHUNK)) {
        let each = || people.iter().zip(row_ids.iter().copied());
        let records: Vec<RecordRow> = each()
            .map(|(person, id)| record(person, id, ids.organisations[demo.practices[person.practice].code]))
            .collect();
        insert_all!(conn, person_records::table, records);
        let contacts: Vec<ContactRow> = each().filter_map(|(person, id)| contact(person, id)).collect();
        insert_all!(conn, person_contacts::table, contacts);
    }
    Ok(row_ids)
}

/// Publishes the register once scores and levels are in.
pub fn scores_and_levels(conn: &mut Conn, demo: &Demo, ids: &Ids, row_ids: &[i64]) -> Result<(), Error> {
    for scores in demo.risk_scores.chunks(CHUNK) {
        let rows: Vec<ScoreRow> = scores
            .iter()
            .map(|score| ScoreRow {
                person_id: row_ids[score.person],
                from_register: REGISTER,
                until_register: i64::MAX,
                tool: assessments::TOOL,
                tool_version: assessments::TOOL_VERSION,
                scored_on: score.scored,
                score_hundredths: score.hundredths.into(),
            })
            .collect();
        insert_all!(conn, risk_scores::table, rows);
    }
    let rows: Vec<LevelRow> = demo
        .assessments
        .iter()
        .map(|assessment| {
            level(assessment, row_ids[assessment.person], ids.organisations[assessment.coordinator])
        })
        .collect();
    insert_all!(conn, levels_of_need::table, rows);
    diesel::update(register_state::table).set(register_state::published.eq(REGISTER)).execute(conn)?;
    Ok(())
}

fn record(person: &Person, person_id: i64, practice_id: i64) -> RecordRow<'_> {
    let facts = &person.facts;
    RecordRow {
        person_id,
        from_register: REGISTER,
        until_register: i64::MAX,
        given_name: Some(&person.given_name),
        family_name: Some(&person.family_name),
        name_key: format!("{} {}", person.family_name, person.given_name).to_lowercase(),
        date_of_birth: person.born,
        sex: person.sex,
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
fn contact(person: &Person, person_id: i64) -> Option<ContactRow<'_>> {
    let contact = &person.contact;
    let said = contact.address.is_some() || contact.email.is_some() || contact.preference.is_some();
    let marked = [contact.large_print, contact.ltc6_opt_out, contact.data_opt_out].contains(&Some(true));
    (said || marked).then(|| ContactRow {
        person_id,
        from_register: REGISTER,
        until_register: i64::MAX,
        address: contact.address.as_deref(),
        postcode: contact.postcode.as_deref(),
        email: contact.email.as_deref(),
        contact_preference: contact.preference,
        large_print: contact.large_print == Some(true),
        ltc6_opt_out: contact.ltc6_opt_out == Some(true),
        data_opt_out: contact.data_opt_out == Some(true),
    })
}

fn level(assessment: &Assessment, person_id: i64, coordinator_id: i64) -> LevelRow {
    let [mobility, breathing, drugs] =
        assessment.decision_support.map_or([None; 3], |levels| levels.map(Some));
    LevelRow {
        person_id,
        from_register: REGISTER,
        until_register: i64::MAX,
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
