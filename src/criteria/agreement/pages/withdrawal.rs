//! Withdrawing a proposal before it takes force.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::{LONGEST, answered, label, what};
use crate::access::{Commissioner, Who, say_done};
use crate::audit::Subject;
use crate::clock::Now;
use crate::criteria::agreement::deciding::{may_withdraw, withdraw};
use crate::criteria::agreement::seen::{Address, Seen};
use crate::criteria::overtaken::OvertakenPage;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::typed::{self, text};
use crate::page::{Choice, Chrome, Difference, Mistakes, NavItem, StalePage, see_other, show, show_as};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;

/// Why and with which words, as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct WithdrawalForm {
    key: String,
    version: String,
    why: String,
    words: String,
    #[serde(flatten)]
    said: Said,
}

/// Why it was not withdrawn.
enum NotWithdrawn {
    Mistaken(Mistakes),
    Stale,
    Identified(Box<Found>),
}

const OTHER: &str = "other";
/// The reasons offered: word and sentence.
const REASONS: [(&str, &str); 4] = [
    ("more_work", "The criteria need more work"),
    ("circumstances", "Circumstances have changed"),
    ("mistake", "It was proposed by mistake"),
    (OTHER, "Another reason"),
];

impl WithdrawalForm {
    /// The reason chosen, as a sentence.
    fn why(&self) -> &'static str {
        REASONS.iter().find(|(word, _)| *word == self.why).map_or("", |(_, sentence)| sentence)
    }

    fn check(&self) -> Result<String, Mistakes> {
        let mut mistakes = Mistakes::new();
        let why = REASONS.iter().find(|(word, _)| *word == self.why);
        if why.is_none() {
            mistakes.add("why", "Choose why it is withdrawn");
        }
        let words = mistakes.note("words", text("Words", &self.words, LONGEST));
        if self.why == OTHER && words.as_deref() == Some("") {
            mistakes.add("words", "Enter the reason");
        }
        match (why, words) {
            (Some((OTHER, _)), Some(words)) if mistakes.is_empty() => Ok(words),
            (Some((_, sentence)), Some(words)) if mistakes.is_empty() => Ok(match words.as_str() {
                "" => (*sentence).to_owned(),
                words => format!("{sentence}: {words}"),
            }),
            _ => Err(mistakes),
        }
    }
}

#[derive(Template)]
#[template(path = "criteria/withdrawal.html")]
struct WithdrawalPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    form: WithdrawalForm,
    reasons: Vec<Choice>,
    key: String,
}

impl WithdrawalPage {
    fn new(who: &Who, seen: Seen, form: WithdrawalForm, mistakes: Mistakes) -> WithdrawalPage {
        let reasons = REASONS.iter().map(|(word, sentence)| Choice::new(*word, *sentence)).collect();
        WithdrawalPage { chrome: who.chrome(), mistakes, seen, form, reasons, key: fresh_key() }
    }

    fn what(&self) -> String {
        what(self.seen.put_forward())
    }

    fn answered(&self) -> String {
        answered(self.seen.put_forward())
    }
}

/// What was proposed, and whether it can be withdrawn.
fn proposed(conn: &mut Conn, who: &Who, now: Now, address: &Address) -> Result<(Seen, bool), Error> {
    let seen = Seen::of(conn, who, now, address)?;
    let proposal = &seen.proposed()?.proposal;
    let is_open = may_withdraw(proposal.state, proposal.takes_force_on, now.today);
    Ok((seen, is_open))
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    match call.read(proposed).await? {
        (seen, true) => {
            show(&WithdrawalPage::new(&call.who, seen, WithdrawalForm::default(), Mistakes::new()))
        }
        (seen, false) => Ok(see_other(seen.path())),
    }
}

pub async fn send(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: actix_session::Session,
    address: web::Path<Address>,
    form: web::Form<WithdrawalForm>,
) -> Result<HttpResponse, Error> {
    let (call, form) = (Call::new(who, database, now, address), form.into_inner());
    let typed = form.clone();
    let work = move |conn: &mut Conn, by: &Who, now: Now, of: &Address| {
        let (seen, is_open) = proposed(conn, by, now, of)?;
        if !is_open {
            return Ok(Err(NotWithdrawn::Stale));
        }
        if let Err(mistakes) = typed.check() {
            return Ok(Err(NotWithdrawn::Mistaken(mistakes)));
        }
        let words = [Typed::new("words", "Your words", &typed.words)];
        let clear = match look(&words, &About::default(), now.today, &typed.said) {
            Ok(clear) => clear,
            Err(Caught::Mend(mistakes)) => return Ok(Err(NotWithdrawn::Mistaken(mistakes))),
            Err(Caught::Ask(found)) => return Ok(Err(NotWithdrawn::Identified(found))),
        };
        let reason = match (WithdrawalForm { words: clear.text("words"), ..typed.clone() }).check() {
            Ok(reason) => reason,
            Err(mistakes) => return Ok(Err(NotWithdrawn::Mistaken(mistakes))),
        };
        let version = typed.version.parse().unwrap_or(0);
        Ok(match withdraw(conn, now, by, &seen, version, &reason)? {
            true => {
                clear.record(conn, now, by, &[Subject::proposal(&seen.proposed()?.proposal.reference)])?;
                Ok(seen.path())
            }
            false => Err(NotWithdrawn::Stale),
        })
    };
    let unsaved = match call.save(&form.key, work).await? {
        Ok(path) => {
            say_done(&session, "Withdrawn. It does not take force.")?;
            return Ok(see_other(path));
        }
        Err(unsaved) => unsaved,
    };
    let (seen, is_open) = call.read(proposed).await?;
    let who = &call.who;
    match unsaved {
        _ if !is_open => late(who, &seen, form),
        NotWithdrawn::Mistaken(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &WithdrawalPage::new(who, seen, form, mistakes))
        }
        NotWithdrawn::Identified(found) => {
            let page = format!("{}/withdrawal", seen.path());
            found.ask(who, page.clone(), page, fields(&form))
        }
        NotWithdrawn::Stale => stale(who, &seen, &form),
    }
}

/// It has taken force, or was withdrawn already: what was to stand in the record.
fn late(who: &Who, seen: &Seen, form: WithdrawalForm) -> Result<HttpResponse, Error> {
    let written = vec![("Why it is withdrawn", form.why().to_owned()), ("In your words", form.words)];
    let outcome = "so your withdrawal was not recorded";
    OvertakenPage::new(who, seen.called(), &seen.version, outcome).written(written).answer()
}

fn stale(who: &Who, seen: &Seen, form: &WithdrawalForm) -> Result<HttpResponse, Error> {
    let agreement = seen.proposed()?;
    let why = form.why();
    let fields = vec![
        Difference::new("State", "Withdrawn", label(agreement.proposal.state)),
        Difference::new(
            "Reason",
            format!("{why} {}", form.words).trim(),
            &agreement.proposal.withdrawal_reason,
        ),
        Difference::new("Answers", "", super::tally(agreement)),
    ];
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: seen.title(),
        fields,
        action: format!("{}/withdrawal", seen.path()),
        typed: typed::fields(form),
        version: agreement.proposal.version,
        record: seen.path(),
        key: String::new(),
    }
    .answer()
}
