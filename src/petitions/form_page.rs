//! `/petitions/new` and `/petitions/{ref}/edit`: the petition as the practice writes it, on one page.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::filing::{self, Grouped, Start, start, start_of};
use super::form::PetitionForm;
use super::found::{Found, locked};
use super::life::State;
use super::overtaken::{self, Unsaved};
use super::petition::{Category, Petition};
use crate::access::{DraftsPetitions, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, save, see_other, show, show_as};
use crate::people::identified_text::{Caught, Found as Identified, fields, look};
use crate::people::person::{ExplainedList, capital};
use crate::people::why::Stands;

/// Whom a new petition is for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    person: String,
}

/// A petition begins from a person.
#[derive(Template)]
#[template(path = "petitions/whom.html")]
struct WhomPage {
    chrome: Chrome,
}

#[derive(Template)]
#[template(path = "petitions/form.html")]
struct FormPage {
    chrome: Chrome,
    start: Start,
    /// The draft that is edited; none of a new petition.
    draft: Option<Petition>,
    form: PetitionForm,
    mistakes: Mistakes,
    key: String,
}

impl FormPage {
    fn action(&self) -> String {
        self.draft.as_ref().map_or_else(|| "/petitions/new".into(), |draft| format!("{}/edit", draft.path()))
    }

    fn present(&self, grouped: &Grouped) -> String {
        capital(self.start.group(grouped.stands.group_code.as_deref()))
    }

    fn groups(&self, grouped: &Grouped) -> Vec<Choice> {
        let choice = |one: &Stands| Choice::new(&one.version.group_code, &one.label).hint(counts(one));
        grouped.others.iter().map(choice).collect()
    }

    fn categories(&self) -> Vec<Choice> {
        Category::ALL.iter().map(|one| Choice::new(one.word(), one.label()).hint(one.hint())).collect()
    }

    fn discussed(&self) -> Vec<Choice> {
        vec![Choice::new("yes", "Yes"), Choice::new("no", "No")]
    }

    fn shown<'a>(&self, stands: &'a Stands) -> ExplainedList<'a> {
        ExplainedList { explained: &stands.explained }
    }

    /// Another open petition of the person, in the way of a new one.
    fn other_open(&self) -> Option<&Petition> {
        self.start.open.as_ref().filter(|_| self.draft.is_none())
    }

    /// How the person stands, where a petition can be written.
    fn files(&self) -> Option<&Grouped> {
        self.start.grouped.as_ref().filter(|_| self.other_open().is_none())
    }
}

/// "2 conditions met, 1 not met, 1 not known".
pub fn counts(stands: &Stands) -> String {
    if stands.is_withheld {
        return String::new();
    }
    let conditions = stands.explained.conditions();
    let count = |answer| conditions.iter().filter(|one| one.answer == answer).count();
    let mut parts = vec![format!("{} met", count(Answer::Yes)), format!("{} not met", count(Answer::No))];
    if count(Answer::NotKnown) > 0 {
        parts.push(format!("{} not known", count(Answer::NotKnown)));
    }
    format!("Conditions: {}", parts.join(", "))
}

pub async fn new(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    now: Now,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Error> {
    let pseudonym = wanted.into_inner().person;
    if pseudonym.is_empty() {
        return show(&WhomPage { chrome: who.chrome() });
    }
    let actor = who.actor.clone();
    let read = move |conn: &mut Conn| {
        let start = start(conn, &who, now, &pseudonym)?;
        let form = PetitionForm::fresh(&pseudonym, now.today);
        let (chrome, mistakes, key) = (who.chrome(), Mistakes::new(), fresh_key());
        Ok(FormPage { chrome, start, draft: None, form, mistakes, key })
    };
    let page = database.read(read).await?;
    let subject = [Subject::person(&page.start.person.pseudonym)];
    database
        .write(move |conn| {
            audit::record(conn, now.moment, &actor, Verb::PersonRead, &subject, serde_json::json!({}))
        })
        .await?;
    show(&page)
}

/// Why a new petition was not kept.
enum Unfiled {
    Mistaken(Box<Start>, Mistakes),
    Identified(Box<Identified>),
    /// Another petition of the person is open.
    Open(Box<Start>),
}

pub async fn create(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    form: web::Form<PetitionForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (by, sent) = (who.clone(), form.clone());
    let creating = move |conn: &mut Conn| {
        let start = start(conn, &by, now, &sent.person)?;
        let Some(grouped) = &start.grouped else { return Ok(Err(Unfiled::Open(Box::new(start)))) };
        let said = match sent.check(now.today, &grouped.codes()) {
            Ok(said) => said,
            Err(mistakes) => return Ok(Err(Unfiled::Mistaken(Box::new(start), mistakes))),
        };
        let clear = match look(&sent.texts(&said), &start.person.about(), now.today, &sent.said) {
            Ok(clear) => clear,
            Err(Caught::Ask(found)) => return Ok(Err(Unfiled::Identified(found))),
            Err(Caught::Mend(mistakes)) => return Ok(Err(Unfiled::Mistaken(Box::new(start), mistakes))),
        };
        match filing::begin(conn, now, &by, &start, &said.cleared(&clear))? {
            Some(petition) => {
                let subjects =
                    [Subject::person(&start.person.pseudonym), Subject::petition(&petition.reference)];
                clear.record(conn, now, &by, &subjects)?;
                Ok(Ok(next(&petition, sent.saves())))
            }
            None => Ok(Err(Unfiled::Open(Box::new(start)))),
        }
    };
    let page = |start: Start, mistakes: Mistakes, form: PetitionForm| FormPage {
        chrome: who.chrome(),
        start,
        draft: None,
        form,
        mistakes,
        key: fresh_key(),
    };
    match save(&database, now, &who, &form.key, creating).await? {
        Ok(address) => {
            say_saved(&session, form.saves())?;
            Ok(see_other(address))
        }
        Err(Unfiled::Mistaken(start, mistakes)) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(*start, mistakes, form))
        }
        Err(Unfiled::Identified(found)) => {
            let back = format!("/petitions/new?person={}", form.person);
            found.ask(&who, "/petitions/new", back, fields(&form))
        }
        Err(Unfiled::Open(start)) => show_as(StatusCode::CONFLICT, &page(*start, Mistakes::new(), form)),
    }
}

/// Where a kept draft leads on to.
fn next(petition: &Petition, saves: bool) -> String {
    match saves {
        true => petition.path(),
        false if petition.category == Some(Category::RecordWrong) && petition.fact().is_none() => {
            format!("{}/record", petition.path())
        }
        false => format!("{}/check", petition.path()),
    }
}

fn say_saved(session: &Session, saves: bool) -> Result<(), Error> {
    if saves {
        say_done(session, "Your draft is saved. Come back to it from this page.")?;
    }
    Ok(())
}

/// A draft of the caller's side, with whom it is about.
pub fn draft(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<(Found, Start), Error> {
    let found = super::found::find(conn, who, now, reference)?;
    if found.petition.state != State::Draft {
        return Err(Error::conflict(
            "This petition has been sent, so it can no longer be changed.",
            found.petition.path(),
            "Look at the petition",
        ));
    }
    let start = start_of(conn, who, now, found.person.id)?;
    Ok((found, start))
}

pub async fn edit(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| {
        let (found, start) = draft(conn, &who, now, &reference)?;
        let form = PetitionForm::of(&found.petition);
        let (draft, mistakes, key) = (Some(found.petition), Mistakes::new(), fresh_key());
        Ok(FormPage { chrome: who.chrome(), start, draft, form, mistakes, key })
    };
    show(&database.read(read).await?)
}

pub async fn save_draft(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<PetitionForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let saving = move |conn: &mut Conn| {
        let found = locked(conn, &by, now, &of)?;
        let is_same = sent.version.parse() == Ok(found.petition.version);
        if found.petition.state != State::Draft || !is_same {
            return Ok(Err(Unsaved::stale(found)));
        }
        let start = start_of(conn, &by, now, found.person.id)?;
        let offered = start.grouped.as_ref().map(Grouped::codes).unwrap_or_default();
        let said = match sent.check(now.today, &offered) {
            Ok(said) => said,
            Err(mistakes) => return Ok(Err(mistakes.into())),
        };
        let clear = match found.look(now, &sent.texts(&said), &sent.said) {
            Ok(clear) => clear,
            Err(caught) => return Ok(Err(caught.into())),
        };
        if !filing::change(conn, now, &by, &found, &said.cleared(&clear))? {
            return Ok(Err(Unsaved::stale(found)));
        }
        clear.record(conn, now, &by, &found.subjects())?;
        let changed = super::store::numbered(conn, found.petition.id)?;
        Ok(Ok(next(&changed, sent.saves())))
    };
    match save(&database, now, &who, &form.key, saving).await? {
        Ok(address) => {
            say_saved(&session, form.saves())?;
            Ok(see_other(address))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let read = move |conn: &mut Conn| {
                let (found, start) = draft(conn, &who, now, &reference)?;
                let (draft, key) = (Some(found.petition), fresh_key());
                Ok(FormPage { chrome: who.chrome(), start, draft, form, mistakes, key })
            };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/edit");
            found.ask(&who, page.clone(), page, fields(&form))
        }
        Err(Unsaved::Refused(found, refusal)) => {
            let written =
                vec![("The case", form.case_text), ("Why it was not discussed", form.not_discussed_why)];
            overtaken::answer(&who, *found, refusal, written)
        }
    }
}
