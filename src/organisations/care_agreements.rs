//! Care agreements: a provider network cares for groups in a locality from a day on.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::ending::{self, EndForm, Ending, unless_stale};
use super::networks::{self, CareAgreement};
use super::organisation::Kind;
use super::span::Span;
use super::store::{self, Locality, Organisation};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::{Schemes, groups_of_all};
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, Query, TypedDate, Unsaved, save, see_other, show, show_as};

/// New care agreements as typed: one for each group ticked.
#[derive(Clone, Debug, Default)]
struct CareForm {
    /// The locality's code.
    locality: String,
    groups: Vec<String>,
    from: TypedDate,
    to: TypedDate,
    key: String,
}

impl CareForm {
    /// Of the form's fields, among which `groups` may stand several times.
    fn of(fields: Vec<(String, String)>) -> CareForm {
        let groups = fields.iter().filter(|(name, _)| name == "groups").map(|(_, group)| group.clone());
        let groups = groups.take(100).collect();
        let query = Query::new(fields);
        let text = |name: &str| query.get(name).unwrap_or_default();
        let date = |name: &str| {
            let part = |part: &str| text(&format!("{name}_{part}"));
            TypedDate::new(part("day"), part("month"), part("year"))
        };
        CareForm {
            locality: text("locality").to_owned(),
            groups,
            from: date("from"),
            to: date("to"),
            key: text("key").to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "organisations/care-agreement-form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    network: Organisation,
    form: CareForm,
    localities: Vec<Choice>,
    groups: Vec<Choice>,
    key: String,
}

/// A provider network by its code; what is none has no such page.
pub fn provider_network(conn: &mut Conn, code: &str) -> Result<Organisation, Error> {
    let network = store::by_code(conn, code)?;
    if network.kind == Kind::ProviderNetwork { Ok(network) } else { Err(Error::NotFound) }
}

async fn page(
    who: &Who,
    database: &Database,
    code: String,
    form: CareForm,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    let (network, localities, groups) = database
        .read(move |conn| {
            Ok((provider_network(conn, &code)?, store::localities(conn)?, groups_of_all(conn)?))
        })
        .await?;
    let groups = groups.into_iter().map(|group| Choice::new(group.code, group.label)).collect();
    let localities = super::locality_choices(&localities, "Choose a locality");
    Ok(FormPage { chrome: who.chrome(), mistakes, network, form, localities, groups, key: fresh_key() })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let form = CareForm::default();
    show(&page(&who, &database, code.into_inner(), form, Mistakes::new()).await?)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    code: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (form, code) = (CareForm::of(form.into_inner()), code.into_inner());
    let (actor, sent, of) = (who.actor.clone(), form.clone(), code.clone());
    let adding = move |conn: &mut Conn| add_agreements(conn, now, &actor, &of, &sent);
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, "The network cares for these groups now.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&who, &database, code, form, mistakes).await?)
        }
    }
}

/// A form that was checked.
struct NewAgreements {
    locality: Locality,
    groups: Vec<String>,
    span: Span,
}

fn check(conn: &mut Conn, form: &CareForm) -> Result<Result<NewAgreements, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let locality = match store::locality_by_code(conn, &form.locality) {
        Ok(locality) => Some(locality),
        Err(Error::NotFound) => {
            mistakes.add("locality", "Choose a locality");
            None
        }
        Err(error) => return Err(error),
    };
    let known = groups_of_all(conn)?;
    let mut groups = form.groups.clone();
    groups.sort();
    groups.dedup();
    if groups.is_empty() {
        mistakes.add("groups", "Choose one group or more");
    } else if groups.iter().any(|group| known.iter().all(|known| known.code != *group)) {
        mistakes.add("groups", "Choose groups of the list");
    }
    let span = super::forms::check_span(&mut mistakes, &form.from, &form.to);
    Ok(match (locality, span) {
        (Some(locality), Some(span)) if mistakes.is_empty() => Ok(NewAgreements { locality, groups, span }),
        _ => Err(mistakes),
    })
}

fn add_agreements(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    code: &str,
    form: &CareForm,
) -> Result<Result<String, Mistakes>, Error> {
    let network = provider_network(conn, code)?;
    let new = match check(conn, form)? {
        Ok(new) => new,
        Err(mistakes) => return Ok(Err(mistakes)),
    };
    networks::hold(conn, &network)?;
    for group in &new.groups {
        if let Some(other) = in_the_way(conn, now.today, &network, &new.locality.code, group, new.span, None)?
        {
            return Ok(Err(Mistakes::of_one("groups", other)));
        }
    }
    networks::add_care(conn, network.id, new.locality.id, &new.groups, new.span)?;
    let subjects = [Subject::organisation(&network.code), Subject::locality(&new.locality.code)];
    let details = json!({ "groups": new.groups, "span": new.span.in_words() });
    audit::record(conn, now.moment, actor, Verb::CareAgreementAdded, &subjects, details)?;
    Ok(Ok(network.address()))
}

/// Why an agreement cannot be: the network cares for the group there already on one of the days.
fn in_the_way(
    conn: &mut Conn,
    today: NaiveDate,
    network: &Organisation,
    locality: &str,
    group: &str,
    span: Span,
    but: Option<i64>,
) -> Result<Option<String>, Error> {
    let others = networks::care_of_network(conn, network.id)?;
    let is_in_the_way = |other: &&CareAgreement| {
        other.locality_code == locality
            && other.group_code == group
            && Some(other.id) != but
            && other.span().overlaps(span)
    };
    let schemes = Schemes::on(conn, today)?;
    Ok(others.iter().find(is_in_the_way).map(|other| {
        format!(
            "{} cares for {} in {} already, {}. End that first, or choose days outside it",
            network.name,
            other.group(&schemes),
            other.locality_name,
            other.span().in_words()
        )
    }))
}

/// Network, locality, group and first day: what an agreement's address says.
type Address = (String, String, String, String);

fn ending(
    conn: &mut Conn,
    today: NaiveDate,
    (code, locality, group, from): &Address,
) -> Result<Ending, Error> {
    let network = provider_network(conn, code)?;
    let from: NaiveDate = from.parse().map_err(|_| Error::NotFound)?;
    let all = networks::care_of_network(conn, network.id)?;
    let is_asked_for = |each: &CareAgreement| {
        each.locality_code == *locality && each.group_code == *group && each.from_on == from
    };
    let one = all.into_iter().find(is_asked_for).ok_or(Error::NotFound)?;
    Ok(Ending {
        id: one.id,
        heading: "End a care agreement",
        area: super::AREA,
        what: format!(
            "{} cares for {} in {}",
            network.name,
            one.group(&Schemes::on(conn, today)?),
            one.locality_name
        ),
        span: one.span(),
        version: one.version,
        action: format!("{}/care-agreements/{locality}/{group}/{from}", network.address()),
        record: network.address(),
        record_name: network.name,
        consequence: "From the next day the network no longer sees the group's people there.",
        verb: Verb::CareAgreementEnded,
        subjects: vec![Subject::organisation(network.code), Subject::locality(one.locality_code)],
    })
}

pub async fn end_form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    ending::form(who, &database, move |conn| ending(conn, now.today, &address)).await
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
        let network = provider_network(conn, &asked.0)?;
        networks::hold(conn, &network)?;
        let span = Span::new(ending.span.from, Some(to));
        if let Some(other) = in_the_way(conn, now.today, &network, &asked.1, &asked.2, span, Some(ending.id))?
        {
            return Ok(Err(Unsaved::Mistaken(Mistakes::of_one("to", other))));
        }
        Ok(unless_stale(networks::end_care(conn, ending.id, ending.version, to)?))
    };
    let load = move |conn: &mut Conn| ending(conn, now.today, &address);
    ending::submit(who, &database, now, session, form.into_inner(), load, set).await
}
