//! Approving or returning a proposal.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::{LONGEST, Text, label, tally, what};
use crate::access::{Commissioner, Who, say_done};
use crate::audit::Subject;
use crate::clock::Now;
use crate::criteria::agreement::deciding::{self, Decision, NotDecided};
use crate::criteria::agreement::life::Refusal;
use crate::criteria::agreement::seen::{Address, Seen};
use crate::criteria::preview_pages::impact::impact;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs::Tools;
use crate::once::fresh_key;
use crate::page::typed::{self, required_day, text};
use crate::page::{
    Choice, Chrome, Difference, Mistakes, NavItem, StalePage, TypedDate, filters, long_day, see_other, show,
    show_as,
};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;

/// A decision as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DecisionForm {
    key: String,
    version: String,
    /// The answers as they were when the page was shown.
    answers: String,
    decision: String,
    force_day: String,
    force_month: String,
    force_year: String,
    reason: String,
    #[serde(flatten)]
    said: Said,
}

const APPROVE: &str = "approve";
const RETURN: &str = "return";

impl DecisionForm {
    fn force(&self) -> TypedDate {
        TypedDate::new(&self.force_day, &self.force_month, &self.force_year)
    }

    fn check(&self) -> Result<(Decision, String), Mistakes> {
        let mut mistakes = Mistakes::new();
        let decision = match self.decision.as_str() {
            APPROVE => {
                let on = mistakes.note("force", required_day("Date it takes force", &self.force()));
                on.map(|on| Decision::Approve { on, impact: String::new() })
            }
            RETURN => Some(Decision::Return),
            _ => {
                mistakes.add("decision", "Choose whether you approve or return it");
                None
            }
        };
        let reason = mistakes.note("reason", text("Reason", &self.reason, LONGEST));
        match (decision, reason) {
            (Some(decision), Some(reason)) if mistakes.is_empty() => Ok((decision, reason)),
            _ => Err(mistakes),
        }
    }
}

#[derive(Template)]
#[template(path = "criteria/decision.html")]
struct DecisionPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    texts: Vec<Text>,
    form: DecisionForm,
    /// Titles and pages of what is withdrawn once it takes force: criteria of groups that its scheme retires.
    withdrawn: Vec<(String, String)>,
    /// Why the caller may not decide.
    refusal: Option<Refusal>,
    choices: Vec<Choice>,
    key: String,
}

impl DecisionPage {
    fn new(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        seen: Seen,
        form: DecisionForm,
    ) -> Result<DecisionPage, Error> {
        let agreement = seen.proposed()?;
        let withdrawn = super::withdrawn_by(conn, &seen.locality, agreement)?;
        let button = what(agreement);
        Ok(DecisionPage {
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            texts: Text::all(seen.called(), agreement)?,
            withdrawn,
            refusal: agreement.round().may_decide(who.user_id, now.today).err(),
            choices: vec![
                Choice::new(APPROVE, format!("Approve {button}")),
                Choice::new(RETURN, format!("Return {button}"))
                    .hint("To be changed: a new version asks again"),
            ],
            seen,
            form,
            key: fresh_key(),
        })
    }

    fn tally(&self) -> String {
        tally(self.seen.put_forward())
    }

    fn force_hint(&self) -> String {
        match self.seen.put_forward().proposal.takes_force_on {
            Some(on) => format!("Proposed: {}. It can be put off, and not brought forward", long_day(on)),
            None => "Today or later".to_owned(),
        }
    }

    fn reason_hint(&self) -> &'static str {
        match self.seen.put_forward().round().all_agreed() {
            true => "Needed to return it. It stands in the record for everybody asked",
            false => {
                "Not every network has agreed, so a reason is needed either way. It stands in the record for everybody asked"
            }
        }
    }
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    let page = call
        .read(|conn, who, now, address| {
            let seen = Seen::of(conn, who, now, address)?;
            let proposed = seen.proposed()?.proposal.takes_force_on.unwrap_or(now.today);
            let date = TypedDate::of(proposed.max(now.today));
            let form = DecisionForm {
                force_day: date.day,
                force_month: date.month,
                force_year: date.year,
                ..DecisionForm::default()
            };
            DecisionPage::new(conn, who, now, seen, form)
        })
        .await?;
    show(&page)
}

/// What kept a decision from being kept.
enum Undecided {
    Mistaken(Mistakes),
    Not(NotDecided),
    Identified(Box<Found>),
}

pub async fn send(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    tools: web::Data<Tools>,
    session: actix_session::Session,
    address: web::Path<Address>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, Error> {
    let (call, form) = (Call::new(who, database, now, address), form.into_inner());
    let impact = foreseen(&call, &tools, &form).await?;
    let typed = form.clone();
    let work =
        move |conn: &mut Conn, by: &Who, now: Now, of: &Address| decide(conn, by, now, of, &typed, impact);
    let undecided = match call.save(&form.key, work).await? {
        Ok(path) => {
            say_done(&session, done(&form))?;
            return Ok(see_other(path));
        }
        Err(undecided) => undecided,
    };
    let seen = call.read(Seen::of).await?;
    let mistakes = match undecided {
        Undecided::Not(NotDecided::Stale) => return stale(&call.who, &seen, &form),
        Undecided::Identified(found) => {
            let page = format!("{}/decision", seen.path());
            return found.ask(&call.who, page.clone(), page, fields(&form));
        }
        Undecided::Mistaken(mistakes) => mistakes,
        Undecided::Not(NotDecided::InTheWay(message)) => Mistakes::of_one("force", message),
        Undecided::Not(NotDecided::Refused(refusals)) => mistakes_of(&refusals),
    };
    let page = call.read(|conn, who, now, _| DecisionPage::new(conn, who, now, seen, form)).await?;
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &DecisionPage { mistakes, ..page })
}

/// What the proposal would do on the date it is approved for, worked out before anything is written; blank where it is
/// not to be approved, or nobody has been placed by criteria yet.
async fn foreseen(call: &Call, tools: &web::Data<Tools>, form: &DecisionForm) -> Result<String, Error> {
    let Ok((Decision::Approve { on, .. }, reason)) = form.check() else { return Ok(String::new()) };
    let seen = call.read(Seen::of).await?;
    let agreement = seen.proposed()?;
    if agreement.round().approve(call.who.user_id, call.now.today, Some(on), &reason).is_err() {
        return Ok(String::new());
    }
    let (tools, id) = (tools.clone(), agreement.proposal.id);
    let worked = web::block(move || impact(&tools, id, on)).await.context("working out an impact")??;
    Ok(serde_json::to_string(&worked).map_err(anyhow::Error::from)?)
}

fn decide(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    address: &Address,
    form: &DecisionForm,
    foreseen: String,
) -> Result<Result<String, Undecided>, Error> {
    let seen = Seen::of(conn, who, now, address)?;
    seen.proposed()?;
    let (decision, reason) = match form.check() {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(Err(Undecided::Mistaken(mistakes))),
    };
    let decision = match decision {
        Decision::Approve { on, .. } => Decision::Approve { on, impact: foreseen },
        Decision::Return => Decision::Return,
    };
    let clear =
        match look(&[Typed::new("reason", "Reason", &reason)], &About::default(), now.today, &form.said) {
            Ok(clear) => clear,
            Err(Caught::Mend(mistakes)) => return Ok(Err(Undecided::Mistaken(mistakes))),
            Err(Caught::Ask(found)) => return Ok(Err(Undecided::Identified(found))),
        };
    let version = form.version.parse().unwrap_or(0);
    let decided = deciding::decide(conn, now, who, &seen, version, &decision, &clear.text("reason"))?;
    if decided.is_ok() {
        clear.record(conn, now, who, &[Subject::proposal(&seen.proposed()?.proposal.reference)])?;
    }
    Ok(decided.map(|()| seen.path()).map_err(Undecided::Not))
}

fn done(form: &DecisionForm) -> &'static str {
    match form.decision == APPROVE {
        true => "Approved. It takes force on its date by itself.",
        false => "Returned. The networks that were asked are told.",
    }
}

/// Each refusal beside the field that can mend it; one that none can stands alone.
fn mistakes_of(refusals: &[Refusal]) -> Mistakes {
    let mut mistakes = Mistakes::new();
    for refusal in refusals {
        let field = match refusal {
            Refusal::NotProposed | Refusal::OwnProposal | Refusal::TooEarly(_) => "",
            Refusal::NoReason => "reason",
            Refusal::DateOver | Refusal::BeforeProposedDate(_) => "force",
        };
        mistakes.add(field, refusal.to_string());
    }
    mistakes
}

fn stale(who: &Who, seen: &Seen, form: &DecisionForm) -> Result<HttpResponse, Error> {
    let agreement = seen.proposed()?;
    let proposal = &agreement.proposal;
    let mine = match form.decision.as_str() {
        APPROVE => "Approve",
        RETURN => "Return",
        _ => "",
    };
    let typed_day = form.force().check("").ok().flatten().map(long_day).unwrap_or_default();
    let fields = vec![
        Difference::new("Decision", mine, label(proposal.state)),
        Difference::new("Answers", &form.answers, tally(agreement)),
        Difference::new(
            "Takes force on",
            typed_day,
            proposal.takes_force_on.map(long_day).unwrap_or_default(),
        ),
        Difference::new("Reason", &form.reason, &proposal.decision_reason),
    ];
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: seen.title(),
        fields,
        action: format!("{}/decision", seen.path()),
        typed: typed::fields(form),
        version: proposal.version,
        record: seen.path(),
        key: String::new(),
    }
    .answer()
}
