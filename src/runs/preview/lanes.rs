//! A bit for each of 512 people, worked on together.

use std::array::from_fn;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

const WORDS: usize = 8;
/// People a block.
pub const BLOCK: usize = 64 * WORDS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes([u64; WORDS]);

impl Lanes {
    pub const NONE: Lanes = Lanes([0; WORDS]);
    pub const ALL: Lanes = Lanes([!0; WORDS]);

    pub fn is_none(self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) == 0
    }

    pub fn count(self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub fn has(self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 != 0
    }

    pub fn set(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    pub fn clear(&mut self, place: usize) {
        self.0[place / 64] &= !(1 << (place % 64));
    }

    /// The first who is in.
    pub fn first(self) -> Option<usize> {
        let at = self.0.iter().position(|word| *word != 0)?;
        Some(at * 64 + self.0[at].trailing_zeros() as usize)
    }

    pub fn for_each(self, mut each: impl FnMut(usize)) {
        for (at, word) in self.0.into_iter().enumerate() {
            let mut left = word;
            while left != 0 {
                each(at * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

impl BitAnd for Lanes {
    type Output = Lanes;

    fn bitand(self, other: Lanes) -> Lanes {
        Lanes(from_fn(|at| self.0[at] & other.0[at]))
    }
}

impl BitOr for Lanes {
    type Output = Lanes;

    fn bitor(self, other: Lanes) -> Lanes {
        Lanes(from_fn(|at| self.0[at] | other.0[at]))
    }
}

impl Not for Lanes {
    type Output = Lanes;

    fn not(self) -> Lanes {
        Lanes(self.0.map(|word| !word))
    }
}

impl BitAndAssign for Lanes {
    fn bitand_assign(&mut self, other: Lanes) {
        *self = *self & other;
    }
}

impl BitOrAssign for Lanes {
    fn bitor_assign(&mut self, other: Lanes) {
        *self = *self | other;
    }
}
