//! How the criteria of a set of rules overlap: people in one group who meet another's too.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::lanes::Lanes;
use super::packed::Packed;
use super::program::Program;
use super::side::{Placed, Ranked, Side};
use super::{Cancelled, go_on};

/// The home groups of a set of rules, first tried first, and who meets the criteria of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlaps {
    pub groups: Vec<GroupOverlap>,
}

/// A group, who meets its criterion and where they are placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupOverlap {
    pub code: String,
    /// In scope, and the criterion is met as placing reads it: what is not known is no.
    pub meet: u64,
    /// Placed in the group: what is left of them by the groups tried earlier.
    pub placed: u64,
    /// Of the people placed here, how many meet the criterion of each group for certain, in the order of the groups; 0 at
    /// its own place.
    pub also_meet: Vec<u64>,
    /// Of the people placed here, how many have supplementary care; none where cancer is a home group.
    pub with_care: Option<u64>,
}

impl Overlaps {
    /// The groups that somebody meets but nobody is placed in, for all fall to groups tried earlier.
    pub fn all_fall_to_earlier(&self) -> impl Iterator<Item = &GroupOverlap> {
        self.groups.iter().filter(|group| group.meet > 0 && group.placed == 0)
    }
}

/// Counts the overlaps of one side.
///
/// # Errors
/// Where it was cancelled meanwhile.
pub fn overlaps(people: &Packed, side: Side<'_>, cancelled: &AtomicBool) -> Result<Overlaps, Cancelled> {
    let codes: Vec<String> = side.rules.home().iter().map(|group| group.code.clone()).collect();
    let mut program = Program::over(people);
    let ranked = Ranked::of(side.rules, &codes, &mut program);
    let mut groups: Vec<GroupOverlap> = codes
        .iter()
        .map(|code| GroupOverlap {
            code: code.clone(),
            meet: 0,
            placed: 0,
            also_meet: vec![0; codes.len()],
            with_care: ranked.overlay.map(|_| 0),
        })
        .collect();
    let (mut answers, mut placed) = (Vec::new(), Placed::nowhere(codes.len() + 2));
    for practice in people.practices() {
        let declared = (side.declared)(practice.id);
        for block in practice.blocks.clone() {
            go_on(cancelled)?;
            program.run(block, declared, &mut answers);
            ranked.place(people, block, &answers, &mut placed);
            let certain: Vec<Lanes> =
                ranked.home.iter().map(|(criterion, _)| answers[*criterion].yes).collect();
            for (at, ((criterion, _), group)) in ranked.home.iter().zip(&mut groups).enumerate() {
                let here = placed.places[at];
                group.meet += (placed.scope & answers[*criterion].provisionally).count();
                group.placed += here.count();
                if here.is_none() {
                    continue;
                }
                let others = group.also_meet.iter_mut().enumerate().filter(|(other, _)| *other != at);
                others.for_each(|(other, count)| *count += (here & certain[other]).count());
                if let (Some(count), Some(overlay)) = (&mut group.with_care, ranked.overlay) {
                    *count += (here & answers[overlay].yes).count();
                }
            }
        }
    }
    Ok(Overlaps { groups })
}
