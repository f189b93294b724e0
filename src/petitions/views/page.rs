//! `/petitions/views`: saving the list one comes from, and what one has saved.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, New, Saved};
use crate::access::{ReadsPetitions, Who, say_done};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Choice, Chrome, Mistakes, Query, save, see_other, show, show_as, typed};
use crate::people::identified_text::{Caught, Said, Typed, fields, look};
use crate::people::identifiers::About;
use crate::petitions::worklist::asked::Asked;
use crate::petitions::worklist::filters::Sort;

/// The longest name.
const LONGEST: usize = 60;

/// A view as it is named; what it is of stands in the address.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    /// `me` or `all`.
    whose: String,
    /// `yes`, or nothing.
    home: String,
    key: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Template)]
#[template(path = "petitions/views.html")]
struct ViewsPage {
    chrome: Chrome,
    /// What there is to save: the address of the list, without its page.
    query: Query,
    /// The list in words.
    of: Vec<String>,
    views: Vec<Saved>,
    everybody: String,
    form: ViewForm,
    mistakes: Mistakes,
    key: String,
}

impl ViewsPage {
    fn saves(&self) -> bool {
        !self.of.is_empty()
    }

    fn whose(&self) -> Vec<Choice> {
        vec![Choice::new("me", "Me"), Choice::new("all", &self.everybody)]
    }

    fn shown(&self) -> Vec<&Saved> {
        self.views.iter().filter(|view| !view.is_deleted()).collect()
    }

    fn deleted(&self) -> Vec<&Saved> {
        self.views.iter().filter(|view| view.is_deleted()).collect()
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: Query,
    (form, mistakes): (ViewForm, Mistakes),
) -> Result<ViewsPage, Error> {
    let asked = Asked::of(conn, who, now, query)?;
    let query = asked.query.without("page");
    let mut of = Vec::new();
    if query != Query::default() {
        of.push(asked.filters.view.label().to_owned());
        of.extend(asked.offers.chips(&query).into_iter().map(|chip| chip.label));
        of.push(Sort::from_word(query.get("sort")).in_words().to_owned());
    }
    let organisation = who.membership.organisation.as_ref().map_or("", |one| one.name.as_str());
    Ok(ViewsPage {
        chrome: who.chrome(),
        everybody: format!("Everybody who acts as {} of {organisation}", who.role().label()),
        views: store::all(conn, who, now)?,
        query,
        of,
        form,
        mistakes,
        key: fresh_key(),
    })
}

pub async fn show_views(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let fresh = (ViewForm { whose: "me".into(), ..ViewForm::default() }, Mistakes::new());
    show(&database.read(move |conn| page(conn, &who, now, query, fresh)).await?)
}

pub async fn save_view(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
    form: web::Form<ViewForm>,
) -> Result<HttpResponse, Error> {
    let (form, query) = (form.into_inner(), Query::new(query.into_inner()));
    let (by, sent, of) = (who.clone(), form.clone(), query.clone());
    let saving = move |conn: &mut Conn| keep(conn, &by, now, of, &sent);
    match save(&database, now, &who, &form.key, saving).await? {
        Ok(address) => {
            say_done(&session, "The view is saved. It stands over the list.")?;
            Ok(see_other(address))
        }
        Err(Caught::Ask(found)) => {
            let page = format!("/petitions/views{query}");
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Caught::Mend(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, query, (form, mistakes));
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
    }
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    query: Query,
    form: &ViewForm,
) -> Result<Result<String, Caught>, Error> {
    let query = Asked::of(conn, who, now, query)?.query.without("page");
    let mut mistakes = Mistakes::new();
    let name = mistakes.note("name", typed::required("Name", &form.name, LONGEST));
    let shared = mistakes.note(
        "whose",
        match form.whose.as_str() {
            "me" => Ok(false),
            "all" => Ok(true),
            _ => Err("Choose whom the view is for"),
        },
    );
    let (Some(name), Some(shared)) = (name, shared) else { return Ok(Err(Caught::Mend(mistakes))) };
    let clear = match look(&[Typed::new("name", "Name", &name)], &About::default(), now.today, &form.said) {
        Ok(clear) => clear,
        Err(caught) => return Ok(Err(caught)),
    };
    let name = clear.text("name");
    let new = New { name: &name, query: &query, shared, is_home: form.home == "yes" };
    store::add(conn, who, now, &new)?;
    let details = json!({ "name": name, "query": query.to_string(), "shared": shared, "home": new.is_home });
    audit::record(conn, now.moment, &who.actor, Verb::ViewSaved, &[], details)?;
    clear.record(conn, now, who, &[])?;
    Ok(Ok(format!("/petitions{query}")))
}

/// The form of a button: its key, and for the home page whether the view goes there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ButtonForm {
    key: String,
    /// `yes` or `no`.
    home: String,
}

pub async fn home(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ButtonForm>,
) -> Result<HttpResponse, Error> {
    let ButtonForm { key, home } = form.into_inner();
    let is_home = home == "yes";
    let setting = move |conn: &mut Conn| {
        once(conn, now.moment, who.user_id, &key, |conn| {
            store::set_home(conn, &who, now, &reference, is_home)?;
            let details = json!({ "view": *reference, "home": is_home });
            audit::record(conn, now.moment, &who.actor, Verb::ViewSaved, &[], details)?;
            Ok("/petitions/views".into())
        })
    };
    let address = database.write(setting).await?;
    let said = if is_home { "The view is on your home page." } else { "The view is off your home page." };
    say_done(&session, said)?;
    Ok(see_other(address))
}

pub async fn delete(
    who: ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ButtonForm>,
) -> Result<HttpResponse, Error> {
    let address = gone(who.0, &database, now, reference.into_inner(), form.into_inner().key, true).await?;
    say_done(&session, "The view is deleted. You can bring it back for 10 minutes.")?;
    Ok(see_other(address))
}

pub async fn restore(
    who: ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ButtonForm>,
) -> Result<HttpResponse, Error> {
    let address = gone(who.0, &database, now, reference.into_inner(), form.into_inner().key, false).await?;
    say_done(&session, "The view is back.")?;
    Ok(see_other(address))
}

async fn gone(
    who: Who,
    database: &Database,
    now: Now,
    reference: String,
    key: String,
    gone: bool,
) -> Result<String, Error> {
    let changing = move |conn: &mut Conn| {
        once(conn, now.moment, who.user_id, &key, |conn| {
            let view = store::set_deleted(conn, &who, now, &reference, gone)?;
            let verb = if gone { Verb::ViewDeleted } else { Verb::ViewRestored };
            audit::record(conn, now.moment, &who.actor, verb, &[], json!({ "name": view.name }))?;
            Ok("/petitions/views".into())
        })
    };
    database.write(changing).await
}
