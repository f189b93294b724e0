//! Why somebody is where they are, in the form in which a run stores it.

use serde::{Deserialize, Serialize};

use super::placement::Outcome;
use super::rules::Rules;
use crate::criteria::answer::Answer;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::facts::Facts;

/// How a condition stood when it decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Met,
    NotMet,
    /// Its fact is not known, and was read as no for the time being.
    NotKnown,
    /// Its fact is blank in a register declared complete.
    ReadAsNo,
}

impl Standing {
    /// How a condition stands for somebody.
    pub fn of(atom: &Atom, facts: &Facts) -> Standing {
        match atom.answer_by(&|test| test.answer(facts)) {
            Answer::NotKnown => Standing::NotKnown,
            Answer::Yes => Standing::Met,
            Answer::No if atom.asked().tests.iter().any(|test| test.reads_blank(facts)) => Standing::ReadAsNo,
            Answer::No => Standing::NotMet,
        }
    }
}

/// A condition that decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decided {
    /// The canonical text, such as `ltc_count >= 1`.
    pub condition: String,
    pub standing: Standing,
}

/// The conditions that decided: those of the group's criterion, or, for somebody not placed, one that failed in each.
pub fn deciding(rules: &Rules, group: Option<usize>, facts: &Facts) -> Vec<Decided> {
    let mut atoms: Vec<&Atom> = Vec::new();
    match group {
        Some(group) => gather(&rules.home()[group].criterion, facts, &mut atoms),
        None => rules.home().iter().for_each(|group| gather(&group.criterion, facts, &mut atoms)),
    }
    let mut decided: Vec<Decided> = Vec::new();
    for atom in atoms {
        let one = Decided { condition: atom.to_string(), standing: Standing::of(atom, facts) };
        if !decided.contains(&one) {
            decided.push(one);
        }
    }
    decided
}

/// The atoms that make an expression what it provisionally is.
fn gather<'a>(expression: &'a Expression, facts: &Facts, atoms: &mut Vec<&'a Atom>) {
    let met = expression.provisionally(facts);
    let deciding = |part: &&Expression| part.provisionally(facts) == met;
    let parts = expression.parts().iter();
    match expression {
        Expression::Atom(atom) => atoms.push(atom),
        Expression::Not(part) => gather(part, facts, atoms),
        Expression::And(_) if !met => {
            parts.filter(deciding).take(1).for_each(|part| gather(part, facts, atoms))
        }
        _ => parts.filter(deciding).for_each(|part| gather(part, facts, atoms)),
    }
}

/// An outcome as a run stores it, with codes for groups and names for facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub group: Option<String>,
    pub decided: Vec<Decided>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_meets: Vec<String>,
    /// None stands for "not placed".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub could_be: Vec<Option<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hangs_on: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub too_many_unknown: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_as_no: Vec<String>,
}

impl Reason {
    pub fn of(outcome: &Outcome, rules: &Rules) -> Reason {
        let code = |group: &usize| rules.home()[*group].code.clone();
        Reason {
            group: outcome.group.as_ref().map(code),
            decided: outcome.decided.clone(),
            also_meets: outcome.also_meets.iter().map(code).collect(),
            could_be: outcome.could_be.iter().map(|group| group.as_ref().map(code)).collect(),
            hangs_on: outcome.hangs_on.iter().map(ToString::to_string).collect(),
            too_many_unknown: outcome.too_many_unknown,
            read_as_no: outcome.leaned_on.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Reason {
    /// The reason as one cell of a file: the conditions that decided and how they stood, and what is not certain.
    pub fn in_a_line(&self) -> String {
        let mut parts: Vec<String> = self.decided.iter().map(Decided::in_a_line).collect();
        if self.group.is_none() {
            parts.insert(0, "no group's criteria are met".into());
        }
        if self.too_many_unknown {
            parts.push("too many facts are not known".into());
        }
        if !self.could_be.is_empty() {
            let could_be: Vec<&str> =
                self.could_be.iter().map(|code| code.as_deref().unwrap_or("no group")).collect();
            parts.push(format!("could be {}", could_be.join(" or ")));
        }
        if !self.hangs_on.is_empty() {
            parts.push(format!("hangs on {}", self.hangs_on.join(", ")));
        }
        if !self.read_as_no.is_empty() {
            parts.push(format!("read as no: register declared complete: {}", self.read_as_no.join(", ")));
        }
        parts.join("; ")
    }
}

impl Decided {
    fn in_a_line(&self) -> String {
        let how = match self.standing {
            Standing::Met => "met",
            Standing::NotMet => "not met",
            Standing::NotKnown => "not known",
            Standing::ReadAsNo => "read as no",
        };
        format!("{how}: {}", self.condition)
    }
}
