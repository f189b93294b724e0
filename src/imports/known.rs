//! What a file may refer to: codes and people that are stored already. The database layer fills it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::people::nhs_number::NhsNumber;

use super::rows::organisations::OrganisationKind;

/// A stored organisation, as far as rows refer to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownOrganisation {
    pub id: i64,
    pub kind: OrganisationKind,
}

/// A stored membership of a network; the last day is included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownMembership {
    pub network_id: i64,
    pub network_code: String,
    pub member_id: i64,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// Everything that rows refer to.
#[derive(Default, Debug)]
pub struct Known {
    /// Row ids of localities by code.
    pub localities: HashMap<String, i64>,
    pub organisations: HashMap<String, KnownOrganisation>,
    /// Group codes of the grouping scheme.
    pub groups: HashSet<String>,
    pub memberships: Vec<KnownMembership>,
    pub people: KnownPeople,
    /// For users alone.
    pub administrators: Vec<KnownAdministrator>,
    /// E-mail addresses of users who have set a password.
    pub can_sign_in: HashSet<String>,
    /// Campaigns by code, for paper returns alone.
    pub campaigns: HashMap<String, KnownCampaign>,
}

/// A stored administrator's membership; the last day is included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownAdministrator {
    pub email: String,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// A stored campaign, as far as its paper goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownCampaign {
    pub id: i64,
    pub opens_on: NaiveDate,
    /// The last day on which paper may come in.
    pub paper_until: NaiveDate,
    /// Whether paper is taken now.
    pub takes_paper: bool,
}

impl Known {
    /// The organisation of a code, if it is stored and of a kind.
    pub fn organisation(&self, code: &str, kind: OrganisationKind) -> Option<i64> {
        self.organisations.get(code).filter(|known| known.kind == kind).map(|known| known.id)
    }
}

/// The NHS numbers on the register, four bytes a person.
#[derive(Default, Debug)]
pub struct KnownPeople(Vec<u32>);

impl KnownPeople {
    pub fn contains(&self, number: NhsNumber) -> bool {
        self.0.binary_search(&number.nine()).is_ok()
    }
}

impl FromIterator<NhsNumber> for KnownPeople {
    fn from_iter<I: IntoIterator<Item = NhsNumber>>(numbers: I) -> Self {
        let mut nines: Vec<u32> = numbers.into_iter().map(NhsNumber::nine).collect();
        nines.sort_unstable();
        Self(nines)
    }
}
