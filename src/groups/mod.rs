//! Population groups: the scheme that names and ranks them, how many people each has, and their pages.

pub mod counts;
pub mod place;
pub mod scheme;
