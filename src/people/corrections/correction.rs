//! What can be corrected, how a value is written, and what a later register does to a correction (design section 2).

use crate::criteria::conditions::{Condition, ConditionSet};
use crate::criteria::facts::Flag;
use crate::criteria::phrases::register;
use crate::people::record::stored_conditions;

/// A fact that a practice can say of a person. Scores, levels of need and costs come from files of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Correctable {
    Flag(Flag),
    /// All condition registers at once: a set that is given is complete.
    Conditions,
    LtcCount,
    UnplannedAdmissions,
}

/// The value of such a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Flag(Flag, bool),
    Conditions(ConditionSet),
    LtcCount(u8),
    UnplannedAdmissions(u16),
}

impl Correctable {
    /// The word it is stored as.
    pub fn word(self) -> &'static str {
        match self {
            Correctable::Flag(flag) => flag.word(),
            Correctable::Conditions => "conditions",
            Correctable::LtcCount => "ltc_count",
            Correctable::UnplannedAdmissions => "unplanned_admissions",
        }
    }

    pub fn from_word(word: &str) -> Option<Correctable> {
        match word {
            "conditions" => Some(Correctable::Conditions),
            "ltc_count" => Some(Correctable::LtcCount),
            "unplanned_admissions" => Some(Correctable::UnplannedAdmissions),
            word => Flag::of_word(word).map(Correctable::Flag),
        }
    }

    /// What has to be asked for a fact that a placement hangs on, by the name reasons give it; none for what no practice
    /// records.
    pub fn of_fact(name: &str) -> Option<Correctable> {
        match name.starts_with("condition:") {
            true => Some(Correctable::Conditions),
            false => Correctable::from_word(name),
        }
    }

    /// The value a stored text says.
    pub fn read(self, text: &str) -> Option<Value> {
        match self {
            Correctable::Flag(flag) => match text {
                "yes" => Some(Value::Flag(flag, true)),
                "no" => Some(Value::Flag(flag, false)),
                _ => None,
            },
            Correctable::Conditions => {
                let codes = text.split(';').filter(|code| !code.is_empty());
                codes.map(Condition::of_code).collect::<Option<ConditionSet>>().map(Value::Conditions)
            }
            Correctable::LtcCount => text.parse().ok().map(Value::LtcCount),
            Correctable::UnplannedAdmissions => text.parse().ok().map(Value::UnplannedAdmissions),
        }
    }
}

impl Value {
    /// As it is stored.
    pub fn text(self) -> String {
        match self {
            Value::Flag(_, true) => "yes".into(),
            Value::Flag(_, false) => "no".into(),
            Value::Conditions(set) => stored_conditions(set),
            Value::LtcCount(count) => count.to_string(),
            Value::UnplannedAdmissions(count) => count.to_string(),
        }
    }

    /// As people read it.
    pub fn in_words(self) -> String {
        match self {
            Value::Conditions(set) if set == ConditionSet::default() => "none".into(),
            Value::Conditions(set) => set.iter().map(register).collect::<Vec<_>>().join(", "),
            value => value.text(),
        }
    }
}

/// What a register does to a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The register says the same: the practice has coded it.
    Confirmed,
    /// The register is blank or says what was corrected: not yet coded.
    Stands,
    /// The register says a third thing, which goes before.
    Ended,
}

/// What becomes of a correction of `was` to `corrected` where a register says `now`; values as they are stored.
pub fn fate(was: Option<&str>, corrected: &str, now: Option<&str>) -> Fate {
    match now {
        Some(now) if now == corrected => Fate::Confirmed,
        None => Fate::Stands,
        now if now == was => Fate::Stands,
        Some(_) => Fate::Ended,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_equal_value_confirms_a_blank_or_the_corrected_one_stands_and_a_third_ends() {
        assert_eq!(fate(None, "yes", Some("yes")), Fate::Confirmed);
        assert_eq!(fate(None, "yes", None), Fate::Stands);
        assert_eq!(fate(Some("no"), "yes", Some("no")), Fate::Stands);
        assert_eq!(fate(None, "yes", Some("no")), Fate::Ended);
        assert_eq!(fate(Some("1"), "2", Some("3")), Fate::Ended);
        assert_eq!(fate(Some("1"), "2", None), Fate::Stands);
    }

    #[test]
    fn a_fact_that_no_practice_records_cannot_be_asked() {
        assert_eq!(Correctable::of_fact("condition:DM"), Some(Correctable::Conditions));
        assert_eq!(Correctable::of_fact("homeless"), Some(Correctable::Flag(Flag::Homeless)));
        assert_eq!(Correctable::of_fact("ltc_count"), Some(Correctable::LtcCount));
        for name in ["risk_score", "level_of_need", "annual_cost", "sex", "years_since_cancer_treatment"] {
            assert_eq!(Correctable::of_fact(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read_back(bits in 0u32..1 << Condition::ALL.len(), count in any::<u8>(), yes in any::<bool>()) {
            let values = [
                Value::Conditions(ConditionSet(bits)),
                Value::LtcCount(count),
                Value::UnplannedAdmissions(count.into()),
                Value::Flag(Flag::Dementia, yes),
            ];
            let facts = [
                Correctable::Conditions,
                Correctable::LtcCount,
                Correctable::UnplannedAdmissions,
                Correctable::Flag(Flag::Dementia),
            ];
            for (fact, value) in facts.into_iter().zip(values) {
                prop_assert_eq!(fact.read(&value.text()), Some(value));
                prop_assert_eq!(Correctable::from_word(fact.word()), Some(fact));
            }
        }
    }
}
