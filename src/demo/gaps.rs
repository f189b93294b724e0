//! What the register does not know: a few facts that leave somebody's group open, and some that do not.

use super::calendar;
use super::draw::Chance;
use super::person::{Facts, Person};
use chrono::NaiveDate;

/// A fact that is blank for some people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    Homeless,
    Alcohol,
    Drugs,
    Organic,
    Disability,
    MentalIllness,
    Count,
    /// A record that has not arrived: everything but the cost is missing.
    Newcomer,
    Cancer,
    Dementia,
    CareHome,
    Admissions,
    Sex,
}

use Gap::*;

/// How many of a million adults have each gap; the first eight leave a group open under the first criteria.
const PER_MILLION: [(Gap, u64); 13] = [
    (Homeless, 600),
    (Alcohol, 300),
    (Drugs, 300),
    (Organic, 300),
    (Disability, 200),
    (MentalIllness, 500),
    (Count, 800),
    (Newcomer, 100),
    (Cancer, 900),
    (Dementia, 900),
    (CareHome, 1_500),
    (Admissions, 1_200),
    (Sex, 500),
];

/// Tries for each gap wanted, before it is left out.
const TRIES: u64 = 200;
/// Tries for the first of each gap to be with a practice that has an account, so that somebody is asked for it.
const NEARBY: u64 = 150;
/// How many practices, the first of the list, have one.
const WITH_ACCOUNT: usize = 2;

/// Blanks facts that are no among `adults` (whoever has one gap gets no other). How many have each gap follows from the
/// number of adults alone: at least one.
pub fn open(chance: &mut Chance, adults: &mut [&mut Person], as_of: NaiveDate) {
    let count = adults.len() as u64;
    let mut touched = vec![false; adults.len()];
    for (gap, per_million) in PER_MILLION {
        let mut wanted = (count * per_million).div_ceil(1_000_000);
        let (first, all) = (wanted, wanted * TRIES);
        let mut tries = all;
        while wanted > 0 && tries > 0 {
            tries -= 1;
            let place = chance.below(count as u32) as usize;
            let is_near = adults[place].practice < WITH_ACCOUNT;
            if wanted == first && !is_near && all - tries < NEARBY {
                continue;
            }
            if !touched[place] && gap.suits(&adults[place].facts, chance) {
                gap.open(adults[place], chance, as_of);
                touched[place] = true;
                wanted -= 1;
            }
        }
    }
}

impl Gap {
    /// Whether the fact is no, and nothing that comes earlier in the order of groups has settled the person's.
    fn suits(self, facts: &Facts, chance: &mut Chance) -> bool {
        let no = |fact| fact == Some(false);
        let not_organic = !facts.excluded() && no(facts.advanced_organic_disorder);
        let not_disabled = not_organic && no(facts.learning_disability);
        let well = not_disabled && no(facts.serious_mental_illness);
        match self {
            Homeless | Alcohol | Drugs => !facts.excluded(),
            // Asked most often of people with dementia.
            Organic => not_organic && (no(facts.dementia) != chance.of(0.9)),
            Disability => not_disabled,
            MentalIllness => well,
            Count => well && facts.conditions_counted() == 0,
            Newcomer => {
                well && facts.conditions_counted() == 0
                    && no(facts.dementia)
                    && no(facts.cancer_active)
                    && facts.cancer_treatment_ended.is_none()
            }
            Cancer => no(facts.cancer_active) && facts.cancer_treatment_ended.is_none(),
            Dementia => no(facts.dementia),
            CareHome => no(facts.care_home),
            Admissions | Sex => true,
        }
    }

    fn open(self, person: &mut Person, chance: &mut Chance, as_of: NaiveDate) {
        let facts = &mut person.facts;
        match self {
            Homeless => facts.homeless = None,
            Alcohol => facts.alcohol_dependency = None,
            Drugs => facts.drug_dependency = None,
            Organic => facts.advanced_organic_disorder = None,
            Disability => facts.learning_disability = None,
            MentalIllness => facts.serious_mental_illness = None,
            Count => {
                facts.ltc_count = None;
                facts.conditions = facts.conditions.filter(|_| chance.of(0.5));
            }
            Newcomer => {
                *facts = Facts { annual_cost_pence: facts.annual_cost_pence, ..Facts::default() };
                person.registered = calendar::days_before(as_of, chance.between(0, 20));
            }
            Cancer => facts.cancer_active = None,
            Dementia => facts.dementia = None,
            CareHome => facts.care_home = None,
            Admissions => facts.unplanned_admissions = None,
            Sex => person.sex = None,
        }
    }
}
