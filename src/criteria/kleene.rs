//! Answering an expression for a person, in three values or with every unknown read as no.

use super::answer::Answer;
use super::asked::Test;
use super::expression::{Atom, Expression};
use super::facts::Facts;

impl Expression {
    /// Yes, no or not known.
    pub fn answer(&self, facts: &Facts) -> Answer {
        self.answer_by(&|test| test.answer(facts))
    }

    /// The provisional reading: every atom over a fact that is not known reads as no.
    pub fn provisionally(&self, facts: &Facts) -> bool {
        self.answer_by(&|test| test.answer(facts).or_no()).is_yes()
    }

    /// The answer, given the answers to the tests it asks.
    pub fn answer_by(&self, tested: &impl Fn(Test) -> Answer) -> Answer {
        let least = |parts: &[Expression]| parts.iter().map(|part| part.answer_by(tested)).min();
        let most = |parts: &[Expression]| parts.iter().map(|part| part.answer_by(tested)).max();
        match self {
            Expression::Atom(atom) => atom.answer_by(tested),
            Expression::Not(part) => !part.answer_by(tested),
            Expression::And(parts) => least(parts).unwrap_or(Answer::Yes),
            Expression::Or(parts) | Expression::AnyOf(parts) => most(parts).unwrap_or(Answer::No),
            Expression::AtLeast(least, parts) => {
                Answer::at_least(*least, parts.iter().map(|part| part.answer_by(tested)))
            }
        }
    }
}

impl Atom {
    pub fn answer_by(&self, tested: &impl Fn(Test) -> Answer) -> Answer {
        let asked = self.asked();
        let met = asked.tests.into_iter().map(tested).max().unwrap_or(Answer::No);
        if asked.negated { !met } else { met }
    }
}
