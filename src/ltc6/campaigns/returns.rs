//! `/campaigns/{reference}/returns`: letters that came back, and people who want no more, by the reference on the letter.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::words::{Seen, seen};
use crate::access::{NotesReturns, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::crockford;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::campaign::State;
use crate::on_each;
use crate::once::{fresh_key, once_or};
use crate::page::{Choice, Chrome, Mistakes, see_other, show_as};
use crate::schema::{ltc6_invitations, ltc6_opt_outs};
use crate::stored_as_text;

/// Signs of a return reference, the check sign among them.
const SIGNS: usize = 12;

/// The reference a letter carries in case it comes back, worked out from its invitation and stored nowhere:
/// `R-7K3F-92QD-4J0A`, the last sign a check sign.
pub fn return_reference(keys: &Keys, invitation: &str) -> String {
    let digest = keys.hash("ltc6 return", invitation);
    let values: Vec<u8> = digest
        .as_bytes()
        .chunks(2)
        .take(SIGNS - 1)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .map(|byte| byte & 31)
        .collect();
    written(&[&values[..], &[crockford::check(&values)]].concat())
}

fn written(values: &[u8]) -> String {
    let text = crockford::text(values);
    format!("R-{}-{}-{}", &text[..4], &text[4..8], &text[8..])
}

/// Reads a return reference as people type it: any case, with or without dashes and the R.
///
/// # Errors
/// A sentence for the field.
fn read(typed: &str) -> Result<String, &'static str> {
    let plain: String = typed.chars().filter(|sign| sign.is_alphanumeric()).collect();
    let plain = match plain.chars().count() {
        13 => plain.strip_prefix(['R', 'r']).unwrap_or(&plain),
        _ => plain.as_str(),
    };
    let values: Option<Vec<u8>> = plain.chars().map(crockford::value).collect();
    match values {
        _ if plain.is_empty() => Err("Enter the reference of the letter"),
        Some(values) if values.len() == SIGNS && crockford::is_right(&values) => Ok(written(&values)),
        Some(values) if values.len() == SIGNS => {
            Err("Check the letters and numbers of the reference: one of them is wrong")
        }
        _ => Err("The reference must have R and 12 letters and numbers, for example R-7K3F-92QD-4J0A"),
    }
}

stored_as_text! {
    /// What is noted of a letter.
    What { Undeliverable = "undeliverable", OptedOut = "opted_out", Undo = "undo" }
}

impl What {
    fn said(self) -> &'static str {
        match self {
            What::Undeliverable => "The letter is marked as undeliverable. No reminder goes there.",
            What::OptedOut => "The person is never asked again, in this campaign or any other.",
            What::Undo => "The letter is no longer marked as undeliverable.",
        }
    }
}

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReturnForm {
    key: String,
    letter: String,
    what: String,
}

#[derive(Template)]
#[template(path = "ltc6/campaigns/returns.html")]
struct ReturnsPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    form: ReturnForm,
    choices: Vec<Choice>,
    key: String,
}

impl ReturnsPage {
    fn new(chrome: Chrome, seen: Seen, form: ReturnForm, mistakes: Mistakes) -> ReturnsPage {
        let choices = [
            Choice::new("undeliverable", "The letter could not be delivered"),
            Choice::new("undo", "It was marked as undeliverable by mistake").hint("Undoes the mark"),
            Choice::new("opted_out", "The person wants no questionnaire again")
                .hint("They are never asked again. This cannot be undone here"),
        ];
        ReturnsPage { chrome, mistakes, seen, form, choices: choices.to_vec(), key: fresh_key() }
    }
}

/// A campaign letters of which may still come back.
fn written_to(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let seen = seen(conn, who, reference)?;
    match seen.campaign.state {
        State::Open | State::Closed => Ok(seen),
        State::Draft | State::Counted | State::Cancelled => {
            Err(seen
                .conflict("Letters are noted as returned while a campaign is open, and until it is counted."))
        }
    }
}

pub async fn form(
    NotesReturns(who): NotesReturns,
    database: web::Data<Database>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let seen = database.read(move |conn| written_to(conn, &who, &reference)).await?;
    let form = ReturnForm { what: What::Undeliverable.word().into(), ..ReturnForm::default() };
    show_as(StatusCode::OK, &ReturnsPage::new(chrome, seen, form, Mistakes::new()))
}

pub async fn note(
    NotesReturns(who): NotesReturns,
    database: web::Data<Database>,
    keys: web::Data<Keys>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ReturnForm>,
) -> Result<HttpResponse, Error> {
    let (form, chrome) = (form.into_inner(), who.chrome());
    let sent = form.clone();
    let (seen, noted) = database
        .write(move |conn| {
            let seen = written_to(conn, &who, &reference)?;
            let noted = once_or(conn, now.moment, who.user_id, &sent.key, |conn| {
                take(conn, &keys, &who, now, &seen, &sent)
            })?;
            Ok((seen, noted))
        })
        .await?;
    match noted {
        Ok(word) => {
            say_done(&session, What::from_word(&word).map_or("It is noted.", What::said))?;
            Ok(see_other(format!("{}/returns", seen.path())))
        }
        Err(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &ReturnsPage::new(chrome, seen, form, mistakes))
        }
    }
}

fn take(
    conn: &mut Conn,
    keys: &Keys,
    who: &Who,
    now: Now,
    seen: &Seen,
    form: &ReturnForm,
) -> Result<Result<String, Mistakes>, Error> {
    let mut mistakes = Mistakes::new();
    let letter = mistakes.note("letter", read(&form.letter));
    let what = mistakes.note("what", What::from_word(&form.what).ok_or("Choose what happened"));
    let (Some(letter), Some(what)) = (letter, what) else { return Ok(Err(mistakes)) };
    let invited: Vec<(String, i64)> = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(seen.campaign.id).and(ltc6_invitations::letters.gt(0)))
        .select((ltc6_invitations::key, ltc6_invitations::person_id))
        .load(conn)?;
    let found = invited.into_iter().find(|(key, _)| return_reference(keys, key) == letter);
    let Some((invitation, person)) = found else {
        return Ok(Err(Mistakes::of_one("letter", "No letter of this campaign has this reference")));
    };
    let this = ltc6_invitations::table.find(invitation);
    match what {
        What::Undeliverable | What::Undo => {
            let is_back = what == What::Undeliverable;
            diesel::update(this).set(ltc6_invitations::undeliverable.eq(is_back)).execute(conn)?;
        }
        What::OptedOut => {
            diesel::update(this).set(ltc6_invitations::dropped.eq(true)).execute(conn)?;
            on_each!(conn, inner => diesel::insert_into(ltc6_opt_outs::table)
                .values(ltc6_opt_outs::person_id.eq(person)).on_conflict_do_nothing().execute(inner))?;
        }
    }
    let subjects = [Subject::campaign(&seen.campaign.reference), Subject::locality(&seen.locality.code)];
    let details = json!({ "what": what.word() });
    audit::record(conn, now.moment, &who.actor, Verb::ReturnNoted, &subjects, details)?;
    Ok(Ok(what.word().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_typed_and_a_slip_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open_or_make(&folder.path().join("keys")).unwrap();
        for invitation in 0..200 {
            let reference = return_reference(&keys, &invitation.to_string());
            assert_eq!(reference.len(), 16, "{reference}");
            assert_eq!(read(&reference), Ok(reference.clone()));
            let plain = reference.to_lowercase().replace('-', " ");
            assert_eq!(read(&plain), Ok(reference.clone()), "{plain}");
            assert_eq!(read(&plain[1..]), Ok(reference.clone()));
            let slip = if reference.ends_with('7') { '8' } else { '7' };
            assert!(read(&format!("{}{slip}", &reference[..15])).is_err());
        }
        for nonsense in ["", "R", "R-7K3F", "7K3F9-2QD4J", "R-UUUU-UUUU-UUUU", "ÄÖÜ"] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }
}
