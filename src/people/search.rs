//! Finding a person: by pseudonym, or at their own practice by NHS number or name. What was typed stands in no address.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::list::{Asked, Filters};
use super::nhs_number::NhsNumber;
use super::pages;
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
    /// Reads what was typed, or says what to type; NHS numbers and names mean something only to those who see them.
    fn read(words: &str, names: bool) -> Result<Sought, String> {
        let words = words.trim();
        if let Some(pseudonym) = read_pseudonym(words) {
            return Ok(Sought::Pseudonym(pseudonym));
        }
        if names && let Some(digits) = as_digits(words) {
            let number = NhsNumber::parse(&digits);
            let number = number.map_err(|fault| format!("Check the NHS number: it {fault}"))?;
            return Ok(Sought::NhsNumber(number.digits()));
        }
        let parts: Vec<String> = words
            .split(|sign: char| sign.is_whitespace() || sign == ',')
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect();
        match names && !parts.is_empty() {
            true => Ok(Sought::Names(parts)),
            false => Err(what_to_type(names).into()),
        }
    }

    fn narrow(self, filters: &mut Filters) {
        match self {
            Sought::NhsNumber(number) => filters.nhs_number = Some(number),
            Sought::Pseudonym(pseudonym) => filters.pseudonym = Some(pseudonym),
            Sought::Names(names) => filters.names = names,
        }
    }
}

/// The digits of what is meant as an NHS number, with spaces and hyphens wherever they were typed.
fn as_digits(words: &str) -> Option<String> {
    let signs = words.chars().filter(|sign| !matches!(sign, ' ' | '-'));
    let digits: Option<String> = signs.map(|sign| sign.is_ascii_digit().then_some(sign)).collect();
    digits.filter(|digits| !digits.is_empty())
}

/// What those may search by who see names, and those who do not.
pub fn what_to_type(names: bool) -> &'static str {
    match names {
        true => "Enter an NHS number, a name or a pseudonym",
        false => "Enter a pseudonym, for example P-7K3F-92QD",
    }
}

/// What a search leads to.
enum Found {
    Person(String),
    List,
    /// The words could not be used; the sentence says why.
    Nothing(String),
}

pub async fn search(
    ReadsPeople(who): ReadsPeople,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    form: web::Form<SearchForm>,
) -> Result<HttpResponse, Error> {
    let words: String = form.into_inner().words.chars().take(LONGEST).collect();
    let (sought, asking) = (words.clone(), who.clone());
    match database.write(move |conn| find(conn, &asking, now, &sought)).await? {
        Found::Person(pseudonym) => Ok(see_other(format!("/people/{pseudonym}"))),
        Found::List => {
            let sign = keep(&session, &words)?;
            Ok(see_other(format!("/people{}", Query::default().with("search", sign))))
        }
        Found::Nothing(mistake) => pages::mistyped(who, &database, now, words, mistake).await,
    }
}

/// The one person whose NHS number or pseudonym was typed, within the caller's scope; a search is audited.
fn find(conn: &mut Conn, who: &Who, now: Now, words: &str) -> Result<Found, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let sought = match Sought::read(words, scope.names) {
        Ok(sought) => sought,
        Err(mistake) => return Ok(Found::Nothing(mistake)),
    };
    let mut found = None;
    if matches!(sought, Sought::NhsNumber(_) | Sought::Pseudonym(_)) {
        let mut filters = Filters { everybody: true, ..Filters::default() };
        sought.narrow(&mut filters);
        let register = published(conn)?;
        let asked = Asked::by(who.role(), &scope, &filters, now.today, register).with_objectors();
        found = rows::one(conn, &asked)?.map(|one| one.pseudonym);
    }
    let subjects: Vec<Subject> = found.iter().map(Subject::person).collect();
    audit::record(conn, now.moment, &who.actor, Verb::PeopleSearched, &subjects, json!({}))?;
    Ok(found.map_or(Found::List, Found::Person))
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
    filters.everybody = true;
    match Sought::read(words, names) {
        Ok(sought) => {
            sought.narrow(filters);
            true
        }
        Err(_) => {
            filters.pseudonym = Some(String::new());
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_number_then_pseudonym_then_name() {
        for typed in [" 999 000 1006 ", "999000 1006", "9990-001-006"] {
            assert_eq!(Sought::read(typed, true), Ok(Sought::NhsNumber("9990001006".into())), "{typed}");
        }
        assert_eq!(Sought::read("9990001006", false), Err(what_to_type(false).into()), "who sees no numbers");
        let names = Sought::Names(vec!["ash".into(), "robin".into()]);
        assert_eq!(Sought::read("Ash, Robin", true), Ok(names));
        assert_eq!(Sought::read("Ash", false), Err(what_to_type(false).into()));
        assert_eq!(Sought::read("  ", true), Err(what_to_type(true).into()));
    }

    #[test]
    fn a_number_that_is_nobodys_is_said_to_be_mistyped() {
        for (typed, words) in [
            ("999 000 1007", "a last digit that does not fit"),
            ("99900010", "8 digits"),
            ("999-", "3 digits"),
        ] {
            let mistake = Sought::read(typed, true).unwrap_err();
            assert!(mistake.starts_with("Check the NHS number: it ") && mistake.contains(words), "{mistake}");
        }
    }
}
