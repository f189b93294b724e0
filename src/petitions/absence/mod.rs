//! Absence: somebody is away from a day to a day, and a colleague in the same role sees to what is theirs meanwhile.

pub mod store;
