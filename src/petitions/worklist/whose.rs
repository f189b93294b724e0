//! Whose petitions a caller sees, and who counts as them: they themselves, and the colleagues they see to while those are
//! away.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::people::scope::{Reach, Scope};
use crate::petitions::absence::store::covered_by;
use crate::petitions::found::Member;
use crate::schema::memberships;

/// The caller as lists of petitions see them.
#[derive(Clone, Debug)]
pub struct Whose {
    pub role: Role,
    pub organisation_id: i64,
    pub user_id: i64,
    pub scope: Scope,
    pub today: NaiveDate,
    /// The caller, and those they see to today.
    pub me: Vec<i64>,
    /// Everybody else a petition can be with: the organisation's colleagues in the role, and for commissioners, whose
    /// localities may have several commissioners, all of that role.
    pub others: Vec<i64>,
}

impl Whose {
    pub fn of(conn: &mut Conn, who: &Who, now: Now) -> Result<Whose, Error> {
        let (role, organisation_id) = (who.role(), who.organisation_id());
        let mut me = vec![who.user_id];
        me.extend(covered_by(conn, who.user_id, (organisation_id, role), now.today)?);
        let others = others(conn, role, organisation_id, now.today)?;
        Ok(Whose {
            role,
            organisation_id,
            user_id: who.user_id,
            scope: Scope::of(conn, who, now.today)?,
            today: now.today,
            others: others.into_iter().filter(|id| !me.contains(id)).collect(),
            me,
        })
    }

    /// The caller as one petition finds them.
    pub fn member(&self) -> Member {
        Member { role: self.role, organisation_id: self.organisation_id }
    }

    /// The practices (row ids) whose petitions the caller's organisation owns; none of other sides.
    pub fn practices(&self) -> &[i64] {
        match (&self.scope.reach, self.is_owner()) {
            (Reach::Practices(practices), true) => practices,
            _ => &[],
        }
    }

    /// Whether the caller is of a practice or a network of practices.
    pub fn is_owner(&self) -> bool {
        matches!(self.role, Role::Gp | Role::PracticeStaff | Role::NetworkManager)
    }
}

fn others(conn: &mut Conn, role: Role, organisation_id: i64, today: NaiveDate) -> Result<Vec<i64>, Error> {
    let roles: &[Role] = match role {
        Role::Gp | Role::PracticeStaff => &[Role::Gp, Role::PracticeStaff],
        Role::NetworkManager => &[Role::NetworkManager],
        Role::Provider => &[Role::Provider],
        _ => &[Role::Commissioner],
    };
    let in_role = memberships::table
        .filter(memberships::role.eq_any(roles))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .select(memberships::user_id)
        .distinct()
        .order(memberships::user_id)
        .into_boxed();
    Ok(match role {
        Role::Commissioner => in_role.load(conn)?,
        _ => in_role.filter(memberships::organisation_id.eq(organisation_id)).load(conn)?,
    })
}
