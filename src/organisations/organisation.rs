//! What organisations are: their kinds, and what goes with each kind. The same rules hold for pages and imports.

use chrono::NaiveDate;

use crate::stored_as_text;

/// The first day of the National Health Service: none is active from an earlier one.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1948, 7, 5).expect("5 July 1948 is a day");
/// Names have 1 to 120 characters.
pub const LONGEST_NAME: usize = 120;
/// The largest resident population of a locality.
pub const LARGEST_POPULATION: i64 = 10_000_000;

stored_as_text! {
    /// What an organisation is; rights follow from it, and it stays what it is.
    Kind {
        Commissioner = "commissioner",
        GpNetwork = "gp_network",
        Practice = "practice",
        ProviderNetwork = "provider_network",
        Provider = "provider",
    }
}

impl Kind {
    /// As people say it: "GP network".
    pub fn label(self) -> &'static str {
        match self {
            Kind::Commissioner => "Commissioner",
            Kind::GpNetwork => "GP network",
            Kind::Practice => "Practice",
            Kind::ProviderNetwork => "Provider network",
            Kind::Provider => "Provider",
        }
    }

    /// Of several: "GP networks".
    pub fn plural(self) -> String {
        format!("{}s", self.label())
    }

    /// With its article, inside a sentence: "a GP network".
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::Commissioner => "a commissioner",
            Kind::GpNetwork => "a GP network",
            Kind::Practice => "a practice",
            Kind::ProviderNetwork => "a provider network",
            Kind::Provider => "a provider",
        }
    }

    /// What it is, for the page where one chooses a kind.
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::Commissioner => "A clinical commissioning group, local authority or NHS England",
            Kind::GpNetwork => "Holds practices",
            Kind::Practice => "Lies in one locality, and has people registered with it",
            Kind::ProviderNetwork => "Holds providers, and cares for groups in localities by agreement",
            Kind::Provider => "Works in one sector, and may belong to several provider networks",
        }
    }

    /// What a network of this kind holds; `None` for what is no network.
    pub fn holds(self) -> Option<Kind> {
        match self {
            Kind::GpNetwork => Some(Kind::Practice),
            Kind::ProviderNetwork => Some(Kind::Provider),
            Kind::Commissioner | Kind::Practice | Kind::Provider => None,
        }
    }

    /// The networks that one of this kind can belong to; `None` for what belongs to none.
    pub fn belongs_to(self) -> Option<Kind> {
        match self {
            Kind::Practice => Some(Kind::GpNetwork),
            Kind::Provider => Some(Kind::ProviderNetwork),
            Kind::Commissioner | Kind::GpNetwork | Kind::ProviderNetwork => None,
        }
    }
}

stored_as_text! {
    /// The subtype of a commissioner.
    CommissionerKind {
        Ccg = "ccg",
        LocalAuthority = "local_authority",
        NhsEngland = "nhs_england",
    }
}

impl CommissionerKind {
    pub fn label(self) -> &'static str {
        match self {
            CommissionerKind::Ccg => "Clinical commissioning group",
            CommissionerKind::LocalAuthority => "Local authority",
            CommissionerKind::NhsEngland => "NHS England",
        }
    }
}

stored_as_text! {
    /// The sector of a provider.
    Sector {
        Acute = "acute",
        Community = "community",
        MentalHealth = "mental_health",
        SocialCare = "social_care",
        ThirdSector = "third_sector",
        Independent = "independent",
        PrimaryCare = "primary_care",
        Ambulance = "ambulance",
    }
}

impl Sector {
    pub fn label(self) -> &'static str {
        match self {
            Sector::Acute => "Acute",
            Sector::Community => "Community",
            Sector::MentalHealth => "Mental health",
            Sector::SocialCare => "Social care",
            Sector::ThirdSector => "Third sector",
            Sector::Independent => "Independent",
            Sector::PrimaryCare => "Primary care",
            Sector::Ambulance => "Ambulance",
        }
    }
}

/// Whether a text is a code of a locality or an organisation: 3 to 10 capital letters and digits.
pub fn is_code(text: &str) -> bool {
    (3..=10).contains(&text.len())
        && text.bytes().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_three_to_ten_capitals_and_digits() {
        for code in ["99A", "E83001", "ALDERWICK1"] {
            assert!(is_code(code), "{code}");
        }
        for wrong in ["", "9A", "e83001", "E83 01", "ALDERWICK12", "E83-1", "É8300", "E83\u{0}"] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_a_network_holds_belongs_to_it() {
        for kind in Kind::ALL {
            assert_eq!(kind.holds().and_then(Kind::belongs_to), kind.holds().map(|_| *kind));
        }
    }
}
