//! Who would go from where to where: the figures of a preview that come at once.

use std::sync::atomic::AtomicBool;
use std::thread;

use serde::{Deserialize, Serialize};

use super::bands::AgeBand;
use super::lanes::{BLOCK, Lanes};
use super::packed::Practice;
use super::program::Answers;
use super::tally::{Moves, Tally};
use super::{Block, Cancelled, Preview, Standing};
use crate::criteria::facts::Sex;

/// Whether somebody has supplementary care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    Yes,
    No,
    NotKnown,
    /// Out of scope, or cancer is a home group.
    NotAsked,
}

impl Care {
    pub const ALL: [Care; 4] = [Care::Yes, Care::No, Care::NotKnown, Care::NotAsked];
}

/// Somebody who would move, by what the breakdowns of the figures tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mover {
    pub person_id: i64,
    pub practice_id: i64,
    pub sex: Option<Sex>,
    pub age: AgeBand,
    /// Row and column of the table they are counted in.
    pub from: usize,
    pub to: usize,
}

/// Who goes from group to group, and who has supplementary care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placements {
    /// The groups of both sides, those in force first, then not placed and out of scope.
    pub home: Moves<Standing>,
    /// None where cancer is a home group on both sides.
    pub care: Option<Moves<Care>>,
}

/// A second thread is worth its start for so many blocks.
const WORTH_A_THREAD: usize = 128;

impl Preview<'_> {
    /// Counts who goes from where to where.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile, which is looked at every few thousand people.
    pub fn placements(&self, cancelled: &AtomicBool) -> Result<Placements, Cancelled> {
        let tallied: Result<Vec<Tallies<'_>>, Cancelled> = thread::scope(|scope| {
            let (own, others) = self.shares();
            let others: Vec<_> =
                others.into_iter().map(|share| scope.spawn(move || self.tallied(share, cancelled))).collect();
            let own = self.tallied(own, cancelled);
            let join =
                |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("counting never panics");
            std::iter::once(own).chain(others.into_iter().map(join)).collect()
        });
        let mut tallied = tallied?.into_iter();
        let first = tallied.next().expect("there is a first share");
        let Tallies { home, care } = tallied.fold(first, Tallies::and);
        let groups = self.groups.iter().cloned().map(Standing::Group);
        let places = groups.chain([Standing::NotPlaced, Standing::OutOfScope]).collect();
        Ok(Placements { home: home.finish(places), care: care.map(|care| care.finish(Care::ALL.to_vec())) })
    }

    /// The practices in shares of about the same number of people, a thread each: the first, and the others.
    fn shares(&self) -> (&[Practice], Vec<&[Practice]>) {
        let practices = self.people.practices();
        let blocks = practices.last().map_or(0, |last| last.blocks.end);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let shares = threads.min(blocks / WORTH_A_THREAD).max(1);
        let start =
            |share: usize| practices.partition_point(|one| one.blocks.start < blocks * share / shares);
        let share = |number: usize| &practices[start(number)..start(number + 1)];
        (share(0), (1..shares).map(share).collect())
    }

    fn tallied(&self, practices: &[Practice], cancelled: &AtomicBool) -> Result<Tallies<'_>, Cancelled> {
        let mut home = Tally::new(self.people, self.groups.len() + 2);
        let has_overlay = self.ranked.iter().any(|ranked| ranked.overlay.is_some());
        let mut care = has_overlay.then(|| Tally::new(self.people, Care::ALL.len()));
        self.sweep_some(practices, cancelled, |block| {
            let (practice, [before, after]) = (block.practice.id, block.placed);
            home.count(practice, block.number, &before.places, &after.places);
            if let Some(care) = &mut care {
                let [before, after] = [0, 1].map(|side| self.care(block, side));
                care.count(practice, block.number, &before, &after);
            }
        })?;
        Ok(Tallies { home, care })
    }

    fn care(&self, block: &Block<'_>, side: usize) -> [Lanes; 4] {
        let (there, scope) = (block.there, block.placed[side].scope);
        match self.ranked[side].overlay {
            None => [Lanes::NONE, Lanes::NONE, Lanes::NONE, there],
            Some(criterion) => {
                let Answers { yes, maybe, .. } = block.answers[side][criterion];
                [scope & yes, scope & !maybe, scope & maybe & !yes, there & !scope]
            }
        }
    }

    /// The people who would go from a place to another, for any of some pairs of rows and columns of [`Placements::home`],
    /// in the order of the register.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn movers(&self, pairs: &[(usize, usize)], cancelled: &AtomicBool) -> Result<Vec<Mover>, Cancelled> {
        self.moving(cancelled, |block, found| {
            let [before, after] = block.placed;
            for (from, to) in pairs {
                if let (Some(before), Some(after)) = (before.places.get(*from), after.places.get(*to)) {
                    (*before & *after).for_each(|lane| found.push((lane, *from, *to)));
                }
            }
        })
    }

    /// The same of supplementary care, in the order of [`Care::ALL`].
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn care_movers(
        &self,
        pairs: &[(usize, usize)],
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        self.moving(cancelled, |block, found| {
            let [before, after] = [0, 1].map(|side| self.care(block, side));
            for (from, to) in pairs {
                (before[*from] & after[*to]).for_each(|lane| found.push((lane, *from, *to)));
            }
        })
    }

    pub(super) fn moving(
        &self,
        cancelled: &AtomicBool,
        mut find: impl FnMut(&Block<'_>, &mut Vec<(usize, usize, usize)>),
    ) -> Result<Vec<Mover>, Cancelled> {
        let (mut movers, mut found) = (Vec::new(), Vec::new());
        self.sweep(cancelled, |block| {
            find(block, &mut found);
            found.sort_unstable();
            let bands = self.people.bands(block.number);
            movers.extend(found.drain(..).map(|(lane, from, to)| Mover {
                person_id: self.people.person(block.number * BLOCK + lane),
                practice_id: block.practice.id,
                sex: bands[lane].sex(),
                age: bands[lane].age(),
                from,
                to,
            }));
        })?;
        Ok(movers)
    }
}

/// What a share of the practices comes to.
struct Tallies<'a> {
    home: Tally<'a>,
    care: Option<Tally<'a>>,
}

impl Tallies<'_> {
    fn and(self, other: Self) -> Self {
        let care = self.care.zip(other.care).map(|(care, other)| care.and(other));
        Tallies { home: self.home.and(other.home), care }
    }
}
