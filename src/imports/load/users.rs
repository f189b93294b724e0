//! Users and their memberships; each new address gets an invitation.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::access::Role;
use crate::accounts::admin_store::has_other_administrator;
use crate::accounts::store as accounts;
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::users::UserRow;
use crate::schema::{memberships, users};

/// A membership to add (no row id) or change, and the user where there is one already.
pub struct Change {
    user: Option<(i64, String)>,
    membership_id: Option<i64>,
    row: UserRow,
}

/// The row id of no membership.
const NOBODYS: i64 = 0;

/// Said where somebody else ended the other administrators while the file was read.
const LAST_ADMINISTRATOR: &str =
    "This would end the last administrator who can sign in. Check the file again.";

type Held = HashMap<(i64, Role, Option<i64>, NaiveDate), (i64, Option<NaiveDate>)>;

impl Load for UserRow {
    type Change = Change;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let known: Vec<(String, i64, String)> =
            users::table.order(users::id).select((users::email, users::id, users::name)).load(conn)?;
        let known: HashMap<String, (i64, String)> =
            known.into_iter().map(|(email, id, name)| (email, (id, name))).collect();
        let held = held(conn)?;
        let mut compared = Compared::none();
        for row in rows {
            let user = known.get(&row.email);
            let membership =
                user.and_then(|(id, _)| held.get(&(*id, row.role, row.organisation_id, row.from)));
            let says_the_same = user.is_some_and(|(_, name)| *name == row.name)
                && membership.is_some_and(|(_, to)| *to == row.to);
            let membership_id = membership.map(|(id, _)| *id);
            let change = Change { user: user.cloned(), membership_id, row };
            compared.count(membership_id.is_some(), (!says_the_same).then_some(change));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let today = loading.now.today;
        let had_administrator = has_other_administrator(conn, NOBODYS, today)?;
        let mut added: HashMap<String, i64> = HashMap::new();
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for Change { user, membership_id, row } in changes {
            let is_named_anew = user.as_ref().is_some_and(|(_, name)| *name != row.name);
            let user_id = match user.map(|(id, _)| id).or(added.get(&row.email).copied()) {
                Some(id) => id,
                None => {
                    let id = accounts::add(conn, loading.now.moment, &row.email, &row.name)?;
                    accounts::invite(conn, loading.now, loading.actor, id, &row.email)?;
                    added.insert(row.email.clone(), id);
                    id
                }
            };
            if is_named_anew {
                rename(conn, user_id, &row.name)?;
            }
            match membership_id {
                Some(id) => {
                    diesel::update(memberships::table.find(id))
                        .set((
                            memberships::to_on.eq(row.to),
                            memberships::version.eq(memberships::version + 1),
                        ))
                        .execute(conn)?;
                }
                None => {
                    accounts::add_membership(conn, user_id, row.role, row.organisation_id, row.from, row.to)?;
                }
            }
            touched.insert(row.email);
        }
        if had_administrator && !has_other_administrator(conn, NOBODYS, today)? {
            return Err(Error::Refused(LAST_ADMINISTRATOR.into()));
        }
        Ok(touched.into_iter().map(Subject::user).collect())
    }
}

fn held(conn: &mut Conn) -> Result<Held, Error> {
    let columns = (
        memberships::user_id,
        memberships::role,
        memberships::organisation_id,
        memberships::from_on,
        memberships::id,
        memberships::to_on,
    );
    type Stored = (i64, Role, Option<i64>, NaiveDate, i64, Option<NaiveDate>);
    let rows: Vec<Stored> = memberships::table.order(memberships::id).select(columns).load(conn)?;
    Ok(rows.into_iter().map(|(user, role, of, from, id, to)| ((user, role, of, from), (id, to))).collect())
}

fn rename(conn: &mut Conn, user_id: i64, name: &str) -> Result<(), Error> {
    diesel::update(users::table.find(user_id))
        .set((
            users::name.eq(name),
            users::name_key.eq(name.to_lowercase()),
            users::version.eq(users::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}
