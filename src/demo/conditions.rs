//! Condition registers: which of them a person with so many conditions is likely to be on.

use super::draw::{Chance, Weights};

/// Registers as one bit each, in the order of their codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions(u32);

/// Codes of conditions.csv, less THY, a register dropped in April 2014.
const CODES: [&str; 21] = [
    "AF", "AST", "CAN", "CHD", "CKD", "COPD", "CVDPP", "DEM", "DEP", "DM", "EP", "HF", "HYP", "LD", "MH",
    "OB", "OST", "PAD", "PAL", "RA", "STIA",
];

/// Conditions that count as long-term: code, register's lowest age, and how common among people with any condition who
/// are under 40, under 65, under 80, and older.
const COUNTED: [(&str, u8, [f64; 4]); 14] = [
    ("AF", 16, [0.003, 0.03, 0.12, 0.30]),
    ("AST", 0, [0.70, 0.25, 0.20, 0.15]),
    ("CHD", 16, [0.005, 0.12, 0.30, 0.35]),
    ("CKD", 18, [0.01, 0.06, 0.25, 0.45]),
    ("COPD", 16, [0.003, 0.10, 0.20, 0.18]),
    ("DEP", 18, [0.60, 0.30, 0.15, 0.12]),
    ("DM", 17, [0.08, 0.35, 0.40, 0.30]),
    ("EP", 18, [0.05, 0.04, 0.03, 0.02]),
    ("HF", 16, [0.002, 0.02, 0.07, 0.18]),
    ("HYP", 16, [0.05, 0.45, 0.90, 1.00]),
    ("OST", 50, [0.0, 0.01, 0.04, 0.10]),
    ("PAD", 16, [0.001, 0.02, 0.06, 0.08]),
    ("RA", 16, [0.01, 0.03, 0.05, 0.04]),
    ("STIA", 16, [0.003, 0.04, 0.12, 0.20]),
];

impl Conditions {
    pub fn add(&mut self, code: &str) {
        if let Some(place) = CODES.iter().position(|known| *known == code) {
            self.0 |= 1 << place;
        }
    }

    pub fn has(self, code: &str) -> bool {
        self.codes().any(|held| held == code)
    }

    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        CODES.into_iter().enumerate().filter(move |(place, _)| self.0 & 1 << place != 0).map(|(_, code)| code)
    }

    /// As a file has them: codes separated by semicolons; none where there is none.
    pub fn text(self) -> Option<String> {
        let codes: Vec<&str> = self.codes().collect();
        (!codes.is_empty()).then(|| codes.join(";"))
    }

    /// Those that count as long-term conditions.
    pub fn counted(self) -> usize {
        self.codes().filter(|code| COUNTED.iter().any(|(counted, ..)| counted == code)).count()
    }
}

/// Exactly `count` different counted conditions (at most as many as someone of this age can have).
pub fn counted(chance: &mut Chance, count: u8, age: u8, female: bool) -> Conditions {
    let band = [40, 65, 80].iter().filter(|&&from| age >= from).count();
    let mut weights = COUNTED.map(|(code, lowest_age, common)| match code {
        _ if age < lowest_age => 0.0,
        "OST" if female => common[band] * 3.0,
        _ => common[band].max(0.001),
    });
    let mut conditions = Conditions::default();
    for _ in 0..count {
        if weights.iter().all(|&weight| weight == 0.0) {
            break;
        }
        let place = Weights::new(weights).draw(chance);
        conditions.add(COUNTED[place].0);
        weights[place] = 0.0;
    }
    conditions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_conditions_are_drawn_as_asked() {
        let mut chance = Chance::seeded(3);
        for count in 0..=9 {
            for age in [16, 45, 70, 104] {
                assert_eq!(counted(&mut chance, count, age, true).counted(), usize::from(count));
            }
        }
    }

    #[test]
    fn codes_are_those_of_the_register_file() {
        let mut conditions = Conditions::default();
        for code in ["HYP", "AF", "THY", "DM"] {
            conditions.add(code);
        }
        assert_eq!(conditions.codes().collect::<Vec<_>>(), ["AF", "DM", "HYP"]);
        assert!(conditions.has("HYP") && !conditions.has("THY"));
    }
}
