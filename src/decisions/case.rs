//! Judgement cases: what one hangs on, which groups it could be, who is concerned, and what a decision makes of it.

use std::fmt;

use crate::runs::reason::Reason;

/// What a case is about. None among the groups is not placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// The facts it hangs on, by name; empty where too many are not known to name them.
    pub facts: Vec<String>,
    /// The groups it could be, in precedence order, none last.
    pub could_be: Vec<Option<String>>,
}

/// How "not placed" is written among the codes of groups.
const NOWHERE: &str = "none";

impl Pattern {
    /// Of a provisional placement. Where too many facts are not known, it could be any of `all` groups.
    pub fn of(reason: &Reason, all: &[String]) -> Pattern {
        let could_be = match reason.too_many_unknown {
            true => all.iter().cloned().map(Some).chain([None]).collect(),
            false => reason.could_be.clone(),
        };
        Pattern { facts: reason.hangs_on.clone(), could_be }
    }

    /// As it is stored.
    pub fn read(facts: &str, could_be: &str) -> Pattern {
        let parts = |text: &str| text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let groups: Vec<String> = parts(could_be);
        let could_be = groups.into_iter().map(|code| (code != NOWHERE).then_some(code)).collect();
        Pattern { facts: parts(facts), could_be }
    }

    pub fn facts_text(&self) -> String {
        self.facts.join(";")
    }

    pub fn could_be_text(&self) -> String {
        let words: Vec<&str> = self.could_be.iter().map(|code| word(code.as_deref())).collect();
        words.join(";")
    }

    /// Whether a network that cares for some groups in the locality is asked: those of the groups it could be.
    pub fn concerns(&self, cared_for: &[String]) -> bool {
        self.could_be.iter().flatten().any(|code| cared_for.contains(code))
    }

    /// The groups that are left where some are ruled out.
    pub fn remaining(&self, ruled_out: &[Option<String>]) -> Vec<Option<String>> {
        self.could_be.iter().filter(|group| !ruled_out.contains(group)).cloned().collect()
    }
}

/// A group's word in addresses, forms and rows: its code, or that there is none.
pub fn word(code: Option<&str>) -> &str {
    code.unwrap_or(NOWHERE)
}

/// What a network says of a case. None is no group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    In(Option<String>),
    NotIn(Option<String>),
}

impl Choice {
    /// From the form's word: `in:LTC_75`, `not:SEMI`, `in:none`.
    pub fn read(word: &str) -> Option<Choice> {
        let (kind, code) = word.split_once(':')?;
        let code = (code != NOWHERE).then(|| code.to_owned());
        match kind {
            "in" => Some(Choice::In(code)),
            "not" => Some(Choice::NotIn(code)),
            _ => None,
        }
    }

    pub fn group(&self) -> Option<&str> {
        match self {
            Choice::In(code) | Choice::NotIn(code) => code.as_deref(),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self, Choice::In(_)) { "in" } else { "not" };
        write!(out, "{kind}:{}", word(self.group()))
    }
}

/// What a choice makes of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The person is held here.
    Held(Option<String>),
    /// The case stays open between these.
    Narrowed(Vec<Option<String>>),
    /// The group is none of those that are left.
    NotAmongThem,
    /// The person stands in the group ruled out, and several others are left.
    WhichThen,
}

/// Settles or narrows a case with these groups left, of somebody who stands in one of them for the time being.
pub fn settle(remaining: &[Option<String>], stands_in: Option<&str>, choice: &Choice) -> Settled {
    let (Choice::In(group) | Choice::NotIn(group)) = choice;
    if !remaining.contains(group) {
        return Settled::NotAmongThem;
    }
    if let Choice::In(group) = choice {
        return Settled::Held(group.clone());
    }
    let left: Vec<Option<String>> = remaining.iter().filter(|one| *one != group).cloned().collect();
    match &*left {
        [] => Settled::NotAmongThem,
        [only] => Settled::Held(only.clone()),
        _ if group.as_deref() == stands_in => Settled::WhichThen,
        _ => Settled::Narrowed(left),
    }
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Open,
    /// A practice is asked for a fact.
    Asked,
    /// Somebody is held by a decision.
    Decided,
    /// A register or an answer settled it.
    Retired,
}

impl State {
    pub const ALL: [State; 4] = [State::Open, State::Asked, State::Decided, State::Retired];

    /// As an address has it.
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Asked => "asked",
            State::Decided => "decided",
            State::Retired => "retired",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }

    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Open => "Judgement case",
            State::Asked => "Information requested",
            State::Decided => "Held",
            State::Retired => "Completed",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(codes: &[&str]) -> Vec<Option<String>> {
        codes.iter().map(|code| (*code != NOWHERE).then(|| (*code).to_owned())).collect()
    }

    fn not(code: &str) -> Choice {
        Choice::NotIn(Some(code.into()))
    }

    #[test]
    fn ruling_out_one_of_two_settles_and_one_of_three_narrows() {
        let two = groups(&["SEMI", "HEALTHY_16_74"]);
        assert_eq!(settle(&two, Some("HEALTHY_16_74"), &not("SEMI")), Settled::Held(two[1].clone()));
        assert_eq!(settle(&two, Some("HEALTHY_16_74"), &not("HEALTHY_16_74")), Settled::Held(two[0].clone()));
        let three = groups(&["EXCLUDED", "SEMI", "none"]);
        let left = groups(&["EXCLUDED", "none"]);
        assert_eq!(settle(&three, None, &not("SEMI")), Settled::Narrowed(left));
        assert_eq!(settle(&three, None, &Choice::NotIn(None)), Settled::WhichThen);
        assert_eq!(settle(&three, None, &Choice::In(None)), Settled::Held(None));
        assert_eq!(settle(&three, None, &not("LTC_75")), Settled::NotAmongThem);
    }

    #[test]
    fn the_networks_of_the_groups_it_could_be_are_concerned_and_no_others() {
        let pattern = Pattern { facts: vec!["homeless".into()], could_be: groups(&["EXCLUDED", "none"]) };
        assert!(pattern.concerns(&["SEMI".into(), "EXCLUDED".into()]));
        assert!(!pattern.concerns(&["SEMI".into()]));
        assert!(!pattern.concerns(&[]));
    }

    #[test]
    fn with_too_many_facts_not_known_it_could_be_any_group() {
        let reason = Reason { too_many_unknown: true, ..Reason::default() };
        let pattern = Pattern::of(&reason, &["A".into(), "B".into()]);
        assert_eq!(pattern.could_be, groups(&["A", "B", "none"]));
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read_back(
            facts in prop::collection::vec("[a-z_]{1,9}(:[A-Z]{2})?", 0..4),
            codes in prop::collection::vec(prop::option::of("[A-Z_0-9]{1,9}"), 0..4),
        ) {
            let pattern = Pattern { facts, could_be: codes };
            prop_assert_eq!(Pattern::read(&pattern.facts_text(), &pattern.could_be_text()), pattern);
        }

        #[test]
        fn a_choice_is_read_back_from_its_word(code in prop::option::of("[A-Z_0-9]{1,9}"), is_in in any::<bool>()) {
            let choice = if is_in { Choice::In(code) } else { Choice::NotIn(code) };
            prop_assert_eq!(Choice::read(&choice.to_string()), Some(choice));
        }

        #[test]
        fn nobody_is_held_where_the_case_could_not_be(count in 2usize..6, at in 0usize..6, stands in 0usize..6, is_in in any::<bool>()) {
            let remaining: Vec<Option<String>> = (0..count).map(|at| Some(format!("G{at}"))).collect();
            let group = Some(format!("G{at}"));
            let choice = if is_in { Choice::In(group.clone()) } else { Choice::NotIn(group.clone()) };
            let stands = format!("G{stands}");
            match settle(&remaining, Some(&stands), &choice) {
                Settled::Held(held) => {
                    prop_assert!(remaining.contains(&held));
                    prop_assert_eq!(is_in, held == group);
                }
                Settled::Narrowed(left) => {
                    prop_assert!(left.contains(&Some(stands.clone())) || !remaining.contains(&Some(stands)));
                    prop_assert!(!left.contains(&group) && left.len() + 1 == remaining.len());
                }
                Settled::NotAmongThem => prop_assert!(!remaining.contains(&group)),
                Settled::WhichThen => prop_assert_eq!(group, Some(stands)),
            }
        }
    }
}
