//! What a list of people is asked for, and what it shows of each.

use chrono::NaiveDate;

use super::scope::Scope;
use crate::access::Role;
use crate::groups::place::{AgeBand, Place};
use crate::runs::store::Source;

/// What a list is narrowed to; nothing chosen is everybody in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Row id; people whose practice lies in it.
    pub locality: Option<i64>,
    /// A practice's code.
    pub practice: Option<String>,
    pub standing: Option<Standing>,
    pub provisional: Option<bool>,
    pub supplementary: Option<Supplementary>,
    /// The register's word, or blank where it is not known.
    pub sex: Option<String>,
    /// Of the age on [`Asked::ages_on`].
    pub age_band: Option<AgeBand>,
    /// Words of the name, lower case: each must stand in it.
    pub names: Vec<String>,
    /// Ten digits.
    pub nhs_number: Option<String>,
    pub pseudonym: Option<String>,
    /// People who have left or died as well: for searches and for one person.
    pub everybody: bool,
}

impl Filters {
    /// Whether the list is one that a figure of groups counts: of a locality and group at most.
    pub fn is_figure(&self) -> bool {
        let wide = Filters { locality: self.locality, standing: self.standing.clone(), ..Filters::default() };
        *self == wide
    }
}

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Placed(Place),
    /// On the register, and the run that stands did not know them.
    NotGrouped,
}

impl Standing {
    pub fn from_word(word: &str) -> Standing {
        match word {
            "not_grouped" => Standing::NotGrouped,
            word => Standing::Placed(Place::from_word(word)),
        }
    }
}

/// Whether somebody has supplementary care beside their group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supplementary {
    Yes,
    No,
    NotKnown,
}

/// How a list is sorted; a person's row id always comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Name,
    Practice,
    Group,
    Youngest,
    Oldest,
}

/// What a list is of: whose people, as of when, narrowed to what.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub scope: &'a Scope,
    pub filters: &'a Filters,
    pub today: NaiveDate,
    /// The day ages are taken on: the as-of date of the run that stands, so that lists agree with its figures.
    pub ages_on: NaiveDate,
    pub register: i64,
    /// Whether people who object to planning use are left out.
    pub planning: bool,
    /// Whether the scope is everybody in its localities.
    pub everybody: bool,
}

impl<'a> Asked<'a> {
    /// What a caller's role may list; ages are taken today.
    pub fn by(
        role: Role,
        scope: &'a Scope,
        filters: &'a Filters,
        today: NaiveDate,
        register: i64,
    ) -> Asked<'a> {
        Asked {
            scope,
            filters,
            today,
            ages_on: today,
            register,
            planning: is_planning(role),
            everybody: matches!(role, Role::Commissioner | Role::Analyst),
        }
    }

    pub fn ages_on(self, day: NaiveDate) -> Asked<'a> {
        Asked { ages_on: day, ..self }
    }

    /// The same with those who object: for one person asked for by number or pseudonym.
    pub fn with_objectors(self) -> Asked<'a> {
        Asked { planning: false, ..self }
    }
}

/// Whether a role's lists are for planning, from which people may object.
pub fn is_planning(role: Role) -> bool {
    matches!(role, Role::Commissioner | Role::Analyst | Role::NetworkManager | Role::Provider)
}

/// Somebody on a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub person_id: i64,
    pub pseudonym: String,
    pub nhs_number: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub born: NaiveDate,
    pub sex: Option<String>,
    pub practice: String,
    pub practice_name: String,
    pub locality_id: Option<i64>,
    pub group_code: Option<String>,
    /// `None` where the run that stands did not know them.
    pub place: Option<Place>,
    pub provisional: bool,
    pub supplementary: Option<bool>,
    pub registered_from: NaiveDate,
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    /// What the placement rests on.
    pub source: Option<Source>,
    /// The run and the number of the reason, where a run placed them.
    pub reason: Option<(i64, i64)>,
}
