//! Giving petitions chosen from the worklist to a colleague, to oneself or to nobody.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::store::{self, Assigning, Seen};
use crate::access::{ReadsPetitions, Who, say_undoable};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::once_or;
use crate::page::{Mistakes, Query, see_other, show_as};
use crate::petitions::assigning::{Colleague, NOBODY, colleagues};
use crate::petitions::worklist;

/// How many are assigned together at most.
pub const MOST: usize = 500;

/// What is chosen, as sent.
#[derive(Clone, Debug, Default)]
pub struct ChosenForm {
    /// `CG-7K3F92QD:4:U-9QD7K3F2`: reference, version and who had it, as they were seen.
    pub chosen: Vec<String>,
    /// A user's reference, or [`NOBODY`].
    pub to: String,
    key: String,
}

impl ChosenForm {
    fn of(fields: Vec<(String, String)>) -> ChosenForm {
        let mut form = ChosenForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "petition" => form.chosen.push(value),
                "to" => form.to = value,
                "key" => form.key = value,
                _ => {}
            }
        }
        form
    }

    /// The petitions, each once.
    fn seen(&self) -> Vec<Seen> {
        let read = |text: &String| {
            let mut parts = text.splitn(3, ':');
            let (reference, version, was) = (parts.next()?, parts.next()?, parts.next()?);
            let is_one = !reference.is_empty() && reference.len() <= 20;
            is_one.then_some(())?;
            Some(Seen { reference: reference.into(), version: version.parse().ok()?, was: was.into() })
        };
        let mut seen: Vec<Seen> = Vec::new();
        for one in self.chosen.iter().filter_map(read).take(MOST) {
            if !seen.iter().any(|other| other.reference == one.reference) {
                seen.push(one);
            }
        }
        seen
    }

    fn mistakes(&self, knows_whom: bool) -> Mistakes {
        let mut mistakes = Mistakes::new();
        if self.seen().is_empty() {
            mistakes.add("petition", "Choose at least one petition");
        }
        if !knows_whom {
            mistakes.add("to", "Choose who sees to the petitions");
        }
        mistakes
    }
}

/// What was begun, and by whom it is done: a form sent twice finds it done, or being done.
enum Begun {
    Ours(Box<Assigning>, Option<Colleague>),
    Before(String),
}

pub async fn assign(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (form, query) = (ChosenForm::of(form.into_inner()), Query::new(query.into_inner()).without("choose"));
    let (by, sent) = (who.clone(), form.clone());
    let (act, to) = match database.write(move |conn| begun(conn, &by, now, &sent)).await? {
        Ok(Begun::Ours(act, to)) => (act, to),
        Ok(Begun::Before(path)) => return Ok(see_other(with_list(&path, &query))),
        Err(mistakes) => {
            let read = move |conn: &mut Conn| worklist::mistaken(conn, &who, now, query, form, mistakes);
            return show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?);
        }
    };
    for seen in form.seen() {
        let (by, act, to) = (who.clone(), act.clone(), to.clone());
        let one = move |conn: &mut Conn| store::give_seen(conn, now, &by, &seen, to.as_ref(), &act);
        database.write(one).await?;
    }
    let of = act.clone();
    let became = database.read(move |conn| store::petitions(conn, &of)).await?;
    let given = became.iter().filter(|one| one.left_out.is_empty()).count();
    if given > 0 {
        say_undoable(&session, &said(given, act.to.as_deref()), with_list(&act.undo(), &query))?;
    }
    Ok(see_other(with_list(&act.path(), &query)))
}

fn begun(conn: &mut Conn, who: &Who, now: Now, sent: &ChosenForm) -> Result<Result<Begun, Mistakes>, Error> {
    let to = match sent.to.as_str() {
        NOBODY => Some(None),
        to => colleagues(conn, who, now)?.into_iter().find(|one| one.reference == to).map(Some),
    };
    let mut ours = None;
    let kept = once_or(conn, now.moment, who.user_id, &sent.key, |conn| {
        let mistakes = sent.mistakes(to.is_some());
        if !mistakes.is_empty() {
            return Ok(Err(mistakes));
        }
        let to = to.flatten();
        let act = store::begin_several(conn, who, now, to.as_ref(), sent.seen().len())?;
        let path = act.path();
        ours = Some((Box::new(act), to));
        Ok(Ok(path))
    })?;
    Ok(kept.map(|path| match ours {
        Some((act, to)) => Begun::Ours(act, to),
        None => Begun::Before(path),
    }))
}

/// "3 petitions are assigned to Robin Ash."
pub fn said(petitions: usize, to: Option<&str>) -> String {
    match (petitions, to) {
        (1, Some(name)) => format!("1 petition is assigned to {name}."),
        (many, Some(name)) => format!("{many} petitions are assigned to {name}."),
        (1, None) => "1 petition is assigned to nobody.".into(),
        (many, None) => format!("{many} petitions are assigned to nobody."),
    }
}

/// An address that remembers the list one comes from.
pub fn with_list(path: &str, query: &Query) -> String {
    match *query == Query::default() {
        true => path.to_owned(),
        false => format!("{path}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_petition_is_read_once_and_what_is_none_is_not_read() {
        let chosen = ["CG-1:4:nobody", "CG-1:5:U-7", "CG-2:9:U-7", "CG-3", ":1:nobody", "CG-4:x:nobody"];
        let form = ChosenForm { chosen: chosen.map(str::to_owned).to_vec(), ..ChosenForm::default() };
        let seen: Vec<(String, i64, String)> =
            form.seen().into_iter().map(|one| (one.reference, one.version, one.was)).collect();
        let read = |reference: &str, version, was: &str| (reference.to_owned(), version, was.to_owned());
        assert_eq!(seen, [read("CG-1", 4, "nobody"), read("CG-2", 9, "U-7")]);
        assert!(form.mistakes(true).is_empty());
        assert!(ChosenForm::default().mistakes(false).of("petition").is_some());
    }
}
