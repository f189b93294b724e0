//! What a letter says: a reference and a link, nothing about a person and nothing a user typed.

use std::fmt;

use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;

use crate::page::long_day;
use crate::stored_as_text;

stored_as_text! {
    /// The letters there are.
    Letter {
        Invitation = "invitation",
        Reset = "reset",
        CriteriaProposed = "criteria_proposed",
        CriteriaReplaced = "criteria_replaced",
        CriteriaReminder = "criteria_reminder",
        CriteriaOverdue = "criteria_overdue",
        CriteriaApproved = "criteria_approved",
        CriteriaReturned = "criteria_returned",
        CriteriaWithdrawn = "criteria_withdrawn",
        QuestionAsked = "question_asked",
        QuestionAnswered = "question_answered",
        PetitionOpinion = "petition_opinion",
        PetitionReady = "petition_ready",
        PetitionToDecide = "petition_to_decide",
        PetitionQuestion = "petition_question",
        PetitionAnswered = "petition_answered",
        PetitionDecided = "petition_decided",
        PetitionAppealed = "petition_appealed",
        PetitionWithdrawn = "petition_withdrawn",
        PetitionLapsed = "petition_lapsed",
        PetitionMoved = "petition_moved",
        PetitionConsented = "petition_consented",
        PetitionAssigned = "petition_assigned",
        PetitionHoldDue = "petition_hold_due",
        PetitionReminder = "petition_reminder",
        PetitionOverdue = "petition_overdue",
        CoverNamed = "cover_named",
        // To people who are no users: written as it is sent, for it holds a code.
        Ltc6Invitation = "ltc6_invitation",
        Ltc6Reminder = "ltc6_reminder",
    }
}

impl Letter {
    /// As the outbox names it.
    pub fn label(self) -> &'static str {
        match self {
            Letter::Invitation => "Invitation",
            Letter::Reset => "Password reset",
            Letter::CriteriaProposed => "Criteria proposed",
            Letter::CriteriaReplaced => "Criteria proposal replaced",
            Letter::CriteriaReminder => "Reminder of a criteria proposal",
            Letter::CriteriaOverdue => "Criteria answer overdue",
            Letter::CriteriaApproved => "Criteria approved",
            Letter::CriteriaReturned => "Criteria returned",
            Letter::CriteriaWithdrawn => "Criteria withdrawn",
            Letter::QuestionAsked => "Question to a practice",
            Letter::QuestionAnswered => "Answer of a practice",
            Letter::PetitionOpinion => "Opinion on a petition",
            Letter::PetitionReady => "Petition ready to submit",
            Letter::PetitionToDecide => "Petition to decide",
            Letter::PetitionQuestion => "Information asked on a petition",
            Letter::PetitionAnswered => "Information given on a petition",
            Letter::PetitionDecided => "Petition decided",
            Letter::PetitionAppealed => "Appeal on a petition",
            Letter::PetitionWithdrawn => "Petition withdrawn",
            Letter::PetitionLapsed => "Petition not applied",
            Letter::PetitionMoved => "Petition of a person who moved practice",
            Letter::PetitionConsented => "Petition gone on with",
            Letter::PetitionAssigned => "Petition assigned",
            Letter::PetitionHoldDue => "Review of a held person",
            Letter::PetitionReminder => "Reminder of a petition",
            Letter::PetitionOverdue => "Petition overdue",
            Letter::CoverNamed => "Cover of an absence",
            Letter::Ltc6Invitation => "Questionnaire",
            Letter::Ltc6Reminder => "Reminder of a questionnaire",
        }
    }

    /// How long its link works, in hours, where it is one that sets a password; others lead to a page of the portal.
    pub fn link_hours(self) -> Option<i64> {
        match self {
            Letter::Invitation => Some(7 * 24),
            Letter::Reset => Some(2),
            Letter::CriteriaProposed
            | Letter::CriteriaReplaced
            | Letter::CriteriaReminder
            | Letter::CriteriaOverdue
            | Letter::CriteriaApproved
            | Letter::CriteriaReturned
            | Letter::CriteriaWithdrawn
            | Letter::QuestionAsked
            | Letter::QuestionAnswered
            | Letter::PetitionOpinion
            | Letter::PetitionReady
            | Letter::PetitionToDecide
            | Letter::PetitionQuestion
            | Letter::PetitionAnswered
            | Letter::PetitionDecided
            | Letter::PetitionAppealed
            | Letter::PetitionWithdrawn
            | Letter::PetitionLapsed
            | Letter::PetitionMoved
            | Letter::PetitionConsented
            | Letter::PetitionAssigned
            | Letter::PetitionHoldDue
            | Letter::PetitionReminder
            | Letter::PetitionOverdue
            | Letter::CoverNamed => None,
            Letter::Ltc6Invitation | Letter::Ltc6Reminder => None,
        }
    }

    /// Subject and text, with `link` where the link stands. `about` is what the outbox's row says it is about.
    pub fn write(self, reference: &str, about: &str, link: &str) -> anyhow::Result<Written> {
        let text = match self {
            Letter::Ltc6Invitation | Letter::Ltc6Reminder => {
                anyhow::bail!("a letter with a code is written as it is sent, and not shown")
            }
            Letter::Invitation => Invitation { reference, link }.render(),
            Letter::Reset => Reset { reference, link }.render(),
            Letter::CriteriaProposed
            | Letter::CriteriaReplaced
            | Letter::CriteriaReminder
            | Letter::CriteriaOverdue
            | Letter::CriteriaApproved
            | Letter::CriteriaReturned
            | Letter::CriteriaWithdrawn => {
                Criteria { letter: self, about: About::read(about)?, reference, link }.render()
            }
            Letter::QuestionAsked | Letter::QuestionAnswered => {
                Question { letter: self, about: About::read(about)?, reference, link }.render()
            }
            Letter::PetitionOpinion
            | Letter::PetitionReady
            | Letter::PetitionToDecide
            | Letter::PetitionQuestion
            | Letter::PetitionAnswered
            | Letter::PetitionDecided
            | Letter::PetitionAppealed
            | Letter::PetitionWithdrawn
            | Letter::PetitionLapsed
            | Letter::PetitionMoved
            | Letter::PetitionConsented
            | Letter::PetitionAssigned
            | Letter::PetitionHoldDue
            | Letter::PetitionReminder
            | Letter::PetitionOverdue => {
                Petition { letter: self, about: About::read(about)?, reference, link }.render()
            }
            Letter::CoverNamed => Absence { about: About::read(about)?, reference, link }.render(),
        }
        .context("writing a letter")?;
        Written::of(&text)
    }

    /// Whether it holds a code: then no page shows its text.
    pub fn holds_code(self) -> bool {
        matches!(self, Letter::Ltc6Invitation | Letter::Ltc6Reminder)
    }
}

/// What a letter about a record is about: nothing that anybody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The record's.
    pub reference: String,
    /// The page the letter leads to.
    pub path: String,
    /// The day something is to be done by.
    pub due: Option<NaiveDate>,
}

impl About {
    /// Reads what `Display` writes.
    pub fn read(text: &str) -> anyhow::Result<About> {
        let parts: Vec<&str> = text.split(' ').collect();
        let [reference, path, due] = parts[..] else { anyhow::bail!("a letter says nothing of its record") };
        let due = (due != "-").then(|| due.parse()).transpose().context("the date in a letter")?;
        Ok(About { reference: reference.to_owned(), path: path.to_owned(), due })
    }
}

impl fmt::Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let due = self.due.map_or_else(|| "-".to_owned(), |day| day.to_string());
        write!(out, "{} {} {due}", self.reference, self.path)
    }
}

#[derive(Template)]
#[template(path = "mail/criteria.txt")]
struct Criteria<'a> {
    letter: Letter,
    about: About,
    reference: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/question.txt")]
struct Question<'a> {
    letter: Letter,
    about: About,
    reference: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/petition.txt")]
struct Petition<'a> {
    letter: Letter,
    about: About,
    reference: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/absence.txt")]
struct Absence<'a> {
    about: About,
    reference: &'a str,
    link: &'a str,
}

impl About {
    /// The date in words, blank where there is none.
    fn due_words(&self) -> String {
        self.due.map(long_day).unwrap_or_default()
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
    /// A subject, a blank line, and the text.
    pub fn of(rendered: &str) -> anyhow::Result<Written> {
        let (subject, text) = rendered.split_once("\n\n").context("a letter has a subject and a text")?;
        Ok(Written { subject: subject.to_owned(), text: text.to_owned() })
    }

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
        for letter in Letter::ALL.iter().filter(|letter| !letter.holds_code()) {
            let link = "http://127.0.0.1:8080/set-password/abc";
            let about = "CP-7K3F92QD /criteria/LOC01/LD/versions/3 2026-12-05";
            let written = letter.write("M-7K3F92QD", about, link).unwrap();
            let names = letter.link_hours().map_or("CP-7K3F92QD", |_| "Common Ground");
            assert!(written.subject.contains(names) && !written.subject.contains('\n'), "{written:?}");
            assert!(written.text.contains(link) && written.text.contains("M-7K3F92QD"));
            assert!(written.html(link).unwrap().contains(&format!("<a href=\"{link}\">")));
        }
    }

    #[test]
    fn what_a_letter_is_about_is_read_back() {
        for due in [None, NaiveDate::from_ymd_opt(2026, 12, 5)] {
            let about = About { reference: "CP-7".into(), path: "/criteria".into(), due };
            assert_eq!(About::read(&about.to_string()).unwrap(), about);
        }
        assert!(About::read("account").is_err());
    }
}
