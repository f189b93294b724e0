//! The kinds of file, by the names of the command line.

use std::fmt;
use std::str::FromStr;

/// A kind of import, in the order in which kinds are loaded: each refers to those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    Localities,
    Organisations,
    NetworkMembers,
    CareAgreements,
    Users,
    People,
    RiskScores,
    LevelOfNeed,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Localities,
        Kind::Organisations,
        Kind::NetworkMembers,
        Kind::CareAgreements,
        Kind::Users,
        Kind::People,
        Kind::RiskScores,
        Kind::LevelOfNeed,
    ];

    /// The name on the command line, in addresses and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Localities => "localities",
            Kind::Organisations => "organisations",
            Kind::NetworkMembers => "network-members",
            Kind::CareAgreements => "care-agreements",
            Kind::Users => "users",
            Kind::People => "people",
            Kind::RiskScores => "risk-scores",
            Kind::LevelOfNeed => "level-of-need",
        }
    }

    /// Whether the rows are about people, and so go through staging.
    pub fn is_about_people(self) -> bool {
        matches!(self, Kind::People | Kind::RiskScores | Kind::LevelOfNeed)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names = Kind::ALL.map(Kind::name).join(", ");
            format!("\"{name}\" is not a kind of import. Use one of: {names}.")
        })
    }
}
