//! The demo: three invented localities, their organisations, users and people, the same for the same size and date.

mod agreements;
pub mod assessments;
mod calendar;
mod campaigns;
mod cases;
pub mod command;
pub mod conditions;
mod costs;
mod draw;
mod gaps;
mod health;
mod load;
mod names;
mod nhs_numbers;
pub mod organisations;
mod people;
pub mod person;
mod petitions;
mod register;
mod sayings;
mod state;
pub mod tree;
mod unmaskings;
pub mod users;

use assessments::{Assessment, RiskScore};
use chrono::{Datelike, NaiveDate};
use draw::Chance;
use organisations::{CareAgreement, Locality, Member, Organisation, Practice, SharingAgreement};
use person::Person;
use users::User;

/// Adults of the large locality: as many as the tree was published with.
pub const DEFAULT_ADULTS: u32 = 153_687;
/// Above this the test range has too few NHS numbers.
pub const MOST_ADULTS: u32 = 700_000;

/// What a demo is made from: the same plan always makes the same demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Adults of the large locality on the date.
    pub adults: u32,
    pub as_of: NaiveDate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplanned {
    #[error(
        "A demo has from 1 to {MOST_ADULTS} adults in its large locality: there are no more NHS numbers for tests."
    )]
    Size,
    #[error("A demo's date lies in the years 2000 to 2199.")]
    Date,
}

impl Plan {
    pub fn new(adults: u32, as_of: NaiveDate) -> Result<Self, Unplanned> {
        if !(1..=MOST_ADULTS).contains(&adults) {
            return Err(Unplanned::Size);
        }
        if !(2000..2200).contains(&as_of.year()) {
            return Err(Unplanned::Date);
        }
        Ok(Self { adults, as_of })
    }
}

/// Everything a demo holds before anything is grouped.
pub struct Demo {
    pub plan: Plan,
    pub localities: Vec<Locality>,
    pub organisations: Vec<Organisation>,
    pub members: Vec<Member>,
    pub care_agreements: Vec<CareAgreement>,
    pub sharing_agreements: Vec<SharingAgreement>,
    pub users: Vec<User>,
    /// What `Person::practice` points into.
    pub practices: Vec<Practice>,
    /// Lowest NHS number first.
    pub people: Vec<Person>,
    pub risk_scores: Vec<RiskScore>,
    pub assessments: Vec<Assessment>,
}

impl Demo {
    pub fn of(plan: Plan) -> Self {
        let Plan { adults, as_of } = plan;
        let mut chance =
            Chance::seeded(u64::from(adults) << 32 | u64::from(as_of.num_days_from_ce().unsigned_abs()));
        let organisations = organisations::organisations(as_of);
        let practices = organisations::practices(&organisations);
        let people = people::people(&mut chance, adults, as_of, &practices);
        Self {
            plan,
            localities: organisations::localities(adults),
            members: organisations::members(&organisations, as_of),
            organisations,
            care_agreements: organisations::care_agreements(as_of),
            sharing_agreements: organisations::sharing_agreements(as_of),
            users: users::users(as_of),
            risk_scores: assessments::risk_scores(&mut chance, &people, as_of),
            assessments: assessments::assessments(&mut chance, &people, &practices, as_of),
            practices,
            people,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_biggest_demo_has_numbers_for_everybody() {
        assert!(people::count(MOST_ADULTS) <= nhs_numbers::AVAILABLE);
    }

    #[test]
    fn a_plan_outside_its_bounds_is_refused() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(Plan::new(1, date("2000-01-01")).is_ok());
        assert!(Plan::new(MOST_ADULTS, date("2199-12-31")).is_ok());
        assert_eq!(Plan::new(0, date("2025-01-01")), Err(Unplanned::Size));
        assert_eq!(Plan::new(MOST_ADULTS + 1, date("2025-01-01")), Err(Unplanned::Size));
        assert_eq!(Plan::new(1, date("1999-12-31")), Err(Unplanned::Date));
    }
}
