//! `/decisions/batches/{reference}`: what became of a batch, person by person.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde_json::json;

use super::batch_deciding::LeftOut;
use super::store::{self, Decision};
use super::words;
use crate::access::{ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::{Moment, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::page::{Chrome, filters, show};
use crate::people::rows::known;
use crate::people::scope::Scope;
use crate::schema::decision_batches;

#[derive(Template)]
#[template(path = "decisions/batch-done.html")]
struct DonePage {
    chrome: Chrome,
    reference: String,
    who: String,
    at: Moment,
    decisions: Vec<Decision>,
    pseudonyms: HashMap<i64, (String, String)>,
    left_out: Vec<LeftOut>,
    schemes: Schemes,
}

impl DonePage {
    fn pseudonym(&self, decision: &Decision) -> &str {
        self.pseudonyms.get(&decision.person_id).map_or("", |(pseudonym, _)| pseudonym)
    }

    fn decided(&self, decision: &Decision) -> String {
        words::decided(&self.schemes, decision)
    }
}

/// What became of a batch.
pub async fn done(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let actor = who.actor.clone();
    let page = database.read(move |conn| done_page(conn, &who, now, reference.into_inner())).await?;
    let subjects: Vec<Subject> =
        page.decisions.iter().map(|one| Subject::person(page.pseudonym(one))).collect();
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CasesListed, &subjects, json!({})))
        .await?;
    show(&page)
}

fn done_page(conn: &mut Conn, who: &Who, now: Now, reference: String) -> Result<DonePage, Error> {
    let (network, locality, left_out, by, at): (i64, i64, String, String, Moment) = decision_batches::table
        .filter(decision_batches::reference.eq(&reference))
        .select((
            decision_batches::network_id,
            decision_batches::locality_id,
            decision_batches::left_out,
            decision_batches::who,
            decision_batches::recorded_at,
        ))
        .first(conn)?;
    let scope = Scope::of(conn, who, now.today)?;
    let is_theirs = match who.role() {
        Role::Provider => network == who.organisation_id(),
        Role::Commissioner => scope.localities.contains(&locality),
        _ => false,
    };
    if !is_theirs {
        return Err(Error::NotFound);
    }
    let decisions = store::decisions_of_batch(conn, &reference)?;
    Ok(DonePage {
        chrome: who.chrome(),
        pseudonyms: known(conn, decisions.iter().map(|one| one.person_id).collect())?,
        left_out: serde_json::from_str(&left_out).map_err(anyhow::Error::from)?,
        who: by,
        schemes: scope.schemes,
        reference,
        at,
        decisions,
    })
}
