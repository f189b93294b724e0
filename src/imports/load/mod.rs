//! From checked rows to the database: what each row would change, and the writing of it.

mod care_agreements;
mod levels_of_need;
mod localities;
mod network_members;
mod organisations;
mod paper_returns;
mod people;
mod risk_scores;
mod users;

use chrono::NaiveDate;

use crate::audit::{Actor, Subject};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::Keys;
use crate::people::nhs_number::NhsNumber;
use crate::people::record::Record;

use super::rows::Row;

/// What comparing rows with what is stored gives.
pub struct Compared<C> {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// What the new and changed rows do.
    pub changes: Vec<C>,
}

impl<C> Compared<C> {
    fn none() -> Self {
        Self { new: 0, changed: 0, unchanged: 0, changes: Vec::new() }
    }

    /// A row that changes nothing, one that changes what is stored, or a new one.
    fn count(&mut self, is_stored: bool, change: Option<C>) {
        match (is_stored, &change) {
            (_, None) => self.unchanged += 1,
            (true, Some(_)) => self.changed += 1,
            (false, Some(_)) => self.new += 1,
        }
        self.changes.extend(change);
    }
}

/// What writing needs beside the changes.
pub struct Loading<'a> {
    pub keys: &'a Keys,
    pub now: Now,
    pub actor: &'a Actor,
    /// The register that is prepared; rows about people begin and end with it.
    pub preparing: i64,
}

/// A kind of row that can be compared with what is stored, and written.
pub trait Load: Row {
    type Change;

    /// What the rows would change in what is published.
    fn compare(conn: &mut Conn, published: i64, rows: Vec<Self>) -> Result<Compared<Self::Change>, Error>;

    /// Writes changes; what they are about, for the audit row. People are never named there one by one: the import
    /// itself is.
    fn write(
        conn: &mut Conn,
        loading: &Loading<'_>,
        changes: Vec<Self::Change>,
    ) -> Result<Vec<Subject>, Error>;

    /// The practice on whose register the row is.
    fn practice_id(&self) -> Option<i64> {
        None
    }

    /// Marks people as left on a day: the same record again, with the day.
    fn leaving(_left: Vec<(i64, Record)>, _last_day: NaiveDate) -> Vec<Self::Change> {
        Vec::new()
    }

    /// Whether a person of that number is among the rows.
    fn has_seen(_seen: &Self::Seen, _number: NhsNumber) -> bool {
        false
    }
}

/// Does `body` with `$Row` standing for the rows of a kind.
#[macro_export]
macro_rules! for_rows_of {
    ($kind:expr, $Row:ident => $body:expr) => {{
        use $crate::imports::kind::Kind;
        use $crate::imports::rows;
        match $kind {
            Kind::Localities => {
                type $Row = rows::localities::LocalityRow;
                $body
            }
            Kind::Organisations => {
                type $Row = rows::organisations::OrganisationRow;
                $body
            }
            Kind::NetworkMembers => {
                type $Row = rows::network_members::NetworkMemberRow;
                $body
            }
            Kind::CareAgreements => {
                type $Row = rows::care_agreements::CareAgreementRow;
                $body
            }
            Kind::Users => {
                type $Row = rows::users::UserRow;
                $body
            }
            Kind::People => {
                type $Row = rows::people::PersonRow;
                $body
            }
            Kind::RiskScores => {
                type $Row = rows::risk_scores::RiskScoreRow;
                $body
            }
            Kind::LevelOfNeed => {
                type $Row = rows::level_of_need::LevelOfNeedRow;
                $body
            }
            Kind::PaperReturns => {
                type $Row = rows::paper_returns::PaperReturnRow;
                $body
            }
        }
    }};
}
