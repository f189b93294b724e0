//! Text as typed, made fit to keep: trimmed, there, not too long, without signs that cannot be seen.

use chrono::NaiveDate;
use serde::Serialize;

use super::TypedDate;

/// The text, or a sentence about `what` ("Name") of at most `longest` characters.
pub fn required(what: &str, typed: &str, longest: usize) -> Result<String, String> {
    let text = plain(what, typed)?;
    match text.chars().count() {
        0 => Err(format!("Enter the {}", lowered(what))),
        length if length > longest => Err(format!("{what} must be {longest} characters or fewer")),
        _ => Ok(text.to_owned()),
    }
}

/// Text of several lines that may be blank, or a sentence about `what` ("Comment") of at most `longest` characters.
pub fn text(what: &str, typed: &str, longest: usize) -> Result<String, String> {
    let text = typed.replace("\r\n", "\n").trim().to_owned();
    if text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\t') {
        return Err(format!("{what} must not have control characters"));
    }
    match text.chars().count() {
        length if length > longest => Err(format!("{what} must be {longest} characters or fewer")),
        _ => Ok(text),
    }
}

/// The same, of text that may not be blank.
pub fn required_text(what: &str, typed: &str, longest: usize) -> Result<String, String> {
    match text(what, typed, longest)? {
        blank if blank.is_empty() => Err(format!("Enter the {}", lowered(what))),
        text => Ok(text),
    }
}

/// An e-mail address in lower case, or a sentence that says how to mend it.
pub fn email(typed: &str) -> Result<String, String> {
    let email = required("E-mail address", typed, 254)?.to_lowercase();
    let is_address = match email.split_once('@') {
        Some((name, place)) => {
            !name.is_empty()
                && !place.is_empty()
                && !place.contains('@')
                && !email.contains(char::is_whitespace)
        }
        None => false,
    };
    match is_address {
        true => Ok(email),
        false => Err("Enter an e-mail address, for example name@example.org".into()),
    }
}

/// The date, or a sentence about `what` ("First day").
pub fn required_day(what: &str, typed: &TypedDate) -> Result<NaiveDate, String> {
    typed.check(what)?.ok_or_else(|| format!("Enter the {}", lowered(what)))
}

/// The fields of a form as typed, but its key and version, to be sent again.
pub fn fields(form: &impl Serialize) -> Vec<(String, String)> {
    let serde_json::Value::Object(fields) = serde_json::json!(form) else { return Vec::new() };
    let texts = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    texts.filter(|(name, _)| name != "key" && name != "version").collect()
}

/// The same fields, for the audit row of the change.
pub fn in_audit(form: &impl Serialize) -> serde_json::Value {
    fields(form).into_iter().map(|(name, text)| (name, serde_json::Value::String(text))).collect()
}

/// Words of a search as they are compared: trimmed, in lower case, without control characters, 100 characters at most.
pub fn words(typed: &str) -> String {
    typed.trim().to_lowercase().chars().filter(|sign| !is_unseen(*sign)).take(100).collect()
}

fn plain<'a>(what: &str, typed: &'a str) -> Result<&'a str, String> {
    let text = typed.trim();
    match () {
        () if text.contains(char::is_control) => {
            Err(format!("{what} must be on one line, without tabs or other control characters"))
        }
        () if text.contains(is_unseen) => {
            Err(format!("{what} has a sign that cannot be seen, perhaps from pasting. Type it again"))
        }
        () => Ok(text),
    }
}

/// Whether a sign shows nothing of itself and may make text look like other text: controls, marks and overrides of the
/// direction of writing, spaces of no width. The joiners that some scripts are written with are none.
pub fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The name of a field inside a sentence: "Name" is "name", "GP network" stays.
pub fn lowered(what: &str) -> String {
    let mut signs = what.chars();
    match (signs.next(), signs.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(signs).collect()
        }
        _ => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_what_cannot_be_kept_is_refused_with_a_way_to_mend_it() {
        assert_eq!(required("Name", " Ash \n", 120), Ok("Ash".into()));
        assert_eq!(required("Name", " ", 120), Err("Enter the name".into()));
        assert_eq!(required("GP network", "", 120), Err("Enter the GP network".into()));
        assert_eq!(required("Name", "abc", 2), Err("Name must be 2 characters or fewer".into()));
        assert!(required("Name", "a\u{0}b", 120).is_err());
        assert!(required("Name", "a\nb", 120).is_err());
        let unseen = required("Name", "Ada \u{202e}nimda", 120).unwrap_err();
        assert!(unseen.starts_with("Name has a sign that cannot be seen"), "{unseen}");
        assert!(email("ada\u{200b}@example.org").is_err());
        assert!(required("Name", "کوه\u{200c}نور", 120).is_ok(), "Persian is written with joiners");
    }

    #[test]
    fn text_of_several_lines_keeps_them_and_may_be_blank_or_not() {
        assert_eq!(text("Comment", " one\r\ntwo ", 20), Ok("one\ntwo".into()));
        assert_eq!(text("Comment", " ", 20), Ok(String::new()));
        assert_eq!(required_text("Comment", " \n", 20), Err("Enter the comment".into()));
        assert!(text("Comment", "a\u{0}b", 20).is_err() && text("Comment", "abc", 2).is_err());
    }

    #[test]
    fn an_address_has_one_at_sign_and_no_spaces() {
        assert_eq!(email(" Ada@Example.org "), Ok("ada@example.org".into()));
        for wrong in ["ada", "@", "a@", "@b", "a@b@c", "a b@c", ""] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }
}
