//! `/petitions/{ref}/assign`: which colleague sees to a petition.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::assigning::{self, Colleague, NOBODY, word};
use super::assignings::store as acts;
use super::found::{Found, find, locked};
use super::life::Refusal;
use super::overtaken::{self, Unsaved};
use crate::access::{ReadsPetitions, Who, say_done, say_undoable};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, save, see_other, show, show_as};

/// From how many choices on they are a list to open.
const MANY: usize = 9;

/// The choice as sent: a user's reference, or [`NOBODY`].
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AssignForm {
    to: String,
    /// Who had it when the form was shown.
    was: String,
    key: String,
    version: String,
}

#[derive(Template)]
#[template(path = "petitions/assign.html")]
struct AssignPage {
    chrome: Chrome,
    found: Found,
    colleagues: Vec<Colleague>,
    now_with: Option<Colleague>,
    /// The caller's row id.
    me: i64,
    form: AssignForm,
    mistakes: Mistakes,
    key: String,
}

impl AssignPage {
    fn choices(&self) -> Vec<Choice> {
        assigning::choices(&self.colleagues, self.me)
    }

    fn is_long(&self) -> bool {
        self.choices().len() >= MANY
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    found: Found,
    (form, mistakes): (Option<AssignForm>, Mistakes),
) -> Result<AssignPage, Error> {
    let now_with = assigning::assigned(conn, who, &found)?;
    let was = word(now_with.as_ref());
    let form = form.unwrap_or_else(|| AssignForm { to: was.clone(), ..AssignForm::default() });
    Ok(AssignPage {
        chrome: who.chrome(),
        colleagues: assigning::eligible(conn, who, now, &found)?,
        now_with,
        me: who.user_id,
        form: AssignForm { was, ..form },
        mistakes,
        key: fresh_key(),
        found,
    })
}

pub async fn form(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let read = move |conn: &mut Conn| {
        let found = find(conn, &by, now, &reference)?;
        match found.petition.state.is_open() {
            true => Ok(Ok(page(conn, &by, now, found, (None, Mistakes::new()))?)),
            false => Ok(Err(found)),
        }
    };
    match database.read(read).await? {
        Ok(page) => show(&page),
        Err(found) => {
            let refusal = Refusal::State(found.petition.state);
            overtaken::answer(&who, found, Some(refusal), Vec::new())
        }
    }
}

pub async fn assign(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<AssignForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let assigning = move |conn: &mut Conn| keep(conn, &by, now, &of, &sent);
    match save(&database, now, &who, &form.key, assigning).await? {
        Ok(done) => {
            let said = "Who sees to this petition is changed.";
            match done.split_once(' ') {
                Some((_, undo)) => say_undoable(&session, said, undo.to_owned())?,
                None => say_done(&session, said)?,
            }
            Ok(see_other(format!("/petitions/{reference}")))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let found = find(conn, &who, now, &reference)?;
                page(conn, &who, now, found, (Some(form), mistakes))
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/assign");
            found.ask(&who, page.clone(), page, Vec::new())
        }
        Err(Unsaved::Refused(found, refusal)) => overtaken::answer(&who, *found, refusal, Vec::new()),
    }
}

/// The petition's address, and after a blank where this is undone.
fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &AssignForm,
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    if !found.petition.state.is_open() {
        let refusal = Refusal::State(found.petition.state);
        return Ok(Err(Unsaved::refused(found, refusal)));
    }
    let with = assigning::assigned(conn, who, &found)?;
    let was = word(with.as_ref());
    if form.version.parse() != Ok(found.petition.version) || form.was != was {
        return Ok(Err(Unsaved::stale(found)));
    }
    let colleagues = assigning::eligible(conn, who, now, &found)?;
    let to = match form.to.as_str() {
        NOBODY => None,
        reference => match colleagues.iter().find(|one| one.reference == reference) {
            Some(colleague) => Some(colleague),
            None => return Ok(Err(Mistakes::of_one("to", "Choose who sees to it").into())),
        },
    };
    if was == form.to {
        return Ok(Ok(found.petition.path()));
    }
    let act = acts::begin(conn, who, now, to.map(|one| one.id))?;
    acts::give(conn, now, who, &found, (with.as_ref(), to), &act)?;
    Ok(Ok(format!("{} {}", found.petition.path(), act.undo())))
}
