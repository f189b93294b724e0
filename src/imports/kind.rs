//! The kinds of file, by the names of the command line.

use crate::stored_as_text;

stored_as_text! {
    /// A kind of import, in the order in which kinds are loaded: each refers to those before it.
    Kind {
        Localities = "localities",
        Organisations = "organisations",
        NetworkMembers = "network-members",
        CareAgreements = "care-agreements",
        Users = "users",
        People = "people",
        RiskScores = "risk-scores",
        LevelOfNeed = "level-of-need",
        PaperReturns = "ltc6-paper-returns",
    }
}

impl Kind {
    /// As pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Localities => "Localities",
            Kind::Organisations => "Organisations",
            Kind::NetworkMembers => "Network members",
            Kind::CareAgreements => "Care agreements",
            Kind::Users => "Users",
            Kind::People => "People",
            Kind::RiskScores => "Risk scores",
            Kind::LevelOfNeed => "Levels of need",
            Kind::PaperReturns => "LTC6 paper returns",
        }
    }

    /// Whether the rows are about people, and so are prepared in small transactions.
    pub fn is_about_people(self) -> bool {
        matches!(self, Kind::People | Kind::RiskScores | Kind::LevelOfNeed)
    }
}

/// The kind of a name on the command line.
pub fn parse(name: &str) -> Result<Kind, String> {
    Kind::from_word(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("\"{name}\" is no kind of import: it is one of {}", names.join(", "))
    })
}
