//! A petition as typed.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::petition::{Category, Petition};
use super::store;
use crate::page::{Mistakes, TypedDate, long_day, typed};
use crate::people::identified_text::{Said, Typed};

/// The longest case, in characters.
pub const LONGEST_CASE: usize = 4_000;
/// The longest other text, in characters.
pub const LONGEST: usize = 1_000;

/// A petition as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct PetitionForm {
    /// Pseudonym; of a new petition alone.
    pub person: String,
    pub to_group: String,
    pub category: String,
    /// `yes` or `no`.
    pub discussed: String,
    pub not_discussed_why: String,
    pub case_text: String,
    pub effective_day: String,
    pub effective_month: String,
    pub effective_year: String,
    /// `save` comes back later; all else goes on to the check.
    pub then: String,
    pub key: String,
    pub version: String,
    #[serde(flatten)]
    pub said: Said,
}

impl PetitionForm {
    /// Its free texts, to be looked through.
    pub fn texts<'a>(&self, said: &'a store::Said) -> [Typed<'a>; 2] {
        [
            Typed::new("case_text", "The case", &said.case_text),
            Typed::new("not_discussed_why", "Why it was not discussed", &said.not_discussed_why),
        ]
    }

    /// A form of somebody's that says nothing yet.
    pub fn fresh(pseudonym: &str, today: NaiveDate) -> PetitionForm {
        let effective = TypedDate::of(today);
        PetitionForm {
            person: pseudonym.to_owned(),
            effective_day: effective.day,
            effective_month: effective.month,
            effective_year: effective.year,
            ..PetitionForm::default()
        }
    }

    /// A draft as it stands.
    pub fn of(petition: &Petition) -> PetitionForm {
        let effective = petition.effective_on.map(TypedDate::of).unwrap_or_default();
        let discussed = petition.discussed.map_or("", |yes| if yes { "yes" } else { "no" });
        PetitionForm {
            to_group: petition.to_group.clone().unwrap_or_default(),
            category: petition.category.map_or("", Category::word).to_owned(),
            discussed: discussed.to_owned(),
            not_discussed_why: petition.not_discussed_why.clone(),
            case_text: petition.case_text.clone(),
            effective_day: effective.day,
            effective_month: effective.month,
            effective_year: effective.year,
            ..PetitionForm::default()
        }
    }

    pub fn effective(&self) -> TypedDate {
        TypedDate::new(&self.effective_day, &self.effective_month, &self.effective_year)
    }

    pub fn saves(&self) -> bool {
        self.then == "save"
    }

    /// What it says. A form that is only saved may lack anything, yet not say what cannot be.
    pub fn check(&self, today: NaiveDate, offered: &[String]) -> Result<store::Said, Mistakes> {
        let (mut mistakes, saves) = (Mistakes::new(), self.saves());
        let category = Category::from_word(&self.category);
        if category.is_none() && !(saves && self.category.is_empty()) {
            mistakes.add("category", "Choose why the person should be in another group");
        }
        let to_group = Some(self.to_group.clone()).filter(|code| offered.contains(code));
        let by_criteria = category == Some(Category::RecordWrong);
        if to_group.is_none() && !by_criteria && !(saves && self.to_group.is_empty()) {
            mistakes.add("to_group", "Choose the group the person should be in");
        }
        let case = mistakes.note("case_text", typed::text("The case", &self.case_text, LONGEST_CASE));
        if !saves && case.as_deref() == Some("") {
            mistakes.add("case_text", "Enter the case");
        }
        let discussed = match self.discussed.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        if discussed.is_none() && !saves {
            mistakes.add("discussed", "Say whether you have discussed this with the person or their carer");
        }
        let why =
            mistakes.note("not_discussed_why", typed::text("Why not", &self.not_discussed_why, LONGEST));
        if discussed == Some(false) && !saves && why.as_deref() == Some("") {
            mistakes.add("not_discussed_why", "Say why it was not discussed");
        }
        let effective_on = mistakes.note("effective", self.effective_on(today));
        match (why, case, effective_on) {
            (Some(why), Some(case_text), Some(effective_on)) if mistakes.is_empty() => Ok(store::Said {
                to_group: to_group.filter(|_| !by_criteria),
                category,
                case_text,
                discussed,
                not_discussed_why: if discussed == Some(false) { why } else { String::new() },
                effective_on,
            }),
            _ => Err(mistakes),
        }
    }

    fn effective_on(&self, today: NaiveDate) -> Result<Option<NaiveDate>, String> {
        match self.effective().check("Date of effect")? {
            None if self.saves() => Ok(None),
            None => Err("Enter the date of effect".into()),
            Some(day) => effective_date(day, today).map(Some),
        }
    }
}

/// A date of effect lies between today and a year ahead (design section 4).
pub fn effective_date(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, String> {
    let last = today.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
    match () {
        () if day < today => Err(format!("Date of effect must be {} or later", long_day(today))),
        () if day > last => Err(format!("Date of effect must be {} or earlier", long_day(last))),
        () => Ok(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn complete() -> PetitionForm {
        PetitionForm {
            to_group: "LTC_75".into(),
            category: "clinical_judgement".into(),
            discussed: "yes".into(),
            case_text: "Frail since the winter.".into(),
            ..PetitionForm::fresh("P-1", day("2026-11-24"))
        }
    }

    fn check(form: &PetitionForm) -> Result<store::Said, Mistakes> {
        form.check(day("2026-11-24"), &["LTC_75".into()])
    }

    #[test]
    fn a_complete_petition_is_taken_and_each_thing_missing_is_told() {
        assert!(check(&complete()).is_ok());
        let blank = PetitionForm::default();
        let mistakes = check(&blank).unwrap_err();
        let fields: Vec<&str> = mistakes.iter().map(|one| one.field.as_ref()).collect();
        assert_eq!(fields, ["category", "to_group", "case_text", "discussed", "effective"]);
    }

    #[test]
    fn a_draft_may_lack_anything_and_yet_not_say_what_cannot_be() {
        let blank = PetitionForm { then: "save".into(), ..PetitionForm::default() };
        assert_eq!(check(&blank), Ok(store::Said::default()));
        let odd = PetitionForm { to_group: "NOWHERE".into(), ..blank.clone() };
        assert!(check(&odd).unwrap_err().of("to_group").is_some());
        let past = PetitionForm { effective_day: "1 1 2020".into(), ..blank };
        assert!(check(&past).unwrap_err().of("effective").is_some());
    }

    #[test]
    fn not_discussed_needs_a_reason_and_a_wrong_record_no_group() {
        let silent = PetitionForm { discussed: "no".into(), ..complete() };
        assert!(check(&silent).unwrap_err().of("not_discussed_why").is_some());
        let told = PetitionForm { not_discussed_why: "Too ill".into(), ..silent };
        assert_eq!(check(&told).unwrap().not_discussed_why, "Too ill");
        let record = PetitionForm { category: "record_wrong".into(), to_group: String::new(), ..complete() };
        assert_eq!(check(&record).unwrap().to_group, None);
    }

    #[test]
    fn an_effect_lies_between_today_and_a_year_ahead() {
        let today = day("2026-11-24");
        assert!(effective_date(day("2026-11-23"), today).is_err());
        assert!(effective_date(day("2027-11-25"), today).is_err());
        assert_eq!(effective_date(day("2027-11-24"), today), Ok(day("2027-11-24")));
    }
}
