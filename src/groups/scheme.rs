//! The grouping scheme: population groups with their labels and the order in which they are tried. The shipped one has
//! nine; a locality adopts it, or agrees its own.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::money::Pence;

/// Whether group 5 stands beside the home groups or is one (setting `cancer.mode` of a locality's scheme).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancerMode {
    #[default]
    Overlay,
    HomeGroup,
}

impl CancerMode {
    /// The setting's value.
    pub fn word(self) -> &'static str {
        match self {
            CancerMode::Overlay => "overlay",
            CancerMode::HomeGroup => "home_group",
        }
    }

    pub fn of_word(word: &str) -> Option<CancerMode> {
        [CancerMode::Overlay, CancerMode::HomeGroup].into_iter().find(|mode| mode.word() == word)
    }
}

/// A population group of a scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// 1 to 9 in the shipped scheme; the order in which groups are listed.
    pub number: u8,
    /// What files, commands and agreements use, such as `LTC_75`. Never changed.
    pub code: String,
    pub label: String,
    /// The source's own wording, for people who know the papers; blank for a locality's own group.
    pub alias: String,
    /// The source's wording on its other slide; mostly the same.
    pub second_alias: String,
    /// Who is meant, in a sentence or less: in the shipped scheme the column of need in the source's grid.
    pub description: String,
    pub age_min: u8,
    /// The last whole year of age included; none has no upper end.
    pub age_max: Option<u8>,
    /// Lowest is tried first; none is no home group.
    pub precedence: Option<u8>,
    /// Counted above the home groups and in no total, unless the locality places people in it.
    pub overlay: bool,
}

impl Group {
    /// The ages of the group in words, such as "16 to 74" or "75 and over".
    pub fn ages(&self) -> String {
        match self.age_max {
            Some(last) => format!("{} to {last}", self.age_min),
            None => format!("{} and over", self.age_min),
        }
    }

    /// What stands in the place of a group where the scheme itself is agreed.
    pub fn the_scheme() -> Group {
        Group {
            number: 0,
            code: crate::criteria::store::SCHEME.into(),
            label: "Grouping scheme".into(),
            alias: String::new(),
            second_alias: String::new(),
            description: String::new(),
            age_min: 0,
            age_max: None,
            precedence: None,
            overlay: false,
        }
    }

    pub fn is_scheme(&self) -> bool {
        self.code == crate::criteria::store::SCHEME
    }

    /// Whether nobody is placed in it any more. Its code stays, for the ledger names it.
    pub fn is_retired(&self) -> bool {
        self.precedence.is_none() && !self.overlay
    }
}

/// What people living with or recovering from cancer have beside the care of their home group (WSIC-4): more
/// co-ordination, and an amount for the networks that provide it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementaryCare {
    /// In words; blank until agreed.
    pub co_ordination: String,
    /// Per person and year; none until agreed, for no source gives one.
    pub amount: Option<Pence>,
}

/// Groups in the order of their numbers, and what supplementary care consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    groups: Vec<Group>,
    supplementary_care: SupplementaryCare,
}

impl Scheme {
    /// The group of people living with or recovering from cancer, an overlay unless a locality agrees otherwise.
    pub const CANCER: &str = "CANCER";

    /// The scheme that comes with the program.
    pub fn shipped() -> &'static Scheme {
        static SHIPPED: OnceLock<Scheme> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            Scheme::read(include_str!("scheme.csv")).expect("the shipped scheme is well formed")
        })
    }

    fn read(text: &str) -> Result<Scheme, csv::Error> {
        let groups = csv::Reader::from_reader(text.as_bytes())
            .deserialize::<Row>()
            .map(|row| row.map(Group::from))
            .collect::<Result<Vec<Group>, _>>()?;
        Ok(Scheme::of(groups, SupplementaryCare::default()))
    }

    /// Groups in any order.
    pub fn of(mut groups: Vec<Group>, supplementary_care: SupplementaryCare) -> Scheme {
        groups.sort_by_key(|group| group.number);
        Scheme { groups, supplementary_care }
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn supplementary_care(&self) -> &SupplementaryCare {
        &self.supplementary_care
    }

    pub fn group(&self, code: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// The home groups, first tried first.
    pub fn in_precedence(&self) -> Vec<&Group> {
        let mut home: Vec<&Group> = self.groups.iter().filter(|group| group.precedence.is_some()).collect();
        home.sort_by_key(|group| group.precedence);
        home
    }

    /// The overlay group, if the scheme has one.
    pub fn overlay(&self) -> Option<&Group> {
        self.groups.iter().find(|group| group.overlay)
    }

    /// Whether a code is that of the overlay group.
    pub fn is_overlay(&self, code: &str) -> bool {
        self.overlay().is_some_and(|group| group.code == code)
    }

    /// Whether group 5 stands beside the home groups.
    pub fn cancer_mode(&self) -> CancerMode {
        if self.overlay().is_some() { CancerMode::Overlay } else { CancerMode::HomeGroup }
    }

    /// The text that a version of a scheme is frozen with: JSON, the same for the same scheme.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a scheme is plain data")
    }

    /// A scheme from the text of a version.
    ///
    /// # Errors
    /// Where it is no scheme.
    pub fn of_text(text: &str) -> Result<Scheme, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[derive(Deserialize)]
struct Row {
    group_no: u8,
    code: String,
    display_label: String,
    source_alias_grid: String,
    source_alias_working_groups_slide: String,
    need_axis: String,
    age_min: u8,
    age_max: Option<u8>,
    default_precedence: Option<u8>,
    is_overlay: bool,
}

impl From<Row> for Group {
    fn from(row: Row) -> Group {
        Group {
            number: row.group_no,
            code: row.code,
            label: row.display_label,
            alias: row.source_alias_grid,
            second_alias: row.source_alias_working_groups_slide,
            description: row.need_axis,
            age_min: row.age_min,
            age_max: row.age_max,
            precedence: row.default_precedence,
            overlay: row.is_overlay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_scheme_tries_the_rarest_need_first() {
        let codes: Vec<&str> = Scheme::shipped().in_precedence().iter().map(|group| &*group.code).collect();
        let expected =
            ["EXCLUDED", "ADV_ORGANIC", "LD", "SEMI", "LTC_75", "LTC_16_74", "HEALTHY_75", "HEALTHY_16_74"];
        assert_eq!(codes, expected);
    }

    #[test]
    fn cancer_is_the_one_overlay() {
        let overlays = Scheme::shipped().groups().iter().filter(|group| group.overlay);
        assert_eq!(overlays.map(|group| &*group.code).collect::<Vec<_>>(), ["CANCER"]);
        assert_eq!(Scheme::shipped().groups().len(), 9);
    }
}
