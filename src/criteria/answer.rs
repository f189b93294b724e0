//! Yes, no or not known: Kleene's three values, in which criteria are answered.

use serde::{Deserialize, Serialize};

/// The order is that of truth, so that *and* is the least part and *or* the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    No,
    NotKnown,
    Yes,
}

impl Answer {
    pub fn is_yes(self) -> bool {
        self == Answer::Yes
    }

    /// Whether it is yes, where that is known.
    pub fn known(self) -> Option<bool> {
        (self != Answer::NotKnown).then_some(self == Answer::Yes)
    }

    /// What the provisional reading makes of it: a fact that is not known reads as no.
    pub fn or_no(self) -> Answer {
        if self == Answer::NotKnown { Answer::No } else { self }
    }

    /// Whether `least` or more of the parts are yes.
    pub fn at_least(least: usize, parts: impl Iterator<Item = Answer>) -> Answer {
        let (mut yes, mut open) = (0, 0);
        for part in parts {
            yes += usize::from(part == Answer::Yes);
            open += usize::from(part == Answer::NotKnown);
        }
        match () {
            () if yes >= least => Answer::Yes,
            () if yes + open < least => Answer::No,
            () => Answer::NotKnown,
        }
    }
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Answer {
        if yes { Answer::Yes } else { Answer::No }
    }
}

impl std::ops::Not for Answer {
    type Output = Answer;

    fn not(self) -> Answer {
        match self {
            Answer::No => Answer::Yes,
            Answer::NotKnown => Answer::NotKnown,
            Answer::Yes => Answer::No,
        }
    }
}
