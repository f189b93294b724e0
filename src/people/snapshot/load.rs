//! Reading the register into columns, practice by practice.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Dated, Member, Practice, Snapshot};
use crate::criteria::conditions::{Condition, ConditionSet};
use crate::criteria::facts::{Blanks, Facts, Flag, Flags, Level, Sex};
use crate::database::Conn;
use crate::error::Error;
use crate::people::corrections::{self, Beside, Value};
use crate::people::register::published;
use crate::schema::{levels_of_need, organisations, person_records, risk_scores};

/// The number of people whose scores and levels are asked for at a time.
const ASKED_AT_ONCE: usize = 1_000;

/// Whose records are read.
#[derive(Clone, Copy)]
enum Whose<'a> {
    OfPractice(i64),
    These(&'a [i64]),
}

/// A record as it is read: who, counts and dates, needs, circumstances.
type Columns = (
    (i64, NaiveDate, NaiveDate, Option<NaiveDate>, Option<NaiveDate>, Option<String>),
    (Option<i64>, Option<String>, Option<i64>, Option<i64>, Option<NaiveDate>),
    (Option<bool>, Option<bool>, Option<bool>, Option<bool>, Option<bool>),
    (Option<bool>, Option<bool>, Option<bool>, Option<bool>),
);

impl Snapshot {
    /// Reads the published register: of all practices, or of those of one locality. In one transaction.
    pub fn load(conn: &mut Conn, locality_id: Option<i64>) -> Result<Snapshot, Error> {
        let register: i64 = published(conn)?;
        let mut practices = organisations::table
            .filter(organisations::kind.eq("practice"))
            .order(organisations::id)
            .select((organisations::id, organisations::locality_id))
            .into_boxed();
        if let Some(locality_id) = locality_id {
            practices = practices.filter(organisations::locality_id.eq(locality_id));
        }
        let practices: Vec<(i64, Option<i64>)> = practices.load(conn)?;
        let mut snapshot = Snapshot { register, ..Snapshot::default() };
        let corrected = corrections::beside(conn, register, None)?;
        for (id, locality_id) in practices {
            let first = snapshot.person.len();
            snapshot.load_records(conn, Whose::OfPractice(id), &corrected)?;
            let rows = first..snapshot.person.len();
            snapshot.load_dated(conn, rows.clone())?;
            snapshot.practices.push(Practice { id, locality_id, rows });
        }
        Ok(snapshot)
    }

    /// The facts of one person as a register held them, as of a date; none where it held no record of them.
    /// `declared` names the blanks their practice's register reads as no; `also` is a fact as it would be read if
    /// it were corrected, beside what is.
    pub fn member_of(
        conn: &mut Conn,
        person_id: i64,
        (register, as_of): (i64, NaiveDate),
        declared: &impl Fn(i64) -> Blanks,
        also: Option<Value>,
    ) -> Result<Option<Member>, Error> {
        let mut snapshot = Snapshot { register, ..Snapshot::default() };
        let mut corrected = corrections::beside(conn, register, Some(person_id))?;
        corrected.entry(person_id).or_default().extend(also);
        let practices = snapshot.load_records(conn, Whose::These(&[person_id]), &corrected)?;
        let Some(practice_id) = practices.first().copied() else { return Ok(None) };
        snapshot.load_dated(conn, 0..snapshot.person.len())?;
        let member = snapshot.member(0, practice_id, as_of, declared(practice_id));
        Ok(Some(member))
    }

    /// The facts of some people, at most a thousand, as a register held them, as of a date.
    pub fn facts_of(
        conn: &mut Conn,
        people: &[i64],
        register: i64,
        as_of: NaiveDate,
        declared: &impl Fn(i64) -> Blanks,
    ) -> Result<HashMap<i64, Facts>, Error> {
        let mut snapshot = Snapshot { register, ..Snapshot::default() };
        let corrected = corrections::beside(conn, register, None)?;
        let practices = snapshot.load_records(conn, Whose::These(people), &corrected)?;
        snapshot.load_dated(conn, 0..snapshot.person.len())?;
        let facts = practices.into_iter().enumerate().map(|(row, practice)| {
            let member = snapshot.member(row, practice, as_of, declared(practice));
            (member.person_id, member.facts)
        });
        Ok(facts.collect())
    }

    /// Records of some people; the practice (row id) of each.
    fn load_records(
        &mut self,
        conn: &mut Conn,
        whose: Whose<'_>,
        corrected: &Beside,
    ) -> Result<Vec<i64>, Error> {
        use person_records as column;
        let records = column::table
            .filter(column::from_register.le(self.register).and(column::until_register.gt(self.register)))
            .into_boxed();
        let records = match whose {
            Whose::OfPractice(practice) => records.filter(column::practice_id.eq(practice)),
            Whose::These(people) => records.filter(column::person_id.eq_any(people)),
        };
        let rows: Vec<(Columns, i64)> = records
            .order(column::person_id)
            .select((
                (
                    (
                        column::person_id,
                        column::date_of_birth,
                        column::registered_from,
                        column::deducted_on,
                        column::died_on,
                        column::sex,
                    ),
                    (
                        column::ltc_count,
                        column::conditions,
                        column::unplanned_admissions_12m,
                        column::annual_cost_pence,
                        column::cancer_treatment_ended_on,
                    ),
                    (
                        column::cancer_active,
                        column::serious_mental_illness,
                        column::learning_disability,
                        column::dementia,
                        column::advanced_organic_disorder,
                    ),
                    (
                        column::homeless,
                        column::alcohol_dependency,
                        column::drug_dependency,
                        column::care_home_resident,
                    ),
                ),
                column::practice_id,
            ))
            .load(conn)?;
        let mut practices = Vec::new();
        for (row, practice) in rows {
            self.push(row);
            practices.push(practice);
            let person = self.person.last().expect("a row has just been added");
            corrected.get(person).into_iter().flatten().for_each(|value| self.correct(*value));
        }
        Ok(practices)
    }

    fn push(&mut self, row: Columns) {
        let (who, counts, needs, circumstances) = row;
        let (person, born, registered_from, deducted_on, died_on, sex) = who;
        let (ltc_count, conditions, unplanned_admissions, annual_cost, ended_on) = counts;
        let (cancer, mental_illness, learning_disability, dementia, organic) = needs;
        let (homeless, alcohol, drugs, care_home) = circumstances;
        let recorded = [
            (Flag::CancerActive, cancer),
            (Flag::SeriousMentalIllness, mental_illness),
            (Flag::LearningDisability, learning_disability),
            (Flag::Dementia, dementia),
            (Flag::AdvancedOrganicDisorder, organic),
            (Flag::Homeless, homeless),
            (Flag::AlcoholDependency, alcohol),
            (Flag::DrugDependency, drugs),
            (Flag::CareHome, care_home),
        ];
        let mut flags = Flags::default();
        recorded.into_iter().for_each(|(flag, value)| flags.set(flag, value));
        self.person.push(person);
        self.born.push(born);
        self.registered_from.push(registered_from);
        self.deducted_on.push(deducted_on);
        self.died_on.push(died_on);
        self.sex.push(sex.as_deref().and_then(Sex::of_word));
        self.flags.push(flags);
        self.conditions.push(conditions.as_deref().map(read_conditions));
        self.ltc_count.push(ltc_count.and_then(|count| u8::try_from(count).ok()));
        self.unplanned_admissions.push(unplanned_admissions.and_then(|count| u16::try_from(count).ok()));
        self.annual_cost.push(annual_cost);
        self.cancer_treatment_ended_on.push(ended_on);
    }

    /// Reads a fact of the last row as somebody who knows has corrected it.
    fn correct(&mut self, value: Value) {
        let row = self.person.len() - 1;
        match value {
            Value::Flag(flag, yes) => self.flags[row].set(flag, Some(yes)),
            Value::Conditions(set) => self.conditions[row] = Some(set),
            Value::LtcCount(count) => self.ltc_count[row] = Some(count),
            Value::UnplannedAdmissions(count) => self.unplanned_admissions[row] = Some(count),
        }
    }

    /// Risk scores and levels of need of some rows.
    fn load_dated(&mut self, conn: &mut Conn, rows: std::ops::Range<usize>) -> Result<(), Error> {
        let register = self.register;
        for start in rows.clone().step_by(ASKED_AT_ONCE) {
            let people = &self.person[start..rows.end.min(start + ASKED_AT_ONCE)];
            let place: HashMap<i64, usize> = people.iter().copied().zip(start..).collect();
            let scores: Vec<(i64, NaiveDate, i64)> = risk_scores::table
                .filter(risk_scores::person_id.eq_any(people))
                .filter(risk_scores::from_register.le(register).and(risk_scores::until_register.gt(register)))
                .order((risk_scores::person_id, risk_scores::scored_on, risk_scores::id))
                .select((risk_scores::person_id, risk_scores::scored_on, risk_scores::score_hundredths))
                .load(conn)?;
            let levels: Vec<(i64, NaiveDate, String)> = levels_of_need::table
                .filter(levels_of_need::person_id.eq_any(people))
                .filter(
                    levels_of_need::from_register
                        .le(register)
                        .and(levels_of_need::until_register.gt(register)),
                )
                .order((levels_of_need::person_id, levels_of_need::assessed_on, levels_of_need::id))
                .select((levels_of_need::person_id, levels_of_need::assessed_on, levels_of_need::level))
                .load(conn)?;
            self.scores.extend(scores.into_iter().filter_map(|(person, from, hundredths)| {
                Some(Dated { row: place[&person], from, value: u16::try_from(hundredths).ok()? })
            }));
            self.levels.extend(levels.into_iter().filter_map(|(person, from, level)| {
                Some(Dated { row: place[&person], from, value: Level::of_word(&level)? })
            }));
        }
        Ok(())
    }
}

fn read_conditions(codes: &str) -> ConditionSet {
    codes.split(';').filter_map(Condition::of_code).collect()
}
