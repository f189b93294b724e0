//! Petitions: a GP asks that one person is in another group, networks give an opinion, a commissioner decides.

pub mod clock;
pub mod life;
