//! `/petitions/{ref}`: one petition for all its parties, what it says, how it stands and what each may do. It prints as
//! the record of the case.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::assigning::{self, Colleague};
use super::filing::{Grouped, grouped};
use super::found::{Found, Side, find};
use super::life::{Act, By, State, Withdrawal};
use super::petition::{Asked, Category, Decision, Petition};
use super::store;
use super::words;
use crate::access::{ReadsPetitions, Role, Who};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::criteria::answer::Answer;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::page::{Chrome, filters, show};
use crate::people::known::{self, Fact};
use crate::people::person::{ExplainedList, capital};
use crate::people::why::Stands;

/// Something the caller can do next.
pub struct Next {
    pub label: &'static str,
    pub path: String,
    pub is_main: bool,
}

#[derive(Template)]
#[template(path = "petitions/petition.html")]
struct PetitionPage {
    chrome: Chrome,
    found: Found,
    evidence: Option<Evidence>,
    nexts: Vec<Next>,
    earlier: Vec<Petition>,
    /// Who of the caller's side has it.
    assigned: Option<Colleague>,
    who: Who,
    today: NaiveDate,
}

/// The person's facts beside the criteria of both groups.
pub struct Evidence {
    /// The criteria of the group it leads from: once it is applied, not the person's present one.
    pub from: Option<Stands>,
    pub asked: Option<Stands>,
    pub facts: Vec<Fact>,
    pub age: u16,
    /// Pence; as the record has it.
    pub annual_cost: Option<i64>,
    /// Whether the caller is of the person's own practice.
    pub own: bool,
    pub as_of: NaiveDate,
    pub register: i64,
}

/// How a criterion stands, as the template shows it.
pub fn shown(stands: &Stands) -> ExplainedList<'_> {
    ExplainedList { explained: &stands.explained }
}

impl Evidence {
    /// The age, or its band outside the practice.
    pub fn age(&self) -> String {
        match self.own {
            true => self.age.to_string(),
            false => AgeBand::of(self.age).label().to_owned(),
        }
    }
}

/// What is known of the person, as the caller may see it; none where no run places them, and for the practice they have
/// left.
pub fn evidence(conn: &mut Conn, who: &Who, found: &Found) -> Result<Option<Evidence>, Error> {
    if found.side == Side::Owner && found.person.practice_id != found.petition.practice_id {
        return Ok(None);
    }
    let own = matches!(who.role(), Role::Gp | Role::PracticeStaff);
    let grouped = grouped(conn, &found.locality, found.person.id, own)?;
    let Some(Grouped { run, facts, present, others, .. }) = grouped else { return Ok(None) };
    let all: Vec<Stands> = present.into_iter().chain(others).collect();
    let of = |code: &Option<String>| all.iter().find(|one| Some(&one.version.group_code) == code.as_ref());
    Ok(Some(Evidence {
        from: of(&found.petition.from_group).cloned(),
        asked: of(&found.petition.to_group).cloned(),
        facts: known::facts(&facts, own, &[]),
        age: facts.age,
        annual_cost: facts.annual_cost,
        own,
        as_of: run.as_of,
        register: run.register,
    }))
}

impl PetitionPage {
    fn clock(&self) -> Option<String> {
        words::clock(&self.found, self.today)
    }

    fn is_overdue(&self) -> bool {
        self.found.petition.is_overdue(self.today)
    }

    fn with_whom(&self) -> String {
        words::with_whom(&self.found)
    }

    fn withdrawal(&self) -> Option<&'static str> {
        self.found.petition.withdrawal.map(words::withdrawal)
    }

    fn record_words(&self) -> Option<String> {
        words::record(&self.found.petition, "said")
    }

    fn is_record(&self) -> bool {
        self.found.petition.category == Some(Category::RecordWrong)
    }

    fn opinions(&self) -> Vec<&Asked> {
        self.found.shown_opinions(&self.who)
    }

    fn is_blind(&self) -> bool {
        self.opinions().len() < self.found.opinions.len()
    }

    /// Whether the caller may read an opinion's content: the practice once the round is over.
    fn reads(&self, asked: &Asked) -> bool {
        asked.opinion.is_none()
            || self.found.side == Side::Commissioner
            || asked.network_id == self.who.organisation_id()
            || !self.found.opinions_are_open()
    }

    fn from(&self) -> String {
        capital(self.found.from())
    }

    fn to(&self) -> String {
        capital(self.found.to())
    }

    fn decisions(&self) -> &[Decision] {
        &self.found.decisions
    }

    fn decided(&self, decision: &Decision) -> &'static str {
        match (decision.on_appeal, decision.granted) {
            (false, true) => "Approved",
            (false, false) => "Rejected",
            (true, true) => "Rejection overturned",
            (true, false) => "Rejection confirmed",
        }
    }

    fn appeal_until(&self) -> Option<NaiveDate> {
        let petition = &self.found.petition;
        petition.due_on.filter(|_| petition.state == State::Rejected && self.found.appeal.is_none())
    }
}

/// What the caller may do, the main thing first. Each is asked of the rules.
pub fn nexts(found: &Found, today: NaiveDate) -> Vec<Next> {
    let path = |below: &str| format!("{}/{below}", found.petition.path());
    let may = |act: Act| found.round(today).after(act, By::Member(found.caller)).is_ok();
    let next = |label, below: &str, is_main| Next { label, path: path(below), is_main };
    let mut nexts = Vec::new();
    let drafts = matches!(found.caller.role, Role::Gp | Role::PracticeStaff | Role::NetworkManager);
    if found.petition.state == State::Draft && drafts && found.side == Side::Owner {
        let sends = found.caller.role != Role::PracticeStaff;
        let label = if sends { "Check and send" } else { "Check the draft" };
        nexts.push(next(label, "check", sends || !found.petition.ready));
        nexts.push(next("Change the draft", "edit", false));
    }
    let acts = [
        (Act::Opinion, "Give your network's opinion", "opinion", true),
        (Act::Answer, "Give the information", "answer", true),
        (Act::Consent, "Say whether your practice goes on with it", "consent", true),
        (Act::Approve, "Decide", "decide", true),
        (Act::Confirm, "Decide the appeal", "decide", true),
        (Act::Appeal, "Appeal against the rejection", "appeal", false),
        (Act::Withdraw(Withdrawal::ByOwner), "Withdraw the petition", "withdraw", false),
    ];
    nexts.extend(
        acts.into_iter().filter(|act| may(act.0)).map(|(_, label, below, main)| next(label, below, main)),
    );
    if may(Act::Ask) && !may(Act::Approve) {
        nexts.push(next("Ask for information", "decide", false));
    }
    if found.petition.state.is_open() {
        nexts.push(next("Assign", "assign", false));
    }
    nexts
}

pub async fn petition(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let actor = who.actor.clone();
    let read = move |conn: &mut Conn| {
        let found = find(conn, &who, now, &reference)?;
        let sees_earlier = matches!(found.side, Side::Owner | Side::Commissioner);
        let earlier = match sees_earlier {
            true => earlier(conn, &found)?,
            false => Vec::new(),
        };
        Ok(PetitionPage {
            chrome: who.chrome(),
            evidence: evidence(conn, &who, &found)?,
            nexts: nexts(&found, now.today),
            assigned: assigning::assigned(conn, &who, &found)?,
            earlier,
            today: now.today,
            found,
            who,
        })
    };
    let page = database.read(read).await?;
    let subjects = page.found.subjects();
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::PetitionRead, &subjects, json!({})))
        .await?;
    show(&page)
}

/// Other petitions of the person in the same locality, that the caller's side may see.
fn earlier(conn: &mut Conn, found: &Found) -> Result<Vec<Petition>, Error> {
    let mut earlier = store::of_person(conn, found.person.id)?;
    let petition = &found.petition;
    earlier.retain(|one| {
        one.id != petition.id
            && one.locality_id == petition.locality_id
            && match found.side {
                Side::Commissioner => one.submitted_on.is_some(),
                _ => one.practice_id == petition.practice_id,
            }
    });
    Ok(earlier)
}
