//! The form of one condition: its fields as typed, and the condition they say.

use super::super::conditions::Condition;
use super::super::expression::{Atom, Choice, Comparison, Expression};
use super::super::facts::{Flag, Level, Quantity, Sex};
use super::super::parser::parse;
use super::super::tokens::excerpt;
use crate::page::Mistakes;

/// The fields of a condition as typed. Field names are those of the members; `codes` may come several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConditionForm {
    /// `flag`, `number`, `condition`, `sex` or `level_of_need`; blank goes by the word.
    pub kind: String,
    /// The flag or the number that is asked, such as `dementia` or `age`.
    pub word: String,
    /// Of a number a comparison; of the others `=`, `!=` or `in`.
    pub operator: String,
    /// Of a number.
    pub value: String,
    /// The registers, by code or name, or the values of `sex` and `level_of_need`.
    pub codes: Vec<String>,
    /// `yes` where the opposite is asked.
    pub not: String,
}

/// The values of a field that chooses the kind of a condition.
pub const KINDS: [&str; 5] = ["flag", "number", "condition", "sex", "level_of_need"];

impl ConditionForm {
    /// The fields of a posted form; others are passed over.
    pub fn read<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> ConditionForm {
        let mut form = ConditionForm::default();
        for (name, value) in fields {
            let value = value.trim().to_owned();
            match name {
                "kind" => form.kind = value,
                "word" => form.word = value,
                "operator" => form.operator = value,
                "value" => form.value = value,
                "codes" if !value.is_empty() => form.codes.push(value),
                "not" => form.not = value,
                _ => {}
            }
        }
        form
    }

    /// The fields that say a condition or the opposite of one; nothing for a group.
    pub fn of(expression: &Expression) -> Option<ConditionForm> {
        match expression {
            Expression::Atom(atom) => Some(ConditionForm::of_atom(atom)),
            Expression::Not(part) => match &**part {
                Expression::Atom(atom) => {
                    Some(ConditionForm { not: "yes".into(), ..ConditionForm::of_atom(atom) })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn of_atom(atom: &Atom) -> ConditionForm {
        let form = |kind: &str| ConditionForm { kind: kind.into(), ..ConditionForm::default() };
        match atom {
            Atom::Flag(flag) => ConditionForm { word: flag.word().into(), ..form("flag") },
            Atom::Number(quantity, comparison, number) => ConditionForm {
                word: quantity.word().into(),
                operator: comparison.sign().into(),
                value: number.to_string(),
                ..form("number")
            },
            Atom::Condition(condition) => ConditionForm {
                operator: "=".into(),
                codes: vec![condition.code().into()],
                ..form("condition")
            },
            Atom::AnyCondition(conditions) => ConditionForm {
                operator: "in".into(),
                codes: conditions.iter().map(|condition| condition.code().into()).collect(),
                ..form("condition")
            },
            Atom::Sex(choice) => of_choice("sex", choice, Sex::word),
            Atom::LevelOfNeed(choice) => of_choice("level_of_need", choice, Level::word),
        }
    }

    /// The condition, or every field that is wrong.
    pub fn check(&self) -> Result<Expression, Mistakes> {
        let atom = match self.kind() {
            "flag" => self.flag(),
            "number" => self.number(),
            "condition" => self.condition(),
            "sex" => self.choice("sex", &Sex::ALL, Sex::word).map(Atom::Sex),
            "level_of_need" => self.choice("level of need", &Level::ALL, Level::word).map(Atom::LevelOfNeed),
            _ => Err(Mistakes::of_one("kind", "Choose what is asked of a person")),
        };
        let atom = Expression::Atom(atom?);
        Ok(if self.not.is_empty() { atom } else { Expression::Not(Box::new(atom)) })
    }

    fn kind(&self) -> &str {
        match &*self.kind {
            "" if Flag::of_word(&self.word).is_some() => "flag",
            "" if Quantity::of_word(&self.word).is_some() => "number",
            "" => &self.word,
            kind => kind,
        }
    }

    fn flag(&self) -> Result<Atom, Mistakes> {
        let flag = Flag::of_word(&self.word);
        flag.map(Atom::Flag).ok_or_else(|| Mistakes::of_one("word", "Choose a fact that is yes or no"))
    }

    fn number(&self) -> Result<Atom, Mistakes> {
        let mut mistakes = Mistakes::new();
        let quantity = Quantity::of_word(&self.word).ok_or("Choose what is counted or measured");
        let quantity = mistakes.note("word", quantity);
        let comparison = Comparison::ALL.into_iter().find(|one| one.sign() == self.operator);
        let comparison = mistakes.note("operator", comparison.ok_or("Choose how it is compared"));
        let value = mistakes.note("value", digits(&self.value));
        let (Some(quantity), Some(comparison), Some(value)) = (quantity, comparison, value) else {
            return Err(mistakes);
        };
        match parse(&format!("{} {} {value}", quantity.word(), comparison.sign())) {
            Ok(parsed) => match parsed.expression {
                Expression::Atom(atom) => Ok(atom),
                _ => Err(Mistakes::of_one("value", "Enter one number")),
            },
            Err(mistake) => Err(Mistakes::of_one("value", mistake.message)),
        }
    }

    fn condition(&self) -> Result<Atom, Mistakes> {
        let mut mistakes = Mistakes::new();
        if self.codes.is_empty() {
            mistakes.add("codes", "Enter a condition register by its code or name");
        }
        let mut registers = Vec::new();
        for typed in &self.codes {
            match registers_named(typed) {
                Ok(named) => registers.extend(named),
                Err(messages) => messages.into_iter().for_each(|message| mistakes.add("codes", message)),
            }
        }
        match (&*registers, mistakes.is_empty()) {
            (_, false) => Err(mistakes),
            ([only], true) if self.operator != "in" => Ok(Atom::Condition(*only)),
            (_, true) => Ok(Atom::AnyCondition(registers)),
        }
    }

    fn choice<T: Copy>(
        &self,
        what: &str,
        values: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<Choice<T>, Mistakes> {
        let mut mistakes = Mistakes::new();
        let value = |typed: &String| values.iter().copied().find(|value| name(*value) == typed);
        let chosen: Option<Vec<T>> = self.codes.iter().map(value).collect();
        let chosen = chosen.filter(|chosen| !chosen.is_empty());
        let chosen = mistakes.note("codes", chosen.ok_or_else(|| format!("Choose one {what} or more")));
        let Some(chosen) = chosen else { return Err(mistakes) };
        match (&*self.operator, &*chosen) {
            ("!=", [only]) => Ok(Choice::IsNot(*only)),
            ("!=", _) => Err(Mistakes::of_one("codes", format!("Choose one {what} that it is not"))),
            ("in", _) | (_, [_, _, ..]) => Ok(Choice::In(chosen)),
            (_, one) => Ok(Choice::Is(one[0])),
        }
    }
}

fn of_choice<T: Copy>(kind: &str, choice: &Choice<T>, word: fn(T) -> &'static str) -> ConditionForm {
    let operator = match choice {
        Choice::Is(_) => "=",
        Choice::IsNot(_) => "!=",
        Choice::In(_) => "in",
    };
    ConditionForm {
        kind: kind.into(),
        operator: operator.into(),
        codes: choice.values().iter().map(|value| word(*value).into()).collect(),
        ..ConditionForm::default()
    }
}

/// A number as the language writes it, of one typed like £1,200.50.
fn digits(typed: &str) -> Result<String, &'static str> {
    let number: String = typed.trim_start_matches('£').chars().filter(|sign| *sign != ',').collect();
    match number.trim() {
        "" => Err("Enter a number"),
        number if number.chars().all(|sign| sign.is_ascii_digit() || sign == '.') => Ok(number.to_owned()),
        _ => Err("Enter a number in digits, such as 75 or 12.5"),
    }
}

/// The register of a code or name, or the registers of several, with commas between them or, of codes, spaces.
///
/// # Errors
/// A sentence for each that is none, which names it alone.
fn registers_named(typed: &str) -> Result<Vec<Condition>, Vec<String>> {
    if let Some(one) = register_named(typed) {
        return Ok(vec![one]);
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for part in typed.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let codes: Vec<Option<Condition>> =
            part.split_whitespace().map(|code| Condition::of_code(&code.to_uppercase())).collect();
        match register_named(part) {
            Some(one) => found.push(one),
            None if codes.iter().any(Option::is_some) => {
                found.extend(codes.iter().flatten());
                let words = part.split_whitespace().zip(&codes).filter(|(_, code)| code.is_none());
                unknown.extend(words.map(|(word, _)| no_register(word)));
            }
            None => unknown.push(no_register(part)),
        }
    }
    match (found.is_empty(), unknown.is_empty()) {
        (false, true) => Ok(found),
        (true, true) => Err(vec![no_register(typed)]),
        (_, false) => Err(unknown),
    }
}

/// By code, by name, or by both as "Diabetes mellitus (DM)".
fn register_named(typed: &str) -> Option<Condition> {
    let typed = typed.trim();
    let code = typed.rsplit_once('(').and_then(|(_, code)| code.strip_suffix(')')).unwrap_or(typed);
    let named = |condition: &Condition| condition.name().to_lowercase() == typed.to_lowercase();
    Condition::of_code(&code.to_uppercase()).or_else(|| Condition::ALL.into_iter().find(named))
}

fn no_register(typed: &str) -> String {
    let words = typed.trim().to_lowercase();
    let like =
        Condition::ALL.into_iter().filter(|condition| condition.name().to_lowercase().contains(&words));
    let like: Vec<String> = like.take(3).map(|one| format!("{} ({})", one.name(), one.code())).collect();
    let shown = excerpt(typed);
    match &*like {
        [] => format!("{shown} is no condition register. Enter its code or name, such as DM"),
        like => format!("{shown} is no condition register. Did you mean {}?", like.join(", or ")),
    }
}
