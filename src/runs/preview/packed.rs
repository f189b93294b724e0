//! The people of a locality on a date, their facts packed a bit each, in blocks of 512 people of one practice.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use super::bands::Band;
use super::column::Column;
use super::lanes::{BLOCK, Lanes};
use crate::criteria::conditions::{Condition, ConditionSet};
use crate::criteria::facts::{Blanks, Ended, Facts, Flag, Level, Sex};
use crate::people::snapshot::Member;
use crate::runs::rules::{RegisterStatus, register_status};

/// The people on the register on a date.
#[derive(Debug)]
pub struct Packed {
    pub as_of: NaiveDate,
    practices: Vec<Practice>,
    person: Vec<i64>,
    cost: Vec<i64>,
    bands: Vec<Band>,
    there: Vec<Lanes>,
    /// Known, then yes, as recorded.
    flags: [[Vec<Lanes>; 2]; Flag::ALL.len()],
    conditions_known: Vec<Lanes>,
    conditions: [Vec<Lanes>; Condition::ALL.len()],
    sex: [Vec<Lanes>; Sex::ALL.len()],
    level: [Vec<Lanes>; Level::ALL.len()],
    never_treated: Vec<Lanes>,
    pub age: Column,
    pub ltc_count: Column,
    pub unplanned_admissions: Column,
    /// Pence.
    pub annual_cost: Column,
    /// Hundredths.
    pub risk_score: Column,
    /// The day treatment ended, counted from the first of the common era.
    pub treatment_ended: Column,
}

/// The blocks of a practice.
#[derive(Clone, Debug)]
pub struct Practice {
    pub id: i64,
    pub blocks: Range<usize>,
}

impl Packed {
    /// Packs those of the members who are on the register. Which blanks are read as no is left open.
    pub fn of(members: impl Iterator<Item = Member>, as_of: NaiveDate) -> Packed {
        let mut packed = Packed::nobody(as_of);
        for member in members {
            let (from, deducted, died) = (member.registered_from, member.deducted_on, member.died_on);
            if register_status(from, deducted, died, as_of) == RegisterStatus::OnRegister {
                packed.push(&member);
            }
        }
        packed
    }

    fn nobody(as_of: NaiveDate) -> Packed {
        Packed {
            as_of,
            practices: Vec::new(),
            person: Vec::new(),
            cost: Vec::new(),
            bands: Vec::new(),
            there: Vec::new(),
            flags: Default::default(),
            conditions_known: Vec::new(),
            conditions: Default::default(),
            sex: Default::default(),
            level: Default::default(),
            never_treated: Vec::new(),
            age: Column::default(),
            ltc_count: Column::default(),
            unplanned_admissions: Column::default(),
            annual_cost: Column::default(),
            risk_score: Column::default(),
            treatment_ended: Column::default(),
        }
    }

    /// A place for somebody of a practice. A practice begins a block.
    fn slot(&mut self, practice: i64) -> usize {
        let new = self.practices.last().is_none_or(|last| last.id != practice);
        if new || self.person.len().is_multiple_of(BLOCK) {
            let block = self.there.len();
            self.person.resize(block * BLOCK, 0);
            self.cost.resize(block * BLOCK, 0);
            self.bands.resize(block * BLOCK, Band::default());
            self.planes().for_each(|plane| plane.push(Lanes::NONE));
            self.columns().into_iter().for_each(Column::grow);
            match self.practices.last_mut().filter(|_| !new) {
                Some(practice) => practice.blocks.end = block + 1,
                None => self.practices.push(Practice { id: practice, blocks: block..block + 1 }),
            }
        }
        self.person.len()
    }

    fn planes(&mut self) -> impl Iterator<Item = &mut Vec<Lanes>> {
        [&mut self.there, &mut self.conditions_known, &mut self.never_treated]
            .into_iter()
            .chain(self.flags.as_flattened_mut())
            .chain(&mut self.conditions)
            .chain(&mut self.sex)
            .chain(&mut self.level)
    }

    fn columns(&mut self) -> [&mut Column; 6] {
        [
            &mut self.age,
            &mut self.ltc_count,
            &mut self.unplanned_admissions,
            &mut self.annual_cost,
            &mut self.risk_score,
            &mut self.treatment_ended,
        ]
    }

    fn push(&mut self, member: &Member) {
        let (slot, facts) = (self.slot(member.practice_id), &member.facts);
        let (block, lane) = (slot / BLOCK, slot % BLOCK);
        let set = |plane: &mut Vec<Lanes>| plane[block].set(lane);
        self.person.push(member.person_id);
        self.cost.push(facts.annual_cost.unwrap_or(0));
        self.bands.push(Band::of(facts.sex, facts.age));
        set(&mut self.there);
        for flag in Flag::ALL {
            let [known, yes] = &mut self.flags[flag as usize];
            facts.recorded_flag(flag).into_iter().for_each(|_| set(known));
            facts.recorded_flag(flag).into_iter().filter(|yes| *yes).for_each(|_| set(yes));
        }
        if let Some(conditions) = facts.conditions {
            set(&mut self.conditions_known);
            conditions.iter().for_each(|condition| set(&mut self.conditions[condition as usize]));
        }
        facts.sex.into_iter().for_each(|sex| set(&mut self.sex[sex as usize]));
        facts.level_of_need.into_iter().for_each(|level| set(&mut self.level[level as usize]));
        self.age.put(slot, facts.age.into());
        facts.ltc_count.into_iter().for_each(|count| self.ltc_count.put(slot, count.into()));
        let admissions = facts.unplanned_admissions.into_iter();
        admissions.for_each(|count| self.unplanned_admissions.put(slot, count.into()));
        facts.annual_cost.into_iter().for_each(|cost| self.annual_cost.put(slot, cost));
        facts.risk_score.into_iter().for_each(|score| self.risk_score.put(slot, score.into()));
        match facts.cancer_treatment_ended {
            Ended::NotKnown => {}
            Ended::Never => set(&mut self.never_treated),
            Ended::On(day) => self.treatment_ended.put(slot, day.num_days_from_ce().into()),
        }
    }

    /// Bytes of memory, about.
    pub fn bytes(&self) -> usize {
        let planes = 3 + 2 * Flag::ALL.len() + Condition::ALL.len() + Sex::ALL.len() + Level::ALL.len();
        let columns = [
            &self.age,
            &self.ltc_count,
            &self.unplanned_admissions,
            &self.annual_cost,
            &self.risk_score,
            &self.treatment_ended,
        ];
        let planes = planes + columns.into_iter().map(Column::planes).sum::<usize>();
        let person = size_of::<i64>() * 2 + size_of::<Band>();
        self.there.len() * planes * size_of::<Lanes>() + self.person.len() * person
    }

    /// How many people are on each condition register, in the order of [`Condition::ALL`].
    pub fn on_registers(&self) -> [u64; Condition::ALL.len()] {
        Condition::ALL
            .map(|condition| self.conditions[condition as usize].iter().map(|block| block.count()).sum())
    }

    /// The practices, in the order of the register.
    pub fn practices(&self) -> &[Practice] {
        &self.practices
    }

    /// Who is in a block: the last of a practice is not full.
    pub fn there(&self, block: usize) -> Lanes {
        self.there[block]
    }

    pub fn person(&self, slot: usize) -> i64 {
        self.person[slot]
    }

    /// Known annual cost in pence, else 0.
    pub fn cost(&self, slot: usize) -> i64 {
        self.cost[slot]
    }

    /// Sex and age band of each of a block.
    pub fn bands(&self, block: usize) -> &[Band] {
        &self.bands[block * BLOCK..self.bands.len().min((block + 1) * BLOCK)]
    }

    /// Known annual costs of each of a block.
    pub fn costs(&self, block: usize) -> &[i64] {
        &self.cost[block * BLOCK..self.cost.len().min((block + 1) * BLOCK)]
    }

    /// Known, and yes, as recorded.
    pub fn flag(&self, flag: Flag, block: usize) -> (Lanes, Lanes) {
        let [known, yes] = &self.flags[flag as usize];
        (known[block], yes[block])
    }

    /// Known as recorded, and on the register.
    pub fn condition(&self, condition: Condition, block: usize) -> (Lanes, Lanes) {
        (self.conditions_known[block], self.conditions[condition as usize][block])
    }

    /// Known, and one of the words, a bit each.
    pub fn sex(&self, wanted: u8, block: usize) -> (Lanes, Lanes) {
        among(&self.sex, wanted, block)
    }

    /// Known, and one of the words, a bit each.
    pub fn level_of_need(&self, wanted: u8, block: usize) -> (Lanes, Lanes) {
        among(&self.level, wanted, block)
    }

    pub fn never_treated(&self, block: usize) -> Lanes {
        self.never_treated[block]
    }

    /// The facts of a person. A negative number, which no comparison tells from another, may differ.
    pub fn facts(&self, slot: usize, declared: Blanks) -> Facts {
        let (block, lane) = (slot / BLOCK, slot % BLOCK);
        let has = |plane: &Vec<Lanes>| plane[block].has(lane);
        let number = |column: &Column| column.value(slot);
        let age = number(&self.age).and_then(|age| u16::try_from(age).ok()).unwrap_or(0);
        let mut facts = Facts::nothing_known(self.as_of, age);
        for flag in Flag::ALL {
            let [known, yes] = &self.flags[flag as usize];
            facts.set_flag(flag, has(known).then(|| has(yes)));
        }
        let on = |condition: &Condition| has(&self.conditions[*condition as usize]);
        let conditions = || Condition::ALL.into_iter().filter(on).collect::<ConditionSet>();
        facts.conditions = has(&self.conditions_known).then(conditions);
        facts.ltc_count = number(&self.ltc_count).and_then(|count| count.try_into().ok());
        facts.unplanned_admissions =
            number(&self.unplanned_admissions).and_then(|count| count.try_into().ok());
        facts.annual_cost = number(&self.annual_cost);
        facts.risk_score = number(&self.risk_score).and_then(|score| score.try_into().ok());
        facts.sex = Sex::ALL.into_iter().find(|sex| has(&self.sex[*sex as usize]));
        facts.level_of_need = Level::ALL.into_iter().find(|level| has(&self.level[*level as usize]));
        let ended = number(&self.treatment_ended).and_then(|day| i32::try_from(day).ok());
        facts.cancer_treatment_ended = match ended.and_then(NaiveDate::from_num_days_from_ce_opt) {
            Some(day) => Ended::On(day),
            None if has(&self.never_treated) => Ended::Never,
            None => Ended::NotKnown,
        };
        facts.read_blanks_as_no(declared);
        facts
    }
}

fn among(planes: &[Vec<Lanes>], wanted: u8, block: usize) -> (Lanes, Lanes) {
    let (mut known, mut met) = (Lanes::NONE, Lanes::NONE);
    for (word, plane) in planes.iter().enumerate() {
        known |= plane[block];
        if wanted & 1 << word != 0 {
            met |= plane[block];
        }
    }
    (known, met)
}
