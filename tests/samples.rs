//! The published samples in a portal's database: localities, practices, people, scores, levels, and the first criteria.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use common_ground::audit::Actor;
use common_ground::criteria::check::check;
use common_ground::criteria::command;
use common_ground::criteria::store::Becomes;
use common_ground::groups::scheme::Scheme;
use common_ground::people::record::{Record, insert_records, name_key};
use common_ground::people::register::FOREVER;
use common_ground::people::store::add_people;
use common_ground::schema::{localities, organisations, register_state, risk_scores};
use diesel::prelude::*;

use crate::harness::TestPortal;

pub type Row = BTreeMap<String, String>;

/// The rows of a sample by column.
pub fn rows(name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(format!("tests/examples/{name}")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn date(text: &str) -> Option<NaiveDate> {
    given(text).map(|text| text.parse().unwrap())
}

fn number(text: &str) -> Option<i64> {
    given(text).map(|text| text.parse().unwrap())
}

fn flag(text: &str) -> Option<bool> {
    given(text).map(|text| text == "Y")
}

/// Puts the good files of localities, organisations, people and risk scores into the database, and publishes them.
pub fn load(portal: &TestPortal) {
    portal.write(|conn| {
        for row in rows("good-localities.csv") {
            diesel::insert_into(localities::table)
                .values((
                    localities::code.eq(&row["locality_code"]),
                    localities::name.eq(&row["locality_name"]),
                    localities::commissioner_code.eq(&row["commissioner_code"]),
                ))
                .execute(conn)?;
        }
        let places: HashMap<String, i64> =
            localities::table.select((localities::code, localities::id)).load(conn)?.into_iter().collect();
        for row in rows("good-organisations.csv") {
            diesel::insert_into(organisations::table)
                .values((
                    organisations::code.eq(&row["org_code"]),
                    organisations::name.eq(&row["org_name"]),
                    organisations::name_key.eq(row["org_name"].to_lowercase()),
                    organisations::kind.eq(&row["org_type"]),
                    organisations::commissioner_kind.eq(given(&row["commissioner_type"])),
                    organisations::locality_id.eq(places.get(&row["locality_code"]).copied()),
                    organisations::sector.eq(given(&row["sector"])),
                    organisations::opened_on.eq(date(&row["open_date"]).unwrap()),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
    publish_people(portal, 1, &rows("good-people.csv"));
    portal.write(|conn| {
        for row in rows("good-risk-scores.csv") {
            let person: i64 = person(conn, &row["nhs_number"]);
            let hundredths = (row["score"].parse::<f64>().unwrap() * 100.0).round() as i64;
            diesel::insert_into(risk_scores::table)
                .values((
                    risk_scores::person_id.eq(person),
                    risk_scores::from_register.eq(1),
                    risk_scores::until_register.eq(FOREVER),
                    risk_scores::tool.eq(&row["tool"]),
                    risk_scores::tool_version.eq(&row["tool_version"]),
                    risk_scores::scored_on.eq(date(&row["scored_on"]).unwrap()),
                    risk_scores::score_hundredths.eq(hundredths),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
}

/// The row id of a person.
pub fn person(conn: &mut common_ground::database::Conn, nhs_number: &str) -> i64 {
    use common_ground::schema::people;
    people::table.filter(people::nhs_number.eq(nhs_number)).select(people::id).first(conn).unwrap()
}

/// Makes these rows the whole register of a number, in place of all rows before.
pub fn publish_people(portal: &TestPortal, register: i64, people: &[Row]) {
    use common_ground::schema::person_records;
    let keys = portal.tools.keys.clone();
    portal.write(|conn| {
        diesel::update(person_records::table.filter(person_records::until_register.eq(FOREVER)))
            .set(person_records::until_register.eq(register))
            .execute(conn)?;
        let numbers: Vec<String> = people.iter().map(|row| row["nhs_number"].clone()).collect();
        let mut ids = common_ground::people::store::ids_of(conn, &numbers)?;
        let new: Vec<String> = numbers.iter().filter(|number| !ids.contains_key(*number)).cloned().collect();
        ids.extend(add_people(conn, &keys, &new)?);
        let practices: HashMap<String, i64> = organisations::table
            .select((organisations::code, organisations::id))
            .load(conn)?
            .into_iter()
            .collect();
        let records: Vec<Record> =
            people.iter().map(|row| record(row, register, ids[&row["nhs_number"]], &practices)).collect();
        insert_records(conn, &records)?;
        diesel::update(register_state::table).set(register_state::published.eq(register)).execute(conn)?;
        Ok(())
    });
}

fn record(row: &Row, register: i64, person_id: i64, practices: &HashMap<String, i64>) -> Record {
    let name = |column: &str| given(&row[column]).map(str::to_owned);
    Record {
        person_id,
        from_register: register,
        until_register: FOREVER,
        given_name: name("given_name"),
        family_name: name("family_name"),
        name_key: name_key(given(&row["given_name"]), given(&row["family_name"])),
        date_of_birth: date(&row["date_of_birth"]).unwrap(),
        sex: name("sex"),
        practice_id: practices[&row["practice_code"]],
        registered_from: date(&row["registered_from"]).unwrap(),
        deducted_on: date(&row["deducted_on"]),
        died_on: date(&row["died_on"]),
        ltc_count: number(&row["ltc_count"]),
        conditions: name("conditions"),
        dementia: flag(&row["dementia"]),
        advanced_organic_disorder: flag(&row["advanced_organic_disorder"]),
        learning_disability: flag(&row["learning_disability"]),
        serious_mental_illness: flag(&row["serious_mental_illness"]),
        cancer_active: flag(&row["cancer_active"]),
        cancer_treatment_ended_on: date(&row["cancer_treatment_ended_on"]),
        homeless: flag(&row["homeless"]),
        alcohol_dependency: flag(&row["alcohol_dependency"]),
        drug_dependency: flag(&row["drug_dependency"]),
        care_home_resident: flag(&row["care_home_resident"]),
        unplanned_admissions_12m: number(&row["unplanned_admissions_12m"]),
        annual_cost_pence: number(&row["annual_cost_pence"]),
        palliative: flag(&row["palliative"]),
    }
}

/// Puts the shipped first criteria in force in both localities.
pub fn agree_criteria(portal: &TestPortal) {
    let text = std::fs::read_to_string("tests/examples/default-criteria.txt").unwrap();
    let checked = check(&text, Scheme::shipped()).unwrap();
    let now = portal.tools.clock.now().moment;
    portal.write(|conn| {
        for locality in ["LOC01", "LOC02"] {
            let becomes = Becomes::FirstSet("to try things out");
            command::import(conn, now, &Actor::command_line(), locality, &checked, becomes)?;
        }
        Ok(())
    });
}

/// What the program said to a command on the portal's database.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program itself on the portal's database.
pub fn command(portal: &TestPortal, arguments: &[&str]) -> Said {
    use common_ground::database::Address;
    let url = match portal.database.address() {
        Address::Sqlite(file) => format!("sqlite:{}", file.display()),
        Address::Postgres(url) => url.clone(),
    };
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_common-ground"))
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("COMMON_GROUND_KEYS", portal.folder().join("keys"))
        .env_remove("COMMON_GROUND_TODAY")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
