//! A practice's answer as typed: yes, no or not known; a count; or the registers a person is on.

use crate::criteria::conditions::{Condition, ConditionSet};
use crate::page::Mistakes;
use crate::people::corrections::{Correctable, Value};

/// What a practice says of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Value(Value),
    NotKnown,
}

/// An answer as typed. Of a count, `answer` may be blank where `count` is given; of registers, `none` says there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerForm {
    pub answer: String,
    pub count: String,
    pub conditions: Vec<String>,
    pub none: bool,
    pub key: String,
}

impl AnswerForm {
    pub fn of(fields: Vec<(String, String)>) -> AnswerForm {
        let mut form = AnswerForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "answer" => form.answer = value,
                "count" => form.count = value,
                "conditions" => form.conditions.push(value),
                "none" => form.none = value == "yes",
                "key" => form.key = value,
                _ => {}
            }
        }
        form
    }

    pub fn is_not_known(&self) -> bool {
        self.answer == "not_known"
    }

    /// As shown back beside somebody else's answer.
    pub fn in_words(&self) -> String {
        match () {
            () if self.is_not_known() => "not known".into(),
            () if self.none => "none".into(),
            () if !self.conditions.is_empty() => self.conditions.join(", "),
            () if !self.count.trim().is_empty() => self.count.trim().to_owned(),
            () => self.answer.clone(),
        }
    }

    pub fn check(&self, fact: Correctable) -> Result<Answered, Mistakes> {
        if self.is_not_known() {
            return match fact {
                Correctable::Conditions if self.none || !self.conditions.is_empty() => Err(Mistakes::of_one(
                    "conditions",
                    "Choose registers, or that they are not known, not both",
                )),
                Correctable::LtcCount | Correctable::UnplannedAdmissions if !self.count.trim().is_empty() => {
                    Err(Mistakes::of_one("count", "Enter the number, or say that it is not known, not both"))
                }
                _ => Ok(Answered::NotKnown),
            };
        }
        let value = match fact {
            Correctable::Flag(_) => {
                let value = fact.read(&self.answer);
                value.ok_or_else(|| Mistakes::of_one("answer", "Choose yes, no or not known"))
            }
            Correctable::Conditions => self.registers().map(Value::Conditions),
            Correctable::LtcCount | Correctable::UnplannedAdmissions => {
                let most = if fact == Correctable::LtcCount { 40 } else { 365 };
                let number = self.count.trim().parse::<u16>().ok().filter(|number| *number <= most);
                let value = number.and_then(|number| fact.read(&number.to_string()));
                let mend = format!("Enter a whole number from 0 to {most}, or say that it is not known");
                value.ok_or_else(|| Mistakes::of_one("count", mend))
            }
        };
        value.map(Answered::Value)
    }

    fn registers(&self) -> Result<ConditionSet, Mistakes> {
        let codes = self.conditions.iter().map(|code| Condition::of_code(code));
        match (codes.collect::<Option<ConditionSet>>(), self.none) {
            (Some(set), false) if set != ConditionSet::default() => Ok(set),
            (Some(set), true) if set == ConditionSet::default() => Ok(set),
            (Some(_), true) => {
                Err(Mistakes::of_one("conditions", "Choose registers, or that there are none, not both"))
            }
            _ => Err(Mistakes::of_one(
                "conditions",
                "Choose the registers the person is on, or that there are none",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criteria::facts::Flag;

    fn form(answer: &str, count: &str, conditions: &[&str], none: bool) -> AnswerForm {
        AnswerForm {
            answer: answer.into(),
            count: count.into(),
            conditions: conditions.iter().map(|code| (*code).to_owned()).collect(),
            none,
            key: String::new(),
        }
    }

    #[test]
    fn each_kind_of_fact_has_its_answer_and_each_may_be_not_known() {
        let flag = Correctable::Flag(Flag::Homeless);
        let value = |answered| Ok(Answered::Value(answered));
        assert_eq!(form("yes", "", &[], false).check(flag), value(Value::Flag(Flag::Homeless, true)));
        assert_eq!(form("", " 3 ", &[], false).check(Correctable::LtcCount), value(Value::LtcCount(3)));
        let set = [Condition::Dm, Condition::Af].into_iter().collect();
        let registers = Correctable::Conditions;
        assert_eq!(form("", "", &["DM", "AF"], false).check(registers), value(Value::Conditions(set)));
        let none = value(Value::Conditions(ConditionSet::default()));
        assert_eq!(form("", "", &[], true).check(registers), none);
        for fact in [flag, registers, Correctable::LtcCount] {
            assert_eq!(form("not_known", "", &[], false).check(fact), Ok(Answered::NotKnown));
        }
    }

    #[test]
    fn nothing_chosen_and_both_chosen_are_mistakes() {
        let flag = Correctable::Flag(Flag::Homeless);
        assert!(form("", "", &[], false).check(flag).is_err());
        assert!(form("perhaps", "", &[], false).check(flag).is_err());
        for count in ["", "41", "-1", "3.5", "three"] {
            assert!(form("", count, &[], false).check(Correctable::LtcCount).is_err(), "{count}");
        }
        assert!(form("not_known", "3", &[], false).check(Correctable::LtcCount).is_err());
        for form in [
            form("", "", &[], false),
            form("", "", &["DM"], true),
            form("", "", &["XX"], false),
            form("not_known", "", &["DM"], false),
        ] {
            assert!(form.check(Correctable::Conditions).is_err(), "{form:?}");
        }
    }
}
