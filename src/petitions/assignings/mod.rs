//! Petitions given to a colleague at one time, one from its page or many from the worklist: what became of each, and
//! taking it back for a while.

mod chosen;
mod page;
pub mod store;

pub use chosen::{ChosenForm, MOST, assign};
pub use page::{show_assigned as show, undo};
