//! A provider network's answer to a proposal.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::{LONGEST, Text, what};
use crate::access::{Provider, Who};
use crate::audit::Subject;
use crate::clock::Now;
use crate::criteria::agreement::life::{Reply, State, Step};
use crate::criteria::agreement::proposal::Ask;
use crate::criteria::agreement::replying::{self, Answer, NotAnswered};
use crate::criteria::agreement::seen::{Address, Agreement, Reader, Seen};
use crate::criteria::overtaken::OvertakenPage;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::typed::{self, text};
use crate::page::{
    Choice, Chrome, Difference, Mistakes, NavItem, StalePage, filters, see_other, show, show_as,
};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;

/// An answer as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AnswerForm {
    key: String,
    version: String,
    hash: String,
    answer: String,
    comment: String,
    #[serde(flatten)]
    said: Said,
}

impl AnswerForm {
    fn check(&self) -> Result<Answer, Mistakes> {
        let mut mistakes = Mistakes::new();
        let reply = Reply::from_word(&self.answer);
        if reply.is_none() {
            mistakes.add("answer", "Choose whether your network agrees or asks for a change");
        }
        let comment = mistakes.note("comment", text("Comment", &self.comment, LONGEST));
        if reply == Some(Reply::RequestChange) && comment.as_deref() == Some("") {
            mistakes.add("comment", "Enter what you ask to be changed, and why");
        }
        match (reply, comment) {
            (Some(reply), Some(comment)) if mistakes.is_empty() => Ok(Answer {
                reply,
                comment,
                hash: self.hash.clone(),
                version: self.version.parse().unwrap_or(0),
            }),
            _ => Err(mistakes),
        }
    }
}

/// A proposal that the caller's network was asked about.
fn asked(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<(Seen, Ask), Error> {
    let seen = Seen::of(conn, who, now, address)?;
    seen.proposed()?;
    let ask = seen.own_ask().cloned().ok_or(Error::NotFound)?;
    Ok((seen, ask))
}

#[derive(Template)]
#[template(path = "criteria/answer.html")]
struct AnswerPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    ask: Ask,
    texts: Vec<Text>,
    form: AnswerForm,
    replies: Vec<Choice>,
    today: NaiveDate,
    key: String,
}

impl AnswerPage {
    fn new(who: &Who, now: Now, (seen, ask): (Seen, Ask), form: AnswerForm) -> Result<AnswerPage, Error> {
        Ok(AnswerPage {
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            texts: Text::all(seen.called(), seen.proposed()?)?,
            seen,
            ask,
            form,
            replies: replies(),
            today: now.today,
            key: fresh_key(),
        })
    }

    fn what(&self) -> String {
        what(self.seen.put_forward())
    }
}

fn replies() -> Vec<Choice> {
    vec![
        Choice::new(Reply::Agree.word(), "Agree"),
        Choice::new(Reply::RequestChange.word(), "Ask for a change").hint("Say below what, and why"),
    ]
}

pub async fn form(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    let (seen, ask) = call.read(asked).await?;
    if seen.proposed()?.proposal.state.after(Step::Answer).is_none() {
        return Ok(see_other(seen.path()));
    }
    let form = AnswerForm {
        answer: ask.reply.map(Reply::word).unwrap_or_default().to_owned(),
        comment: ask.comment.clone(),
        ..AnswerForm::default()
    };
    show(&AnswerPage::new(&call.who, now, (seen, ask), form)?)
}

/// What kept an answer from being kept.
enum Unsent {
    Mistaken(Mistakes),
    Late(NotAnswered),
    Identified(Box<Found>),
}

pub async fn send(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
    form: web::Form<AnswerForm>,
) -> Result<HttpResponse, Error> {
    let (call, form) = (Call::new(who, database, now, address), form.into_inner());
    let typed = form.clone();
    let work = move |conn: &mut Conn, by: &Who, now: Now, of: &Address| {
        let (seen, _) = asked(conn, by, now, of)?;
        let answer = match typed.check() {
            Ok(answer) => answer,
            Err(mistakes) => return Ok(Err(Unsent::Mistaken(mistakes))),
        };
        let clear = match look(
            &[Typed::new("comment", "Comment", &answer.comment)],
            &About::default(),
            now.today,
            &typed.said,
        ) {
            Ok(clear) => clear,
            Err(Caught::Mend(mistakes)) => return Ok(Err(Unsent::Mistaken(mistakes))),
            Err(Caught::Ask(found)) => return Ok(Err(Unsent::Identified(found))),
        };
        let answer = Answer { comment: clear.text("comment"), ..answer };
        let kept = replying::answer(conn, now, by, &seen, &answer)?;
        if kept.is_ok() {
            clear.record(conn, now, by, &[Subject::proposal(&seen.proposed()?.proposal.reference)])?;
        }
        Ok(kept.map(|()| format!("{}/answer/sent", seen.path())).map_err(Unsent::Late))
    };
    let unsent = match call.save(&form.key, work).await? {
        Ok(path) => return Ok(see_other(path)),
        Err(unsent) => unsent,
    };
    let (seen, ask) = call.read(asked).await?;
    let who = &call.who;
    match unsent {
        Unsent::Mistaken(mistakes) => {
            let page = AnswerPage::new(who, now, (seen, ask), form)?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &AnswerPage { mistakes, ..page })
        }
        Unsent::Identified(found) => {
            let page = format!("{}/answer", seen.path());
            found.ask(who, page.clone(), page, fields(&form))
        }
        Unsent::Late(NotAnswered::Stale(theirs)) => stale(who, &seen, &theirs, &form),
        Unsent::Late(NotAnswered::Closed) => {
            let said = Reply::from_word(&form.answer).map_or("", Reply::label);
            let written = vec![("Answer", said.to_owned()), ("Comment", form.comment)];
            let outcome = "so your answer was not sent";
            OvertakenPage::new(who, seen.called(), &seen.version, outcome).written(written).answer()
        }
        Unsent::Late(NotAnswered::Replaced(by)) => {
            let page = ReplacedPage::new(who, now, seen, *by, form)?;
            show_as(StatusCode::CONFLICT, &page)
        }
    }
}

/// A colleague answered first: both answers.
fn stale(who: &Who, seen: &Seen, theirs: &Ask, form: &AnswerForm) -> Result<HttpResponse, Error> {
    let words = |reply: Option<Reply>| reply.map_or("No answer", Reply::label);
    let fields = vec![
        Difference::new("Answer", words(Reply::from_word(&form.answer)), words(theirs.reply)),
        Difference::new("Comment", &form.comment, &theirs.comment),
    ];
    let mut typed = typed::fields(form);
    typed.retain(|(name, _)| name != "hash");
    typed.push(("hash".into(), seen.proposed()?.proposal.hash.clone()));
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: format!("Your network's answer to {}", seen.title()),
        fields,
        action: format!("{}/answer", seen.path()),
        typed,
        version: theirs.version,
        record: seen.path(),
        key: String::new(),
    }
    .answer()
}

/// The version that was read has been replaced: both texts, and the answer's words kept for the new one.
#[derive(Template)]
#[template(path = "criteria/replaced.html")]
struct ReplacedPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    old: Vec<Text>,
    new: Vec<Text>,
    new_agreement: Agreement,
    /// The network's ask about the new version; none where none of its groups is part of it.
    ask: Option<Ask>,
    form: AnswerForm,
    replies: Vec<Choice>,
    key: String,
}

impl ReplacedPage {
    fn new(who: &Who, _now: Now, seen: Seen, by: Agreement, form: AnswerForm) -> Result<ReplacedPage, Error> {
        let (code, names) = (&*seen.locality.code, seen.names.clone());
        let ask = match seen.reader {
            Reader::Network(id) => by.ask_of(id).cloned(),
            _ => None,
        };
        Ok(ReplacedPage {
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            old: Text::all((code, &seen.names), seen.proposed()?)?,
            new: Text::all((code, &names.beside(&by.versions)?), &by)?,
            ask: ask.filter(|_| by.proposal.state == State::Proposed),
            new_agreement: by,
            seen,
            form,
            replies: replies(),
            key: fresh_key(),
        })
    }

    /// Where the answer to the new version goes: its version of the same group, or its first.
    fn new_path(&self) -> &str {
        let same = self.new.iter().find(|text| text.version.group_code == self.seen.group.code);
        same.or(self.new.first()).map_or("/criteria", |text| &text.path)
    }

    /// What changed in the group whose text was read; none where it is no part of the new proposal.
    fn comparison(&self) -> Option<String> {
        let same = self.new.iter().find(|text| text.version.group_code == self.seen.group.code)?;
        Some(format!("{}/compare/{}", same.path, self.seen.version.number))
    }

    fn said(&self) -> &'static str {
        Reply::from_word(&self.form.answer).map_or("No answer", Reply::label)
    }
}

#[derive(Template)]
#[template(path = "criteria/answered.html")]
struct AnsweredPage {
    chrome: Chrome,
    seen: Seen,
    ask: Ask,
    today: NaiveDate,
}

/// The end of the journey: what was answered, and what happens next.
pub async fn sent(
    Provider(who): Provider,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    let (seen, ask) = call.read(asked).await?;
    if ask.reply.is_none() {
        return Err(Error::NotFound);
    }
    show(&AnsweredPage { chrome: call.who.chrome(), seen, ask, today: now.today })
}
