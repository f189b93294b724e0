//! Criteria worked out for 512 people at a time. A part that stands in several criteria is worked out once.

use std::collections::HashMap;

use super::lanes::Lanes;
use super::packed::Packed;
use super::probe::Probe;
use crate::criteria::asked::Test;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::facts::Blanks;

/// The answers of a block of people.
#[derive(Clone, Copy, Debug)]
pub struct Answers {
    /// Yes for certain.
    pub yes: Lanes,
    /// Yes or not known.
    pub maybe: Lanes,
    /// Met by the provisional reading, to which a fact that is not known is no.
    pub provisionally: Lanes,
}

impl Answers {
    fn each(self, other: Answers, join: impl Fn(Lanes, Lanes) -> Lanes) -> Answers {
        Answers {
            yes: join(self.yes, other.yes),
            maybe: join(self.maybe, other.maybe),
            provisionally: join(self.provisionally, other.provisionally),
        }
    }

    fn all(lanes: Lanes) -> Answers {
        Answers { yes: lanes, maybe: lanes, provisionally: lanes }
    }
}

/// The place of a part's answers.
pub type Place = usize;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Probe(Probe),
    Not(Place),
    All(Vec<Place>),
    Any(Vec<Place>),
    AtLeast(usize, Vec<Place>),
}

/// The parts of several criteria, each after those it is made of.
pub struct Program<'a> {
    people: &'a Packed,
    steps: Vec<Step>,
    known: HashMap<Step, Place>,
}

impl<'a> Program<'a> {
    pub fn over(people: &'a Packed) -> Program<'a> {
        Program { people, steps: Vec::new(), known: HashMap::new() }
    }

    /// Adds a criterion; its answers stand in the place returned.
    pub fn add(&mut self, expression: &Expression) -> Place {
        let parts = || expression.parts().iter();
        let step = match expression {
            Expression::Atom(atom) => return self.add_atom(atom),
            Expression::Not(part) => Step::Not(self.add(part)),
            Expression::And(_) => Step::All(parts().map(|part| self.add(part)).collect()),
            Expression::Or(_) | Expression::AnyOf(_) => {
                Step::Any(parts().map(|part| self.add(part)).collect())
            }
            Expression::AtLeast(least, _) => {
                Step::AtLeast(*least, parts().map(|part| self.add(part)).collect())
            }
        };
        self.step(step)
    }

    fn add_atom(&mut self, atom: &Atom) -> Place {
        let asked = atom.asked();
        let tests: Vec<Place> = asked.tests.into_iter().map(|test| self.add_test(test)).collect();
        let met = if let [only] = *tests { only } else { self.step(Step::Any(tests)) };
        if asked.negated { self.step(Step::Not(met)) } else { met }
    }

    /// Adds a single test.
    pub fn add_test(&mut self, test: Test) -> Place {
        let probe = Probe::of(test, self.people);
        self.step(Step::Probe(probe))
    }

    fn step(&mut self, step: Step) -> Place {
        let next = self.steps.len();
        *self.known.entry(step).or_insert_with_key(|step| {
            self.steps.push(step.clone());
            next
        })
    }

    /// Works out every part for a block of a practice, in the order of the places.
    pub fn run(&self, block: usize, declared: Blanks, answers: &mut Vec<Answers>) {
        answers.clear();
        for step in &self.steps {
            let joined = |first, parts: &[Place], join: fn(Lanes, Lanes) -> Lanes| {
                parts.iter().fold(Answers::all(first), |met, part| met.each(answers[*part], join))
            };
            let answer = match step {
                Step::Probe(probe) => probe.answers(self.people, block, declared),
                Step::Not(part) => not(answers[*part]),
                Step::All(parts) => joined(Lanes::ALL, parts, |met, part| met & part),
                Step::Any(parts) => joined(Lanes::NONE, parts, |met, part| met | part),
                Step::AtLeast(least, parts) => at_least(*least, parts.iter().map(|part| answers[*part])),
            };
            answers.push(answer);
        }
    }
}

fn not(part: Answers) -> Answers {
    Answers { yes: !part.maybe, maybe: !part.yes, provisionally: !part.provisionally }
}

/// Counts the parts that are met in binary, a plane a place.
fn at_least(least: usize, parts: impl Iterator<Item = Answers>) -> Answers {
    let mut count: Vec<Answers> = Vec::new();
    for part in parts {
        let mut carried = part;
        for place in &mut count {
            let both = place.each(carried, |place, carried| place & carried);
            *place = place.each(carried, |place, carried| (place | carried) & !(place & carried));
            carried = both;
        }
        if !carried.maybe.is_none() || !carried.provisionally.is_none() {
            count.push(carried);
        }
    }
    if count.len() < usize::BITS as usize && least >> count.len() != 0 {
        return Answers::all(Lanes::NONE);
    }
    count.iter().enumerate().fold(Answers::all(Lanes::ALL), |met, (place, plane)| match least >> place & 1 {
        0 => met.each(*plane, |met, plane| met | plane),
        _ => met.each(*plane, |met, plane| met & plane),
    })
}
