//! Finding a person: by pseudonym, or at their own practice by NHS number or name. What was typed stands in no address.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::list::{Asked, Filters};
use super::nhs_number::NhsNumber;
use super::register::published;
use super::rows;
use super::scope::Scope;
use crate::access::{ReadsPeople, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::{random_reference, read_pseudonym};
use crate::page::{Query, see_other};

/// What somebody typed.
#[derive(Clone, Debug, Deserialize)]
pub struct SearchForm {
    #[serde(default)]
    words: String,
}

/// Where the session keeps what was searched for, by sign.
const KEPT: &str = "searches";
/// How many searches a session keeps, latest last.
const MOST_KEPT: usize = 10;
const LONGEST: usize = 200;

/// What was typed, read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sought {
    NhsNumber(String),
    Pseudonym(String),
    Names(Vec<String>),
}

impl Sought {
    /// Reads what was typed; NHS numbers and names mean something only to those who see them.
    fn read(words: &str, names: bool) -> Option<Sought> {
        let words = words.trim();
        if names && let Ok(number) = NhsNumber::parse(words) {
            return Some(Sought::NhsNumber(number.digits()));
        }
        if let Some(pseudonym) = read_pseudonym(words) {
            return Some(Sought::Pseudonym(pseudonym));
        }
        let parts: Vec<String> = words
            .split(|sign: char| sign.is_whitespace() || sign == ',')
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect();
        (names && !parts.is_empty()).then_some(Sought::Names(parts))
    }

    fn narrow(self, filters: &mut Filters) {
        match self {
            Sought::NhsNumber(number) => filters.nhs_number = Some(number),
            Sought::Pseudonym(pseudonym) => filters.pseudonym = Some(pseudonym),
            Sought::Names(names) => filters.names = names,
        }
    }
}

pub async fn search(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    form: web::Form<SearchForm>,
) -> Result<HttpResponse, Error> {
    let words: String = form.into_inner().words.chars().take(LONGEST).collect();
    if words.trim().is_empty() {
        return Ok(see_other("/people?found=nothing_typed"));
    }
    let sought = words.clone();
    let exact = database.write(move |conn| exact(conn, &who, now, &sought)).await?;
    match exact {
        Some(pseudonym) => Ok(see_other(format!("/people/{pseudonym}"))),
        None => {
            let sign = keep(&session, &words)?;
            Ok(see_other(format!("/people{}", Query::default().with("search", sign))))
        }
    }
}

/// The one person whose NHS number or pseudonym was typed, within the caller's scope; the search is audited.
fn exact(conn: &mut Conn, who: &Who, now: Now, words: &str) -> Result<Option<String>, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let sought = Sought::read(words, scope.names);
    let mut found = None;
    if let Some(sought @ (Sought::NhsNumber(_) | Sought::Pseudonym(_))) = sought {
        let mut filters = Filters { everybody: true, ..Filters::default() };
        sought.narrow(&mut filters);
        let register = published(conn)?;
        let asked = Asked::by(who.role(), &scope, &filters, now.today, register).with_objectors();
        found = rows::one(conn, &asked)?.map(|one| one.pseudonym);
    }
    let subjects: Vec<Subject> = found.iter().map(Subject::person).collect();
    audit::record(conn, now.moment, &who.actor, Verb::PeopleSearched, &subjects, json!({}))?;
    Ok(found)
}

/// Keeps the words with the session under a fresh sign.
fn keep(session: &Session, words: &str) -> Result<String, Error> {
    let mut kept = kept(session);
    let sign = random_reference();
    kept.push((sign.clone(), words.to_owned()));
    let extra = kept.len().saturating_sub(MOST_KEPT);
    session
        .insert(KEPT, &kept[extra..])
        .map_err(|error| anyhow::anyhow!("keeping what was searched for: {error}"))?;
    Ok(sign)
}

fn kept(session: &Session) -> Vec<(String, String)> {
    session.get(KEPT).ok().flatten().unwrap_or_default()
}

/// The words a sign stands for in this session; in another there are none, and the list is the whole one.
pub fn words(session: &Session, query: &Query) -> Option<String> {
    let sign = query.get("search")?;
    let kept: BTreeMap<String, String> = kept(session).into_iter().collect();
    kept.get(sign).cloned()
}

/// Narrows a list to what was typed; whether it could be read as anything the caller may search by.
pub fn narrow(filters: &mut Filters, words: &str, names: bool) -> bool {
    let sought = Sought::read(words, names);
    let is_read = sought.is_some();
    filters.everybody = true;
    match sought {
        Some(sought) => sought.narrow(filters),
        None => filters.pseudonym = Some(String::new()),
    }
    is_read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_number_then_pseudonym_then_name() {
        assert_eq!(Sought::read(" 999 000 1006 ", true), Some(Sought::NhsNumber("9990001006".into())));
        assert_eq!(Sought::read("9990001006", false), None, "a number means nothing to those who see none");
        let names = Sought::Names(vec!["ash".into(), "robin".into()]);
        assert_eq!(Sought::read("Ash, Robin", true), Some(names));
        assert_eq!(Sought::read("Ash", false), None);
        assert_eq!(Sought::read("  ", true), None);
    }
}
