//! Sharing agreements: while one is in date, a provider network may see identified people.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::care_agreements::provider_network;
use super::ending::{self, EndForm, Ending, unless_stale};
use super::forms::TypedSpan;
use super::organisation::LONGEST_NAME;
use super::span::Span;
use super::store::Organisation;
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::random_reference;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, save, see_other, show, show_as, typed};
use crate::schema::sharing_agreements;

const LONGEST_PURPOSE: usize = 300;

/// A sharing agreement's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct SharingAgreement {
    pub id: i64,
    /// `SA-7K3F92QD`.
    pub reference: String,
    pub shared_with: String,
    pub purpose: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub version: i64,
}

impl SharingAgreement {
    pub fn span(&self) -> Span {
        Span::new(self.from_on, self.to_on)
    }
}

/// The sharing agreements of a network, latest first, ended ones among them.
pub fn of_network(conn: &mut Conn, network_id: i64) -> Result<Vec<SharingAgreement>, Error> {
    Ok(sharing_agreements::table
        .filter(sharing_agreements::network_id.eq(network_id))
        .order((sharing_agreements::from_on.desc(), sharing_agreements::id.desc()))
        .select((
            sharing_agreements::id,
            sharing_agreements::reference,
            sharing_agreements::shared_with,
            sharing_agreements::purpose,
            sharing_agreements::from_on,
            sharing_agreements::to_on,
            sharing_agreements::version,
        ))
        .load(conn)?)
}

/// A new sharing agreement as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SharingForm {
    shared_with: String,
    purpose: String,
    #[serde(flatten)]
    span: TypedSpan,
    key: String,
}

#[derive(Template)]
#[template(path = "organisations/sharing-agreement-form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    network: Organisation,
    form: SharingForm,
    key: String,
}

async fn page(
    who: &Who,
    database: &Database,
    code: String,
    form: SharingForm,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    let network = database.read(move |conn| provider_network(conn, &code)).await?;
    Ok(FormPage { chrome: who.chrome(), mistakes, network, form, key: fresh_key() })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let mut page = page(&who, &database, code.into_inner(), SharingForm::default(), Mistakes::new()).await?;
    page.form.shared_with.clone_from(&page.network.name);
    show(&page)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    code: web::Path<String>,
    form: web::Form<SharingForm>,
) -> Result<HttpResponse, Error> {
    let (form, code) = (form.into_inner(), code.into_inner());
    let (actor, sent, of) = (who.actor.clone(), form.clone(), code.clone());
    let adding = move |conn: &mut Conn| add_agreement(conn, now, &actor, &of, &sent);
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, "The sharing agreement is added.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&who, &database, code, form, mistakes).await?)
        }
    }
}

fn add_agreement(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    code: &str,
    form: &SharingForm,
) -> Result<Result<String, Mistakes>, Error> {
    let network = provider_network(conn, code)?;
    let mut mistakes = Mistakes::new();
    let shared_with = match form.shared_with.trim() {
        "" => Err("Enter the person or body it is shared with".to_owned()),
        typed => typed::required("Shared with", typed, LONGEST_NAME),
    };
    let shared_with = mistakes.note("shared_with", shared_with);
    let purpose = mistakes.note("purpose", typed::required("Purpose", &form.purpose, LONGEST_PURPOSE));
    let span = form.span.check(&mut mistakes);
    let (Some(shared_with), Some(purpose), Some(span)) = (shared_with, purpose, span) else {
        return Ok(Err(mistakes));
    };
    let reference = format!("SA-{}", random_reference());
    diesel::insert_into(sharing_agreements::table)
        .values((
            sharing_agreements::reference.eq(&reference),
            sharing_agreements::network_id.eq(network.id),
            sharing_agreements::shared_with.eq(&shared_with),
            sharing_agreements::purpose.eq(&purpose),
            sharing_agreements::from_on.eq(span.from),
            sharing_agreements::to_on.eq(span.to),
        ))
        .execute(conn)?;
    let subjects = [Subject::sharing_agreement(&reference), Subject::organisation(&network.code)];
    let details = json!({ "shared_with": shared_with, "purpose": purpose, "span": span.in_words() });
    audit::record(conn, now.moment, actor, Verb::SharingAgreementAdded, &subjects, details)?;
    Ok(Ok(network.address()))
}

/// Network and reference: what an agreement's address says.
type Address = (String, String);

fn ending(conn: &mut Conn, (code, reference): &Address) -> Result<Ending, Error> {
    let network = provider_network(conn, code)?;
    let all = of_network(conn, network.id)?;
    let one = all.into_iter().find(|each| each.reference == *reference).ok_or(Error::NotFound)?;
    Ok(Ending {
        id: one.id,
        heading: "End a sharing agreement",
        area: super::AREA,
        what: format!("Sharing agreement {}", one.reference),
        span: one.span(),
        version: one.version,
        action: format!("{}/sharing-agreements/{}", network.address(), one.reference),
        record: network.address(),
        record_name: network.name,
        consequence: "From the next day the network sees pseudonyms alone, unless another agreement is in date.",
        verb: Verb::SharingAgreementEnded,
        subjects: vec![Subject::sharing_agreement(one.reference), Subject::organisation(network.code)],
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
    let set = |conn: &mut Conn, ending: &Ending, to: NaiveDate| {
        let row =
            sharing_agreements::table.find(ending.id).filter(sharing_agreements::version.eq(ending.version));
        let changed = diesel::update(row)
            .set((sharing_agreements::to_on.eq(to), sharing_agreements::version.eq(ending.version + 1)))
            .execute(conn)?;
        Ok(unless_stale(changed == 1))
    };
    let address = address.into_inner();
    let load = move |conn: &mut Conn| ending(conn, &address);
    ending::submit(who, &database, now, session, form.into_inner(), load, set).await
}
