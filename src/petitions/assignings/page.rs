//! `/petitions/assignments/{ref}`: what became of each petition that was given to somebody, and undoing it.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::chosen::{said, with_list};
use super::store::{self, Assigned, Assigning};
use crate::access::{ReadsPetitions, say_done};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Chrome, Query, see_other, show};

#[derive(Template)]
#[template(path = "petitions/assigned.html")]
struct AssignedPage {
    chrome: Chrome,
    act: Assigning,
    all: Vec<Assigned>,
    /// Whether there is time to undo it.
    can_be_undone: bool,
    /// The list it was done from.
    query: Query,
    key: String,
}

impl AssignedPage {
    fn given(&self) -> Vec<&Assigned> {
        self.all.iter().filter(|one| one.left_out.is_empty() && !one.undone).collect()
    }

    fn left_out(&self) -> Vec<&Assigned> {
        self.all.iter().filter(|one| !one.left_out.is_empty()).collect()
    }

    fn undone(&self) -> Vec<&Assigned> {
        self.all.iter().filter(|one| one.undone).collect()
    }

    fn said(&self) -> String {
        said(self.given().len(), self.act.to.as_deref())
    }

    fn undo(&self) -> String {
        with_list(&self.act.undo(), &self.query)
    }

    fn list(&self) -> String {
        with_list("/petitions", &self.query)
    }
}

pub async fn show_assigned(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let read = move |conn: &mut Conn| {
        let act = store::mine(conn, &who, &reference)?;
        let all = store::petitions(conn, &act)?;
        let can_be_undone = act.can_be_undone(now.moment) && all.iter().any(|one| one.left_out.is_empty());
        Ok(AssignedPage { chrome: who.chrome(), act, all, can_be_undone, query, key: fresh_key() })
    };
    show(&database.read(read).await?)
}

/// The form of the button: its key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UndoForm {
    key: String,
}

pub async fn undo(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    query: web::Query<Vec<(String, String)>>,
    form: web::Form<UndoForm>,
) -> Result<HttpResponse, Error> {
    let (query, key, by) = (Query::new(query.into_inner()), form.into_inner().key, who.clone());
    let begun = move |conn: &mut Conn| {
        let mut ours = None;
        let path = once(conn, now.moment, by.user_id, &key, |conn| {
            let act = store::begin_undo(conn, &by, now, &reference)?;
            let path = act.path();
            ours = Some((store::petitions(conn, &act)?, act));
            Ok(path)
        })?;
        Ok((path, ours))
    };
    let (path, ours) = database.write(begun).await?;
    let Some((all, act)) = ours else { return Ok(see_other(with_list(&path, &query))) };
    for given in all.iter().filter(|one| one.left_out.is_empty()) {
        let (by, act, given) = (who.clone(), act.clone(), given.clone());
        database.write(move |conn| store::take_back(conn, now, &by, &act, &given)).await?;
    }
    let became = database.read(move |conn| store::petitions(conn, &act)).await?;
    let undone = became.iter().filter(|one| one.undone).count();
    if undone > 0 {
        say_done(
            &session,
            if undone == 1 { "1 petition is as it was." } else { "The petitions are as they were." },
        )?;
    }
    match &became[..] {
        [one] if one.undone => Ok(see_other(format!("/petitions/{}", one.petition))),
        _ => Ok(see_other(with_list(&path, &query))),
    }
}
