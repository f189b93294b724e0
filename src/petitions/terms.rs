//! How long each stage may take and how long a hold lasts, by locality.

use crate::database::Conn;
use crate::error::Error;
use crate::runs::store::Locality;
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
    pub fn of(conn: &mut Conn, locality: &Locality) -> Result<Terms, Error> {
        let values = Values::read(conn)?;
        let of = |setting: Setting| values.here(setting, &locality.code);
        Ok(Terms {
            opinion: of(Setting::OpinionDays),
            decision: of(Setting::DecisionDays),
            appeal: of(Setting::AppealDays),
            appeal_decision: of(Setting::AppealDecisionDays),
            review_months: u32::try_from(of(Setting::PetitionReviewMonths)).unwrap_or(u32::MAX),
        })
    }
}
