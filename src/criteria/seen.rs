//! Which criteria a caller may read: a group of a locality in scope, and its versions.

use super::agreement::seen::{Agreement, Reader};
use super::store::{self, Version};
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};
use crate::groups::store::localities;
use crate::people::scope::Scope;
use crate::runs::store::Locality;

/// A group of a locality in the caller's scope.
#[derive(Clone, Debug)]
pub struct Here {
    pub locality: Locality,
    pub group: Group,
    pub scope: Scope,
}

/// A version as an address names it: locality, group, number.
pub type Address = (String, String, String);

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
        let group = Scheme::shipped().group(group).cloned().ok_or(Error::NotFound)?;
        let scope = Scope::of(conn, who, now.today)?;
        let all = localities(conn, &scope.localities)?;
        let locality = all.into_iter().find(|one| one.code == locality).ok_or(Error::NotFound)?;
        Ok(Here { locality, group, scope })
    }

    /// The address of the group's criteria.
    pub fn address(&self) -> String {
        format!("/criteria/{}/{}", self.locality.code, self.group.code)
    }

    /// The address of a version of whatever group of the locality.
    pub fn sibling(&self, version: &Version) -> String {
        format!("/criteria/{}/{}/versions/{}", self.locality.code, version.group_code, version.number)
    }

    /// The address of a version.
    pub fn version(&self, number: i64) -> String {
        format!("{}/versions/{number}", self.address())
    }
}

impl Seen {
    /// # Errors
    /// `NotFound` for a version that is not there and for one the caller may not read.
    pub fn of(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        (locality, group, number): &Address,
    ) -> Result<Seen, Error> {
        let here = Here::of(conn, who, now, locality, group)?;
        let number = number.parse().map_err(|_| Error::NotFound)?;
        let version = store::version(conn, here.locality.id, &here.group.code, number)?;
        let version = version.ok_or(Error::NotFound)?;
        let agreement = version.proposal_id.map(|id| Agreement::one(conn, id)).transpose()?;
        match Reader::of(who).may_read(version.state, agreement.as_ref()) {
            true => Ok(Seen { here, version }),
            false => Err(Error::NotFound),
        }
    }

    pub fn address(&self) -> String {
        self.here.version(self.version.number)
    }

    /// "Version 4 of Learning disability, Ealing".
    pub fn title(&self) -> String {
        format!("Version {} of {}, {}", self.version.number, self.here.group.label, self.here.locality.name)
    }
}
