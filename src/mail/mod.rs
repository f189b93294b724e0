//! Letters by e-mail: a row in the transaction of what they tell, sent after it by a worker.

mod letter;
pub mod pages;
pub mod store;
mod worker;

pub use letter::{About, Letter, Written};
pub use pages::routes;
pub use store::queue;
pub use worker::{Post, send_waiting};
