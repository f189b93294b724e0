//! The page of one organisation: what it is, who belongs to it, whom it cares for.

use std::fmt::Display;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;

use super::networks::{self, CareAgreement, Membership};
use super::organisation::Kind;
use super::sharing_agreements::{self, SharingAgreement};
use super::store::{self, Locality, Organisation};
use crate::access::Administrator;
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::page::{Chrome, filters, show};
use crate::schema::memberships;

/// What an organisation of its kind has to do with others.
struct Related {
    /// The localities that a commissioner leads in.
    led: Vec<Locality>,
    /// Where a practice lies, or what a commissioner commissions jointly.
    locality: Option<Locality>,
    members: Vec<Membership>,
    networks: Vec<Membership>,
    care: Vec<CareAgreement>,
    schemes: Schemes,
    sharing: Vec<SharingAgreement>,
    /// Users with a membership of it that has not ended.
    users: usize,
}

#[derive(Template)]
#[template(path = "organisations/organisation.html")]
struct OrganisationPage {
    chrome: Chrome,
    organisation: Organisation,
    related: Related,
    today: NaiveDate,
}

impl OrganisationPage {
    /// An address under the organisation's own.
    fn below(&self, rest: impl Display) -> String {
        format!("{}/{rest}", self.organisation.address())
    }

    /// Whether a sharing agreement is in date.
    fn shares(&self) -> bool {
        self.related.sharing.iter().any(|each| each.span().contains(self.today))
    }
}

pub async fn one(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (organisation, related) = database
        .read(move |conn| {
            let organisation = store::by_code(conn, &code)?;
            let related = related(conn, &organisation, now.today)?;
            Ok((organisation, related))
        })
        .await?;
    show(&OrganisationPage { chrome: who.chrome(), organisation, related, today: now.today })
}

fn related(conn: &mut Conn, organisation: &Organisation, today: NaiveDate) -> Result<Related, Error> {
    let localities = match organisation.kind {
        Kind::Commissioner | Kind::Practice => store::localities(conn)?,
        Kind::GpNetwork | Kind::ProviderNetwork | Kind::Provider => Vec::new(),
    };
    let mut related = Related {
        locality: localities.iter().find(|each| Some(each.id) == organisation.locality_id).cloned(),
        led: Vec::new(),
        members: Vec::new(),
        networks: Vec::new(),
        care: Vec::new(),
        schemes: Schemes::on(conn, today)?,
        sharing: Vec::new(),
        users: users_of(conn, organisation.id, today)?,
    };
    match organisation.kind {
        Kind::Commissioner => {
            related.led =
                localities.into_iter().filter(|each| each.commissioner_code == organisation.code).collect();
        }
        Kind::Practice | Kind::Provider => related.networks = networks::networks_of(conn, organisation.id)?,
        Kind::GpNetwork => related.members = networks::members_of(conn, organisation.id)?,
        Kind::ProviderNetwork => {
            related.members = networks::members_of(conn, organisation.id)?;
            related.care = networks::care_of_network(conn, organisation.id)?;
            related.sharing = sharing_agreements::of_network(conn, organisation.id)?;
        }
    }
    Ok(related)
}

fn users_of(conn: &mut Conn, organisation_id: i64, today: NaiveDate) -> Result<usize, Error> {
    let users: Vec<i64> = memberships::table
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .select(memberships::user_id)
        .distinct()
        .load(conn)?;
    Ok(users.len())
}
