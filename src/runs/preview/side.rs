//! One side of a preview: where a set of rules places a block of people.

use std::collections::HashSet;

use super::lanes::Lanes;
use super::packed::Packed;
use super::program::{Answers, Place, Program};
use crate::criteria::facts::Blanks;
use crate::runs::rules::Rules;

/// Rules, and the blanks that a practice's register reads as no.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub rules: &'a Rules,
    pub declared: &'a (dyn Fn(i64) -> Blanks + Sync),
}

impl<'a> Side<'a> {
    /// Rules under which no register is declared complete.
    pub fn of(rules: &'a Rules) -> Side<'a> {
        Side { rules, declared: &|_| Blanks::default() }
    }
}

/// Who is placed at all.
pub struct Scope {
    minimum_age: u64,
}

impl Scope {
    pub fn of(rules: &Rules) -> Scope {
        let first = (0..u16::MAX).find(|age| rules.in_scope(*age));
        Scope { minimum_age: first.unwrap_or(u16::MAX).into() }
    }

    pub fn among(&self, people: &Packed, block: usize) -> Lanes {
        people.there(block) & people.age.at_least(block, self.minimum_age)
    }
}

/// A side made ready: where its criteria stand in a program, and its groups among all.
pub struct Ranked {
    /// Criterion and group, first tried first.
    pub home: Vec<(Place, usize)>,
    pub overlay: Option<Place>,
    /// Every test that a home group asks.
    pub tests: Vec<Place>,
    scope: Scope,
}

/// A block of people by one side.
pub struct Placed {
    /// Who stands in each group, then who is not placed, then who is out of scope.
    pub places: Vec<Lanes>,
    pub scope: Lanes,
    /// Whose placement may hang on facts that are not known.
    pub open: Lanes,
}

impl Placed {
    pub fn nowhere(places: usize) -> Placed {
        Placed { places: vec![Lanes::NONE; places], scope: Lanes::NONE, open: Lanes::NONE }
    }

    /// Keeps some people alone.
    pub fn keep(&mut self, some: Lanes) {
        self.places.iter_mut().for_each(|lanes| *lanes &= some);
        self.scope &= some;
        self.open &= some;
    }
}

impl Ranked {
    /// `groups` are the codes of the places.
    pub fn of(rules: &Rules, groups: &[String], program: &mut Program<'_>) -> Ranked {
        let mut home = Vec::new();
        for group in rules.home() {
            let among = groups.iter().position(|code| *code == group.code);
            home.push((program.add(&group.criterion), among.expect("every group is among the places")));
        }
        let atoms = rules.home().iter().flat_map(|group| group.criterion.atoms());
        let mut seen = HashSet::new();
        let tests = atoms.flat_map(|atom| atom.asked().tests).filter(|test| seen.insert(*test));
        Ranked {
            home,
            overlay: rules.overlay().map(|criterion| program.add(criterion)),
            tests: tests.map(|test| program.add_test(test)).collect(),
            scope: Scope::of(rules),
        }
    }

    /// Places a block by its answers.
    pub fn place(&self, people: &Packed, block: usize, answers: &[Answers], placed: &mut Placed) {
        let (scope, groups) = (self.scope.among(people, block), placed.places.len() - 2);
        let (mut left, mut undecided, mut open) = (scope, scope, Lanes::NONE);
        placed.places.fill(Lanes::NONE);
        for (criterion, group) in &self.home {
            let met = &answers[*criterion];
            placed.places[*group] |= left & met.provisionally;
            left &= !met.provisionally;
            // The first group that is not a no settles the placement where it is a yes.
            open |= undecided & met.maybe & !met.yes;
            undecided &= !met.maybe;
        }
        placed.places[groups] = left;
        placed.places[groups + 1] = people.there(block) & !scope;
        (placed.scope, placed.open) = (scope, open);
    }
}
