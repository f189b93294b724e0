//! Drafting a locality's scheme: a draft is started from the scheme that stands and changed one step at a time.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::edit::{changes, edited};
use super::form::StepForm;
use super::pages::{Lacking, Shown, lacking};
use super::store;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::agreement::seen::locality_of;
use crate::criteria::store::{SCHEME, State, Version, version as version_of};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::{CancerMode, Group};
use crate::once::{fresh_key, once};
use crate::page::{
    Choice, Chrome, Difference, Mistakes, NavItem, StalePage, Unsaved, Whose, save, see_other, show_as,
};
use crate::runs::store::Locality;

/// A form that says nothing but go.
#[derive(Clone, Debug, Deserialize)]
pub struct KeyForm {
    #[serde(default)]
    key: String,
}

fn address(here: &Locality, number: i64) -> String {
    format!("/criteria/{}/{SCHEME}/versions/{number}", here.code)
}

/// Starts a draft from the scheme that stands, or the one that was returned last; a draft that is open already is gone
/// on with.
pub async fn start(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    code: web::Path<String>,
    form: web::Form<KeyForm>,
) -> Result<HttpResponse, Error> {
    let to = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                let here = locality_of(conn, &who, now, &code)?;
                match store::open_version(conn, here.id, now.today)? {
                    Some(draft) if draft.state == State::Draft => {
                        return Ok(format!("{}/edit", address(&here, draft.number)));
                    }
                    Some(open) => return Err(beside(&here, &open)),
                    None => {}
                }
                let scheme = store::to_draft_from(conn, here.id, now.today)?;
                let number = store::add_draft(conn, now.recorded(), &who.actor, here.id, &scheme)?;
                let subjects = [Subject::criteria(&here.code, SCHEME), Subject::locality(&here.code)];
                audit::record(
                    conn,
                    now.moment,
                    &who.actor,
                    Verb::SchemeDrafted,
                    &subjects,
                    json!({ "version": number }),
                )?;
                Ok(format!("{}/edit", address(&here, number)))
            })
        })
        .await?;
    Ok(see_other(to))
}

/// A second scheme beside one that is on its way: it would say nothing of what that one changes.
pub fn beside(here: &Locality, open: &Version) -> Error {
    let what = match open.state {
        State::Approved => {
            "Another version of the scheme is agreed and takes force soon. Start a new one after its date, or withdraw it first."
        }
        _ => "Another version of the scheme is proposed already. It has to be returned or withdrawn first.",
    };
    Error::conflict(what, address(here, open.number), format!("Go to version {} of the scheme", open.number))
}

#[derive(Template)]
#[template(path = "schemes/edit.html")]
struct EditPage {
    chrome: Chrome,
    mistakes: Mistakes,
    here: Locality,
    version: Version,
    shown: Shown,
    changes: Vec<String>,
    lacking: Vec<Lacking>,
    /// The step as typed, where it could not be made.
    typed: Option<StepForm>,
}

impl EditPage {
    /// A key for each form of the page.
    fn key(&self) -> String {
        fresh_key()
    }

    /// The step as typed, if it is this one of this group.
    fn of(&self, step: &str, code: &str) -> Option<&StepForm> {
        self.typed.as_ref().filter(|typed| typed.step == step && typed.code == code)
    }

    fn label(&self, group: &Group) -> String {
        self.of("rename", &group.code).map_or_else(|| group.label.clone(), |typed| typed.label.clone())
    }

    fn description(&self, group: &Group) -> String {
        self.of("rename", &group.code)
            .map_or_else(|| group.description.clone(), |typed| typed.description.clone())
    }

    /// The mistakes of a group's own form.
    fn mistakes_of(&self, group: &Group) -> &Mistakes {
        if self.of("rename", &group.code).is_some() { &self.mistakes } else { Mistakes::none() }
    }

    /// Where the criteria of a group are drafted that has none yet.
    fn lacks(&self, group: &Group) -> Option<&Lacking> {
        self.lacking.iter().find(|lacking| lacking.code == group.code)
    }

    fn cancer_choices(&self) -> Vec<Choice> {
        let overlay = Choice::new(CancerMode::Overlay.word(), "In the group they would be in anyway");
        let home = Choice::new(CancerMode::HomeGroup.word(), "In a group of their own");
        vec![
            overlay.hint("They have supplementary care as well, and are counted beside the groups."),
            home.hint("Tried first, until you move it."),
        ]
    }

    fn added(&self) -> StepForm {
        self.of("add", "").cloned().unwrap_or_default()
    }

    fn care(&self) -> (String, String) {
        if let Some(typed) = self.of("supplementary", "") {
            return (typed.co_ordination.clone(), typed.amount.clone());
        }
        let care = self.shown.scheme.supplementary_care();
        let amount = care.amount.map_or_else(String::new, |amount| amount.to_string().replace('£', ""));
        (care.co_ordination.clone(), amount)
    }
}

fn draft(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    code: &str,
    number: i64,
) -> Result<(Locality, Version), Error> {
    let here = locality_of(conn, who, now, code)?;
    let version = version_of(conn, here.id, SCHEME, number)?.ok_or(Error::NotFound)?;
    Ok((here, version))
}

fn edit_page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (here, version): (Locality, Version),
    mistakes: Mistakes,
    typed: Option<StepForm>,
) -> Result<EditPage, Error> {
    let scheme = version.scheme()?;
    let standing = store::in_force(conn, here.id, now.today)?;
    Ok(EditPage {
        chrome: who.chrome(),
        mistakes,
        changes: changes(&standing, &scheme),
        lacking: lacking(conn, &here, &scheme)?,
        shown: Shown { scheme },
        here,
        version,
        typed,
    })
}

pub async fn edit(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    path: web::Path<(String, i64)>,
) -> Result<HttpResponse, Error> {
    let (code, number) = path.into_inner();
    let page = database
        .read(move |conn| {
            let (here, version) = draft(conn, &who, now, &code, number)?;
            if version.state != State::Draft {
                return Ok(Err(address(&here, number)));
            }
            edit_page(conn, &who, now, (here, version), Mistakes::new(), None).map(Ok)
        })
        .await?;
    match page {
        Ok(page) => show_as(StatusCode::OK, &page),
        Err(frozen) => Ok(see_other(frozen)),
    }
}

pub async fn change(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    path: web::Path<(String, i64)>,
    form: web::Form<StepForm>,
) -> Result<HttpResponse, Error> {
    let (form, (code, number)) = (form.into_inner(), path.into_inner());
    let (sent, caller, asked) = (form.clone(), who.clone(), code.clone());
    let changing = move |conn: &mut Conn| make_step(conn, &caller, now, &asked, number, &sent);
    let unsaved = match save(&database, now, &who, &form.key, changing).await? {
        Ok(to) => {
            say_done(&session, "The draft is saved.")?;
            return Ok(see_other(to));
        }
        Err(unsaved) => unsaved,
    };
    let caller = who.clone();
    let (here, version) = database.read(move |conn| draft(conn, &caller, now, &code, number)).await?;
    match unsaved {
        Unsaved::Stale => stale(&who, &here, &version, &form),
        Unsaved::Mistaken(mistakes) => {
            let page = database
                .read(move |conn| edit_page(conn, &who, now, (here, version), mistakes, Some(form)))
                .await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn make_step(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    code: &str,
    number: i64,
    form: &StepForm,
) -> Result<Result<String, Unsaved>, Error> {
    let (here, version) = draft(conn, who, now, code, number)?;
    if version.state != State::Draft {
        let what = "This version is no draft any more. Start a new one from it.";
        return Err(Error::conflict(what, address(&here, number), "The version"));
    }
    let before = version.scheme()?;
    let edit = match form.edit() {
        Ok(edit) => edit,
        Err(mistakes) => return Ok(Err(mistakes.into())),
    };
    if form.version != version.version.to_string() {
        return Ok(Err(Unsaved::Stale));
    }
    let after = match edited(&before, &edit) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(Mistakes::of_one(refusal.field, refusal.sentence).into())),
    };
    if !store::change_draft(conn, &version, &after)? {
        return Ok(Err(Unsaved::Stale));
    }
    let subjects = [Subject::criteria(&here.code, SCHEME), Subject::locality(&here.code)];
    let details = json!({ "version": number, "changes": changes(&before, &after) });
    audit::record(conn, now.moment, &who.actor, Verb::SchemeChanged, &subjects, details)?;
    Ok(Ok(format!("{}/edit", address(&here, number))))
}

fn stale(who: &Who, here: &Locality, version: &Version, form: &StepForm) -> Result<HttpResponse, Error> {
    let scheme = version.scheme()?;
    let order: Vec<&str> = scheme.in_precedence().iter().map(|group| &*group.label).collect();
    let page = StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: format!("Version {} of the scheme of {}", version.number, here.name),
        fields: vec![Difference::new(
            "Change",
            form.in_words(),
            format!("Tried in this order: {}", order.join(", ")),
        )],
        action: format!("{}/edit", address(here, version.number)),
        typed: form.fields(),
        version: version.version,
        record: format!("{}/edit", address(here, version.number)),
        key: String::new(),
    };
    page.answer_of(Whose::SomebodyElses, address(here, version.number))
}
