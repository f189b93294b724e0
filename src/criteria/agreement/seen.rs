//! A version within the caller's reach, with the proposal it is part of: who may read it, and whose answers they see.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::{Round, State};
use super::proposal::{Ask, Proposal, round};
use super::store::{asks_of, versions_of};
use crate::access::{Role, Who};
use crate::calendar::due_in_words;
use crate::clock::Now;
use crate::criteria::store::{self, AGREED, State as VersionState, Version};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};
use crate::groups::schemes::names::Names;
use crate::groups::schemes::store as schemes;
use crate::groups::store::localities;
use crate::people::scope::Scope;
use crate::runs::store::Locality;
use crate::schema::proposals;

/// A caller, as far as reading agreements goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Commissioner,
    Analyst,
    Lay,
    /// A provider network (row id).
    Network(i64),
    /// Reads what is agreed.
    Others,
}

impl Reader {
    pub fn of(who: &Who) -> Reader {
        match who.role() {
            Role::Commissioner => Reader::Commissioner,
            Role::Analyst => Reader::Analyst,
            Role::LayPartner => Reader::Lay,
            Role::Provider => Reader::Network(who.organisation_id()),
            Role::Gp
            | Role::PracticeStaff
            | Role::NetworkManager
            | Role::Coordinator
            | Role::Administrator
            | Role::Keyer
            | Role::Auditor => Reader::Others,
        }
    }

    /// Whether it may read a version of a locality in its scope. What is agreed is for all; drafts are for those who
    /// plan; what is or was proposed also for lay partners and for the networks that were asked.
    pub fn may_read(self, state: VersionState, agreement: Option<&Agreement>) -> bool {
        let was_proposed = agreement.is_some_and(|agreement| agreement.proposal.proposed_at.is_some());
        match self {
            Reader::Commissioner | Reader::Analyst => true,
            _ if AGREED.contains(&state) => true,
            Reader::Lay => was_proposed,
            Reader::Network(id) => {
                was_proposed && agreement.is_some_and(|agreement| agreement.ask_of(id).is_some())
            }
            Reader::Others => false,
        }
    }

    /// Whether it sees the answers of all networks. A network is blind to the others until it has answered; those who
    /// only look on wait until the round is over.
    pub fn sees_answers(self, agreement: &Agreement, today: NaiveDate) -> bool {
        match self {
            Reader::Commissioner => true,
            _ if agreement.proposal.state != State::Proposed => true,
            Reader::Network(id) => agreement.ask_of(id).is_some_and(|ask| ask.reply.is_some()),
            Reader::Analyst | Reader::Lay | Reader::Others => agreement.round().is_over(today),
        }
    }
}

/// A proposal with its versions and the networks asked.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub proposal: Proposal,
    pub versions: Vec<Version>,
    pub asks: Vec<Ask>,
    /// The scheme that stood before, where a scheme is among the versions.
    pub scheme_before: Option<Scheme>,
}

impl Agreement {
    pub fn round(&self) -> Round {
        round(&self.proposal, &self.asks)
    }

    pub fn ask_of(&self, network_id: i64) -> Option<&Ask> {
        self.asks.iter().find(|ask| ask.network_id == network_id)
    }

    /// The last day to answer as of today, in words; none where none is set.
    pub fn due(&self, today: NaiveDate) -> Option<String> {
        self.proposal.answer_by.map(|last| due_in_words(today, last))
    }

    /// The codes of its groups.
    pub fn groups(&self) -> Vec<&str> {
        self.versions.iter().map(|version| version.group_code.as_str()).collect()
    }

    /// Of some proposals (row ids), by row id.
    pub fn of(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Agreement>, Error> {
        let rows: Vec<Proposal> =
            proposals::table.filter(proposals::id.eq_any(ids)).select(Proposal::as_select()).load(conn)?;
        let empty = |proposal: Proposal| {
            let (versions, asks, scheme_before) = (Vec::new(), Vec::new(), None);
            (proposal.id, Agreement { proposal, versions, asks, scheme_before })
        };
        let mut found: HashMap<i64, Agreement> = rows.into_iter().map(empty).collect();
        for version in versions_of(conn, ids)? {
            let before = match version.is_scheme() {
                true => Some(schemes::before(conn, &version)?),
                false => None,
            };
            let of = version.proposal_id.and_then(|id| found.get_mut(&id));
            if let Some(agreement) = of {
                agreement.scheme_before = before.or(agreement.scheme_before.take());
                agreement.versions.push(version);
            }
        }
        for ask in asks_of(conn, ids)? {
            let of = found.get_mut(&ask.proposal_id);
            of.into_iter().for_each(|agreement| agreement.asks.push(ask.clone()));
        }
        Ok(found)
    }

    pub fn one(conn: &mut Conn, id: i64) -> Result<Agreement, Error> {
        Agreement::of(conn, &[id])?.remove(&id).ok_or(Error::NotFound)
    }
}

/// Locality, group and number, as an address has them.
pub type Address = (String, String, String);

/// A version the caller may read.
pub struct Seen {
    pub locality: Locality,
    pub group: Group,
    /// As the version's own proposal calls the groups.
    pub names: Names,
    pub version: Version,
    pub agreement: Option<Agreement>,
    pub reader: Reader,
}

impl Seen {
    /// # Errors
    /// `NotFound` for what is not there, out of scope, or not for this caller.
    pub fn of(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<Seen, Error> {
        let (locality, group, names) = place(conn, who, now, &address.0, &address.1)?;
        let number: i64 = address.2.parse().map_err(|_| Error::NotFound)?;
        let version = store::version(conn, locality.id, &group.code, number)?;
        let version = version.filter(|found| found.number.to_string() == address.2).ok_or(Error::NotFound)?;
        let agreement = version.proposal_id.map(|id| Agreement::one(conn, id)).transpose()?;
        let reader = Reader::of(who);
        if !reader.may_read(version.state, agreement.as_ref()) {
            return Err(Error::NotFound);
        }
        let names = names.beside(agreement.as_ref().map_or(&[], |agreement| &agreement.versions))?;
        let group = names.group(&group.code).unwrap_or(group);
        Ok(Seen { locality, group, names, version, agreement, reader })
    }

    /// The agreement of a version that has been proposed.
    ///
    /// # Errors
    /// `NotFound` for a draft, and for what an administrator set up.
    pub fn proposed(&self) -> Result<&Agreement, Error> {
        self.agreement
            .as_ref()
            .filter(|agreement| agreement.proposal.proposed_at.is_some())
            .ok_or(Error::NotFound)
    }

    /// The agreement on a page that is made of what was proposed alone: [`Seen::proposed`] was asked before.
    pub fn put_forward(&self) -> &Agreement {
        self.agreement.as_ref().expect("a page of what was proposed")
    }

    /// The locality's code, and what it calls its groups.
    pub fn called(&self) -> (&str, &Names) {
        (&self.locality.code, &self.names)
    }

    /// Somebody was faster: `what` says so, and the link leads to the version.
    pub fn conflict(&self, what: &'static str) -> Error {
        Error::conflict(what, self.path(), format!("Go to {}", self.title()))
    }

    pub fn path(&self) -> String {
        path(&self.locality.code, &self.version)
    }

    /// The group's criteria page.
    pub fn up(&self) -> String {
        format!("/criteria/{}/{}", self.locality.code, self.group.code)
    }

    /// "Learning disability, version 3".
    pub fn title(&self) -> String {
        self.names.title(&self.version)
    }

    /// The caller's own network's ask.
    pub fn own_ask(&self) -> Option<&Ask> {
        match self.reader {
            Reader::Network(id) => self.agreement.as_ref()?.ask_of(id),
            _ => None,
        }
    }
}

/// A locality in the caller's scope, by code.
///
/// # Errors
/// `NotFound` for any other code, whether there is such a locality or not.
pub fn locality_of(conn: &mut Conn, who: &Who, now: Now, code: &str) -> Result<Locality, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let all = localities(conn, &scope.localities)?;
    all.into_iter().find(|each| each.code == code).ok_or(Error::NotFound)
}

/// A locality in the caller's scope, a group of its scheme, and what it calls its groups.
pub fn place(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    locality: &str,
    group: &str,
) -> Result<(Locality, Group, Names), Error> {
    let locality = locality_of(conn, who, now, locality)?;
    let names = Names::on(conn, locality.id, now.today)?;
    let group = names.group(group).ok_or(Error::NotFound)?;
    Ok((locality, group, names))
}

/// The page of a version.
pub fn path(locality: &str, version: &Version) -> String {
    format!("/criteria/{locality}/{}/versions/{}", version.group_code, version.number)
}
