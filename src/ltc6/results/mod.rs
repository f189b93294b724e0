//! What the answers of a campaign come to: counts, shares and the aim, as everybody may see them.

pub mod aim;
pub mod change;
pub mod figures;
pub mod share;
pub mod tally;
