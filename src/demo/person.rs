//! A person of the demo's register, as the people layout has them.

use super::conditions::Conditions;
use chrono::NaiveDate;

pub struct Person {
    /// Ten digits.
    pub nhs_number: u64,
    pub given_name: String,
    pub family_name: String,
    pub born: NaiveDate,
    /// female, male or indeterminate.
    pub sex: Option<&'static str>,
    /// Place in the list of practices.
    pub practice: usize,
    pub registered: NaiveDate,
    /// Last day on the list.
    pub left: Option<NaiveDate>,
    pub died: Option<NaiveDate>,
    pub facts: Facts,
    pub contact: Contact,
    /// Completed years on the as-of date, though dead by then.
    pub age: u8,
}

/// What decides groups and costs; `None` is not known.
#[derive(Clone, Default)]
pub struct Facts {
    pub ltc_count: Option<u8>,
    pub conditions: Option<Conditions>,
    pub dementia: Option<bool>,
    pub advanced_organic_disorder: Option<bool>,
    pub learning_disability: Option<bool>,
    pub serious_mental_illness: Option<bool>,
    pub cancer_active: Option<bool>,
    /// None for never too.
    pub cancer_treatment_ended: Option<NaiveDate>,
    pub homeless: Option<bool>,
    pub alcohol_dependency: Option<bool>,
    pub drug_dependency: Option<bool>,
    pub care_home: Option<bool>,
    pub unplanned_admissions: Option<u16>,
    pub annual_cost_pence: Option<i64>,
    pub palliative: Option<bool>,
}

impl Facts {
    /// On the criteria every demo starts with.
    pub fn excluded(&self) -> bool {
        [self.homeless, self.alcohol_dependency, self.drug_dependency].contains(&Some(true))
    }

    /// The number of conditions, one that is not known read as none.
    pub fn conditions_counted(&self) -> u8 {
        self.ltc_count.unwrap_or(0)
    }
}

/// The optional columns of the people layout.
#[derive(Clone, Default)]
pub struct Contact {
    pub address: Option<String>,
    pub postcode: Option<String>,
    pub email: Option<String>,
    /// letter, email or none.
    pub preference: Option<&'static str>,
    pub large_print: bool,
    pub ltc6_opt_out: bool,
    pub data_opt_out: bool,
}
