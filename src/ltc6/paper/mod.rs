//! Questionnaires that come back on paper. No code tells whose they are: a batch and a number in it are remembered, apart
//! from the answers, which go sealed into the same box as everybody's.

mod taking;

pub use taking::{Return, days, is_taken, take, taken};

/// Characters of a batch's name.
pub const LONGEST_BATCH: usize = 40;
/// Characters of a text written on paper.
pub const LONGEST_TEXT: usize = 2_000;
/// The highest number of a return in its batch.
pub const MOST_RETURNS: u32 = 99_999;
