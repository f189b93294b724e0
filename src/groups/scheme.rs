//! The grouping scheme: nine population groups with their labels and the order in which they are tried.

use std::sync::OnceLock;

/// A population group of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// 1 to 9 in the shipped scheme; the order in which groups are listed.
    pub number: u8,
    /// What files, commands and agreements use, such as `LTC_75`.
    pub code: String,
    pub label: String,
    /// The source's own wording, for people who know the papers.
    pub alias: String,
    /// The source's wording on its other slide; mostly the same.
    pub second_alias: String,
    /// The column of need in the source's grid.
    pub need_axis: String,
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
}

/// Groups in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    groups: Vec<Group>,
}

impl Scheme {
    /// The scheme that comes with the program.
    pub fn shipped() -> &'static Scheme {
        static SHIPPED: OnceLock<Scheme> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            Scheme::read(include_str!("scheme.csv")).expect("the shipped scheme is well formed")
        })
    }

    fn read(text: &str) -> Result<Scheme, csv::Error> {
        let mut groups = csv::Reader::from_reader(text.as_bytes())
            .deserialize::<Row>()
            .map(|row| row.map(Group::from))
            .collect::<Result<Vec<Group>, _>>()?;
        groups.sort_by_key(|group| group.number);
        Ok(Scheme { groups })
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
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
}

#[derive(serde::Deserialize)]
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
            need_axis: row.need_axis,
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
