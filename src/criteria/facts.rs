//! One person's facts as of a date, each of which may be not known.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::conditions::{Condition, ConditionSet};
pub use super::flags::{Blanks, Flag, Flags};

/// An enum whose values are words of the language.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $word)] $variant,)* }

        impl $name {
            pub const ALL: [$name; [$($word),*].len()] = [$($name::$variant),*];

            /// The word of the criteria language.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            pub fn of_word(word: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|one| one.word() == word)
            }
        }
    };
}

pub(super) use words;

words! {
    /// A fact that is a number. Cost is in pounds in the language and in pence in [`Facts`].
    Quantity {
        Age "age",
        LtcCount "ltc_count",
        RiskScore "risk_score",
        UnplannedAdmissions "unplanned_admissions",
        AnnualCost "annual_cost",
        YearsSinceCancerTreatment "years_since_cancer_treatment",
    }
}

words! {
    Sex { Female "female", Male "male", Indeterminate "indeterminate", }
}

words! {
    /// The level of need an assessment gives.
    Level { Low "low", Medium "medium", High "high", }
}

/// When active cancer treatment last ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ended {
    #[default]
    NotKnown,
    /// Meets no comparison.
    Never,
    On(NaiveDate),
}

/// What is known of one person on a date. `None` is not known, which differs from no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub as_of: NaiveDate,
    /// Completed years on `as_of`; see [`age_on`].
    pub age: u16,
    pub flags: Flags,
    /// Blanks that a declared-complete register reads as no.
    read_as_no: Blanks,
    /// The set is complete where it is known: a register not in it is a no.
    pub conditions: Option<ConditionSet>,
    pub ltc_count: Option<u8>,
    /// In the twelve months before the extract.
    pub unplanned_admissions: Option<u16>,
    /// Pence.
    pub annual_cost: Option<i64>,
    /// Hundredths: 12.50 is 1250. The latest score on or before `as_of`.
    pub risk_score: Option<u16>,
    pub cancer_treatment_ended: Ended,
    pub sex: Option<Sex>,
    /// Of the latest assessment on or before `as_of`.
    pub level_of_need: Option<Level>,
}

impl Facts {
    pub fn nothing_known(as_of: NaiveDate, age: u16) -> Facts {
        Facts {
            as_of,
            age,
            flags: Flags::default(),
            read_as_no: Blanks::default(),
            conditions: None,
            ltc_count: None,
            unplanned_admissions: None,
            annual_cost: None,
            risk_score: None,
            cancer_treatment_ended: Ended::NotKnown,
            sex: None,
            level_of_need: None,
        }
    }

    /// Sets a flag as recorded; a blank is `None`.
    pub fn set_flag(&mut self, flag: Flag, recorded: Option<bool>) {
        self.flags.set(flag, recorded);
    }

    /// The flag as recorded, blanks left blank.
    pub fn recorded_flag(&self, flag: Flag) -> Option<bool> {
        self.flags.recorded(flag)
    }

    /// Reads what a blank column says beside another that is given: no registers where a count is given, never treated
    /// where the cancer flag is given. To be called when every recorded column is set.
    pub fn fill_implied(&mut self) {
        if self.conditions.is_none() && self.ltc_count.is_some() {
            self.conditions = Some(ConditionSet::default());
        }
        if self.cancer_treatment_ended == Ended::NotKnown && self.recorded_flag(Flag::CancerActive).is_some()
        {
            self.cancer_treatment_ended = Ended::Never;
        }
    }

    /// Reads blanks as no where a register is declared complete. Numbers, dates and sex are never read so. To be called
    /// after [`Facts::fill_implied`].
    pub fn read_blanks_as_no(&mut self, declared: Blanks) {
        self.read_as_no = declared.left_blank(self.flags, self.conditions.is_none());
    }

    /// The blanks of this person that are read as no.
    pub fn read_as_no(&self) -> Blanks {
        self.read_as_no
    }

    pub fn flag(&self, flag: Flag) -> Answer {
        match self.flags.recorded(flag) {
            Some(yes) => Answer::from(yes),
            None if self.read_as_no.has_flag(flag) => Answer::No,
            None => Answer::NotKnown,
        }
    }

    pub fn condition(&self, condition: Condition) -> Answer {
        match self.conditions {
            Some(set) => Answer::from(set.has(condition)),
            None if self.read_as_no.has_conditions() => Answer::No,
            None => Answer::NotKnown,
        }
    }
}

/// The day `years` after `day`; 29 February becomes 1 March in common years.
pub fn add_years(day: NaiveDate, years: i32) -> NaiveDate {
    let year = day.year().saturating_add(years);
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap_or(if years < 0 {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    })
}

/// Age in completed years; a birthday counts on the day, one of 29 February on 1 March in common years. 0 before birth.
pub fn age_on(born: NaiveDate, as_of: NaiveDate) -> u16 {
    let years = as_of.year() - born.year();
    let completed = if add_years(born, years) <= as_of { years } else { years - 1 };
    u16::try_from(completed.max(0)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_birthday_counts_on_the_day() {
        assert_eq!(age_on(day("1999-04-01"), day("2015-04-01")), 16);
        assert_eq!(age_on(day("1999-04-02"), day("2015-04-01")), 15);
    }

    #[test]
    fn people_born_on_29_february_turn_on_1_march_in_common_years() {
        assert_eq!(age_on(day("1940-02-29"), day("2015-02-28")), 74);
        assert_eq!(age_on(day("1940-02-29"), day("2015-03-01")), 75);
        assert_eq!(age_on(day("1940-02-29"), day("2016-02-29")), 76);
    }

    #[test]
    fn a_blank_in_a_complete_register_reads_as_no_and_a_yes_stays() {
        let mut facts = Facts::nothing_known(day("2015-04-01"), 40);
        facts.set_flag(Flag::Dementia, Some(true));
        facts.read_blanks_as_no(Blanks::default().with_flag(Flag::Dementia).with_flag(Flag::Homeless));
        assert_eq!(facts.flag(Flag::Dementia), Answer::Yes);
        assert_eq!(facts.flag(Flag::Homeless), Answer::No);
        assert_eq!(facts.flag(Flag::DrugDependency), Answer::NotKnown);
        assert!(!facts.read_as_no().has_flag(Flag::Dementia));
    }

    #[test]
    fn a_blank_end_of_treatment_stays_unknown_where_the_cancer_flag_is_only_read_as_no() {
        let mut facts = Facts::nothing_known(day("2015-04-01"), 40);
        facts.fill_implied();
        facts.read_blanks_as_no(Blanks::default().with_flag(Flag::CancerActive));
        assert_eq!(facts.flag(Flag::CancerActive), Answer::No);
        assert_eq!(facts.cancer_treatment_ended, Ended::NotKnown);
    }
}
