//! The rows of corrections, and the number that tells readers kept in memory that facts are read differently now.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Correctable, Fate, Value, fate};
use crate::criteria::facts::Flag;
use crate::database::Conn;
use crate::error::Error;
use crate::people::record::Record;
use crate::people::register::{FOREVER, published};
use crate::schema::{corrections, fact_changes as counter, people, person_records};
use crate::stored_as_text;

stored_as_text! {
    /// How a correction stands.
    State {
        Standing = "standing",
        Confirmed = "confirmed",
        Ended = "ended",
    }
}

stored_as_text! {
    /// Where a correction comes from.
    Source {
        Answer = "answer",
        Petition = "petition",
    }
}

/// A correction, as pages show it. Values as they are stored; none is a blank.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = corrections)]
pub struct Correction {
    pub id: i64,
    pub person_id: i64,
    pub fact: String,
    /// What the register said when it was corrected.
    pub register_value: Option<String>,
    pub corrected: String,
    pub source: Source,
    /// Of the question or the petition.
    pub reference: String,
    pub state: State,
    pub noted_on: NaiveDate,
    /// The register that ended it; [`FOREVER`] while it stands.
    pub until_register: i64,
    /// What the register said that ended it.
    pub ended_value: Option<String>,
    pub ended_on: Option<NaiveDate>,
}

impl Correction {
    pub fn what(&self) -> Option<Correctable> {
        Correctable::from_word(&self.fact)
    }

    pub fn value(&self) -> Option<Value> {
        self.what()?.read(&self.corrected)
    }

    /// A stored value of its fact, as people read it.
    pub fn words(&self, value: Option<&str>) -> String {
        let Some(text) = value else { return "blank".into() };
        let read = self.what().and_then(|fact| fact.read(text));
        read.map_or_else(|| text.to_owned(), Value::in_words)
    }
}

/// Corrected facts by person, oldest first.
pub type Beside = HashMap<i64, Vec<Value>>;

/// What stands beside a register: of everybody, or of one person.
pub fn beside(conn: &mut Conn, register: i64, person_id: Option<i64>) -> Result<Beside, Error> {
    let mut query = corrections::table
        .filter(corrections::until_register.gt(register))
        .order(corrections::id)
        .select((corrections::person_id, corrections::fact, corrections::corrected))
        .into_boxed();
    if let Some(id) = person_id {
        query = query.filter(corrections::person_id.eq(id));
    }
    let rows: Vec<(i64, String, String)> = query.load(conn)?;
    let mut beside = Beside::new();
    for (person, fact, text) in rows {
        let value = Correctable::from_word(&fact).and_then(|fact| fact.read(&text));
        beside.entry(person).or_default().extend(value);
    }
    Ok(beside)
}

/// The corrections of some people, latest first.
pub fn of_people(conn: &mut Conn, people: &[i64]) -> Result<Vec<Correction>, Error> {
    Ok(corrections::table
        .filter(corrections::person_id.eq_any(people))
        .order(corrections::id.desc())
        .select(Correction::as_select())
        .load(conn)?)
}

/// What the published register says of a fact; none where it is blank.
pub fn register_value(conn: &mut Conn, person_id: i64, fact: Correctable) -> Result<Option<String>, Error> {
    let register = published(conn)?;
    let record: Option<Record> = person_records::table
        .filter(person_records::person_id.eq(person_id))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select(Record::as_select())
        .first(conn)
        .optional()?;
    Ok(record.and_then(|record| recorded(&record, fact)))
}

/// A fact of a record, as corrections store it.
fn recorded(record: &Record, fact: Correctable) -> Option<String> {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    match fact {
        Correctable::Flag(flag) => recorded_flag(record, flag).map(yes_or_no),
        Correctable::Conditions => record.conditions.clone(),
        Correctable::LtcCount => record.ltc_count.map(|count| count.to_string()),
        Correctable::UnplannedAdmissions => record.unplanned_admissions_12m.map(|count| count.to_string()),
    }
}

fn recorded_flag(record: &Record, flag: Flag) -> Option<bool> {
    match flag {
        Flag::CancerActive => record.cancer_active,
        Flag::SeriousMentalIllness => record.serious_mental_illness,
        Flag::LearningDisability => record.learning_disability,
        Flag::Dementia => record.dementia,
        Flag::AdvancedOrganicDisorder => record.advanced_organic_disorder,
        Flag::Homeless => record.homeless,
        Flag::AlcoholDependency => record.alcohol_dependency,
        Flag::DrugDependency => record.drug_dependency,
        Flag::CareHome => record.care_home_resident,
    }
}

/// A fact as somebody who knows has said it.
#[derive(Clone, Copy, Debug)]
pub struct NewCorrection<'a> {
    pub person_id: i64,
    pub fact: Correctable,
    pub value: Value,
    pub source: Source,
    pub reference: &'a str,
}

/// Adds a correction, in place of one that stands of the same fact. One the register says already is confirmed at once.
pub fn add(conn: &mut Conn, today: NaiveDate, new: &NewCorrection<'_>) -> Result<(), Error> {
    let (register, corrected) = (published(conn)?, new.value.text());
    let said = register_value(conn, new.person_id, new.fact)?;
    let standing = corrections::table
        .filter(corrections::person_id.eq(new.person_id).and(corrections::fact.eq(new.fact.word())))
        .filter(corrections::state.eq(State::Standing));
    diesel::update(standing)
        .set((
            corrections::state.eq(State::Ended),
            corrections::until_register.eq(register),
            corrections::ended_value.eq(&corrected),
            corrections::ended_on.eq(today),
        ))
        .execute(conn)?;
    let confirmed = said.as_deref() == Some(corrected.as_str());
    diesel::insert_into(corrections::table)
        .values((
            corrections::person_id.eq(new.person_id),
            corrections::fact.eq(new.fact.word()),
            corrections::register_value.eq(said),
            corrections::corrected.eq(&corrected),
            corrections::source.eq(new.source),
            corrections::reference.eq(new.reference),
            corrections::state.eq(if confirmed { State::Confirmed } else { State::Standing }),
            corrections::noted_on.eq(today),
            corrections::from_register.eq(register),
            corrections::until_register.eq(if confirmed { register } else { FOREVER }),
            corrections::ended_on.eq(confirmed.then_some(today)),
        ))
        .execute(conn)?;
    note_change(conn)
}

/// What a register did to the corrections that stood: the people's pseudonyms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub confirmed: Vec<String>,
    pub ended: Vec<String>,
}

/// Ends the corrections that the register `preparing` confirms or overrides, in the transaction that publishes it.
pub fn settle(conn: &mut Conn, preparing: i64, today: NaiveDate) -> Result<Settled, Error> {
    let rows: Vec<(Correction, Record, String)> = corrections::table
        .inner_join(people::table.inner_join(person_records::table))
        .filter(corrections::state.eq(State::Standing))
        .filter(person_records::until_register.eq(FOREVER).and(person_records::from_register.eq(preparing)))
        .order(corrections::id)
        .select((Correction::as_select(), Record::as_select(), people::pseudonym))
        .load(conn)?;
    let (mut settled, mut confirmed) = (Settled::default(), Vec::new());
    for (correction, record, pseudonym) in rows {
        let now = correction.what().and_then(|fact| recorded(&record, fact));
        match fate(correction.register_value.as_deref(), &correction.corrected, now.as_deref()) {
            Fate::Stands => {}
            Fate::Confirmed => {
                confirmed.push(correction.id);
                settled.confirmed.push(pseudonym);
            }
            Fate::Ended => {
                end(conn, preparing, today, correction.id, now)?;
                settled.ended.push(pseudonym);
            }
        }
    }
    for some in confirmed.chunks(5_000) {
        diesel::update(corrections::table.filter(corrections::id.eq_any(some)))
            .set((
                corrections::state.eq(State::Confirmed),
                corrections::until_register.eq(preparing),
                corrections::ended_on.eq(today),
            ))
            .execute(conn)?;
    }
    if settled != Settled::default() {
        note_change(conn)?;
    }
    Ok(settled)
}

fn end(conn: &mut Conn, register: i64, today: NaiveDate, id: i64, said: Option<String>) -> Result<(), Error> {
    diesel::update(corrections::table.find(id))
        .set((
            corrections::state.eq(State::Ended),
            corrections::until_register.eq(register),
            corrections::ended_value.eq(said),
            corrections::ended_on.eq(today),
        ))
        .execute(conn)?;
    Ok(())
}

/// A number that grows with every change of what facts are read as beside the register: facts kept in memory are those
/// of (register, this number).
pub fn fact_changes(conn: &mut Conn) -> Result<i64, Error> {
    Ok(counter::table.find(1).select(counter::number).first(conn)?)
}

/// Says that facts are read differently from now on.
pub fn note_change(conn: &mut Conn) -> Result<(), Error> {
    diesel::update(counter::table.find(1)).set(counter::number.eq(counter::number + 1)).execute(conn)?;
    Ok(())
}
