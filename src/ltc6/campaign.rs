//! A campaign: whom it asks, when, and how its answers are kept.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::schema::{campaign_strata, campaigns};
use crate::stored_as_text;

stored_as_text! {
    /// How far a campaign has come.
    State {
        Draft = "draft",
        Open = "open",
        // Codes work no longer; paper that came in time is still keyed.
        Closed = "closed",
        // Every box is open and the private key is destroyed.
        Counted = "counted",
        Cancelled = "cancelled",
    }
}

stored_as_text! {
    /// How people are asked: as they prefer, where the campaign leaves it to them.
    Delivery { Letter = "letter", Email = "email", Preferred = "preferred" }
}

stored_as_text! {
    /// A level of need as a stratum of a sample; `None` for people whose level is not recorded.
    Stratum { Low = "low", Medium = "medium", High = "high", None = "none" }
}

impl Stratum {
    pub fn label(self) -> &'static str {
        match self {
            Stratum::Low => "Low",
            Stratum::Medium => "Medium",
            Stratum::High => "High",
            Stratum::None => "Level not recorded",
        }
    }
}

stored_as_text! {
    /// How "75% at level 3 or higher" is read: score 3 alone, score 2 or 3, or both shown.
    AimReading { Both = "both", Strict = "strict", Wide = "wide" }
}

/// A campaign's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaigns)]
pub struct Campaign {
    pub id: i64,
    pub reference: String,
    pub code: String,
    pub name: String,
    pub locality_id: i64,
    pub network_id: Option<i64>,
    pub state: State,
    pub opens_on: NaiveDate,
    /// The last day on which a code works.
    pub closes_on: NaiveDate,
    pub delivery: Delivery,
    /// Who asks: a practice or an organisation, as letters name it.
    pub run_by: String,
    /// In the campaign's own words, what it is for.
    pub about: String,
    pub help_name: String,
    pub help_phone: String,
    /// Where paper goes back to.
    pub return_address: String,
    pub want_low: i64,
    pub want_medium: i64,
    pub want_high: i64,
    pub want_none: i64,
    pub invites_palliative: bool,
    pub seed: Option<String>,
    pub drawn_on: Option<NaiveDate>,
    /// In hex; answers are sealed with it.
    pub public_key: Option<String>,
    /// The name of the server whose key folder holds what opens them.
    pub counted_by: Option<String>,
    pub key_destroyed: bool,
    pub aim_reading: Option<AimReading>,
    pub threshold: Option<i64>,
    pub version: i64,
}

impl Campaign {
    pub fn by_reference(conn: &mut Conn, reference: &str) -> Result<Campaign, Error> {
        Ok(campaigns::table
            .filter(campaigns::reference.eq(reference))
            .select(Campaign::as_select())
            .first(conn)?)
    }

    pub fn by_id(conn: &mut Conn, id: i64) -> Result<Campaign, Error> {
        Ok(campaigns::table.find(id).select(Campaign::as_select()).first(conn)?)
    }

    /// Whether a code works on a day.
    pub fn takes_answers_on(&self, today: NaiveDate) -> bool {
        self.state == State::Open && self.opens_on <= today && today <= self.closes_on
    }

    /// How many people of each level are to be asked.
    pub fn wants(&self, stratum: Stratum) -> i64 {
        match stratum {
            Stratum::Low => self.want_low,
            Stratum::Medium => self.want_medium,
            Stratum::High => self.want_high,
            Stratum::None => self.want_none,
        }
    }

    /// About how many people were asked: the size of the sample.
    pub fn sampled(&self, conn: &mut Conn) -> Result<i64, Error> {
        let sizes: Vec<i64> = campaign_strata::table
            .filter(campaign_strata::campaign_id.eq(self.id))
            .select(campaign_strata::sampled)
            .load(conn)?;
        Ok(sizes.iter().sum())
    }
}
