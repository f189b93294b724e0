//! An entry of the ledger, as pages say it.

use chrono::NaiveDate;

use crate::people::person::capital;
use crate::people::scope::Scope;
use crate::runs::store::Cause;

/// One entry of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The running number.
    pub entry: i64,
    pub pseudonym: String,
    pub from_group: Option<String>,
    pub to_group: Option<String>,
    pub effective_on: NaiveDate,
    pub cause: Cause,
    pub reference: String,
}

impl Entry {
    pub fn from_words(&self, scope: &Scope) -> String {
        capital(scope.group_label(self.from_group.as_deref()))
    }

    pub fn to_words(&self, scope: &Scope) -> String {
        scope.group_label(self.to_group.as_deref())
    }

    /// Whether the group stays what it was: a decision confirmed it.
    pub fn confirms(&self) -> bool {
        self.from_group == self.to_group
    }

    pub fn cause_words(&self) -> &'static str {
        cause_words(self.cause)
    }

    /// Whether its reference is a grouping run's.
    pub fn is_run(&self) -> bool {
        !matches!(self.cause, Cause::Petition | Cause::Decision | Cause::Correction)
    }
}

/// A cause as people read it.
pub fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Initial => "Initial grouping",
        Cause::Rerun => "Facts changed",
        Cause::CriteriaChange => "Criteria changed",
        Cause::Petition => "Petition",
        Cause::Decision => "Decision",
        Cause::Joined => "Joined",
        Cause::Left => "Left",
        Cause::Died => "Died",
        Cause::Correction => "Correction",
    }
}
