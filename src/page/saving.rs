//! Sending a form that changes a record: done once, and saved, mistaken or stale.

use super::Mistakes;
use crate::access::Who;
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::once_or;

/// Why the change of a record was not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaved {
    Mistaken(Mistakes),
    /// Somebody saved the record first.
    Stale,
}

impl From<Mistakes> for Unsaved {
    fn from(mistakes: Mistakes) -> Unsaved {
        Unsaved::Mistaken(mistakes)
    }
}

/// Does `work` in one write transaction, once for each `key` of a form.
///
/// `work` checks the form against what is stored and gives the address to go on to, or why it was not saved: then it
/// has written nothing.
pub async fn save<U: Send + 'static>(
    database: &Database,
    now: Now,
    who: &Who,
    key: &str,
    work: impl FnOnce(&mut Conn) -> Result<Result<String, U>, Error> + Send + 'static,
) -> Result<Result<String, U>, Error> {
    let (user_id, key) = (who.user_id, key.to_owned());
    database.write(move |conn| once_or(conn, now.moment, user_id, &key, work)).await
}
