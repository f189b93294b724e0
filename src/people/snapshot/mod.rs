//! The register's facts in memory, a column a fact, as one version of the register holds them. People stand practice
//! by practice, so that a locality is some runs of rows.

mod load;

use chrono::NaiveDate;

use crate::criteria::conditions::ConditionSet;
use crate::criteria::facts::{Blanks, Ended, Facts, Flags, Level, Sex, age_on};

/// The columns of the register.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The version of the register.
    pub register: i64,
    practices: Vec<Practice>,
    person: Vec<i64>,
    born: Vec<NaiveDate>,
    registered_from: Vec<NaiveDate>,
    deducted_on: Vec<Option<NaiveDate>>,
    died_on: Vec<Option<NaiveDate>>,
    sex: Vec<Option<Sex>>,
    flags: Vec<Flags>,
    conditions: Vec<Option<ConditionSet>>,
    ltc_count: Vec<Option<u8>>,
    unplanned_admissions: Vec<Option<u16>>,
    annual_cost: Vec<Option<i64>>,
    cancer_treatment_ended_on: Vec<Option<NaiveDate>>,
    scores: Vec<Dated<u16>>,
    levels: Vec<Dated<Level>>,
}

/// A practice's rows.
#[derive(Clone, Debug)]
pub struct Practice {
    pub id: i64,
    pub locality_id: Option<i64>,
    rows: std::ops::Range<usize>,
}

/// A value that holds from a day on; in the order of rows, then days.
#[derive(Clone, Copy, Debug)]
struct Dated<T> {
    row: usize,
    from: NaiveDate,
    value: T,
}

/// A person as a date finds them.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub person_id: i64,
    pub practice_id: i64,
    pub registered_from: NaiveDate,
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    pub facts: Facts,
}

impl Snapshot {
    /// How many people the register holds, of whatever date.
    pub fn len(&self) -> usize {
        self.person.len()
    }

    pub fn is_empty(&self) -> bool {
        self.person.is_empty()
    }

    /// The people of a locality's practices with their facts as of a date, whether on the register that day or not.
    /// `declared` names the blanks a practice's register reads as no.
    pub fn members<'a>(
        &'a self,
        locality_id: i64,
        as_of: NaiveDate,
        declared: &'a impl Fn(i64) -> Blanks,
    ) -> impl Iterator<Item = Member> + 'a {
        let practices =
            self.practices.iter().filter(move |practice| practice.locality_id == Some(locality_id));
        practices.flat_map(move |practice| {
            let blanks = declared(practice.id);
            practice.rows.clone().map(move |row| self.member(row, practice.id, as_of, blanks))
        })
    }

    fn member(&self, row: usize, practice_id: i64, as_of: NaiveDate, declared: Blanks) -> Member {
        let mut facts = Facts::nothing_known(as_of, age_on(self.born[row], as_of));
        facts.flags = self.flags[row];
        facts.conditions = self.conditions[row];
        facts.ltc_count = self.ltc_count[row];
        facts.unplanned_admissions = self.unplanned_admissions[row];
        facts.annual_cost = self.annual_cost[row];
        facts.cancer_treatment_ended = self.cancer_treatment_ended_on[row].map_or(Ended::NotKnown, Ended::On);
        facts.sex = self.sex[row];
        facts.risk_score = latest(&self.scores, row, as_of);
        facts.level_of_need = latest(&self.levels, row, as_of);
        facts.fill_implied();
        facts.read_blanks_as_no(declared);
        Member {
            person_id: self.person[row],
            practice_id,
            registered_from: self.registered_from[row],
            deducted_on: self.deducted_on[row],
            died_on: self.died_on[row],
            facts,
        }
    }
}

/// The last value of a row on or before a date.
fn latest<T: Copy>(all: &[Dated<T>], row: usize, as_of: NaiveDate) -> Option<T> {
    let after = all.partition_point(|dated| (dated.row, dated.from) <= (row, as_of));
    all[..after].last().filter(|dated| dated.row == row).map(|dated| dated.value)
}
