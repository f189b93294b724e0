//! Where a draft starts: from what is in force, another version, another locality's, the shipped scheme, a text, nothing.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde_json::json;

use super::act::{Sent, in_words};
use super::store;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::agreement;
use crate::criteria::check::check;
use crate::criteria::preview_pages::sides::Bundle;
use crate::criteria::seen::Here;
use crate::criteria::store::{State, Version, history, in_force};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::store as schemes;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, save, see_other, show_as};
use crate::runs::store::Locality;
use crate::schema::localities;

/// What a draft can start from.
struct Sources {
    here: Here,
    /// Every version of the group that has a text, latest first.
    versions: Vec<Version>,
    in_force: Option<Version>,
    /// What is in force for the group in other localities.
    elsewhere: Vec<(Locality, Version)>,
    open: Vec<Version>,
}

/// A draft to be made.
struct Begun {
    group: String,
    typed: String,
    made_from_id: Option<i64>,
}

#[derive(Template)]
#[template(path = "criteria/draft-start.html")]
struct StartPage {
    chrome: Chrome,
    here: Here,
    in_force: Option<Version>,
    open: Vec<Version>,
    sources: Vec<Choice>,
    versions: Vec<Choice>,
    elsewhere: Vec<Choice>,
    sent: Sent,
    mistakes: Mistakes,
    key: String,
    file_key: String,
}

impl StartPage {
    /// The source that is chosen: what is in force, where nothing else was.
    fn from(&self) -> &str {
        match (self.sent.get("from"), &self.in_force) {
            ("", Some(_)) => "in_force",
            (from, _) => from,
        }
    }
}

impl Sources {
    fn of(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        (locality, group): &(String, String),
    ) -> Result<Sources, Error> {
        let here = Here::of_group(conn, who, now, locality, group)?;
        let code = &here.group.code;
        let versions = history(conn, here.locality.id, code)?;
        let is_of_group = |version: &Version| version.group_code == *code;
        let now_in_force = in_force(conn, here.locality.id, now.today)?.into_iter().find(is_of_group);
        let others: Vec<Locality> = localities::table
            .filter(localities::id.ne(here.locality.id))
            .order(localities::code)
            .select(Locality::as_select())
            .load(conn)?;
        let mut elsewhere = Vec::new();
        for other in others {
            let version = in_force(conn, other.id, now.today)?.into_iter().find(is_of_group);
            elsewhere.extend(version.map(|version| (other, version)));
        }
        let open = versions.iter().filter(|version| version.state == State::Draft).cloned().collect();
        let versions = versions.into_iter().filter(|version| !version.is_blank()).collect();
        Ok(Sources { here, versions, in_force: now_in_force, elsewhere, open })
    }

    fn page(self, who: &Who, sent: Sent, mistakes: Mistakes) -> StartPage {
        let code = &self.here.group.code;
        let mut sources = Vec::new();
        if let Some(version) = &self.in_force {
            sources.push(Choice::new("in_force", format!("Version {}, in force", version.number)));
        }
        if !self.versions.is_empty() {
            sources.push(Choice::new("version", "Another version of this group").hint("Choose it below"));
        }
        if !self.elsewhere.is_empty() {
            let hint = "What is in force for this group there. Choose the locality below";
            sources.push(Choice::new("locality", "Another locality's version").hint(hint));
        }
        if shipped(code).is_some() {
            sources.push(Choice::new("default", "The criteria of the shipped scheme"));
        }
        let hint = "One criterion, or blocks for several groups. Write or paste it below";
        sources.push(Choice::new("text", "A text").hint(hint));
        sources.push(Choice::new("nothing", "Nothing"));
        let versions = self.versions.iter().map(|version| {
            let standing = version.standing(self.in_force.as_slice()).label().to_lowercase();
            Choice::new(version.number.to_string(), format!("Version {}, {standing}", version.number))
        });
        let elsewhere = self.elsewhere.iter().map(|(locality, version)| {
            Choice::new(&locality.code, format!("{}, version {}", locality.name, version.number))
        });
        StartPage {
            chrome: who.chrome(),
            sources,
            versions: versions.collect(),
            elsewhere: elsewhere.collect(),
            here: self.here,
            in_force: self.in_force,
            open: self.open,
            sent,
            mistakes,
            key: fresh_key(),
            file_key: fresh_key(),
        }
    }

    /// The drafts that the form asks for.
    fn begun(&self, sent: &Sent) -> Result<Vec<Begun>, Mistakes> {
        let group = self.here.group.code.clone();
        let of = |version: &Version| Begun {
            group: group.clone(),
            typed: version.text.clone(),
            made_from_id: Some(version.id),
        };
        let one = |begun: Option<Begun>, field: &'static str, message: &'static str| {
            begun.map(|begun| vec![begun]).ok_or_else(|| Mistakes::of_one(field, message))
        };
        match sent.get("from") {
            "in_force" => one(
                self.in_force.as_ref().map(of),
                "from",
                "No version is in force any more. Choose another start",
            ),
            "version" => {
                let number = sent.get("version");
                let chosen = self.versions.iter().find(|version| version.number.to_string() == number);
                one(chosen.map(of), "version", "Choose a version")
            }
            "locality" => {
                let chosen =
                    self.elsewhere.iter().find(|(locality, _)| locality.code == sent.get("locality"));
                one(chosen.map(|(_, version)| of(version)), "locality", "Choose a locality")
            }
            "default" => {
                let typed = shipped(&group);
                one(
                    typed.map(|typed| Begun { group, typed, made_from_id: None }),
                    "from",
                    "Choose another start",
                )
            }
            "text" => of_text(sent.text(), &group, &self.here.names.scheme()),
            "nothing" => Ok(vec![Begun { group, typed: String::new(), made_from_id: None }]),
            _ => Err(Mistakes::of_one("from", "Choose what the draft starts from")),
        }
    }
}

/// The criterion of a group in the shipped scheme.
fn shipped(group: &str) -> Option<String> {
    let checked = check(include_str!("../default-criteria.txt"), Scheme::shipped()).ok()?;
    let block = checked.into_iter().find(|block| block.group.as_deref() == Some(group))?;
    Some(block.parsed.expression.to_string())
}

/// The drafts of a text: of one criterion for `group`, or of a block for each group.
fn of_text(text: &str, group: &str, scheme: &Scheme) -> Result<Vec<Begun>, Mistakes> {
    let checked = check(text, scheme).map_err(|found| {
        let mut mistakes = Mistakes::new();
        found.iter().for_each(|mistake| mistakes.add("text", in_words(mistake)));
        mistakes
    })?;
    let begun = checked.into_iter().map(|one| match one.group {
        None => Begun { group: group.to_owned(), typed: text.trim().to_owned(), made_from_id: None },
        Some(group) => Begun { group, typed: one.parsed.expression.to_string(), made_from_id: None },
    });
    Ok(begun.collect())
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    path: web::Path<(String, String)>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let chosen = Sent::new(query.into_inner());
    let made = database.read(move |conn| {
        let sources = Sources::of(conn, &who, now, &path)?;
        Ok(sources.page(&who, chosen, Mistakes::new()))
    });
    show_as(StatusCode::OK, &made.await?)
}

pub async fn add(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    path: web::Path<(String, String)>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    begin(who, &database, now, &session, path.into_inner(), Sent::new(form.into_inner())).await
}

/// Makes the drafts a form asks for, and goes on to the first.
pub async fn begin(
    who: Who,
    database: &Database,
    now: Now,
    session: &Session,
    path: (String, String),
    sent: Sent,
) -> Result<HttpResponse, Error> {
    let (by, of, fields) = (who.clone(), path.clone(), sent.clone());
    let making = move |conn: &mut Conn| {
        let sources = Sources::of(conn, &by, now, &of)?;
        match sources.begun(&fields) {
            Ok(begun) => make(conn, &by, now, &sources.here, begun).map(Ok),
            Err(mistakes) => Ok(Err(mistakes)),
        }
    };
    match save(database, now, &who, sent.get("key"), making).await? {
        Ok(to) => {
            say_done(session, "The draft is made. Nobody is asked about it before you propose it.")?;
            Ok(see_other(to))
        }
        Err(mistakes) => {
            let made = database.read(move |conn| {
                let sources = Sources::of(conn, &who, now, &path)?;
                Ok(sources.page(&who, sent, mistakes))
            });
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &made.await?)
        }
    }
}

/// The draft of the scheme that adds a group which is to have its first criteria, where all of them fit beside those it
/// is proposed with.
fn adding(conn: &mut Conn, now: Now, here: &Here, begun: &[Begun]) -> Result<Option<Version>, Error> {
    let open = schemes::open_version(conn, here.locality.id, now.today)?;
    let Some(draft) = open.filter(|version| version.state == State::Draft) else { return Ok(None) };
    let (standing, drafted) = (schemes::in_force(conn, here.locality.id, now.today)?, draft.scheme()?);
    let is_new = |one: &Begun| standing.group(&one.group).is_none() && drafted.group(&one.group).is_some();
    let beside = Bundle::of(conn, &draft)?;
    let is_there = |one: &Begun| beside.all.iter().any(|version| version.group_code == one.group);
    Ok(Some(draft).filter(|_| begun.iter().any(is_new) && !begun.iter().any(is_there)))
}

/// Makes drafts; several are put together, and one of a group that a scheme in draft adds with that scheme. The address of the one of the page's group, or the first.
fn make(conn: &mut Conn, who: &Who, now: Now, here: &Here, begun: Vec<Begun>) -> Result<String, Error> {
    let together = match (adding(conn, now, here, &begun)?, &*begun) {
        (Some(scheme), _) => Some(agreement::store::of_draft(conn, now.recorded(), &who.actor, &scheme)?.id),
        (None, [_, _, ..]) => {
            Some(agreement::store::add(conn, now.recorded(), &who.actor, here.locality.id)?.id)
        }
        (None, _) => None,
    };
    let mut made = Vec::new();
    for one in begun {
        let place = (here.locality.id, &*one.group);
        let version = store::add(conn, now.recorded(), &who.actor, place, &one.typed, one.made_from_id)?;
        if together.is_some() {
            store::put_into(conn, &version, together)?;
        }
        made.push(version);
    }
    let subjects: Vec<Subject> =
        made.iter().map(|version| Subject::criteria(&here.locality.code, &version.group_code)).collect();
    let texts: Vec<(i64, &str)> = made.iter().map(|version| (version.number, &*version.text)).collect();
    audit::record(
        conn,
        now.moment,
        &who.actor,
        Verb::CriteriaDrafted,
        &subjects,
        json!({ "versions": texts }),
    )?;
    let own = made.iter().find(|version| version.group_code == here.group.code).or(made.first());
    let own = own.ok_or(Error::Unreadable("There is nothing to make a draft of."))?;
    Ok(format!("{}/edit", here.sibling(own)))
}
