//! Ending a user's membership, but for the last administrator's.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::admin_membership::in_the_way;
use super::admin_store::{self as store, Account, Held};
use crate::access::{Administrator, Role};
use crate::audit::{Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::organisations::ending::{self, EndForm, Ending, unless_stale};
use crate::organisations::span::Span;
use crate::page::{Mistakes, Unsaved};

/// User, role, organisation and first day: what a membership's address says.
type Address = (String, String, String, String);

fn held(conn: &mut Conn, (reference, role, organisation, from): &Address) -> Result<(Account, Held), Error> {
    let user = store::by_reference(conn, reference)?;
    let path = format!("{role}/{organisation}/{from}");
    let all = store::memberships_of(conn, &[user.id])?;
    let one = all.into_iter().find(|each| each.path() == path).ok_or(Error::NotFound)?;
    Ok((user, one))
}

fn ending(conn: &mut Conn, address: &Address) -> Result<Ending, Error> {
    let (user, one) = held(conn, address)?;
    let mut subjects = vec![Subject::user(&user.email)];
    subjects.extend(one.organisation_code.as_ref().map(Subject::organisation));
    Ok(Ending {
        id: one.id,
        heading: "End a membership",
        area: super::admin::AREA,
        what: one.label(),
        span: one.span(),
        version: one.version,
        action: format!("{}/memberships/{}", user.address(), one.path()),
        record: user.address(),
        record_name: user.name,
        consequence: "From the next day the user can no longer act as this.",
        verb: Verb::MembershipEnded,
        subjects,
    })
}

pub async fn end_form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    ending::form(who, &database, move |conn| ending(conn, &address)).await
}

pub async fn end(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    address: web::Path<Address>,
    form: web::Form<EndForm>,
) -> Result<HttpResponse, Error> {
    let address = address.into_inner();
    let asked = address.clone();
    let set = move |conn: &mut Conn, ending: &Ending, to: NaiveDate| {
        let (user, one) = held(conn, &asked)?;
        if let Some(mistake) = against_ending(conn, now, &user, &one, to)? {
            return Ok(Err(Unsaved::Mistaken(Mistakes::of_one("to", mistake))));
        }
        Ok(unless_stale(store::end_membership(conn, ending.id, ending.version, to)?))
    };
    let load = move |conn: &mut Conn| ending(conn, &address);
    ending::submit(who, &database, now, session, form.into_inner(), load, set).await
}

/// Why a membership may not end on a day: an administrator must be left, and a later last day may not run into
/// another membership of the same kind.
fn against_ending(
    conn: &mut Conn,
    now: Now,
    user: &Account,
    one: &Held,
    to: NaiveDate,
) -> Result<Option<String>, Error> {
    store::hold(conn, user.id)?;
    let held = store::memberships_of(conn, &[user.id])?;
    let span = Span::new(one.from_on, Some(to));
    if let Some(other) = in_the_way(&held, one.role, one.organisation_code.as_ref(), span, Some(one.id)) {
        return Ok(Some(other));
    }
    let is_later = one.to_on.is_some_and(|before| before <= to);
    if one.role != Role::Administrator || is_later {
        return Ok(None);
    }
    let is_left = store::has_other_administrator(conn, one.id, to.max(now.today))?;
    Ok((!is_left).then(|| {
        "This is the last administrator who can sign in. Invite another one first, and wait until they have set a password"
            .to_owned()
    }))
}
