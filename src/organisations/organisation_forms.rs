//! The forms that add an organisation and change one.

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
use crate::page::{
    Choice, Chrome, Difference, Mistakes, Query, StalePage, Unsaved, save, see_other, show, show_as, typed,
};

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
    let is_taken = store::kind_of(conn, &form.code())?.is_some();
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

pub async fn change_form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (organisation, localities) = with_localities(&database, code.into_inner()).await?;
    let form = OrganisationForm::of(&organisation, &localities);
    show(&FormPage::new(&who, organisation.kind, form, Some(organisation), &localities))
}

async fn with_localities(database: &Database, code: String) -> Result<(Organisation, Vec<Locality>), Error> {
    database.read(move |conn| Ok((store::by_code(conn, &code)?, store::localities(conn)?))).await
}

pub async fn change(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    code: web::Path<String>,
    form: web::Form<OrganisationForm>,
) -> Result<HttpResponse, Error> {
    let (form, code) = (form.into_inner(), code.into_inner());
    let (actor, sent, asked) = (who.actor.clone(), form.clone(), code.clone());
    let changing = move |conn: &mut Conn| change_organisation(conn, now, &actor, &asked, &sent);
    let unsaved = match save(&database, now, &who, &form.key, changing).await? {
        Ok(address) => {
            say_done(&session, "The changes are saved.")?;
            return Ok(see_other(address));
        }
        Err(unsaved) => unsaved,
    };
    let (organisation, localities) = with_localities(&database, code).await?;
    match unsaved {
        Unsaved::Mistaken(mistakes) => {
            FormPage::new(&who, organisation.kind, form, Some(organisation), &localities).mistaken(mistakes)
        }
        Unsaved::Stale => stale(&who, &organisation, &localities, &form),
    }
}

fn change_organisation(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    code: &str,
    form: &OrganisationForm,
) -> Result<Result<String, Unsaved>, Error> {
    let (organisation, localities) = (store::by_code(conn, code)?, store::localities(conn)?);
    let mut mistakes = Mistakes::new();
    let checked = form.check(&mut mistakes, organisation.kind, &localities, now.today);
    let Some(details) = checked else { return Ok(Err(mistakes.into())) };
    if form.version != organisation.version.to_string()
        || !store::change(conn, organisation.id, organisation.version, &details)?
    {
        return Ok(Err(Unsaved::Stale));
    }
    let before = typed::in_audit(&OrganisationForm::of(&organisation, &localities));
    let fields = json!({ "before": before, "after": typed::in_audit(form) });
    let subjects = [Subject::organisation(code)];
    audit::record(conn, now.moment, actor, Verb::OrganisationChanged, &subjects, fields)?;
    Ok(Ok(organisation.address()))
}

fn stale(
    who: &Who,
    organisation: &Organisation,
    localities: &[Locality],
    form: &OrganisationForm,
) -> Result<HttpResponse, Error> {
    let theirs = OrganisationForm::of(organisation, localities);
    let ((from, to), (their_from, their_to)) = (form.active.in_words(), theirs.active.in_words());
    let name_of = |code: &str| {
        let known = localities.iter().find(|each| each.code == code);
        known.map_or_else(|| code.to_owned(), |locality| locality.name.clone())
    };
    let subtype = |word: &str| CommissionerKind::from_word(word).map_or("", CommissionerKind::label);
    let sector = |word: &str| Sector::from_word(word).map_or("", Sector::label);
    let locality = Difference::new("Locality", name_of(&form.locality), name_of(&theirs.locality));
    let mut fields = vec![Difference::new("Name", &form.name, &theirs.name)];
    match organisation.kind {
        Kind::Commissioner => {
            let (mine, theirs) = (&form.commissioner_kind, &theirs.commissioner_kind);
            fields.push(Difference::new("Kind of commissioner", subtype(mine), subtype(theirs)));
            fields.push(locality);
        }
        Kind::Practice => fields.push(locality),
        Kind::Provider => {
            fields.push(Difference::new("Sector", sector(&form.sector), sector(&theirs.sector)));
        }
        Kind::GpNetwork | Kind::ProviderNetwork => {}
    }
    fields.push(Difference::new("First active day", from, their_from));
    fields.push(Difference::new("Last active day", to, their_to));
    let page = StalePage {
        chrome: who.chrome(),
        area: super::AREA,
        what: organisation.name.clone(),
        fields,
        action: format!("{}/details", organisation.address()),
        typed: typed::fields(form),
        version: organisation.version,
        record: organisation.address(),
        key: String::new(),
    };
    page.answer()
}
