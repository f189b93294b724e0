//! A list of petitions as an address asks for it.

use super::chosen::Offers;
use super::filters::{Filters, Sort};
use super::whose::Whose;
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::page::Query;

/// A list that was asked for, within what the caller may see.
pub struct Asked {
    pub whose: Whose,
    pub offers: Offers,
    /// The address, without filters for values nobody offers.
    pub query: Query,
    pub filters: Filters,
    pub sort: Sort,
}

impl Asked {
    pub fn of(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<Asked, Error> {
        let whose = Whose::of(conn, who, now)?;
        let offers = Offers::of(conn, &whose)?;
        let query = offers.offered(query)?;
        let (filters, sort) = (offers.read(&query), Sort::from_word(query.get("sort")));
        Ok(Asked { whose, offers, query, filters, sort })
    }
}
