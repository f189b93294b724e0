//! The pages of one organisation: looking at it, adding it, changing it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::forms::OrganisationForm;
use super::organisation::{CommissionerKind, Kind, Sector};
use super::store::{self, Locality, Organisation};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, Query, filters, save, see_other, show, show_as, typed};

#[derive(Template)]
#[template(path = "organisations/organisation.html")]
struct OrganisationPage {
    chrome: Chrome,
    organisation: Organisation,
    locality: Option<Locality>,
    state: &'static str,
}

pub async fn one(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (organisation, localities) =
        database.read(move |conn| Ok((store::by_code(conn, &code)?, store::localities(conn)?))).await?;
    let locality = localities.into_iter().find(|each| Some(each.id) == organisation.locality_id);
    show(&OrganisationPage {
        chrome: who.chrome(),
        state: organisation.span().state(now.today),
        organisation,
        locality,
    })
}

#[derive(Template)]
#[template(path = "organisations/kinds.html")]
struct KindsPage {
    chrome: Chrome,
    kinds: Vec<Choice>,
}

/// The form of a new organisation, or of a change to one.
#[derive(Template)]
#[template(path = "organisations/organisation-form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    kind: Kind,
    form: OrganisationForm,
    /// The organisation as it is, where it is changed.
    changed: Option<Organisation>,
    commissioner_kinds: Vec<Choice>,
    localities: Vec<Choice>,
    sectors: Vec<Choice>,
    key: String,
}

impl FormPage {
    fn new(
        who: &Who,
        kind: Kind,
        form: OrganisationForm,
        changed: Option<Organisation>,
        localities: &[Locality],
    ) -> FormPage {
        let nothing = if kind == Kind::Practice { "Choose a locality" } else { "None" };
        FormPage {
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            kind,
            form,
            changed,
            commissioner_kinds: CommissionerKind::ALL
                .iter()
                .map(|each| Choice::new(each.word(), each.label()))
                .collect(),
            localities: super::locality_choices(localities, nothing),
            sectors: Sector::ALL.iter().map(|each| Choice::new(each.word(), each.label())).collect(),
            key: fresh_key(),
        }
    }

    fn heading(&self) -> String {
        match &self.changed {
            Some(organisation) => format!("Change {}", organisation.name),
            None => format!("Add {}", self.kind.in_words()),
        }
    }

    fn action(&self) -> String {
        match &self.changed {
            Some(organisation) => format!("{}/details", organisation.address()),
            None => format!("/admin/organisations/new?kind={}", self.kind.word()),
        }
    }

    fn button(&self) -> String {
        match &self.changed {
            Some(_) => "Save the changes".to_owned(),
            None => format!("Add the {}", typed::lowered(self.kind.label())),
        }
    }

    fn mistaken(self, mistakes: Mistakes) -> Result<HttpResponse, Error> {
        show_as(StatusCode::UNPROCESSABLE_ENTITY, &FormPage { mistakes, ..self })
    }
}

/// First the kind, then the form of that kind.
pub async fn new(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let Some(kind) = query.get("kind").and_then(Kind::from_word) else {
        let choice = |kind: &Kind| Choice::new(kind.word(), kind.label()).hint(kind.meaning());
        let kinds = Kind::ALL.iter().map(choice).collect();
        return show(&KindsPage { chrome: who.chrome(), kinds });
    };
    let localities = database.read(store::localities).await?;
    show(&FormPage::new(&who, kind, OrganisationForm::default(), None, &localities))
}

pub async fn add(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    query: web::Query<Vec<(String, String)>>,
    form: web::Form<OrganisationForm>,
) -> Result<HttpResponse, Error> {
    let (form, query) = (form.into_inner(), Query::new(query.into_inner()));
    let kind = query.get("kind").and_then(Kind::from_word).ok_or(Error::NotFound)?;
    let (actor, sent) = (who.actor.clone(), form.clone());
    let adding = move |conn: &mut Conn| add_organisation(conn, now, &actor, kind, &sent);
    match save(&database, now, &who, &form.key, adding).await? {
        Ok(address) => {
            say_done(&session, &format!("{} is added.", form.name.trim()))?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            let localities = database.read(store::localities).await?;
            FormPage::new(&who, kind, form, None, &localities).mistaken(mistakes)
        }
    }
}

fn add_organisation(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    kind: Kind,
    form: &OrganisationForm,
) -> Result<Result<String, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let is_taken = store::is_taken(conn, &form.code())?;
    let code = form.check_code(&mut mistakes, is_taken);
    let localities = store::localities(conn)?;
    let details = form.check(&mut mistakes, kind, &localities, now.today);
    let (Some(code), Some(details)) = (code, details) else { return Ok(Err(mistakes)) };
    if !store::add(conn, &code, kind, &details)? {
        return Ok(Err(Mistakes::of_one(
            "code",
            "Somebody has just given that code to another organisation",
        )));
    }
    let details = json!({ "kind": kind.word(), "fields": typed::in_audit(form) });
    audit::record(
        conn,
        now.moment,
        actor,
        Verb::OrganisationAdded,
        &[Subject::organisation(&code)],
        details,
    )?;
    Ok(Ok(format!("/admin/organisations/{code}")))
}
