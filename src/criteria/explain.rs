//! How an expression stands for one person: each condition met, not met or not known, with the fact it rests on.

use chrono::NaiveDate;

use super::answer::Answer;
use super::expression::{Atom, Expression, Hundredths};
use super::facts::{Ended, Facts, Quantity};
use super::form::{Form, Literal};
use super::phrases::pounds;

/// A condition, or several under words such as "at least one of these is true".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub text: String,
    pub answer: Answer,
    /// The answer rests on a blank in a register declared complete.
    pub read_as_no: bool,
    /// What is known, such as "aged 43" or "2 long-term conditions"; a condition has one, a list has none.
    pub fact: Option<String>,
    pub parts: Vec<Explained>,
}

impl Explained {
    pub fn of(expression: &Expression, facts: &Facts) -> Explained {
        Explained::form(&Form::of(expression), facts)
    }

    /// The single conditions, in their order.
    pub fn conditions(&self) -> Vec<&Explained> {
        match self.parts.is_empty() {
            true => vec![self],
            false => self.parts.iter().flat_map(Explained::conditions).collect(),
        }
    }

    fn form(form: &Form<'_>, facts: &Facts) -> Explained {
        let parts: Vec<Explained> = form.parts().iter().map(|part| Explained::form(part, facts)).collect();
        let answers = || parts.iter().map(|part| part.answer);
        let (answer, read_as_no, fact) = match form {
            Form::Literal(literal) => {
                let (answer, read_as_no) = stand(literal, facts);
                (answer, read_as_no, Some(known(literal, facts)))
            }
            Form::All(_) => (answers().min().unwrap_or(Answer::Yes), false, None),
            Form::Any(_) => (answers().max().unwrap_or(Answer::No), false, None),
            Form::AtLeast(least, _) => (Answer::at_least(*least, answers()), false, None),
            Form::Fewer(least, _) => (!Answer::at_least(*least, answers()), false, None),
        };
        Explained { text: form.heading(), answer, read_as_no, fact, parts }
    }
}

fn stand(literal: &Literal<'_>, facts: &Facts) -> (Answer, bool) {
    match literal {
        Literal::Asked { atom, wanted } => {
            let answer = atom.answer_by(&|test| test.answer(facts));
            let blank = atom.asked().tests.iter().any(|test| test.reads_blank(facts));
            (if *wanted { answer } else { !answer }, blank)
        }
        Literal::Ages { from, to } => {
            let age = u64::from(facts.age);
            (Answer::from(from.is_none_or(|from| age >= from) && to.is_none_or(|to| age <= to)), false)
        }
    }
}

fn known(literal: &Literal<'_>, facts: &Facts) -> String {
    match literal {
        Literal::Ages { .. } => format!("aged {}", facts.age),
        Literal::Asked { atom, .. } => fact_in_words(atom, facts),
    }
}

/// What is known of the fact an atom asks.
pub fn fact_in_words(atom: &Atom, facts: &Facts) -> String {
    const NOT_KNOWN: &str = "not known";
    const READ_AS_NO: &str = "blank, read as no: register declared complete";
    let tests = atom.asked().tests;
    if tests.iter().any(|test| test.reads_blank(facts)) {
        return READ_AS_NO.into();
    }
    match atom {
        Atom::Flag(flag) => match facts.recorded_flag(*flag) {
            Some(true) => "yes".into(),
            Some(false) => "no".into(),
            None => NOT_KNOWN.into(),
        },
        Atom::Condition(condition) => match facts.condition(*condition) {
            Answer::Yes => "on the register".into(),
            Answer::No => "not on the register".into(),
            Answer::NotKnown => NOT_KNOWN.into(),
        },
        Atom::AnyCondition(conditions) => match facts.conditions {
            None => NOT_KNOWN.into(),
            Some(set) => {
                let on: Vec<&str> =
                    conditions.iter().filter(|one| set.has(**one)).map(|one| one.code()).collect();
                if on.is_empty() { "on none of them".into() } else { format!("on {}", on.join(", ")) }
            }
        },
        Atom::Number(quantity, ..) => quantity_in_words(*quantity, facts).unwrap_or_else(|| NOT_KNOWN.into()),
        Atom::Sex(_) => facts.sex.map_or(NOT_KNOWN, |sex| sex.word()).into(),
        Atom::LevelOfNeed(_) => facts.level_of_need.map_or(NOT_KNOWN, |level| level.word()).into(),
    }
}

fn quantity_in_words(quantity: Quantity, facts: &Facts) -> Option<String> {
    let counted = |count: u64, what: &str| match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    match quantity {
        Quantity::Age => Some(format!("aged {}", facts.age)),
        Quantity::LtcCount => facts.ltc_count.map(|count| counted(count.into(), "long-term condition")),
        Quantity::UnplannedAdmissions => {
            facts.unplanned_admissions.map(|count| counted(count.into(), "unplanned admission"))
        }
        Quantity::RiskScore => {
            facts.risk_score.map(|score| format!("risk score {}", Hundredths(score.into())))
        }
        Quantity::AnnualCost => facts.annual_cost.map(|pence| pounds(pence.unsigned_abs())),
        Quantity::YearsSinceCancerTreatment => match facts.cancer_treatment_ended {
            Ended::NotKnown => None,
            Ended::Never => Some("no treatment recorded".into()),
            Ended::On(day) => Some(format!("treatment ended on {}", in_full(day))),
        },
    }
}

fn in_full(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
