//! Free text is looked through before it is stored: where it may identify somebody, the person who typed it is asked, on
//! a page of its own, whether the pieces are removed, are no personal data (why, which is audited), or are mended by hand.
//!
//! A form that takes free text does this:
//!
//! 1. Its struct has `#[serde(flatten)] pub said: Said`, which is blank until the page has been answered.
//! 2. Inside the transaction, after the form's own checks and before anything is written:
//!    `let clear = match look(&[Typed::new("reason", "Reason", &reason)], &about, now.today, &form.said) { … }`, where
//!    `Err(Caught::Mend(mistakes))` is shown as any other mistake, with the form, and `Err(Caught::Ask(found))` is handed
//!    out as a reason why nothing was saved.
//! 3. What is stored is `clear.text("reason")`, never what was typed; `clear.record(…)` stands in the same transaction.
//! 4. The handler answers `found.ask(&who, to, back, fields(&form))`: status 422, and everything that was typed is sent
//!    again with the answer.
//!
//! `about` holds the person's name and birth date only where the caller may see them; for others it is
//! `About::default()`. Otherwise a list of names typed into a reason would tell whose pseudonym it is. Numbers, dates told as
//! birth dates, addresses and names after a title are found in any case.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::identifiers::{About, Identifier, Kind, find, without};
use crate::access::Who;
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::typed::required_text;
use crate::page::{Choice, Chrome, Mistakes, show_as};

/// The longest reason why something is no personal data, in characters.
const LONGEST: usize = 500;

/// What the page's answer adds to the form it interrupts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Said {
    /// `remove`, `keep` or `mend`; blank where nothing was asked or chosen.
    pub identified: String,
    /// Why it is no personal data.
    pub identified_why: String,
    /// `yes` once the page was shown.
    pub identified_shown: String,
}

impl Said {
    /// Takes a field of a form that is read as a list; whether it was one of these.
    pub fn take(&mut self, name: &str, value: &str) -> bool {
        let field = match name {
            "identified" => &mut self.identified,
            "identified_why" => &mut self.identified_why,
            "identified_shown" => &mut self.identified_shown,
            _ => return false,
        };
        value.clone_into(field);
        true
    }
}

/// A free text of a form, checked in every other way.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    field: &'a str,
    label: &'static str,
    text: &'a str,
}

impl<'a> Typed<'a> {
    /// By the field's name and its label on the page.
    pub fn new(field: &'a str, label: &'static str, text: &'a str) -> Typed<'a> {
        Typed { field, label, text }
    }
}

/// Texts that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clear {
    texts: Vec<(String, String)>,
    kept: Option<Kept>,
}

/// What looks as if it identified somebody and, as is said, does not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    found: Vec<(String, Vec<&'static str>)>,
    why: String,
}

impl Clear {
    /// What is stored of a field; blank of one that was not looked at.
    pub fn text(&self, field: &str) -> String {
        self.texts.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Audits that somebody said of what was found that it is no personal data, and why. The pieces are not repeated.
    pub fn record(&self, conn: &mut Conn, now: Now, who: &Who, subjects: &[Subject]) -> Result<(), Error> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let details = json!({ "found": kept.found, "why": kept.why });
        audit::record(conn, now.moment, &who.actor, Verb::TextCleared, subjects, details)
    }
}

/// Why texts may not be stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caught {
    /// Somebody is asked what to do with what was found.
    Ask(Box<Found>),
    /// They take it out themselves: the form again, with these beside its fields.
    Mend(Mistakes),
}

/// What was found in the texts of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    texts: Vec<Marked>,
    said: Said,
    mistakes: Mistakes,
}

/// A text in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Marked {
    label: &'static str,
    /// What it has, as a sentence names it.
    kinds: Vec<&'static str>,
    /// In their order; the ones that were found are marked.
    pieces: Vec<(bool, String)>,
}

/// Looks through the texts of a form for what identifies somebody.
///
/// # Errors
/// Where something is found and it has not been said what to do with it.
pub fn look(texts: &[Typed<'_>], about: &About, today: NaiveDate, said: &Said) -> Result<Clear, Caught> {
    let all: Vec<(Typed<'_>, Vec<Identifier>)> =
        texts.iter().map(|typed| (*typed, find(typed.text, about, today))).collect();
    let caught: Vec<_> = all.iter().filter(|(_, found)| !found.is_empty()).collect();
    let as_typed = || texts.iter().map(|typed| (typed.field.to_owned(), typed.text.to_owned())).collect();
    if caught.is_empty() {
        return Ok(Clear { texts: as_typed(), kept: None });
    }
    let ask = |mistakes: Mistakes| {
        let texts = caught.iter().map(|(typed, found)| Marked::of(*typed, found)).collect();
        Err(Caught::Ask(Box::new(Found { texts, said: said.clone(), mistakes })))
    };
    match said.identified.as_str() {
        "remove" => {
            let left = |(typed, found): &(Typed<'_>, Vec<Identifier>)| {
                (typed.field.to_owned(), without(typed.text, found))
            };
            Ok(Clear { texts: all.iter().map(left).collect(), kept: None })
        }
        "keep" => match why(&said.identified_why, about, today) {
            Ok(why) => {
                let found =
                    caught.iter().map(|(typed, found)| (typed.field.to_owned(), kinds(found))).collect();
                Ok(Clear { texts: as_typed(), kept: Some(Kept { found, why }) })
            }
            Err(message) => ask(Mistakes::of_one("identified_why", message)),
        },
        "mend" => {
            let mut mistakes = Mistakes::new();
            for (typed, found) in &caught {
                let has = kinds(found).join(", ");
                mistakes.add(typed.field.to_owned(), format!("{} has {has}. Take it out", typed.label));
            }
            Err(Caught::Mend(mistakes))
        }
        _ if said.identified_shown == "yes" => {
            ask(Mistakes::of_one("identified", "Choose what to do with what is marked"))
        }
        _ => ask(Mistakes::new()),
    }
}

/// Why what was found is no personal data, without repeating it.
fn why(typed: &str, about: &About, today: NaiveDate) -> Result<String, Cow<'static, str>> {
    let why = required_text("Reason why it is not personal data", typed, LONGEST)?;
    match find(&why, about, today).is_empty() {
        true => Ok(why),
        false => Err("Say why without repeating what is marked".into()),
    }
}

/// Each kind once, as a sentence names it.
fn kinds(found: &[Identifier]) -> Vec<&'static str> {
    let mut kinds: Vec<Kind> = found.iter().map(|one| one.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(Kind::label).collect()
}

impl Marked {
    fn of(typed: Typed<'_>, found: &[Identifier]) -> Marked {
        let mut pieces = Vec::new();
        let mut from = 0;
        for one in found {
            pieces.push((false, typed.text[from..one.at.start].to_owned()));
            pieces.push((true, typed.text[one.at.clone()].to_owned()));
            from = one.at.end;
        }
        pieces.push((false, typed.text[from..].to_owned()));
        pieces.retain(|(_, piece)| !piece.is_empty());
        Marked { label: typed.label, kinds: kinds(found), pieces }
    }
}

/// Every field of a form that holds texts, to be sent again.
pub fn fields(form: &impl Serialize) -> Vec<(String, String)> {
    let serde_json::Value::Object(fields) = json!(form) else { return Vec::new() };
    fields.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

#[derive(Template)]
#[template(path = "people/identified-text.html")]
struct IdentifiedPage {
    chrome: Chrome,
    mistakes: Mistakes,
    found: Found,
    /// Where the form is sent again.
    to: String,
    /// The page of the form.
    back: String,
    sent: Vec<(String, String)>,
    key: String,
}

impl IdentifiedPage {
    fn choices(&self) -> Vec<Choice> {
        vec![
            Choice::new("remove", "Remove it").hint("“[removed]” stands in its place"),
            Choice::new("keep", "It is not personal data").hint("The text is kept as it is. Say why below"),
            Choice::new("mend", "Change the text").hint("Go back to the form, with all that you typed"),
        ]
    }
}

impl Found {
    /// The page that asks what to do: `sent` are the fields of the form, which goes to `to` again; `back` is its page.
    pub fn ask(
        self,
        who: &Who,
        to: impl Into<String>,
        back: impl Into<String>,
        sent: Vec<(String, String)>,
    ) -> Result<HttpResponse, Error> {
        let is_ours = |name: &str| name == "key" || Said::default().take(name, "");
        let page = IdentifiedPage {
            chrome: who.chrome(),
            mistakes: self.mistakes.clone(),
            to: to.into(),
            back: back.into(),
            sent: sent.into_iter().filter(|(name, _)| !is_ours(name)).collect(),
            key: fresh_key(),
            found: self,
        };
        show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Rang 020 7946 0018 about 999 123 4004";

    fn said(choice: &str, why: &str) -> Said {
        Said { identified: choice.into(), identified_why: why.into(), identified_shown: "yes".into() }
    }

    fn looked(text: &str, said: &Said) -> Result<Clear, Caught> {
        look(&[Typed::new("reason", "Reason", text)], &About::default(), "2026-11-24".parse().unwrap(), said)
    }

    fn asked(text: &str, said: &Said) -> Found {
        match looked(text, said) {
            Err(Caught::Ask(found)) => *found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_text_that_identifies_nobody_goes_through_as_it_is() {
        let clear = looked("Known to our team", &Said::default()).unwrap();
        assert_eq!((clear.text("reason"), clear.kept), ("Known to our team".into(), None));
    }

    #[test]
    fn what_is_found_is_marked_and_nothing_of_the_text_is_lost() {
        let found = asked(TEXT, &Said::default());
        let marked: Vec<&str> = found.texts[0]
            .pieces
            .iter()
            .filter(|(is_found, _)| *is_found)
            .map(|(_, piece)| &**piece)
            .collect();
        assert_eq!(marked, ["020 7946 0018", "999 123 4004"]);
        assert_eq!(found.texts[0].kinds, ["an NHS number", "a phone number"]);
        let whole: String = found.texts[0].pieces.iter().map(|(_, piece)| &**piece).collect();
        assert_eq!(whole, TEXT);
        assert!(found.mistakes.is_empty(), "nothing was asked yet");
    }

    #[test]
    fn it_can_be_removed_kept_with_a_reason_or_mended_by_hand() {
        assert_eq!(
            looked(TEXT, &said("remove", "")).unwrap().text("reason"),
            "Rang [removed] about [removed]"
        );
        let kept = looked(TEXT, &said("keep", "Both belong to our own switchboard")).unwrap();
        assert_eq!(kept.text("reason"), TEXT);
        assert_eq!(
            kept.kept.unwrap().found,
            [("reason".to_owned(), vec!["an NHS number", "a phone number"])]
        );
        let Err(Caught::Mend(mistakes)) = looked(TEXT, &said("mend", "")) else {
            panic!("it is to be mended")
        };
        assert!(mistakes.of("reason").unwrap().starts_with("Reason has an NHS number"), "{mistakes:?}");
    }

    #[test]
    fn nothing_chosen_no_reason_and_a_reason_that_repeats_it_are_asked_again() {
        assert!(asked(TEXT, &said("", "")).mistakes.of("identified").is_some());
        assert!(asked(TEXT, &said("keep", " ")).mistakes.of("identified_why").is_some());
        assert!(
            asked(TEXT, &said("keep", "999 123 4004 is an order")).mistakes.of("identified_why").is_some()
        );
    }
}
