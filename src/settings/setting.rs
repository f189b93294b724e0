//! What can be set: each setting's default, what it changes, and the values it takes.

use crate::stored_as_text;

stored_as_text! {
    /// A setting, by the name the design gives it.
    Setting {
        MinimumAge = "scope.minimum_age",
        BlankIsNo = "people.blank_is_no",
        ReviewMonths = "decisions.review_months",
        OpinionDays = "petitions.opinion_days",
        DecisionDays = "petitions.decision_days",
        AppealDays = "petitions.appeal_days",
        AppealDecisionDays = "petitions.appeal_decision_days",
        PetitionReviewMonths = "petitions.review_months",
        Threshold = "disclosure.threshold",
        PaperDays = "ltc6.paper_days",
        ImportMegabytes = "import.most_megabytes",
        ImportRows = "import.most_rows",
    }
}

/// A setting that is a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub default: i64,
    pub least: i64,
    pub most: i64,
    /// The unit, after the number.
    pub unit: &'static str,
}

impl Setting {
    /// The numbers it takes; none where it is a list of its own.
    pub fn number(self) -> Option<Number> {
        let number = |default, (least, most), unit| Some(Number { default, least, most, unit });
        match self {
            Setting::MinimumAge => number(16, (0, 40), "years"),
            Setting::BlankIsNo => None,
            Setting::ReviewMonths => number(12, (1, 36), "months"),
            Setting::OpinionDays => number(5, (1, 60), "working days"),
            Setting::DecisionDays | Setting::AppealDecisionDays => number(10, (1, 60), "working days"),
            Setting::AppealDays => number(20, (1, 120), "working days"),
            Setting::PetitionReviewMonths => number(12, (1, 36), "months"),
            Setting::Threshold => number(7, (1, 7), "people"),
            Setting::PaperDays => number(14, (0, 120), "days"),
            Setting::ImportMegabytes => number(2_000, (1, 2_000), "megabytes"),
            Setting::ImportRows => number(5_000_000, (1, 5_000_000), "rows"),
        }
    }

    /// Whether a locality can have a value of its own.
    pub fn is_local(self) -> bool {
        matches!(
            self,
            Setting::OpinionDays
                | Setting::DecisionDays
                | Setting::AppealDays
                | Setting::AppealDecisionDays
                | Setting::PetitionReviewMonths
        )
    }

    /// As pages head it.
    pub fn label(self) -> &'static str {
        match self {
            Setting::MinimumAge => "Age from which people are in scope",
            Setting::BlankIsNo => "Blanks read as no",
            Setting::ReviewMonths => "Review of a decision",
            Setting::OpinionDays => "Time for opinions on a petition",
            Setting::DecisionDays => "Time to decide a petition",
            Setting::AppealDays => "Time to appeal against a rejection",
            Setting::AppealDecisionDays => "Time to decide an appeal",
            Setting::PetitionReviewMonths => "Review of an approved petition",
            Setting::Threshold => "Small counts that are hidden",
            Setting::PaperDays => "Time to key paper questionnaires",
            Setting::ImportMegabytes => "Largest import file",
            Setting::ImportRows => "Most rows of an import file",
        }
    }

    /// What it changes, in a sentence.
    pub fn changes(self) -> &'static str {
        match self {
            Setting::MinimumAge => {
                "Younger people are on the register and in no group. The next grouping run reads it; previews read it at once."
            }
            Setting::BlankIsNo => {
                "Where a practice's register is declared complete for a fact, a blank is read as no. The next grouping run reads it; previews read it at once."
            }
            Setting::ReviewMonths => "The review date offered where a judgement case is decided.",
            Setting::OpinionDays => {
                "Opinions asked from now on are due by it. Silence past the date is recorded and does not block."
            }
            Setting::DecisionDays => "Reviews that begin from now on are due by it.",
            Setting::AppealDays => "Rejections from now on can be appealed against for so long.",
            Setting::AppealDecisionDays => "Appeals made from now on are due by it.",
            Setting::PetitionReviewMonths => "The review date offered where a petition is approved.",
            Setting::Threshold => {
                "Counts from 1 to this number are hidden from those who may not list the people counted."
            }
            Setting::PaperDays => {
                "How long after a campaign closes paper that came in time can still be keyed. Then every answer is counted and the private key is destroyed."
            }
            Setting::ImportMegabytes => "Larger files are refused.",
            Setting::ImportRows => "Longer files are refused.",
        }
    }

    /// The value typed, or a sentence that says how to mend it.
    pub fn check(self, typed: &str) -> Result<i64, String> {
        let Some(Number { least, most, .. }) = self.number() else {
            return Err("This setting is a list".into());
        };
        let number: Option<i64> = typed.trim().replace(',', "").parse().ok();
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| format!("Enter a whole number from {least} to {most}"))
    }
}

/// A setting everywhere, or as one locality has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub setting: Setting,
    /// A locality's code.
    pub locality: Option<String>,
}

impl Key {
    pub fn everywhere(setting: Setting) -> Key {
        Key { setting, locality: None }
    }

    pub fn here(setting: Setting, locality: &str) -> Key {
        Key { setting, locality: Some(locality.to_owned()) }
    }

    /// From its name: `petitions.decision_days`, `petitions.decision_days@ALDERWICK`.
    pub fn read(name: &str) -> Option<Key> {
        match name.split_once('@') {
            None => Setting::from_word(name).map(Key::everywhere),
            Some((word, locality)) => {
                let setting = Setting::from_word(word).filter(|setting| setting.is_local())?;
                (!locality.is_empty()).then(|| Key::here(setting, locality))
            }
        }
    }

    pub fn name(&self) -> String {
        match &self.locality {
            None => self.setting.word().to_owned(),
            Some(locality) => format!("{}@{locality}", self.setting.word()),
        }
    }

    /// As pages head it.
    pub fn label(&self) -> String {
        match &self.locality {
            None => self.setting.label().to_owned(),
            Some(locality) => format!("{} in {locality}", self.setting.label()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locality_has_a_value_of_its_own_where_the_setting_can_have_one() {
        let here = Key::here(Setting::DecisionDays, "LOC01");
        assert_eq!(Key::read("petitions.decision_days@LOC01"), Some(here.clone()));
        assert_eq!(here.name(), "petitions.decision_days@LOC01");
        for setting in Setting::ALL {
            assert_eq!(Key::read(setting.word()), Some(Key::everywhere(*setting)));
        }
        for name in ["disclosure.threshold@LOC01", "petitions.decision_days@", "nothing"] {
            assert_eq!(Key::read(name), None, "{name}");
        }
    }

    #[test]
    fn every_default_is_a_value_that_can_be_typed() {
        for setting in Setting::ALL {
            if let Some(number) = setting.number() {
                assert_eq!(setting.check(&number.default.to_string()), Ok(number.default));
                assert!(setting.check(&(number.most + 1).to_string()).is_err());
                assert!(setting.check("").is_err() && setting.check("1.5").is_err());
            }
        }
        assert_eq!(Setting::ImportRows.check(" 1,000 "), Ok(1_000));
        assert_eq!(Setting::Threshold.check("0"), Err("Enter a whole number from 1 to 7".into()));
    }
}
