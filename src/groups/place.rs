//! Where a run puts somebody: in a group, in none, or out of scope.

/// A row of the figures of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The group's code.
    Group(String),
    /// In scope, and no group's criteria are met.
    NotPlaced,
    /// Under the age of the scheme.
    OutOfScope,
}

impl Place {
    /// From a placement's columns.
    pub fn of(group_code: Option<&str>, out_of_scope: bool) -> Place {
        match (group_code, out_of_scope) {
            (Some(code), _) => Place::Group(code.to_owned()),
            (None, false) => Place::NotPlaced,
            (None, true) => Place::OutOfScope,
        }
    }

    /// The word it is stored as and asked for by; a group's is its code.
    pub fn word(&self) -> &str {
        match self {
            Place::Group(code) => code,
            Place::NotPlaced => "not_placed",
            Place::OutOfScope => "out_of_scope",
        }
    }

    pub fn from_word(word: &str) -> Place {
        match word {
            "not_placed" => Place::NotPlaced,
            "out_of_scope" => Place::OutOfScope,
            code => Place::Group(code.to_owned()),
        }
    }
}

/// The age bands figures are broken down by: word, first age, and the words people read.
const BANDS: [(&str, u16, &str); 9] = [
    ("0-15", 0, "0 to 15"),
    ("16-24", 16, "16 to 24"),
    ("25-34", 25, "25 to 34"),
    ("35-44", 35, "35 to 44"),
    ("45-54", 45, "45 to 54"),
    ("55-64", 55, "55 to 64"),
    ("65-74", 65, "65 to 74"),
    ("75-84", 75, "75 to 84"),
    ("85+", 85, "85 and over"),
];

/// Ten years of age or so: pseudonymous pages show it in place of the birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeBand(usize);

impl AgeBand {
    /// The band of an age in completed years.
    pub fn of(age: u16) -> AgeBand {
        AgeBand(BANDS.iter().rposition(|(_, first, _)| age >= *first).unwrap_or(0))
    }

    pub fn all() -> impl Iterator<Item = AgeBand> {
        (0..BANDS.len()).map(AgeBand)
    }

    /// As stored, asked for and exported: "16-24".
    pub fn word(self) -> &'static str {
        BANDS[self.0].0
    }

    pub fn from_word(word: &str) -> Option<AgeBand> {
        BANDS.iter().position(|(each, ..)| *each == word).map(AgeBand)
    }

    /// As people read it: "16 to 24".
    pub fn label(self) -> &'static str {
        BANDS[self.0].2
    }

    /// The first age of the band and the first of the next, in completed years.
    pub fn ages(self) -> (u16, Option<u16>) {
        (BANDS[self.0].1, BANDS.get(self.0 + 1).map(|(_, first, _)| *first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_has_the_band_that_names_it() {
        for age in 0..=130 {
            let band = AgeBand::of(age);
            let (first, next) = band.ages();
            assert!(first <= age && next.is_none_or(|next| age < next), "{age} is in {}", band.label());
            assert_eq!(AgeBand::from_word(band.word()), Some(band));
        }
        assert_eq!(AgeBand::all().count(), 9);
    }

    #[test]
    fn a_place_is_read_back_from_its_word() {
        for place in [Place::Group("LTC_75".into()), Place::NotPlaced, Place::OutOfScope] {
            assert_eq!(Place::from_word(place.word()), place);
        }
    }
}
