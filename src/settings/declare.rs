//! Setting `people.blank_is_no`: which facts of which registers are declared complete. What a change would do is shown
//! before it is made.

use std::collections::HashMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde_json::json;

use super::asked::{Asked, meant, words_of};
use super::change::{AREA, LONGEST};
use super::declared::{self, Declaration};
use super::effect;
use super::setting::{Key, Setting};
use super::store::{self, Change, history};
use crate::access::{Administrator, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::Tools;
use crate::page::{
    Choice, Chrome, Difference, Mistakes, Query, StalePage, Unsaved, filters, save as save_form, see_other,
    show, typed,
};
use crate::people::person::capital;
use crate::schema::{localities, organisations};

/// A declaration that stands, and the page on which it is ended.
struct Standing {
    locality: String,
    practice: String,
    fact: String,
    end: String,
}

#[derive(Template)]
#[template(path = "settings/declared.html")]
struct DeclaredPage {
    chrome: Chrome,
    standing: Vec<Standing>,
    localities: Vec<Choice>,
    practices: Vec<Choice>,
    facts: Vec<Choice>,
    asked: Asked,
    mistakes: Mistakes,
    history: Vec<Change>,
}

pub async fn form(
    Administrator(who): Administrator,
    database: web::Data<Database>,
) -> Result<HttpResponse, Error> {
    show_form(&who, &database, Asked::default(), Mistakes::new()).await
}

/// The page of what is declared, with the form that asks for the effect of a change.
pub async fn show_form(
    who: &Who,
    database: &Database,
    asked: Asked,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let wrong = !mistakes.is_empty();
    let page = database.read(move |conn| page(conn, chrome, asked, mistakes)).await?;
    match wrong {
        true => crate::page::show_as(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => show(&page),
    }
}

type Named = HashMap<i64, (String, String)>;

fn page(conn: &mut Conn, chrome: Chrome, asked: Asked, mistakes: Mistakes) -> Result<DeclaredPage, Error> {
    let places: Vec<(i64, String, String)> = localities::table
        .order(localities::code)
        .select((localities::id, localities::code, localities::name))
        .load(conn)?;
    let practices: Vec<(i64, String, String)> = organisations::table
        .filter(organisations::kind.eq("practice"))
        .order((organisations::name_key, organisations::id))
        .select((organisations::id, organisations::code, organisations::name))
        .load(conn)?;
    let named = |rows: &[(i64, String, String)]| -> Named {
        rows.iter().map(|(id, code, name)| (*id, (code.clone(), name.clone()))).collect()
    };
    let (by_place, by_practice) = (named(&places), named(&practices));
    let standing = declared::all(conn)?.into_iter().map(|one| standing(one, &by_place, &by_practice));
    let choice = |(_, code, name): &(i64, String, String)| Choice::new(code, format!("{name} ({code})"));
    let first = |label: &str| [Choice::new("", label)].into_iter();
    Ok(DeclaredPage {
        chrome,
        standing: standing.collect(),
        localities: first("Choose a locality").chain(places.iter().map(choice)).collect(),
        practices: first("All practices of the locality").chain(practices.iter().map(choice)).collect(),
        facts: declared::words().map(|fact| Choice::new(fact, capital(words_of(fact)))).collect(),
        history: history(conn, Some(&Key::everywhere(Setting::BlankIsNo)), 20)?,
        asked,
        mistakes,
    })
}

fn standing(one: Declaration, places: &Named, practices: &Named) -> Standing {
    let (code, locality) = places.get(&one.locality_id).cloned().unwrap_or_default();
    let practice = one.practice_id.and_then(|id| practices.get(&id)).cloned();
    let query = Query::default()
        .with("act", "end")
        .with("locality", &code)
        .with("practice", practice.as_ref().map_or("", |(code, _)| code))
        .with("facts", &one.fact);
    Standing {
        locality,
        practice: practice.map_or_else(|| "All practices".into(), |(_, name)| name),
        fact: capital(words_of(&one.fact)),
        end: format!("/admin/settings/people.blank_is_no/effect{query}"),
    }
}

pub async fn save(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    session: Session,
    now: Now,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let asked = Asked::of(form.into_inner());
    let (by, sent) = (who.clone(), asked.clone());
    let changing = move |conn: &mut Conn| change(conn, &by, now, &sent);
    match save_form(&database, now, &who, &asked.key, changing).await? {
        Ok(path) => {
            say_done(&session, "The setting is changed. The next grouping run reads it.")?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => effect::show_effect(&who, &tools, now, asked, mistakes).await,
        Err(Unsaved::Stale) => stale(&who, &database, asked).await,
    }
}

fn change(conn: &mut Conn, who: &Who, now: Now, asked: &Asked) -> Result<Result<String, Unsaved>, Error> {
    let meant = match meant(conn, asked)? {
        Ok(meant) => meant,
        Err(mistakes) => return Ok(Err(mistakes.into())),
    };
    let mut mistakes = Mistakes::new();
    let Some(reason) = mistakes.note("reason", typed::required("Reason", &asked.reason, LONGEST)) else {
        return Ok(Err(mistakes.into()));
    };
    let Ok(version) = asked.version.parse() else { return Ok(Err(Unsaved::Stale)) };
    let said = match asked.ends() {
        true => (format!("read as no: {}", meant.words), "left blank".to_owned()),
        false => ("left blank".to_owned(), format!("read as no: {}", meant.words)),
    };
    if !store::declare(conn, now, who, (&meant.after, version), (&said.0, &said.1), &reason)? {
        return Ok(Err(Unsaved::Stale));
    }
    let subjects = [Subject::setting(Setting::BlankIsNo.word()), Subject::locality(&asked.locality)];
    let details = json!({ "act": asked.act, "declared": meant.words, "reason": reason });
    audit::record(conn, now.moment, &who.actor, Verb::SettingChanged, &subjects, details)?;
    Ok(Ok("/admin/settings/people.blank_is_no".to_owned()))
}

async fn stale(who: &Who, database: &Database, asked: Asked) -> Result<HttpResponse, Error> {
    let of = asked.clone();
    let (meant, last, version) = database
        .read(move |conn| {
            let last = history(conn, Some(&Key::everywhere(Setting::BlankIsNo)), 1)?.into_iter().next();
            Ok((meant(conn, &of)?, last, store::version(conn, &Key::everywhere(Setting::BlankIsNo))?))
        })
        .await?;
    let mine = meant.map(|meant| meant.words).unwrap_or_default();
    let theirs = last.as_ref().map(|last| format!("{} → {}", last.before, last.after)).unwrap_or_default();
    let mut typed = asked.again();
    typed.push(("reason".into(), asked.reason.clone()));
    StalePage {
        chrome: who.chrome(),
        area: AREA,
        what: Setting::BlankIsNo.label().to_owned(),
        fields: vec![
            Difference::new("Change", mine, theirs),
            Difference::new("Reason", &asked.reason, last.map(|last| last.reason).unwrap_or_default()),
        ],
        action: "/admin/settings/people.blank_is_no".into(),
        typed,
        version,
        record: "/admin/settings/people.blank_is_no".into(),
        key: String::new(),
    }
    .answer()
}
