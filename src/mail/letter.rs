//! What a letter says: a reference and a link, nothing about a person and nothing a user typed.

use anyhow::Context;
use askama::Template;

use crate::stored_as_text;

stored_as_text! {
    /// The letters there are.
    Letter {
        Invitation = "invitation",
        Reset = "reset",
    }
}

impl Letter {
    /// As the outbox names it.
    pub fn label(self) -> &'static str {
        match self {
            Letter::Invitation => "Invitation",
            Letter::Reset => "Password reset",
        }
    }

    /// How long its link works, in hours.
    pub fn link_hours(self) -> i64 {
        match self {
            Letter::Invitation => 7 * 24,
            Letter::Reset => 2,
        }
    }

    /// Subject and text, with `link` where the link stands.
    pub fn write(self, reference: &str, link: &str) -> anyhow::Result<Written> {
        let text = match self {
            Letter::Invitation => Invitation { reference, link }.render(),
            Letter::Reset => Reset { reference, link }.render(),
        }
        .context("writing a letter")?;
        let (subject, text) = text.split_once("\n\n").context("a letter has a subject and a text")?;
        Ok(Written { subject: subject.to_owned(), text: text.to_owned() })
    }
}

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct Invitation<'a> {
    reference: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/reset.txt")]
struct Reset<'a> {
    reference: &'a str,
    link: &'a str,
}

/// A letter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
}

impl Written {
    /// The same text as HTML: paragraphs, and the link as a link.
    pub fn html(&self, link: &str) -> anyhow::Result<String> {
        let paragraphs = self.text.split("\n\n").map(|paragraph| paragraph.trim().to_owned()).collect();
        Html { subject: &self.subject, paragraphs, link }.render().context("writing a letter in HTML")
    }
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    subject: &'a str,
    paragraphs: Vec<String>,
    link: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_subject_and_its_link_in_both_forms() {
        for letter in Letter::ALL {
            let link = "http://127.0.0.1:8080/set-password/abc";
            let written = letter.write("M-7K3F92QD", link).unwrap();
            assert!(written.subject.contains("Common Ground") && !written.subject.contains('\n'));
            assert!(written.text.contains(link) && written.text.contains("M-7K3F92QD"));
            assert!(written.html(link).unwrap().contains(&format!("<a href=\"{link}\">")));
        }
    }
}
