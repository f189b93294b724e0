//! Saved views: a list's filters under a name, for oneself or for everybody in the role at the organisation. One can be
//! the list on one's home page.

mod page;
pub mod store;

pub use page::{delete, home, restore, save_view as save, show_views as list};
