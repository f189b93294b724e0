//! How long each stage may take and how long a hold lasts, by locality.

use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::schema::locality_settings;
use crate::settings::setting::Setting;
use crate::settings::store::Values;

/// The clock's settings of a locality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Working days, each.
    pub opinion: i64,
    pub decision: i64,
    pub appeal: i64,
    pub appeal_decision: i64,
    /// Months from the day of effect.
    pub review_months: u32,
}

impl Terms {
    /// As the locality has set them, or else the service.
    pub fn of(conn: &mut Conn, locality_id: i64) -> Result<Terms, Error> {
        let everywhere = Values::read(conn)?;
        let rows: Vec<(String, String)> = locality_settings::table
            .filter(locality_settings::locality_id.eq(locality_id))
            .select((locality_settings::name, locality_settings::value))
            .load(conn)?;
        let of = |setting: Setting| {
            let here = rows.iter().find(|(name, _)| name == setting.word());
            here.and_then(|(_, value)| value.parse().ok()).unwrap_or_else(|| everywhere.of(setting))
        };
        Ok(Terms {
            opinion: of(Setting::OpinionDays),
            decision: of(Setting::DecisionDays),
            appeal: of(Setting::AppealDays),
            appeal_decision: of(Setting::AppealDecisionDays),
            review_months: u32::try_from(of(Setting::PetitionReviewMonths)).unwrap_or(12),
        })
    }
}
