//! Whose people a caller may see: a part of every query on people, and no person is found without it.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::{Role, Who};
use crate::database::Conn;
use crate::disclosure::Suppression;
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::schema::{care_agreements, localities, network_members, organisations, sharing_agreements};
use crate::settings::store::Values;

/// What a caller's people have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All people of these practices (row ids): a practice its own, a network its members', a commissioner its
    /// localities'.
    Practices(Vec<i64>),
    /// People whose current group in a locality this network cares for: (locality row id, group code).
    Care(Vec<(i64, String)>),
    /// People whose latest assessment names this organisation (row id) for their care co-ordination.
    Caseload(i64),
}

/// Whose people, and whether by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub reach: Reach,
    /// Whether names, birth dates and NHS numbers are shown; else pseudonyms only.
    pub names: bool,
    /// Whether contact details are shown: to the person's own practice alone.
    pub contacts: bool,
    /// Row ids of the localities the caller's pages speak of, by code.
    pub localities: Vec<i64>,
    /// The grouping schemes of that day.
    pub schemes: Schemes,
    /// What figures hide of people the caller may not list.
    pub suppression: Suppression,
}

impl Scope {
    /// The scope of a caller on a day; for roles that list no people it reaches nobody.
    pub fn of(conn: &mut Conn, who: &Who, today: NaiveDate) -> Result<Scope, Error> {
        let mut scope = Scope::by_role(conn, who, today)?;
        let reaches_nobody = match &scope.reach {
            Reach::Practices(practices) => practices.is_empty(),
            Reach::Care(pairs) => pairs.is_empty(),
            Reach::Caseload(_) => false,
        };
        if reaches_nobody {
            scope.suppression = Values::read(conn)?.suppression();
        }
        Ok(scope)
    }

    fn by_role(conn: &mut Conn, who: &Who, today: NaiveDate) -> Result<Scope, Error> {
        let organisation = who.organisation_id();
        let scope = match who.role() {
            Role::Commissioner | Role::Analyst | Role::LayPartner => of_commissioner(conn, who),
            Role::Gp | Role::PracticeStaff => of_practices(conn, vec![organisation], true),
            Role::NetworkManager => {
                let practices = member_practices(conn, organisation, today)?;
                of_practices(conn, practices, false)
            }
            Role::Provider => of_network(conn, organisation, today),
            Role::Coordinator => of_coordinator(conn, organisation, today),
            Role::Administrator | Role::Auditor | Role::Keyer => Ok(Scope::nobody()),
        }?;
        Ok(Scope { schemes: Schemes::on(conn, today)?, ..scope })
    }

    /// A group's label in the first of the scope's localities that has it; "no group" where there is none.
    pub fn group_label(&self, code: Option<&str>) -> String {
        code.map_or_else(|| "no group".into(), |code| self.schemes.label_among(&self.localities, code).into())
    }

    fn nobody() -> Scope {
        Scope {
            reach: Reach::Practices(Vec::new()),
            names: false,
            contacts: false,
            localities: Vec::new(),
            schemes: Schemes::default(),
            suppression: Suppression::default(),
        }
    }
}

/// The localities (row ids) a commissioner leads or commissions jointly.
pub fn commissioned(conn: &mut Conn, who: &Who) -> Result<Vec<i64>, Error> {
    let Some(organisation) = &who.membership.organisation else { return Ok(Vec::new()) };
    let joint: Option<i64> = organisations::table
        .find(organisation.id)
        .filter(organisations::kind.eq("commissioner"))
        .select(organisations::locality_id)
        .first(conn)
        .optional()?
        .flatten();
    Ok(localities::table
        .filter(
            localities::commissioner_code.eq(&organisation.code).or(localities::id.eq(joint.unwrap_or(0))),
        )
        .order(localities::code)
        .select(localities::id)
        .load(conn)?)
}

fn of_commissioner(conn: &mut Conn, who: &Who) -> Result<Scope, Error> {
    let localities = commissioned(conn, who)?;
    let practices = match who.role() {
        Role::LayPartner => Vec::new(),
        _ => organisations::table
            .filter(organisations::kind.eq("practice"))
            .filter(organisations::locality_id.eq_any(&localities))
            .order(organisations::id)
            .select(organisations::id)
            .load(conn)?,
    };
    Ok(Scope {
        reach: Reach::Practices(practices),
        names: false,
        contacts: false,
        localities,
        schemes: Schemes::default(),
        suppression: Suppression::default(),
    })
}

fn of_practices(conn: &mut Conn, practices: Vec<i64>, own: bool) -> Result<Scope, Error> {
    let localities: Vec<Option<i64>> = organisations::table
        .filter(organisations::id.eq_any(&practices))
        .filter(organisations::locality_id.is_not_null())
        .select(organisations::locality_id)
        .distinct()
        .order(organisations::locality_id)
        .load(conn)?;
    Ok(Scope {
        reach: Reach::Practices(practices),
        names: own,
        contacts: own,
        localities: localities.into_iter().flatten().collect(),
        schemes: Schemes::default(),
        suppression: Suppression::default(),
    })
}

fn member_practices(conn: &mut Conn, network: i64, today: NaiveDate) -> Result<Vec<i64>, Error> {
    Ok(network_members::table
        .filter(network_members::network_id.eq(network))
        .filter(network_members::from_on.le(today))
        .filter(network_members::to_on.is_null().or(network_members::to_on.ge(today)))
        .select(network_members::member_id)
        .distinct()
        .order(network_members::member_id)
        .load(conn)?)
}

/// No case is open with a network yet, so it sees the people in its care by pseudonym (design section 1).
fn of_network(conn: &mut Conn, network: i64, today: NaiveDate) -> Result<Scope, Error> {
    let pairs: Vec<(i64, String)> = care_agreements::table
        .filter(care_agreements::network_id.eq(network))
        .filter(care_agreements::from_on.le(today))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(today)))
        .select((care_agreements::locality_id, care_agreements::group_code))
        .distinct()
        .order((care_agreements::locality_id, care_agreements::group_code))
        .load(conn)?;
    let mut localities: Vec<i64> = pairs.iter().map(|(locality, _)| *locality).collect();
    localities.dedup();
    Ok(Scope {
        reach: Reach::Care(pairs),
        names: false,
        contacts: false,
        localities,
        schemes: Schemes::default(),
        suppression: Suppression::default(),
    })
}

/// By name: at a practice always, at a provider network while a sharing agreement is in date.
fn of_coordinator(conn: &mut Conn, organisation: i64, today: NaiveDate) -> Result<Scope, Error> {
    let kind: String = organisations::table.find(organisation).select(organisations::kind).first(conn)?;
    let (names, localities) = match kind.as_str() {
        "practice" => (true, of_practices(conn, vec![organisation], true)?.localities),
        _ => (shares(conn, organisation, today)?, of_network(conn, organisation, today)?.localities),
    };
    Ok(Scope {
        reach: Reach::Caseload(organisation),
        names,
        contacts: false,
        localities,
        schemes: Schemes::default(),
        suppression: Suppression::default(),
    })
}

/// Whether a provider network has a sharing agreement in date.
pub fn shares(conn: &mut Conn, network: i64, today: NaiveDate) -> Result<bool, Error> {
    let in_date = sharing_agreements::table
        .filter(sharing_agreements::network_id.eq(network))
        .filter(sharing_agreements::from_on.le(today))
        .filter(sharing_agreements::to_on.is_null().or(sharing_agreements::to_on.ge(today)));
    Ok(diesel::select(diesel::dsl::exists(in_date)).get_result(conn)?)
}
