//! Population groups: the scheme that names and ranks them.

pub mod scheme;
