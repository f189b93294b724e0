//! Cases in words: groups by the labels of their locality's scheme, decisions, questions.

use super::case::Choice;
use super::questions::{Asked, Question, Withdrawn};
use super::store::{Decision, Kind};
use crate::groups::schemes::store::Schemes;
use crate::page::Choice as Offered;
use crate::people::corrections::Correctable;
use crate::people::person::capital;

/// Several of them, with a capital at the start.
pub fn groups(schemes: &Schemes, locality_id: i64, codes: &[Option<String>]) -> String {
    let groups: Vec<String> = codes.iter().map(|code| schemes.place(locality_id, code.as_deref())).collect();
    capital(groups.join("; "))
}

/// What can be decided between these groups.
pub fn choices(schemes: &Schemes, locality_id: i64, remaining: &[Option<String>]) -> Vec<Offered> {
    let within = |code: &Option<String>| Choice::In(code.clone());
    let without = |code: &Option<String>| code.as_ref().map(|code| Choice::NotIn(Some(code.clone())));
    let choices = remaining.iter().map(within).chain(remaining.iter().filter_map(without));
    choices.map(|choice| Offered::new(choice.to_string(), chosen(schemes, locality_id, &choice))).collect()
}

/// "In Learning disability", "Not in Learning disability", "In no group".
pub fn chosen(schemes: &Schemes, locality_id: i64, choice: &Choice) -> String {
    let kind = if matches!(choice, Choice::In(_)) { "In" } else { "Not in" };
    format!("{kind} {}", schemes.place(locality_id, choice.group()))
}

/// What was decided, as people read it.
pub fn decided(schemes: &Schemes, decision: &Decision) -> String {
    let group = schemes.place(decision.locality_id, decision.group_code.as_deref());
    match decision.kind {
        Kind::InGroup => format!("In {group}"),
        Kind::NotInGroup => format!("Not in {group}"),
        Kind::Ending => format!("Decision {} ended", decision.ends.as_deref().unwrap_or_default()),
    }
}

/// How a question stands, as people read it.
pub fn asked(question: &Question) -> String {
    match (question.state, &question.answer, question.withdrawn_why) {
        (Asked::Asked, ..) => "Waiting for the practice".into(),
        (Asked::Answered, Some(answer), _) => {
            let value = Correctable::from_word(&question.fact).and_then(|fact| fact.read(answer));
            format!("Answered: {}", value.map_or_else(|| "not known".into(), |value| value.in_words()))
        }
        (_, _, Some(Withdrawn::Decided)) => "Withdrawn: decided without it".into(),
        (_, _, Some(Withdrawn::Register)) => "Withdrawn: the register now knows".into(),
        (_, _, Some(Withdrawn::Run)) => "Withdrawn: the group no longer hangs on it".into(),
        (_, _, Some(Withdrawn::Left)) => "Withdrawn: the person has left".into(),
        (Asked::Answered | Asked::Withdrawn, ..) => "Ended".into(),
    }
}
