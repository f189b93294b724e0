//! What a locality calls its groups.

use chrono::NaiveDate;

use crate::criteria::store::{SCHEME, State, Version, history};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::{Group, Scheme};

/// The groups a locality's pages of criteria may speak of, as the first of some schemes that has one calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    schemes: Vec<Scheme>,
}

impl Names {
    /// As the scheme in force on a day has them. A group that it has not is called as a scheme on its way does, for
    /// criteria of a new group are drafted before its scheme is agreed.
    pub fn on(conn: &mut Conn, locality_id: i64, day: NaiveDate) -> Result<Names, Error> {
        let mut versions = history(conn, locality_id, SCHEME)?;
        let stands = |version: &Version| {
            version.state.is_agreed() && version.in_force_from.is_none_or(|from| from <= day)
        };
        let in_force = versions.iter().position(stands).map(|at| versions.remove(at));
        versions.retain(|version| !version.state.is_over() && version.state != State::InForce);
        let in_force = in_force.map_or_else(|| Ok(Scheme::shipped().clone()), |version| version.scheme())?;
        let on_their_way = versions.iter().map(Version::scheme);
        Ok(Names {
            schemes: std::iter::once(Ok(in_force)).chain(on_their_way).collect::<Result<_, Error>>()?,
        })
    }

    /// As the scheme among versions that are spoken of together would have them, if there is one.
    pub fn beside(mut self, versions: &[Version]) -> Result<Names, Error> {
        if let Some(version) = versions.iter().find(|version| version.is_scheme()) {
            self.schemes.insert(0, version.scheme()?);
        }
        Ok(self)
    }

    /// A group by code, or what stands for the scheme.
    pub fn group(&self, code: &str) -> Option<Group> {
        match code {
            SCHEME => Some(Group::the_scheme()),
            code => self.schemes.iter().find_map(|scheme| scheme.group(code)).cloned(),
        }
    }

    /// The groups of the first scheme, with those that only another has, tried nowhere yet.
    pub fn scheme(&self) -> Scheme {
        let Some((first, others)) = self.schemes.split_first() else { return Scheme::shipped().clone() };
        let mut groups = first.groups().to_vec();
        for group in others.iter().flat_map(Scheme::groups) {
            if groups.iter().all(|known| known.code != group.code) {
                groups.push(Group { precedence: None, overlay: false, ..group.clone() });
            }
        }
        Scheme::of(groups, first.supplementary_care().clone())
    }

    /// A group's label; its code where no scheme has it.
    pub fn label(&self, code: &str) -> String {
        self.group(code).map_or_else(|| code.to_owned(), |group| group.label)
    }

    /// "Learning disability, version 3".
    pub fn title(&self, version: &Version) -> String {
        format!("{}, version {}", self.label(&version.group_code), version.number)
    }
}
