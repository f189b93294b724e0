//! `/campaigns/{reference}/comments`: the next text, and what becomes of it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::store::{self, Comment, Decided, State};
use crate::access::{Moderator, Who, say_done, say_undoable};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::ltc6::answers::{MOST_BYTES, tidy};
use crate::ltc6::campaigns::words::{Seen, seen};
use crate::ltc6::instrument::LTC6;
use crate::once::fresh_key;
use crate::page::{
    Choice, Chrome, Difference, Mistakes, NavItem, StalePage, Unsaved, save, see_other, show, show_as, typed,
};
use crate::people::identifiers::{About, find, without};
use crate::stored_as_text;

stored_as_text! {
    /// What a moderator does with a text.
    Act { Show = "show", Blank = "blank", Withhold = "withhold" }
}

/// A form as typed.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub struct CommentForm {
    key: String,
    version: String,
    /// Which text it is about.
    comment: String,
    act: String,
    /// The text typed again, without what identifies anyone.
    text: String,
    /// One of those used before.
    theme: String,
    new_theme: String,
}

/// A piece of a text, and what it looks like if it may identify somebody.
struct Piece {
    text: String,
    looks_like: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "ltc6/moderation/page.html")]
struct CommentPage {
    chrome: Chrome,
    seen: Seen,
    comment: Option<Comment>,
    pieces: Vec<Piece>,
    left: i64,
    themes: Vec<Choice>,
    form: CommentForm,
    mistakes: Mistakes,
    key: String,
}

impl CommentPage {
    /// The question it answers, word for word.
    fn asked(&self) -> &'static str {
        let question = self.comment.as_ref().map_or("", |comment| &comment.question);
        asked(question)
    }
}

fn asked(question: &str) -> &'static str {
    let field = format!("{question}_text");
    LTC6.free_text.iter().find(|asked| asked.field == field).map_or("", |asked| &asked.text)
}

pub async fn next(
    Moderator(who): Moderator,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let page = database.read(move |conn| page(conn, &who, now, &reference, None)).await?;
    show(&page)
}

/// The page of the next text, or of the one a form was about, with what was typed.
fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    typed: Option<(CommentForm, Mistakes)>,
) -> Result<CommentPage, Error> {
    let seen = seen(conn, who, reference)?;
    let (next, left) = store::next(conn, seen.campaign.id)?;
    let comment = match &typed {
        Some((form, _)) => Some(store::comment(conn, seen.campaign.id, &form.comment)?),
        None => next,
    };
    let found = comment.as_ref().map(|comment| find(&comment.text, &About::default(), now.today));
    let found = found.unwrap_or_default();
    let text = comment.as_ref().map_or("", |comment| &comment.text);
    let mut pieces = Vec::new();
    let mut from = 0;
    for one in &found {
        pieces.push(Piece { text: text[from..one.at.start].to_owned(), looks_like: None });
        pieces.push(Piece { text: text[one.at.clone()].to_owned(), looks_like: Some(one.kind.label()) });
        from = one.at.end;
    }
    pieces.push(Piece { text: text[from..].to_owned(), looks_like: None });
    // What looks like an identifier is blanked already in the text to retype.
    let fresh = || CommentForm { text: without(text, &found), ..CommentForm::default() };
    let (form, mistakes) = typed.unwrap_or_else(|| (fresh(), Mistakes::new()));
    let used = store::themes(conn, seen.campaign.id)?;
    let themes = match used.is_empty() {
        true => Vec::new(),
        false => std::iter::once(Choice::new("", "None"))
            .chain(used.iter().map(|theme| Choice::new(theme, theme)))
            .collect(),
    };
    Ok(CommentPage {
        chrome: who.chrome(),
        seen,
        comment,
        pieces,
        left,
        themes,
        form,
        mistakes,
        key: fresh_key(),
    })
}

impl CommentForm {
    fn check(&self, stored: &Comment) -> Result<Decided, Mistakes> {
        let mut mistakes = Mistakes::new();
        let typed = tidy(&self.text);
        let theme = if self.new_theme.trim().is_empty() { &self.theme } else { &self.new_theme };
        let theme = tidy(theme);
        if theme.chars().count() > 60 {
            mistakes.add("new_theme", "Theme must be 60 signs or fewer");
        }
        let act = Act::from_word(&self.act);
        match act {
            None => mistakes.add("act", "Choose what becomes of the text"),
            Some(Act::Show) if stored.text.is_empty() => {
                mistakes.add("act", "Nothing is left of this text to show");
            }
            Some(Act::Blank) if typed.is_empty() => {
                mistakes.add("text", "Type the text again with [removed] in place of words, or withhold it");
            }
            Some(Act::Blank) if typed.len() > MOST_BYTES => mistakes.add("text", "Text is too long"),
            Some(_) => {}
        }
        let Some(act) = act.filter(|_| mistakes.is_empty()) else { return Err(mistakes) };
        let (state, text) = match act {
            Act::Show => (State::Shown, stored.text.clone()),
            Act::Blank => (State::Shown, typed),
            Act::Withhold => (State::Withheld, stored.text.clone()),
        };
        let theme = (state == State::Shown && !theme.is_empty()).then_some(theme);
        Ok(Decided { state, text, theme })
    }
}

pub async fn decide(
    Moderator(who): Moderator,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<CommentForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (deciding, sent, of) = (who.clone(), form.clone(), reference.clone());
    let saved =
        save(&database, now, &who, &form.key, move |conn| settle(conn, &deciding, now, &of, &sent)).await?;
    match saved {
        Ok(path) => {
            let undo = format!("{path}/undo?comment={}", form.comment);
            say_undoable(&session, said(&form), undo)?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let typed = Some((form, mistakes));
            let page = database.read(move |conn| page(conn, &who, now, &reference, typed)).await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Unsaved::Stale) => stale(&database, &who, reference, form).await,
    }
}

fn said(form: &CommentForm) -> &'static str {
    match Act::from_word(&form.act) {
        Some(Act::Withhold) => "The text is withheld.",
        Some(Act::Blank) => "The text will be shown as you typed it. What it was before is gone.",
        _ => "The text will be shown.",
    }
}

fn settle(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &CommentForm,
) -> Result<Result<String, Unsaved>, Error> {
    let seen = seen(conn, who, reference)?;
    let stored = store::comment(conn, seen.campaign.id, &form.comment)?;
    if form.version.parse() != Ok(stored.version) {
        return Ok(Err(Unsaved::Stale));
    }
    let decided = match form.check(&stored) {
        Ok(decided) => decided,
        Err(mistakes) => return Ok(Err(mistakes.into())),
    };
    if !store::decide(conn, seen.campaign.id, &stored.key, stored.version, &decided)? {
        return Ok(Err(Unsaved::Stale));
    }
    record(conn, who, now, &seen, &form.act)?;
    Ok(Ok(format!("{}/comments", seen.path())))
}

/// What was done is told, and of no text which.
fn record(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, act: &str) -> Result<(), Error> {
    let subjects = [Subject::campaign(&*seen.campaign.reference), Subject::locality(&seen.locality.code)];
    audit::record(conn, now.moment, &who.actor, Verb::CommentModerated, &subjects, json!({ "act": act }))
}

async fn stale(
    database: &Database,
    who: &Who,
    reference: String,
    form: CommentForm,
) -> Result<HttpResponse, Error> {
    let (asker, key) = (who.clone(), form.comment.clone());
    let (seen, theirs) = database
        .read(move |conn| {
            let seen = seen(conn, &asker, &reference)?;
            let theirs = store::comment(conn, seen.campaign.id, &key)?;
            Ok((seen, theirs))
        })
        .await?;
    let path = format!("{}/comments", seen.path());
    let mine = match Act::from_word(&form.act) {
        Some(Act::Withhold) => "Withheld",
        _ => "Shown",
    };
    let is_now = match theirs.state {
        State::Waiting => "Waiting",
        State::Shown => "Shown",
        State::Withheld => "Withheld",
    };
    let text = if form.act == Act::Blank.word() { form.text.clone() } else { theirs.text.clone() };
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Campaigns", href: "/campaigns" },
        what: format!("A text of campaign {}", seen.campaign.code),
        fields: vec![
            Difference::new("What becomes of it", mine, is_now),
            Difference::new("Text", text, theirs.text),
        ],
        action: path.clone(),
        typed: typed::fields(&form),
        version: theirs.version,
        record: path,
        key: String::new(),
    }
    .answer()
}

/// Which text is taken back.
#[derive(Deserialize)]
pub struct UndoQuery {
    comment: String,
}

#[derive(Deserialize)]
pub struct UndoForm {
    #[serde(default)]
    key: String,
}

pub async fn undo(
    Moderator(who): Moderator,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    query: web::Query<UndoQuery>,
    form: web::Form<UndoForm>,
) -> Result<HttpResponse, Error> {
    let doing = who.clone();
    let taken = save::<Unsaved>(&database, now, &who, &form.key, move |conn| {
        take_back(conn, &doing, now, &reference, &query.comment)
    });
    match taken.await? {
        Ok(path) => {
            say_done(&session, "The text waits again, as it now reads.")?;
            Ok(see_other(path))
        }
        Err(_) => Err(Error::NotFound),
    }
}

/// Puts the text back among those that wait, as it reads now.
fn take_back(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    key: &str,
) -> Result<Result<String, Unsaved>, Error> {
    let seen = seen(conn, who, reference)?;
    let stored = store::comment(conn, seen.campaign.id, key)?;
    let again = Decided { state: State::Waiting, text: stored.text.clone(), theme: None };
    let is_gone = stored.text.is_empty() || stored.state == State::Waiting;
    if is_gone || !store::decide(conn, seen.campaign.id, key, stored.version, &again)? {
        return Err(seen.conflict("This can no longer be undone."));
    }
    record(conn, who, now, &seen, "undo")?;
    Ok(Ok(format!("{}/comments", seen.path())))
}
