//! Drafts that only make sense together: put together, they are previewed, proposed and agreed as one.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::act::Sent;
use super::edit_page::draft_of;
use super::store;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::agreement;
use crate::criteria::preview_pages::sides::Bundle;
use crate::criteria::seen::{Address, Seen};
use crate::criteria::store::Version;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::once;
use crate::page::{Choice, see_other};

/// A draft that another can be put together with.
pub type Candidate = Choice;

/// The drafts of the locality that fit beside those of a bundle.
pub fn candidates(conn: &mut Conn, seen: &Seen, bundle: &Bundle) -> Result<Vec<Candidate>, Error> {
    let all = store::drafts(conn, seen.here.locality.id)?;
    let fits = |draft: &&Version| fits(&all, draft, bundle);
    let choice = |version: &Version| {
        let word = format!("{}/{}", version.group_code, version.number);
        Choice::new(word, seen.here.names.title(version))
    };
    Ok(all.iter().filter(fits).map(choice).collect())
}

/// Whether a draft and those it stands with bring no group that is here already.
fn fits(all: &[Version], other: &Version, bundle: &Bundle) -> bool {
    let with = |draft: &&Version| {
        draft.id == other.id || draft.proposal_id.is_some() && draft.proposal_id == other.proposal_id
    };
    let is_here = |draft: &Version| bundle.all.iter().any(|here| here.group_code == draft.group_code);
    !all.iter().filter(with).any(is_here)
}

pub async fn change(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    address: web::Path<Address>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (sent, address) = (Sent::new(form.into_inner()), address.into_inner());
    let is_out = sent.get("act") == "leave";
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, sent.get("key"), |conn| match is_out {
                true => leave(conn, &who, now, &address),
                false => join(conn, &who, now, &address, sent.get("with")),
            })
        })
        .await?;
    say_done(&session, if is_out { "The draft stands alone now." } else { "The drafts are put together." })?;
    Ok(see_other(path))
}

fn leave(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<String, Error> {
    let seen = draft_of(conn, who, now, address)?;
    store::put_into(conn, &seen.version, None)?;
    let subjects = [Subject::criteria(&seen.here.locality.code, &seen.here.group.code)];
    let details = json!({ "version": seen.version.number });
    audit::record(conn, now.moment, &who.actor, Verb::DraftTakenOut, &subjects, details)?;
    Ok(format!("{}/edit", seen.address()))
}

fn join(conn: &mut Conn, who: &Who, now: Now, address: &Address, with: &str) -> Result<String, Error> {
    let seen = draft_of(conn, who, now, address)?;
    let draft = &seen.version;
    let bundle = Bundle::of(conn, &seen.version)?;
    let all = store::drafts(conn, seen.here.locality.id)?;
    let named = |one: &&Version| format!("{}/{}", one.group_code, one.number) == with;
    let Some(other) = all.iter().find(named) else {
        return Err(Error::conflict(
            "Choose a draft to put this one together with. It may have been proposed or deleted.",
            format!("{}/edit", seen.address()),
            "Go to the draft",
        ));
    };
    if !fits(&all, other, &bundle) {
        return Err(Error::conflict(
            "These drafts cannot stand together: they change the same group.",
            format!("{}/edit", seen.address()),
            "Go to the draft",
        ));
    }
    let proposal = match other.proposal_id.or(draft.proposal_id) {
        Some(proposal) => proposal,
        None => agreement::store::add(conn, now.recorded(), &who.actor, seen.here.locality.id)?.id,
    };
    let mine = |one: &&Version| {
        one.id == draft.id || draft.proposal_id.is_some() && one.proposal_id == draft.proposal_id
    };
    for one in all.iter().filter(mine).chain([other]) {
        store::put_into(conn, one, Some(proposal))?;
    }
    let together = agreement::store::versions_of(conn, &[proposal])?;
    let locality = &seen.here.locality.code;
    let subjects: Vec<Subject> =
        together.iter().map(|version| Subject::criteria(locality, &version.group_code)).collect();
    let numbers: Vec<i64> = together.iter().map(|version| version.number).collect();
    let details = json!({ "versions": numbers });
    audit::record(conn, now.moment, &who.actor, Verb::DraftsPutTogether, &subjects, details)?;
    Ok(format!("{}/edit", seen.address()))
}
