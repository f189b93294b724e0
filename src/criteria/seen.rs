//! A version of criteria as drafting and preview pages speak of it: a group of a locality in the caller's scope.

use super::agreement::seen;
pub use super::agreement::seen::Address;
use super::store::Version;
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::Group;
use crate::groups::schemes::names::Names;
use crate::people::scope::Scope;
use crate::runs::store::Locality;

/// A group of a locality in the caller's scope.
#[derive(Clone, Debug)]
pub struct Here {
    pub locality: Locality,
    pub group: Group,
    /// What the groups are called: by a version's own proposal, where there is one.
    pub names: Names,
    pub scope: Scope,
}

/// A version the caller may read.
#[derive(Clone, Debug)]
pub struct Seen {
    pub here: Here,
    pub version: Version,
}

/// Whether a role may list everybody in the localities of its scope, and so sees exact figures of them.
pub fn may_list_all(role: Role) -> bool {
    matches!(role, Role::Commissioner | Role::Analyst)
}

impl Here {
    /// # Errors
    /// `NotFound` for a locality out of scope and for what is no group.
    pub fn of(conn: &mut Conn, who: &Who, now: Now, locality: &str, group: &str) -> Result<Here, Error> {
        let (locality, group, names) = seen::place(conn, who, now, locality, group)?;
        Ok(Here { locality, group, names, scope: Scope::of(conn, who, now.today)? })
    }

    /// The same of a group: what stands for the scheme is none.
    pub fn of_group(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        locality: &str,
        group: &str,
    ) -> Result<Here, Error> {
        let here = Here::of(conn, who, now, locality, group)?;
        if here.group.is_scheme() { Err(Error::NotFound) } else { Ok(here) }
    }

    /// The address of the group's criteria.
    pub fn address(&self) -> String {
        format!("/criteria/{}/{}", self.locality.code, self.group.code)
    }

    /// The address of a version of whatever group of the locality.
    pub fn sibling(&self, version: &Version) -> String {
        seen::path(&self.locality.code, version)
    }

    /// The address of a version.
    pub fn version(&self, number: i64) -> String {
        format!("{}/versions/{number}", self.address())
    }
}

impl Seen {
    /// # Errors
    /// `NotFound` for a version that is not there and for one the caller may not read.
    pub fn of(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<Seen, Error> {
        let seen = seen::Seen::of(conn, who, now, address)?;
        let scope = Scope::of(conn, who, now.today)?;
        let here = Here { locality: seen.locality, group: seen.group, names: seen.names, scope };
        Ok(Seen { here, version: seen.version })
    }

    pub fn address(&self) -> String {
        self.here.sibling(&self.version)
    }
}
