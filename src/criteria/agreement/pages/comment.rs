//! Comments on a proposal: who sees which, and adding one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::LONGEST;
use super::document::VersionPage;
use crate::access::{Comments, Role, Who, say_done};
use crate::audit::Subject;
use crate::clock::Now;
use crate::criteria::agreement::comments::{self, NewComment};
use crate::criteria::agreement::life::State;
use crate::criteria::agreement::proposal::Comment;
use crate::criteria::agreement::seen::{Address, Agreement, Reader, Seen};
use crate::criteria::agreement::store;
use crate::criteria::expression::Expression;
use crate::criteria::outline::{Line, below};
use crate::criteria::overtaken::OvertakenPage;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::typed::required_text;
use crate::page::{Choice, Mistakes, save, see_other, show_as};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;

/// A comment with its replies, oldest first.
pub struct Thread {
    pub first: Comment,
    pub replies: Vec<Comment>,
    /// The version it is about, where several are proposed together.
    pub about: String,
}

/// The comments on a proposal that the caller may see. Who is blind sees their own, commissioners' and lay partners'.
pub fn threads(conn: &mut Conn, who: &Who, seen: &Seen, sees_answers: bool) -> Result<Vec<Thread>, Error> {
    let Some(agreement) = &seen.agreement else { return Ok(Vec::new()) };
    let own = who.organisation_id();
    let of_network = |comment: &Comment| comment.role == Role::Provider.word();
    let visible = |comment: &Comment| sees_answers || comment.organisation_id == own || !of_network(comment);
    let mut threads: Vec<Thread> = Vec::new();
    for comment in comments::of(conn, agreement.proposal.id)? {
        if !visible(&comment) {
            continue;
        }
        match comment.reply_to_id {
            None => {
                let several = agreement.versions.len() > 1;
                let version = agreement.versions.iter().find(|it| Some(it.id) == comment.version_id);
                let about =
                    version.filter(|_| several).map(|version| seen.names.title(version)).unwrap_or_default();
                threads.push(Thread { first: comment, replies: Vec::new(), about });
            }
            Some(id) => {
                let of = threads.iter_mut().find(|thread| thread.first.id == id);
                of.into_iter().for_each(|thread| thread.replies.push(comment.clone()));
            }
        }
    }
    Ok(threads)
}

/// What a comment can be about: the whole, or one of the version's conditions.
pub fn conditions(seen: &Seen) -> Result<Vec<Choice>, Error> {
    let mut choices = vec![Choice::new("", "The whole version")];
    if seen.version.is_scheme() {
        let scheme = seen.version.scheme()?;
        choices.extend(scheme.groups().iter().map(|group| Choice::new(&group.code, &group.label)));
    } else if !seen.version.text.is_empty() {
        list(&seen.version.expression()?, &mut choices);
    }
    Ok(choices)
}

fn list(expression: &Expression, choices: &mut Vec<Choice>) {
    let parts = below(expression);
    if parts.is_empty() {
        let line = Line::of(expression);
        if choices.iter().all(|choice| choice.value != line.text) {
            choices.push(Choice::new(line.text, line.reading));
        }
    }
    parts.iter().for_each(|part| list(part, choices));
}

/// A comment as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CommentForm {
    pub key: String,
    /// The text of a condition; blank is the whole.
    pub condition: String,
    /// The comment it answers.
    pub reply_to: String,
    pub comment: String,
    #[serde(flatten)]
    pub said: Said,
}

impl CommentForm {
    fn check(&self, seen: &Seen, threads: &[Thread]) -> Result<Result<NewComment, Mistakes>, Error> {
        let mut mistakes = Mistakes::new();
        let reply_to = threads.iter().find(|thread| thread.first.id.to_string() == self.reply_to);
        if !self.reply_to.is_empty() && reply_to.is_none() {
            return Err(Error::NotFound);
        }
        let is_known = conditions(seen)?.iter().any(|choice| choice.value == self.condition);
        if !is_known {
            mistakes.add("condition", "Choose what the comment is about");
        }
        let text = mistakes.note(self.field(), required_text("Comment", &self.comment, LONGEST));
        Ok(match text {
            Some(text) if mistakes.is_empty() => Ok(NewComment {
                version_id: reply_to.map_or(Some(seen.version.id), |to| to.first.version_id),
                condition: if reply_to.is_some() { String::new() } else { self.condition.clone() },
                reply_to_id: reply_to.map(|to| to.first.id),
                text,
            }),
            _ => Err(mistakes),
        })
    }

    /// The field it was typed into: that of its reply, or of a comment of its own.
    fn field(&self) -> String {
        match self.reply_to.as_str() {
            "" => "comment".to_owned(),
            id => format!("reply-{id}"),
        }
    }

    /// What was typed as a reply to a comment.
    pub fn reply(&self, to: &Comment) -> &str {
        if self.reply_to == to.id.to_string() { &self.comment } else { "" }
    }

    /// What was typed as a comment of its own.
    pub fn own(&self) -> &str {
        if self.reply_to.is_empty() { &self.comment } else { "" }
    }
}

/// Why a comment was not added.
enum NotAdded {
    Mistaken(Mistakes),
    /// The proposal is no longer open for comments.
    Closed,
    Identified(Box<Found>),
}

pub async fn add(
    Comments(who): Comments,
    database: web::Data<Database>,
    now: Now,
    session: actix_session::Session,
    address: web::Path<Address>,
    form: web::Form<CommentForm>,
) -> Result<HttpResponse, Error> {
    let (form, address) = (form.into_inner(), address.into_inner());
    let (typed, of, by) = (form.clone(), address.clone(), who.clone());
    let work = move |conn: &mut Conn| keep(conn, &by, now, &of, &typed);
    match save(&database, now, &who, &form.key, work).await? {
        Ok(path) => {
            say_done(&session, "Your comment is added.")?;
            Ok(see_other(path))
        }
        Err(NotAdded::Identified(found)) => {
            let version = format!("/criteria/{}/{}/versions/{}", address.0, address.1, address.2);
            found.ask(&who, format!("{version}/comments"), format!("{version}#comments"), fields(&form))
        }
        Err(NotAdded::Closed) => {
            database.read(move |conn| closed(conn, &who, now, &address, form)).await?.answer()
        }
        Err(NotAdded::Mistaken(mistakes)) => {
            let page = database
                .read(move |conn| {
                    let seen = Seen::of(conn, &who, now, &address)?;
                    Ok(VersionPage::new(conn, &who, now, seen)?.with(form, mistakes))
                })
                .await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The page of a comment that came too late; a reader finds the proposal's successor there if it is for them.
fn closed(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    form: CommentForm,
) -> Result<OvertakenPage, Error> {
    let seen = Seen::of(conn, who, now, address)?;
    let by = match store::replacing(conn, seen.proposed()?.proposal.id)?.pop() {
        Some(by) => Some(Agreement::one(conn, by.id)?),
        None => None,
    };
    let new = by.as_ref().and_then(|by| {
        let same = by.versions.iter().find(|version| version.group_code == seen.version.group_code);
        same.or(by.versions.first()).filter(|new| seen.reader.may_read(new.state, Some(by)))
    });
    let (code, outcome) = (&seen.locality.code, "so your comment was not added");
    let page = OvertakenPage::new(who, (code, &seen.names), &seen.version, outcome).replaced_by(code, new);
    Ok(page.written(vec![("About", form.condition), ("Comment", form.comment)]))
}

fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    form: &CommentForm,
) -> Result<Result<String, NotAdded>, Error> {
    let seen = Seen::of(conn, who, now, address)?;
    let agreement = seen.proposed()?;
    if matches!(seen.reader, Reader::Network(_)) && seen.own_ask().is_none() {
        return Err(Error::NotFound);
    }
    if !State::is_open(agreement.proposal.state) {
        return Ok(Err(NotAdded::Closed));
    }
    let sees_answers = seen.reader.sees_answers(agreement, now.today);
    let threads = threads(conn, who, &seen, sees_answers)?;
    let new = match form.check(&seen, &threads)? {
        Ok(new) => new,
        Err(mistakes) => return Ok(Err(NotAdded::Mistaken(mistakes))),
    };
    let field = form.field();
    let clear =
        match look(&[Typed::new(&field, "Comment", &new.text)], &About::default(), now.today, &form.said) {
            Ok(clear) => clear,
            Err(Caught::Mend(mistakes)) => return Ok(Err(NotAdded::Mistaken(mistakes))),
            Err(Caught::Ask(found)) => return Ok(Err(NotAdded::Identified(found))),
        };
    let new = NewComment { text: clear.text(&field), ..new };
    comments::add(conn, now, who, agreement, &new)?;
    clear.record(conn, now, who, &[Subject::proposal(&agreement.proposal.reference)])?;
    Ok(Ok(format!("{}#comments", seen.path())))
}
