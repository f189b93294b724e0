//! `…/versions/{number}/edit`: a draft by its parts and as text, with what it says and would do beside it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use serde_json::json;

use super::act::{Act, Sent, changed};
use super::bundle::{Candidate, candidates};
use super::parts::{Parts, Shown};
use super::store::{self, Revision, Saved};
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::conditions::Condition;
use crate::criteria::facts::{Flag, Level, Quantity, Sex};
use crate::criteria::overtaken::OvertakenPage;
use crate::criteria::phrases::flag_phrase;
use crate::criteria::preview_pages::page::{Asked, Linked, Prepared, TableView};
use crate::criteria::preview_pages::sides::{Bundle, Drafted};
use crate::criteria::preview_pages::tables::{Cell, Table};
use crate::criteria::preview_pages::work::{Wanted, register};
use crate::criteria::reading::Reading;
use crate::criteria::seen::{Address, Here, Seen};
use crate::criteria::store::{State, Version};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::reading::ReadingList;
use crate::jobs::Tools;
use crate::once::fresh_key;
use crate::page::filters;
use crate::page::{
    self, Choice, Chrome, Difference, Mistakes, NavItem, StalePage, Whose, see_other, show_as,
};
use crate::people::person::capital;
use crate::people::why::fact_words;

/// Earlier texts that are offered.
const MOST_REVISIONS: i64 = 20;

#[derive(Template)]
#[template(path = "criteria/draft-edit.html")]
struct EditPage {
    chrome: Chrome,
    here: Here,
    version: Version,
    mistakes: Mistakes,
    sent: Sent,
    parts: Parts,
    shown: Option<Shown>,
    /// Condition registers, each with the people on it.
    registers: Vec<(Condition, u64)>,
    revisions: Vec<Revision>,
    others: Vec<Version>,
    candidates: Vec<Candidate>,
    key: String,
}

impl EditPage {
    fn address(&self) -> String {
        self.here.version(self.version.number)
    }

    fn title(&self, version: &Version) -> String {
        self.here.names.title(version)
    }

    fn crumb(&self) -> String {
        format!("Version {}", self.version.number)
    }

    fn shown_reading<'a>(&self, reading: &'a Reading) -> ReadingList<'a> {
        ReadingList { reading }
    }

    fn table<'a>(&self, table: &'a Table, shown: &'a Shown) -> TableView<'a> {
        TableView { table, lists: &shown.lists }
    }

    fn linked<'a>(&self, cell: &'a Cell, shown: &'a Shown) -> Linked<'a> {
        Linked { cell, lists: &shown.lists }
    }

    fn flags(&self) -> Vec<Choice> {
        let words = |flag: Flag| capital(flag_phrase(flag, true).to_owned());
        let flags = Flag::ALL.into_iter().map(|flag| Choice::new(flag.word(), words(flag)));
        [Choice::new("", "Choose a fact")].into_iter().chain(flags).collect()
    }

    fn numbers(&self) -> Vec<Choice> {
        let words = |quantity: Quantity| capital(fact_words(quantity.word()));
        let numbers = Quantity::ALL.into_iter().map(|one| Choice::new(one.word(), words(one)));
        [Choice::new("", "Choose a number")].into_iter().chain(numbers).collect()
    }

    fn comparisons(&self) -> Vec<Choice> {
        let words = [
            ("", "Choose"),
            (">=", "is at least"),
            ("<=", "is at most"),
            (">", "is more than"),
            ("<", "is less than"),
            ("=", "is"),
            ("!=", "is not"),
        ];
        words.map(|(sign, words)| Choice::new(sign, words)).into()
    }

    fn sexes(&self) -> Vec<Choice> {
        Sex::ALL.map(|sex| Choice::new(sex.word(), capital(sex.word().to_owned()))).into()
    }

    fn levels(&self) -> Vec<Choice> {
        Level::ALL.map(|level| Choice::new(level.word(), capital(level.word().to_owned()))).into()
    }

    /// Whether what is wrong with the text stands nowhere else on the page.
    fn tells_problem(&self) -> bool {
        self.mistakes.of("text").is_none()
    }

    /// The text before the last, to go back to.
    fn before(&self) -> Option<&Revision> {
        self.revisions.get(1)
    }

    /// What the input that changes a part holds.
    fn part(&self, field: &str, text: &str) -> String {
        match self.sent.get(field) {
            "" => text.to_owned(),
            typed => typed.to_owned(),
        }
    }

    /// Whether the fields of a kind of condition have a mistake.
    fn is_mistaken(&self, kind: &str) -> bool {
        self.mistakes
            .iter()
            .any(|mistake| mistake.field.strip_prefix(kind).is_some_and(|rest| rest.starts_with('_')))
    }

    fn is_not(&self, kind: &str) -> bool {
        !self.sent.get(&format!("{kind}_not")).is_empty()
    }
}

/// A draft the caller may write.
pub fn draft_of(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<Seen, Error> {
    let seen = Seen::of(conn, who, now, address)?;
    if seen.version.state == State::Draft { Ok(seen) } else { Err(Error::NotFound) }
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let (address, by) = (address.into_inner(), who.clone());
    let of = address.clone();
    let seen = database.read(move |conn| Seen::of(conn, &by, now, &of)).await?;
    if seen.version.state != State::Draft {
        return Ok(see_other(seen.address()));
    }
    page(who, &database, &tools, now, address, None, Mistakes::new()).await
}

/// What the database says for the page.
struct Gathered {
    prepared: Prepared,
    text: String,
    revisions: Vec<Revision>,
    candidates: Vec<Candidate>,
    version: Version,
    is_earlier: bool,
}

fn gather(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    sent: Option<&Sent>,
) -> Result<Gathered, Error> {
    let seen = draft_of(conn, who, now, address)?;
    let version = seen.version.clone();
    let text = match sent {
        Some(sent) => sent.text().to_owned(),
        None => store::typed(conn, &version)?,
    };
    let parsed = crate::criteria::parser::parse(&text).ok().map(|parsed| parsed.expression.to_string());
    let is_earlier = parsed.is_none() && !version.is_blank();
    let bundle = Bundle::of(conn, &version)?.with_text(parsed.as_deref().unwrap_or(&version.text));
    let candidates = candidates(conn, &seen, &bundle)?;
    let revisions = store::revisions(conn, version.id, MOST_REVISIONS)?;
    let prepared = Prepared::from(conn, who, now, seen, bundle, &Asked::default())?;
    Ok(Gathered { prepared, text, revisions, candidates, version, is_earlier })
}

/// The criteria of the other groups, as they would be.
pub fn others(prepared: &Prepared) -> Vec<Drafted> {
    let group = &prepared.seen.here.group.code;
    let home = prepared.sides.proposed.home().iter().filter(|home| home.code != *group);
    home.map(|home| Drafted { group: home.code.clone(), criterion: home.criterion.clone() }).collect()
}

/// The page, with what was sent and is mistaken or as the draft stands.
async fn page(
    who: Who,
    database: &Database,
    tools: &Tools,
    now: Now,
    address: Address,
    sent: Option<Sent>,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let (database, tools, wanted) = (database.clone(), tools.clone(), Wanted::new());
    let _gone = Wanted(wanted.0.clone());
    let status = if sent.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let made = web::block(move || {
        let gathered = database.read_now(|conn| gather(conn, &who, now, &address, sent.as_ref()))?;
        let Gathered { prepared, text, revisions, candidates, version, is_earlier } = gathered;
        let register =
            register(&tools.registers, &database, &prepared.sides, &wanted.0)?.ok_or(Error::Busy)?;
        let shown = Shown::of(&prepared, &register, is_earlier, &wanted.0).map_err(|_| Error::Busy)?;
        let parts = Parts::of(&text, &version.group_code, &others(&prepared), &prepared.sides.scheme);
        let mut mistakes = mistakes;
        if let Some(problem) = parts.problem.as_ref().filter(|_| mistakes.is_empty()) {
            mistakes.add("text", problem.message.clone());
        }
        Ok::<_, Error>(EditPage {
            chrome: who.chrome(),
            shown: (!version.is_blank() || parts.expression.is_some()).then_some(shown),
            others: prepared.bundle.others().cloned().collect(),
            here: prepared.seen.here,
            mistakes,
            sent: sent.unwrap_or_default(),
            parts,
            registers: Condition::ALL.into_iter().zip(register.people.on_registers()).collect(),
            revisions,
            candidates,
            version,
            key: fresh_key(),
        })
    });
    show_as(status, &made.await.context("making a draft's page")??)
}

/// Why a text was not saved, or not as one that can be read.
enum Unsaved {
    Mistaken(Mistakes),
    /// Kept, and no expression.
    Unreadable,
    Stale {
        title: String,
        mine: String,
        theirs: String,
        whose: Whose,
        version: i64,
    },
    /// No draft any more; with the text as it would be.
    Frozen(Box<Seen>, String),
}

pub async fn save(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    session: Session,
    address: web::Path<Address>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (sent, address) = (Sent::new(form.into_inner()), address.into_inner());
    let (by, of, fields) = (who.clone(), address.clone(), sent.clone());
    let keeping = move |conn: &mut Conn| keep(conn, &by, now, &of, &fields);
    match page::save(&database, now, &who, sent.get("key"), keeping).await? {
        Ok(to) => {
            if sent.get("act") == "save" {
                say_done(&session, "The draft is saved.")?;
            }
            Ok(see_other(to))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            page(who, &database, &tools, now, address, Some(sent), mistakes).await
        }
        Err(Unsaved::Unreadable) => {
            page(who, &database, &tools, now, address, Some(sent), Mistakes::new()).await
        }
        Err(Unsaved::Stale { title, mine, theirs, whose, version }) => {
            stale(&who, &address, (title, whose), [mine, theirs], version)
        }
        Err(Unsaved::Frozen(seen, mine)) => {
            let outcome = "so its text is frozen and yours was not saved";
            OvertakenPage::new(&who, (&seen.here.locality.code, &seen.here.names), &seen.version, outcome)
                .drafting(format!("{}/drafts", seen.here.address()), mine)
                .answer()
        }
    }
}

fn stale(
    who: &Who,
    (locality, group, number): &Address,
    (title, whose): (String, Whose),
    [mine, theirs]: [String; 2],
    version: i64,
) -> Result<HttpResponse, Error> {
    let cancel = format!("/criteria/{locality}/{group}/versions/{number}");
    let record = format!("/criteria/{locality}/{group}/versions/{number}/edit");
    let typed = [("act", "save".to_owned()), ("text", mine.clone())];
    let page = StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: title,
        fields: vec![Difference::new("Text", mine, theirs)],
        action: record.clone(),
        typed: typed.map(|(name, value)| (name.to_owned(), value)).into(),
        version,
        record,
        key: String::new(),
    };
    page.answer_of(whose, cancel)
}

/// Keeps what the form says; where to go on.
fn keep(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    sent: &Sent,
) -> Result<Result<String, Unsaved>, Error> {
    let seen = Seen::of(conn, who, now, address)?;
    let act = Act::of(sent);
    if seen.version.state != State::Draft {
        let mine = match &act {
            Act::Change(word, about) => changed(sent, word, about).ok(),
            Act::Keep | Act::GoBack(_) => None,
        };
        return Ok(Err(Unsaved::Frozen(Box::new(seen), mine.unwrap_or_else(|| sent.text().to_owned()))));
    }
    let version = &seen.version;
    let text = match &act {
        Act::Keep => sent.text().to_owned(),
        Act::GoBack(id) => {
            let all = store::revisions(conn, version.id, i64::MAX)?;
            all.into_iter().find(|one| one.id == *id).ok_or(Error::NotFound)?.typed
        }
        Act::Change(word, about) => match changed(sent, word, about) {
            Ok(text) => text,
            Err(mistakes) => return Ok(Err(Unsaved::Mistaken(mistakes))),
        },
    };
    let (is_change, mine) = (matches!(act, Act::Change(..)), text.clone());
    match store::save(conn, now.recorded(), &who.actor, version, sent.version(), &text)? {
        Saved::Stale { theirs, by, version: now } => {
            let title = seen.here.names.title(version);
            let whose = if by == Some(who.user_id) { Whose::Own } else { Whose::SomebodyElses };
            Ok(Err(Unsaved::Stale { title, mine, theirs, whose, version: now }))
        }
        Saved::Kept { reads, changed } => {
            if changed {
                let here = &seen.here;
                let subjects = [Subject::criteria(&here.locality.code, &here.group.code)];
                let details = json!({ "version": version.number, "reads": reads, "text": text });
                audit::record(conn, now.moment, &who.actor, Verb::DraftSaved, &subjects, details)?;
            }
            let place = if is_change { "#parts" } else { "" };
            Ok(if reads || is_change {
                Ok(format!("{}/edit{place}", seen.address()))
            } else {
                Err(Unsaved::Unreadable)
            })
        }
    }
}
