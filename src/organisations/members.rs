//! Members of networks: practices of a GP network, providers of a provider network.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ending::{self, EndForm, Ending, unless_stale};
use super::forms::TypedSpan;
use super::networks::{self, Membership};
use super::organisation::Kind;
use super::span::Span;
use super::store::{self, Organisation};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, Unsaved, save, see_other, show, show_as};

/// A new member as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MemberForm {
    /// The member's code.
    member: String,
    #[serde(flatten)]
    span: TypedSpan,
    key: String,
}

#[derive(Template)]
#[template(path = "organisations/member-form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    network: Organisation,
    holds: Kind,
    form: MemberForm,
    members: Vec<Choice>,
    key: String,
}

impl FormPage {
    fn rule(&self) -> &'static str {
        match self.holds {
            Kind::Practice => "A practice is in one GP network at a time",
            _ => "A provider may belong to several provider networks",
        }
    }
}

/// A network by its code, and what it holds; what is no network has no such page.
fn network(conn: &mut Conn, code: &str) -> Result<(Organisation, Kind), Error> {
    let network = store::by_code(conn, code)?;
    let holds = network.kind.holds().ok_or(Error::NotFound)?;
    Ok((network, holds))
}

async fn page(
    who: &Who,
    database: &Database,
    code: String,
    form: MemberForm,
    mistakes: Mistakes,
) -> Result<FormPage, Error> {
    let (network, holds, all) = database
        .read(move |conn| {
            let (network, holds) = network(conn, &code)?;
            Ok((network, holds, store::of_kind(conn, holds)?))
        })
        .await?;
    let blank = Choice::new("", format!("Choose {}", holds.in_words()));
    let each = |one: &Organisation| Choice::new(&*one.code, format!("{} ({})", one.name, one.code));
    let members = std::iter::once(blank).chain(all.iter().map(each)).collect();
    Ok(FormPage { chrome: who.chrome(), mistakes, network, holds, form, members, key: fresh_key() })
}

pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let form = MemberForm::default();
    show(&page(&who, &database, code.into_inner(), form, Mistakes::new()).await?)
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    code: web::Path<String>,
    form: web::Form<MemberForm>,
) -> Result<HttpResponse, Error> {
    let (form, code) = (form.into_inner(), code.into_inner());
    let (actor, sent, of) = (who.actor.clone(), form.clone(), code.clone());
    let adding = move |conn: &mut Conn| add_member(conn, now, &actor, &of, &sent);
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, "The member is added.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&who, &database, code, form, mistakes).await?)
        }
    }
}

fn add_member(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    code: &str,
    form: &MemberForm,
) -> Result<Result<String, Mistakes>, Error> {
    let (network, holds) = network(conn, code)?;
    let mut mistakes = Mistakes::new();
    let member = match store::by_code(conn, &form.member) {
        Ok(member) if member.kind == holds => Some(member),
        Ok(_) | Err(Error::NotFound) => {
            mistakes.add("member", format!("Choose {}", holds.in_words()));
            None
        }
        Err(error) => return Err(error),
    };
    let span = form.span.check(&mut mistakes);
    let (Some(member), Some(span)) = (member, span) else { return Ok(Err(mistakes)) };
    networks::hold(conn, &member)?;
    if let Some(other) = in_the_way(conn, &network, &member, span, None)? {
        return Ok(Err(Mistakes::of_one("from", other)));
    }
    if !networks::add_member(conn, network.id, member.id, span)? {
        return Ok(Err(Mistakes::of_one("from", "There is a membership with this first day already")));
    }
    let subjects = [Subject::organisation(&network.code), Subject::organisation(&member.code)];
    audit::record(
        conn,
        now.moment,
        actor,
        Verb::NetworkMemberAdded,
        &subjects,
        json!({ "span": span.in_words() }),
    )?;
    Ok(Ok(network.address()))
}

/// Why a membership cannot be: a practice is in one GP network at a time, and nobody is in one network twice.
fn in_the_way(
    conn: &mut Conn,
    network: &Organisation,
    member: &Organisation,
    span: Span,
    but: Option<i64>,
) -> Result<Option<String>, Error> {
    let others = networks::networks_of(conn, member.id)?;
    let is_in_the_way = |other: &&Membership| {
        (network.kind == Kind::GpNetwork || other.code == network.code)
            && Some(other.id) != but
            && other.span().overlaps(span)
    };
    Ok(others.iter().find(is_in_the_way).map(|other| {
        format!(
            "{} is in {} {}. End that first, or choose days outside it",
            member.name,
            other.name,
            other.span().in_words()
        )
    }))
}

/// Network, member and first day: what a membership's address says.
type Address = (String, String, String);

fn ending(conn: &mut Conn, (code, member, from): &Address) -> Result<Ending, Error> {
    let (network, _) = network(conn, code)?;
    let from: NaiveDate = from.parse().map_err(|_| Error::NotFound)?;
    let all = networks::members_of(conn, network.id)?;
    let one =
        all.into_iter().find(|each| each.code == *member && each.from_on == from).ok_or(Error::NotFound)?;
    Ok(Ending {
        id: one.id,
        heading: "End a membership of a network",
        area: super::AREA,
        what: format!("{} in {}", one.name, network.name),
        span: one.span(),
        version: one.version,
        action: format!("{}/members/{}/{from}", network.address(), one.code),
        record: network.address(),
        record_name: network.name,
        consequence: "From the next day the network no longer holds it, and its staff no longer see its people.",
        verb: Verb::NetworkMemberEnded,
        subjects: vec![Subject::organisation(network.code), Subject::organisation(one.code)],
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
        let (network, _) = network(conn, &asked.0)?;
        let member = store::by_code(conn, &asked.1)?;
        networks::hold(conn, &member)?;
        let span = Span::new(ending.span.from, Some(to));
        if let Some(other) = in_the_way(conn, &network, &member, span, Some(ending.id))? {
            return Ok(Err(Unsaved::Mistaken(Mistakes::of_one("to", other))));
        }
        Ok(unless_stale(networks::end_member(conn, ending.id, ending.version, to)?))
    };
    let load = move |conn: &mut Conn| ending(conn, &address);
    ending::submit(who, &database, now, session, form.into_inner(), load, set).await
}
