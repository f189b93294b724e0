//! Which declarations of `people.blank_is_no` a form asks for, and what would stand afterwards.

use diesel::prelude::*;

use super::declared::{self, Declaration};
use crate::database::Conn;
use crate::error::Error;
use crate::page::Mistakes;
use crate::people::why::fact_words;
use crate::schema::{localities, organisations};

/// Which declarations a form begins or ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `declare` or `end`.
    pub act: String,
    /// A locality's code.
    pub locality: String,
    /// A practice's code; blank for all of the locality.
    pub practice: String,
    /// Words of facts.
    pub facts: Vec<String>,
    pub reason: String,
    pub key: String,
    pub version: String,
}

impl Asked {
    pub fn of(fields: Vec<(String, String)>) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in fields {
            match name.as_str() {
                "act" => asked.act = value,
                "locality" => asked.locality = value,
                "practice" => asked.practice = value,
                "facts" => asked.facts.push(value),
                "reason" => asked.reason = value,
                "key" => asked.key = value,
                "version" => asked.version = value,
                _ => {}
            }
        }
        asked.facts.sort();
        asked.facts.dedup();
        asked
    }

    /// The fields to be sent again, but reason, key and version.
    pub fn again(&self) -> Vec<(String, String)> {
        let field = |name: &str, value: &String| (name.to_owned(), value.clone());
        let facts = self.facts.iter().map(|fact| field("facts", fact));
        let rest =
            [field("act", &self.act), field("locality", &self.locality), field("practice", &self.practice)];
        rest.into_iter().chain(facts).collect()
    }

    pub fn ends(&self) -> bool {
        self.act == "end"
    }
}

/// What a form comes to.
#[derive(Clone, Debug)]
pub struct Meant {
    pub locality_id: i64,
    pub locality: String,
    pub before: Vec<Declaration>,
    pub after: Vec<Declaration>,
    /// What is declared or ended, in words.
    pub words: String,
}

/// Reads a form: the places and facts it names, and the declarations that would stand afterwards.
pub fn meant(conn: &mut Conn, asked: &Asked) -> Result<Result<Meant, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let locality: Option<(i64, String)> = localities::table
        .filter(localities::code.eq(&asked.locality))
        .select((localities::id, localities::name))
        .first(conn)
        .optional()?;
    let locality = mistakes.note("locality", locality.ok_or("Choose a locality"));
    let practice: Option<(i64, Option<i64>, String)> = organisations::table
        .filter(organisations::code.eq(&asked.practice).and(organisations::kind.eq("practice")))
        .select((organisations::id, organisations::locality_id, organisations::name))
        .first(conn)
        .optional()?;
    let here = locality.as_ref().map(|(id, _)| *id);
    let practice = match practice.filter(|(_, lies_in, _)| *lies_in == here) {
        Some((id, _, name)) => Some((Some(id), name)),
        None if asked.practice.is_empty() => Some((None, "all practices".to_owned())),
        None => {
            mistakes.add("practice", "Choose a practice of the locality, or all of them");
            None
        }
    };
    let is_word = |fact: &&String| declared::words().any(|word| word == fact.as_str());
    let facts: Vec<String> = asked.facts.iter().filter(is_word).cloned().collect();
    if facts.is_empty() {
        mistakes.add("facts", "Choose at least one fact");
    }
    let (Some((locality_id, locality)), Some((practice_id, practice)), true) =
        (locality, practice, mistakes.is_empty())
    else {
        return Ok(Err(mistakes));
    };
    let before = declared::all(conn)?;
    let these: Vec<Declaration> =
        facts.iter().map(|fact| Declaration { fact: fact.clone(), locality_id, practice_id }).collect();
    let mut after: Vec<Declaration> = before.iter().filter(|one| !these.contains(one)).cloned().collect();
    if !asked.ends() {
        after.extend(these);
    }
    let facts: Vec<String> = facts.iter().map(|fact| words_of(fact)).collect();
    let words = format!("{}, {practice}: {}", locality, facts.join(", "));
    Ok(Ok(Meant { locality_id, locality, before, after, words }))
}

/// A fact's word as people read it.
pub fn words_of(fact: &str) -> String {
    if fact == declared::CONDITIONS { "condition registers".into() } else { fact_words(fact) }
}
