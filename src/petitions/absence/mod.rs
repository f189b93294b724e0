//! Absence: somebody is away from a day to a day, and a colleague in the same role sees to what is theirs meanwhile.

mod page;
pub mod store;

pub use page::{add, end, show_form as form};
