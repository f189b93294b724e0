//! Letters by e-mail: a row in the transaction of what they tell, sent after it by a worker.

mod letter;
mod members;
pub mod pages;
pub mod store;
mod worker;

pub use letter::{About, Letter, Written};
pub use members::{is_member, queue_to_members};
pub use pages::routes;
pub use store::{queue, queue_invitations};
pub use worker::{Post, send_waiting};
