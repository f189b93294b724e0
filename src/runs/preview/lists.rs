//! The people whom the counts of a preview are of, so that each leads to a list that agrees with it to the unit.

use std::sync::atomic::AtomicBool;

use super::attrition::parts;
use super::lanes::Lanes;
use super::placements::Mover;
use super::program::{Place, Program};
use super::side::Placed;
use super::{Block, Cancelled, Preview};
use crate::criteria::expression::Expression;

/// Which people a part of a criterion tells apart, as [`super::Loss`] counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfPart {
    Fail,
    NotKnown,
    FailOnlyThis,
    Removed,
    Left,
}

impl Preview<'_> {
    /// Everybody on the register, or those in scope of the rules proposed.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn everybody(&self, in_scope: bool, cancelled: &AtomicBool) -> Result<Vec<Mover>, Cancelled> {
        self.listed(cancelled, |block| if in_scope { block.placed[1].scope } else { block.there })
    }

    /// Those who stand in a place, a row or column of [`super::Placements::home`]: by the rules in force, or by those
    /// proposed.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn standing(
        &self,
        place: usize,
        proposed: bool,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        self.listed(cancelled, |block| {
            let places = &block.placed[usize::from(proposed)].places;
            places.get(place).copied().unwrap_or(Lanes::NONE)
        })
    }

    /// The people in scope of the rules proposed whom a part of a criterion, counted from 0, tells apart.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn of_part(
        &self,
        criterion: &Expression,
        part: usize,
        which: OfPart,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        let mut program = Program::over(self.people);
        let places: Vec<Place> = parts(criterion).iter().map(|part| program.add(part)).collect();
        let Some(own) = places.get(part).copied() else { return Ok(Vec::new()) };
        let mut answers = Vec::new();
        self.listed(cancelled, |block| {
            let declared = (self.sides[1].declared)(block.practice.id);
            program.run(block.number, declared, &mut answers);
            let scope = block.placed[1].scope;
            let meet = |places: &[Place]| {
                places.iter().fold(scope, |left, place| left & answers[*place].provisionally)
            };
            let fail = scope & !answers[own].provisionally;
            let (before, after) = (&places[..part], &places[part + 1..]);
            match which {
                OfPart::Fail => fail,
                OfPart::NotKnown => fail & answers[own].maybe,
                OfPart::FailOnlyThis => fail & meet(before) & meet(after),
                OfPart::Removed => fail & meet(before),
                OfPart::Left => meet(&places[..=part]),
            }
        })
    }

    /// The people who would be placed in a group and meet the criterion of another for certain. As overlaps count them:
    /// by their criteria alone, wherever somebody is held.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn overlapping(
        &self,
        placed: &str,
        meet: &str,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        let meet = self.groups.iter().position(|group| group == meet);
        let criterion = self.ranked[1].home.iter().find(|(_, group)| Some(*group) == meet);
        let Some((criterion, _)) = criterion else { return Ok(Vec::new()) };
        self.unheld(placed, cancelled, |block| block.answers[1][*criterion].yes)
    }

    /// The people who would be placed in a group, or those of them who would have supplementary care, in the same way.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn placed_in(
        &self,
        group: &str,
        with_care: bool,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        self.unheld(group, cancelled, |block| match (with_care, self.ranked[1].overlay) {
            (false, _) => Lanes::ALL,
            (true, Some(overlay)) => block.answers[1][overlay].yes,
            (true, None) => Lanes::NONE,
        })
    }

    /// Those of some people whom the criteria proposed would place in a group, were nobody held.
    fn unheld(
        &self,
        group: &str,
        cancelled: &AtomicBool,
        some: impl Fn(&Block<'_>) -> Lanes,
    ) -> Result<Vec<Mover>, Cancelled> {
        let place = self.groups.iter().position(|code| code == group);
        let Some(place) = place else { return Ok(Vec::new()) };
        let mut placed = Placed::nowhere(self.groups.len() + 2);
        self.listed(cancelled, |block| {
            self.ranked[1].place(self.people, block.number, block.answers[1], &mut placed);
            placed.places[place] & block.there & some(block)
        })
    }

    /// Some people of each block, with where they stand and would.
    fn listed(
        &self,
        cancelled: &AtomicBool,
        mut some: impl FnMut(&Block<'_>) -> Lanes,
    ) -> Result<Vec<Mover>, Cancelled> {
        self.moving(cancelled, |block, found| some(block).for_each(|lane| found.push(block.standing(lane))))
    }
}
