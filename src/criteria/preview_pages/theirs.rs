//! The people a caller may list where they may not list everybody: a practice its own, a network those in its care. Of
//! them they see exact figures.

use std::collections::HashSet;

use crate::access::{PEOPLE, Role, Who};
use crate::clock::Now;
use crate::criteria::seen::{Here, may_list_all};
use crate::database::Conn;
use crate::error::Error;
use crate::people::list::{Asked, Filters};
use crate::people::register::published;
use crate::people::rows;
use crate::people::scope::Reach;

/// Whom a caller may list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    role: Role,
    people: People,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum People {
    /// All people of these practices (row ids).
    OfPractices(HashSet<i64>),
    /// By row id.
    These(HashSet<i64>),
}

impl Theirs {
    /// None for those who may list everybody in the locality, and for those who list nobody.
    pub fn of(conn: &mut Conn, who: &Who, now: Now, here: &Here) -> Result<Option<Theirs>, Error> {
        let role = who.role();
        if may_list_all(role) || !PEOPLE.contains(&role) {
            return Ok(None);
        }
        let people = match &here.scope.reach {
            Reach::Practices(practices) => People::OfPractices(practices.iter().copied().collect()),
            Reach::Care(_) | Reach::Caseload(_) => {
                let filters =
                    Filters { everybody: true, locality: Some(here.locality.id), ..Filters::default() };
                let asked = Asked::by(role, &here.scope, &filters, now.today, published(conn)?);
                People::These(rows::everyone(conn, &asked)?)
            }
        };
        Ok(Some(Theirs { role, people }))
    }

    /// Whether somebody is among them, by the row ids of practice and person.
    pub fn has(&self, practice: i64, person: i64) -> bool {
        match &self.people {
            People::OfPractices(practices) => practices.contains(&practice),
            People::These(people) => people.contains(&person),
        }
    }

    /// Who they are, as a heading.
    pub fn words(&self) -> &'static str {
        match self.role {
            Role::Gp | Role::PracticeStaff => "People of your practice",
            Role::NetworkManager => "People of your network's practices",
            Role::Provider => "People in your network's care now",
            _ => "People on your caseload",
        }
    }
}
