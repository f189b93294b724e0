//! What a change of criteria would do: the people of a locality placed by the rules in force and by those proposed, in one
//! pass over their packed facts. Its figures are those of two grouping runs, to the unit.

mod attrition;
mod bands;
mod cases;
mod column;
mod grid;
mod lanes;
mod lists;
mod overlaps;
mod packed;
mod placements;
mod probe;
mod program;
mod registers;
mod side;
mod tally;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod naive;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

pub use attrition::{Attrition, Loss, attrition};
pub use bands::AgeBand;
pub use cases::{Cases, Counts, FactCases, HangsOn, Which};
pub use grid::{Cell, Grid};
pub use lists::OfPart;
pub use overlaps::{GroupOverlap, Overlaps, overlaps};
pub use packed::Packed;
pub use placements::{Care, Mover, Placements};
pub use registers::{Register, Registers};
pub use side::Side;
pub use tally::Moves;

use lanes::{BLOCK, Lanes};
use packed::Practice;
use program::{Answers, Program};
use side::{Placed, Ranked};

/// Where somebody on the register stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Group(String),
    NotPlaced,
    OutOfScope,
}

/// The preview was no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the preview was cancelled")]
pub struct Cancelled;

fn go_on(cancelled: &AtomicBool) -> Result<(), Cancelled> {
    if cancelled.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
}

/// The rules in force and those proposed for the people of a locality. Several drafts are previewed together as one set of
/// proposed rules.
pub struct Preview<'a> {
    people: &'a Packed,
    sides: [Side<'a>; 2],
    program: Program<'a>,
    ranked: [Ranked; 2],
    groups: Vec<String>,
    /// People held where they are, and the place they are in, by block.
    held: BTreeMap<usize, Vec<(usize, usize)>>,
    /// Those it is of, by block, where it is not of everybody.
    among: Option<BTreeMap<usize, Lanes>>,
}

/// A block of people by both sides.
struct Block<'a> {
    practice: &'a Practice,
    number: usize,
    /// Those it is of.
    there: Lanes,
    answers: [&'a [Answers]; 2],
    placed: &'a [Placed; 2],
}

impl Block<'_> {
    /// Somebody of the block, and where they stand and would.
    fn standing(&self, lane: usize) -> (usize, usize, usize) {
        let place = |placed: &Placed| placed.places.iter().position(|lanes| lanes.has(lane)).unwrap_or(0);
        (lane, place(&self.placed[0]), place(&self.placed[1]))
    }
}

impl<'a> Preview<'a> {
    pub fn of(people: &'a Packed, in_force: Side<'a>, proposed: Side<'a>) -> Preview<'a> {
        let mut groups: Vec<String> = Vec::new();
        for group in in_force.rules.home().iter().chain(proposed.rules.home()) {
            if !groups.contains(&group.code) {
                groups.push(group.code.clone());
            }
        }
        let mut program = Program::over(people);
        let sides = [in_force, proposed];
        let ranked = sides.map(|side| Ranked::of(side.rules, &groups, &mut program));
        Preview { people, sides, program, ranked, groups, held: BTreeMap::new(), among: None }
    }

    /// The same preview with people whom no run moves, for a petition or a decision holds them: they stay in the group
    /// given, or not placed.
    pub fn holding(mut self, held: &HashMap<i64, Option<String>>) -> Preview<'a> {
        for code in held.values().flatten() {
            if !self.groups.contains(code) {
                self.groups.push(code.clone());
            }
        }
        let place = |code: &Option<String>| match code {
            Some(code) => self.groups.iter().position(|group| group == code),
            None => Some(self.groups.len()),
        };
        for block in self.people.practices().iter().flat_map(|practice| practice.blocks.clone()) {
            let mut here = Vec::new();
            self.people.there(block).for_each(|lane| {
                let held = held.get(&self.people.person(block * BLOCK + lane));
                here.extend(held.and_then(place).map(|place| (lane, place)));
            });
            if !here.is_empty() {
                self.held.insert(block, here);
            }
        }
        self
    }

    /// The same preview of those people alone of whom something is so, asked by practice and person (row ids).
    pub fn among(mut self, is_one: &dyn Fn(i64, i64) -> bool) -> Preview<'a> {
        let mut among = BTreeMap::new();
        for practice in self.people.practices() {
            for block in practice.blocks.clone() {
                let mut here = self.people.there(block);
                self.people.there(block).for_each(|lane| {
                    if !is_one(practice.id, self.people.person(block * BLOCK + lane)) {
                        here.clear(lane);
                    }
                });
                if !here.is_none() {
                    among.insert(block, here);
                }
            }
        }
        self.among = Some(among);
        self
    }

    /// The people of a block whom the preview is of.
    fn there(&self, block: usize) -> Lanes {
        match &self.among {
            None => self.people.there(block),
            Some(among) => among.get(&block).copied().unwrap_or(Lanes::NONE),
        }
    }

    /// Places everybody by both sides, a block at a time.
    fn sweep(&self, cancelled: &AtomicBool, visit: impl FnMut(&Block<'_>)) -> Result<(), Cancelled> {
        self.sweep_some(self.people.practices(), cancelled, visit)
    }

    fn sweep_some(
        &self,
        practices: &[Practice],
        cancelled: &AtomicBool,
        mut visit: impl FnMut(&Block<'_>),
    ) -> Result<(), Cancelled> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let nowhere = || Placed::nowhere(self.groups.len() + 2);
        let mut placed = [nowhere(), nowhere()];
        for practice in practices {
            let [declared, proposed] = self.sides.map(|side| (side.declared)(practice.id));
            for number in practice.blocks.clone() {
                if number.is_multiple_of(8) {
                    go_on(cancelled)?;
                }
                let there = self.there(number);
                if there.is_none() {
                    continue;
                }
                self.program.run(number, declared, &mut before);
                if proposed != declared {
                    self.program.run(number, proposed, &mut after);
                }
                let answers = [&*before, if proposed == declared { &*before } else { &*after }];
                for ((ranked, answers), placed) in self.ranked.iter().zip(answers).zip(&mut placed) {
                    ranked.place(self.people, number, answers, placed);
                    self.hold(number, placed);
                    if self.among.is_some() {
                        placed.keep(there);
                    }
                }
                visit(&Block { practice, number, there, answers, placed: &placed });
            }
        }
        Ok(())
    }

    fn hold(&self, block: usize, placed: &mut Placed) {
        for (lane, place) in self.held.get(&block).into_iter().flatten() {
            placed.places.iter_mut().for_each(|lanes| lanes.clear(*lane));
            placed.places[*place].set(*lane);
            placed.open.clear(*lane);
        }
    }
}
