//! What the rows and columns of a preview's tables are called, on pages and in addresses.

use crate::groups::schemes::names::Names;
use crate::runs::preview::{Care, Standing};

/// What a place of a table is called in words and addresses.
pub(super) trait Named: PartialEq {
    const FROM: &'static str;
    const TO: &'static str;
    fn words(&self, names: &Names) -> String;
    fn word(&self) -> &str;
}

impl Named for Standing {
    const FROM: &'static str = "from";
    const TO: &'static str = "to";

    fn words(&self, names: &Names) -> String {
        match self {
            Standing::Group(code) => names.label(code),
            Standing::NotPlaced => "Not placed".into(),
            Standing::OutOfScope => "Out of scope".into(),
        }
    }

    fn word(&self) -> &str {
        match self {
            Standing::Group(code) => code,
            Standing::NotPlaced => "not_placed",
            Standing::OutOfScope => "out_of_scope",
        }
    }
}

impl Named for Care {
    const FROM: &'static str = "care_from";
    const TO: &'static str = "care_to";

    fn words(&self, _names: &Names) -> String {
        care_words(*self)
    }

    fn word(&self) -> &str {
        care_word(*self)
    }
}

/// What there is of supplementary care, in words.
pub fn care_words(care: Care) -> String {
    match care {
        Care::Yes => "With supplementary care",
        Care::No => "Without",
        Care::NotKnown => "Not known",
        Care::NotAsked => "Out of scope",
    }
    .into()
}

/// The word an address has for supplementary care.
pub fn care_word(care: Care) -> &'static str {
    match care {
        Care::Yes => "yes",
        Care::No => "no",
        Care::NotKnown => "not_known",
        Care::NotAsked => "out_of_scope",
    }
}

/// The word an address has for a place.
pub fn place_word(place: &Standing) -> &str {
    place.word()
}

/// A place in words.
pub fn place_words(place: &Standing, names: &Names) -> String {
    place.words(names)
}
