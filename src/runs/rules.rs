//! What a run places people by: criteria in precedence order, the cancer overlay, and who is in scope.

use chrono::NaiveDate;

use crate::criteria::expression::Expression;
use crate::groups::scheme::Scheme;

/// A group people can be placed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeGroup {
    pub code: String,
    pub criterion: Expression,
}

/// The rules of one locality on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    home: Vec<HomeGroup>,
    overlay: Option<Expression>,
    minimum_age: u16,
}

impl Rules {
    /// The setting `scope.minimum_age` where nothing else is set.
    pub const MINIMUM_AGE: u16 = 16;

    /// `home` is in precedence order, first tried first. `overlay` says who has supplementary care.
    pub fn new(home: Vec<HomeGroup>, overlay: Option<Expression>, minimum_age: u16) -> Rules {
        Rules { home, overlay, minimum_age }
    }

    /// The rules of a scheme. A group without a criterion places nobody.
    pub fn of_scheme(
        scheme: &Scheme,
        minimum_age: u16,
        criterion: impl Fn(&str) -> Option<Expression>,
    ) -> Rules {
        let home_group =
            |code: &String| criterion(code).map(|criterion| HomeGroup { code: code.clone(), criterion });
        let home = scheme.in_precedence().into_iter().filter_map(|group| home_group(&group.code)).collect();
        let overlay = scheme.overlay().and_then(|group| criterion(&group.code));
        Rules::new(home, overlay, minimum_age)
    }

    /// The home groups, first tried first.
    pub fn home(&self) -> &[HomeGroup] {
        &self.home
    }

    /// Who has supplementary care beside the home group; none where cancer is a home group.
    pub fn overlay(&self) -> Option<&Expression> {
        self.overlay.as_ref()
    }

    /// The first age in completed years that is in scope.
    pub fn minimum_age(&self) -> u16 {
        self.minimum_age
    }

    /// Whether somebody of this age is placed at all.
    pub fn in_scope(&self, age: u16) -> bool {
        age >= self.minimum_age
    }
}

/// Where somebody stands on the register on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterStatus {
    OnRegister,
    Died,
    Left,
    NotYetRegistered,
}

/// Whether somebody is counted on a date. The day of joining, leaving or dying still counts; dying goes before leaving.
pub fn register_status(
    registered_from: NaiveDate,
    deducted_on: Option<NaiveDate>,
    died_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> RegisterStatus {
    match () {
        () if died_on.is_some_and(|day| day < as_of) => RegisterStatus::Died,
        () if deducted_on.is_some_and(|day| day < as_of) => RegisterStatus::Left,
        () if registered_from > as_of => RegisterStatus::NotYetRegistered,
        () => RegisterStatus::OnRegister,
    }
}
