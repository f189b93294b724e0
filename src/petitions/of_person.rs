//! The petitions on a person's page, for those who may see them, and whether the caller may file one.

use super::events::gone;
use super::petition::Petition;
use super::store;
use super::worklist::filters::{By, Filters, Sort, View};
use super::worklist::rows;
use super::worklist::whose::Whose;
use crate::access::{PETITIONS, Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::people::list::Listed;

/// How many petitions of one person are listed.
const MOST: i64 = 100;

/// The petitions of a person as one caller sees them.
#[derive(Clone, Debug)]
pub struct OfPerson {
    /// Latest first.
    pub seen: Vec<Petition>,
    /// Whether the caller may file one: they draft for the person's practice, and none is open.
    pub files: bool,
}

impl OfPerson {
    /// The open one among those the caller sees.
    pub fn open(&self) -> Option<&Petition> {
        self.seen.iter().find(|petition| petition.state.is_open())
    }
}

/// None for roles that read no petitions.
pub fn of_person(conn: &mut Conn, who: &Who, now: Now, person: &Listed) -> Result<Option<OfPerson>, Error> {
    if !PETITIONS.contains(&who.role()) {
        return Ok(None);
    }
    let whose = Whose::of(conn, who, now)?;
    let filters = Filters { person: Some(person.person_id), ..Filters::of(View::All) };
    let latest_first = Sort { by: By::Submitted, backwards: true };
    let seen = rows::rows(conn, &whose, &filters, latest_first, (0, MOST))?;
    let drafts = matches!(who.role(), Role::Gp | Role::PracticeStaff | Role::NetworkManager);
    let is_here = gone(person.died_on, person.deducted_on, now.today).is_none() && person.place.is_some();
    let files = drafts && is_here && store::open_of(conn, person.person_id)?.is_none();
    Ok(Some(OfPerson { seen, files }))
}
