//! Sex and age band, the finest breakdown of a preview but the practice.

use serde::{Deserialize, Serialize};

use crate::criteria::facts::Sex;

/// Completed years, as the published breakdowns group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AgeBand {
    pub from: u16,
    /// The last year included; none has no upper end.
    pub to: Option<u16>,
}

impl AgeBand {
    const STARTS: [u16; 9] = [0, 16, 25, 35, 45, 55, 65, 75, 85];
    pub const COUNT: usize = AgeBand::STARTS.len();

    /// The bands from the youngest.
    pub fn all() -> [AgeBand; AgeBand::COUNT] {
        std::array::from_fn(|place| AgeBand {
            from: AgeBand::STARTS[place],
            to: AgeBand::STARTS.get(place + 1).map(|next| next - 1),
        })
    }

    fn place(age: u16) -> usize {
        AgeBand::STARTS.partition_point(|start| *start <= age) - 1
    }

    /// As files and addresses write it: "16-24", or "85+".
    pub fn word(self) -> String {
        match self.to {
            Some(to) => format!("{}-{to}", self.from),
            None => format!("{}+", self.from),
        }
    }

    /// "16 to 24", or "85 and over".
    pub fn label(self) -> String {
        match self.to {
            Some(to) => format!("{} to {to}", self.from),
            None => format!("{} and over", self.from),
        }
    }
}

/// Sex, or that it is not known, and age band, as one small number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band(u8);

impl Band {
    pub const SEXES: usize = Sex::ALL.len() + 1;
    pub const COUNT: usize = Band::SEXES * AgeBand::COUNT;

    pub fn of(sex: Option<Sex>, age: u16) -> Band {
        let sex = sex.map_or(Sex::ALL.len(), |sex| sex as usize);
        Band((sex * AgeBand::COUNT + AgeBand::place(age)) as u8)
    }

    pub fn number(self) -> usize {
        self.0.into()
    }

    pub fn sex(self) -> Option<Sex> {
        Sex::ALL.get(self.number() / AgeBand::COUNT).copied()
    }

    pub fn age(self) -> AgeBand {
        AgeBand::all()[self.number() % AgeBand::COUNT]
    }

    /// The sexes in the order of the bands, not known last.
    pub fn sexes() -> [Option<Sex>; Band::SEXES] {
        std::array::from_fn(|place| Sex::ALL.get(place).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_holds_its_first_and_last_year() {
        let place = |age| AgeBand::all()[AgeBand::place(age)].label();
        let ages = [0, 15, 16, 24, 25, 84, 85, 130];
        let labels = [
            "0 to 15",
            "0 to 15",
            "16 to 24",
            "16 to 24",
            "25 to 34",
            "75 to 84",
            "85 and over",
            "85 and over",
        ];
        assert_eq!(ages.map(place), labels);
    }
}
