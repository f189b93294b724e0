//! Facts that are yes or no: a person's as recorded, and which blanks are read as no.

use serde::{Deserialize, Serialize};

use super::facts::words;

words! {
    /// A fact that is yes, no or not known.
    Flag {
        CancerActive "cancer_active",
        SeriousMentalIllness "serious_mental_illness",
        LearningDisability "learning_disability",
        Dementia "dementia",
        AdvancedOrganicDisorder "advanced_organic_disorder",
        Homeless "homeless",
        AlcoholDependency "alcohol_dependency",
        DrugDependency "drug_dependency",
        CareHome "care_home",
    }
}

/// The facts a locality declares complete for a practice (setting `people.blank_is_no`): a bit a flag, and one for
/// condition registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Blanks(u16);

impl Blanks {
    const CONDITIONS: u16 = 1 << Flag::ALL.len();

    pub fn with_flag(self, flag: Flag) -> Blanks {
        Blanks(self.0 | bit(flag))
    }

    pub fn with_conditions(self) -> Blanks {
        Blanks(self.0 | Blanks::CONDITIONS)
    }

    pub fn has_flag(self, flag: Flag) -> bool {
        self.0 & bit(flag) != 0
    }

    pub fn has_conditions(self) -> bool {
        self.0 & Blanks::CONDITIONS != 0
    }

    /// Those of them that are blank for somebody.
    pub fn left_blank(self, flags: Flags, conditions_are_blank: bool) -> Blanks {
        let conditions = if conditions_are_blank { Blanks::CONDITIONS } else { 0 };
        Blanks(self.0 & (!flags.known & (Blanks::CONDITIONS - 1) | conditions))
    }

    /// As a number, to be told apart by.
    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

fn bit(flag: Flag) -> u16 {
    1 << flag as u16
}

/// The flags of a person as recorded, a bit each for known and for yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    known: u16,
    yes: u16,
}

impl Flags {
    /// Sets a flag as recorded; a blank is `None`.
    pub fn set(&mut self, flag: Flag, recorded: Option<bool>) {
        self.known = self.known & !bit(flag) | if recorded.is_some() { bit(flag) } else { 0 };
        self.yes = self.yes & !bit(flag) | if recorded == Some(true) { bit(flag) } else { 0 };
    }

    /// The flag as recorded, blanks left blank.
    pub fn recorded(self, flag: Flag) -> Option<bool> {
        (self.known & bit(flag) != 0).then_some(self.yes & bit(flag) != 0)
    }
}
