//! The condition registers a person can be on: QOF style codes, as `conditions.csv` lists them.

use serde::{Deserialize, Serialize};

macro_rules! registers {
    ($($variant:ident $code:literal $name:literal $counts:literal,)*) => {
        /// A condition register. Its place in [`Condition::ALL`] is its bit in a [`ConditionSet`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Condition { $($variant,)* }

        impl Condition {
            /// Every register, in the order of `conditions.csv`.
            pub const ALL: [Condition; [$($code),*].len()] = [$(Condition::$variant),*];

            /// The code of imports, exports and criteria, such as `DM`.
            pub fn code(self) -> &'static str {
                match self { $(Condition::$variant => $code,)* }
            }

            /// The register's name, as `conditions.csv` words it.
            pub fn name(self) -> &'static str {
                match self { $(Condition::$variant => $name,)* }
            }

            /// Whether the register counts as a long-term condition where counts are worked out from registers.
            pub fn counts_as_long_term(self) -> bool {
                match self { $(Condition::$variant => $counts,)* }
            }
        }
    };
}

registers! {
    Af "AF" "Atrial fibrillation" true,
    Ast "AST" "Asthma" true,
    Can "CAN" "Cancer" false,
    Chd "CHD" "Coronary heart disease" true,
    Ckd "CKD" "Chronic kidney disease" true,
    Copd "COPD" "Chronic obstructive pulmonary disease" true,
    Cvdpp "CVDPP" "Cardiovascular disease: primary prevention" false,
    Dem "DEM" "Dementia" false,
    Dep "DEP" "Depression" true,
    Dm "DM" "Diabetes mellitus" true,
    Ep "EP" "Epilepsy" true,
    Hf "HF" "Heart failure" true,
    Hyp "HYP" "Hypertension" true,
    Ld "LD" "Learning disability" false,
    Mh "MH" "Mental health: schizophrenia, bipolar affective disorder and other psychoses" false,
    Ob "OB" "Obesity" false,
    Ost "OST" "Osteoporosis: secondary prevention of fragility fractures" true,
    Pad "PAD" "Peripheral arterial disease" true,
    Pal "PAL" "Palliative care" false,
    Ra "RA" "Rheumatoid arthritis" true,
    Stia "STIA" "Stroke and transient ischaemic attack" true,
    Thy "THY" "Hypothyroidism" true,
}

impl Condition {
    /// The register of a code; codes are upper case.
    pub fn of_code(code: &str) -> Option<Condition> {
        Condition::ALL.into_iter().find(|condition| condition.code() == code)
    }

    /// This register's bit in a [`ConditionSet`].
    pub fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.code().to_owned()
    }
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(code: String) -> Result<Condition, String> {
        Condition::of_code(&code).ok_or_else(|| format!("{code} is no code of a condition register"))
    }
}

/// The registers a person is on, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ConditionSet(pub u32);

impl ConditionSet {
    pub fn has(self, condition: Condition) -> bool {
        self.0 & condition.bit() != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.into_iter().filter(move |condition| self.has(*condition))
    }
}

impl FromIterator<Condition> for ConditionSet {
    fn from_iter<T: IntoIterator<Item = Condition>>(conditions: T) -> ConditionSet {
        ConditionSet(conditions.into_iter().fold(0, |set, condition| set | condition.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registers_are_those_of_the_published_list() {
        let mut rows = csv::Reader::from_reader(include_str!("conditions.csv").as_bytes());
        let listed: Vec<(String, String, bool)> = rows
            .records()
            .map(Result::unwrap)
            .map(|row| (row[0].into(), row[1].into(), &row[2] == "Y"))
            .collect();
        let ours: Vec<(String, String, bool)> = Condition::ALL
            .iter()
            .map(|c| (c.code().into(), c.name().into(), c.counts_as_long_term()))
            .collect();
        assert_eq!(listed, ours);
    }
}
