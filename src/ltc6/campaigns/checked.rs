//! A campaign's form without mistakes, and the columns it fills.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::ltc6::campaign::{Campaign, Delivery};
use crate::schema::campaigns;

/// A form without mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub code: String,
    pub name: String,
    pub locality_id: i64,
    pub network_id: Option<i64>,
    pub opens_on: NaiveDate,
    pub closes_on: NaiveDate,
    pub delivery: Delivery,
    pub run_by: String,
    pub about: String,
    pub help_name: String,
    pub help_phone: String,
    pub return_address: String,
    /// Of low, medium, high and not recorded.
    pub wants: [i64; 4],
    pub invites_palliative: bool,
}

/// The columns that say who asks and when.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = campaigns)]
pub struct Words<'a> {
    code: &'a str,
    name: &'a str,
    opens_on: NaiveDate,
    closes_on: NaiveDate,
    run_by: &'a str,
    about: &'a str,
    help_name: &'a str,
    help_phone: &'a str,
    return_address: &'a str,
}

/// The columns that a sample is drawn by.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = campaigns, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Sampling {
    pub network_id: Option<i64>,
    pub delivery: Delivery,
    pub want_low: i64,
    pub want_medium: i64,
    pub want_high: i64,
    pub want_none: i64,
    pub invites_palliative: bool,
}

impl Checked {
    pub fn words(&self) -> Words<'_> {
        Words {
            code: &self.code,
            name: &self.name,
            opens_on: self.opens_on,
            closes_on: self.closes_on,
            run_by: &self.run_by,
            about: &self.about,
            help_name: &self.help_name,
            help_phone: &self.help_phone,
            return_address: &self.return_address,
        }
    }

    pub fn sampling(&self) -> Sampling {
        let [want_low, want_medium, want_high, want_none] = self.wants;
        Sampling {
            network_id: self.network_id,
            delivery: self.delivery,
            want_low,
            want_medium,
            want_high,
            want_none,
            invites_palliative: self.invites_palliative,
        }
    }
}

impl Sampling {
    /// What a drawn campaign was drawn by.
    pub fn kept(campaign: &Campaign) -> Sampling {
        Sampling {
            network_id: campaign.network_id,
            delivery: campaign.delivery,
            want_low: campaign.want_low,
            want_medium: campaign.want_medium,
            want_high: campaign.want_high,
            want_none: campaign.want_none,
            invites_palliative: campaign.invites_palliative,
        }
    }
}
