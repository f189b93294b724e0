//! A version: what it says, where it stands, who said what about it, and the one thing to do next.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::comment::{CommentForm, Thread, conditions, threads};
use super::{Text, answered, label, tally, what};
use crate::access::{ReadsGroups, Who};
use crate::clock::{Moment, Now};
use crate::criteria::agreement::deciding::may_withdraw;
use crate::criteria::agreement::life::{Refusal, Reply, State, Step};
use crate::criteria::agreement::proposal::{Ask, Proposal, hash_of};
use crate::criteria::agreement::seen::{Address, Agreement, Reader, Seen};
use crate::criteria::agreement::store::replacing;
use crate::criteria::drafting::store::is_settled;
use crate::criteria::preview_pages::impact::Impact;
use crate::criteria::store::{State as VersionState, Version, agreed_on, history};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::before;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, filters, long_day, show};

/// Something that happened to it.
struct Event {
    pub at: Moment,
    pub heading: String,
    /// A day without a time: what happens by the calendar.
    pub on: Option<NaiveDate>,
    pub words: String,
}

/// What can be done with a version by this caller.
struct Next {
    edit: bool,
    propose: bool,
    /// Start a new version from it.
    start: bool,
    answer: bool,
    /// Why a commissioner may not decide yet; nobody else decides.
    decide: Option<Result<(), Refusal>>,
    withdraw: bool,
    comment: bool,
}

#[derive(Template)]
#[template(path = "criteria/version.html")]
pub struct VersionPage {
    chrome: Chrome,
    mistakes: Mistakes,
    seen: Seen,
    text: Text,
    /// The other versions that are proposed with it.
    others: Vec<Text>,
    /// Where it stands today.
    standing: VersionState,
    /// The day it was superseded, less one.
    until: Option<NaiveDate>,
    /// The number of the agreed version before it, to compare with.
    before: Option<i64>,
    /// What has taken its place as a proposal.
    replaced_by: Option<Text>,
    /// What it was to do, as it stood at approval.
    impact: Option<Impact>,
    next: Next,
    /// Whether what was typed into the draft last cannot be read, or it has no text yet.
    unsettled: bool,
    sees_answers: bool,
    threads: Vec<Thread>,
    events: Vec<Event>,
    form: CommentForm,
    conditions: Vec<Choice>,
    today: NaiveDate,
    key: String,
}

impl VersionPage {
    pub fn new(conn: &mut Conn, who: &Who, now: Now, seen: Seen) -> Result<VersionPage, Error> {
        let code = seen.locality.code.clone();
        let before = match seen.version.is_scheme() {
            true => Some(before(conn, &seen.version)?),
            false => None,
        };
        let place = (&*code, &seen.names);
        let text = Text::beside(place, &seen.version, before.as_ref())?;
        let sees_answers =
            seen.agreement.as_ref().is_some_and(|agreement| seen.reader.sees_answers(agreement, now.today));
        let (others, threads, replaced_by) = match &seen.agreement {
            Some(agreement) => {
                let others = agreement.versions.iter().filter(|other| other.id != seen.version.id);
                let others = others.map(|other| Text::of(place, other)).collect::<Result<_, Error>>()?;
                let by = replacing(conn, agreement.proposal.id)?.pop();
                let by = by.map(|by| Agreement::one(conn, by.id)).transpose()?;
                let visible = by.filter(|by| seen.reader.may_read(VersionState::Proposed, Some(by)));
                (others, threads(conn, who, &seen, sees_answers)?, visible)
            }
            None => (Vec::new(), Vec::new(), None),
        };
        let replaced_by = replaced_by.and_then(|by| {
            let same = by.versions.iter().find(|version| version.group_code == seen.version.group_code);
            same.or(by.versions.first()).cloned()
        });
        let all = history(conn, seen.locality.id, &seen.version.group_code)?;
        let standing = seen.version.standing(&agreed_on(conn, seen.locality.id, now.today)?);
        let unsettled = seen.version.state == VersionState::Draft && !is_settled(conn, &seen.version)?;
        Ok(VersionPage {
            unsettled,
            chrome: who.chrome(),
            mistakes: Mistakes::new(),
            next: next(who, &seen, now.today),
            events: events(&seen, sees_answers, standing),
            conditions: conditions(&seen)?,
            until: until(&seen.version, &all),
            before: all
                .iter()
                .filter(|other| other.state.is_agreed() && other.number < seen.version.number)
                .map(|other| other.number)
                .max(),
            impact: seen.agreement.as_ref().and_then(|agreement| impact_of(&agreement.proposal)),
            replaced_by: replaced_by.map(|version| Text::of(place, &version)).transpose()?,
            standing,
            text,
            others,
            threads,
            sees_answers,
            seen,
            form: CommentForm::default(),
            today: now.today,
            key: fresh_key(),
        })
    }

    /// The same with a comment as typed, and what is wrong with it.
    pub fn with(self, form: CommentForm, mistakes: Mistakes) -> VersionPage {
        VersionPage { form, mistakes, ..self }
    }

    fn agreement(&self) -> Option<&Agreement> {
        self.seen.agreement.as_ref().filter(|agreement| agreement.proposal.proposed_at.is_some())
    }

    fn due(&self, agreement: &Agreement) -> Option<String> {
        match agreement.proposal.state {
            State::Proposed => agreement.due(self.today),
            _ => agreement.proposal.answer_by.map(long_day),
        }
    }

    fn what(&self) -> String {
        self.seen.agreement.as_ref().map_or_else(|| format!("version {}", self.seen.version.number), what)
    }

    fn answered(&self, agreement: &Agreement) -> String {
        if self.sees_answers { tally(agreement) } else { answered(agreement) }
    }

    /// An answer as this caller may see it: theirs always, the others' once they are not blind.
    fn reply(&self, ask: &Ask) -> Option<Reply> {
        let is_own = self.seen.reader == Reader::Network(ask.network_id);
        ask.reply.filter(|_| self.sees_answers || is_own)
    }

    fn is_late(&self, agreement: &Agreement) -> bool {
        let proposal = &agreement.proposal;
        proposal.state == State::Proposed && proposal.answer_by.is_some_and(|last| last < self.today)
    }

    /// The day stands in the record also of what never took force.
    fn force_label(&self, agreement: &Agreement) -> &'static str {
        match agreement.proposal.state {
            State::Withdrawn | State::Returned => "Was to take force on",
            State::InForce => "Took force on",
            State::Draft | State::Proposed | State::Approved => "Takes force on",
        }
    }

    fn bundle_hash(&self) -> String {
        self.seen.agreement.as_ref().map(|agreement| hash_of(&agreement.versions)).unwrap_or_default()
    }

    fn state(&self, agreement: &Agreement) -> &'static str {
        label(agreement.proposal.state)
    }
}

/// What was worked out when a proposal was approved.
pub fn impact_of(proposal: &Proposal) -> Option<Impact> {
    serde_json::from_str(&proposal.impact).ok()
}

/// The last day a version was in force; none where it is or nothing is known to follow.
pub fn until(version: &Version, all: &[Version]) -> Option<NaiveDate> {
    let is_agreed = |other: &&Version| crate::criteria::store::AGREED.contains(&other.state);
    let later = all.iter().filter(is_agreed).filter(|other| other.number > version.number);
    let next = later.filter_map(|other| other.in_force_from).min()?;
    is_agreed(&version).then(|| next.pred_opt()).flatten()
}

fn next(who: &Who, seen: &Seen, today: NaiveDate) -> Next {
    let is_commissioner = seen.reader == Reader::Commissioner;
    let proposal = seen.agreement.as_ref().map(|agreement| &agreement.proposal);
    let state = proposal.map(|proposal| proposal.state);
    let can = |step| state.is_some_and(|state| state.after(step).is_some());
    let is_party = is_commissioner || seen.reader == Reader::Lay || seen.own_ask().is_some();
    Next {
        edit: is_commissioner && seen.version.state == VersionState::Draft,
        propose: is_commissioner
            && seen.version.state == VersionState::Draft
            && !seen.version.text.is_empty(),
        start: is_commissioner && seen.version.state != VersionState::Draft && !seen.version.is_scheme(),
        answer: can(Step::Answer) && seen.own_ask().is_some(),
        decide: match (&seen.agreement, is_commissioner && can(Step::Approve)) {
            (Some(agreement), true) => Some(agreement.round().may_decide(who.user_id, today)),
            _ => None,
        },
        withdraw: is_commissioner
            && proposal.is_some_and(|it| may_withdraw(it.state, it.takes_force_on, today)),
        comment: is_party && state.is_some_and(State::is_open),
    }
}

fn events(seen: &Seen, sees_answers: bool, standing: VersionState) -> Vec<Event> {
    let event = |at: Moment, heading: String, words: String| Event { at, heading, on: None, words };
    let version = &seen.version;
    let mut events = vec![match version.set_up_by_administrator {
        true => event(version.created_at, "Set up by an administrator".into(), version.reason.clone()),
        false => event(version.created_at, format!("Drafted by {}", version.who), String::new()),
    }];
    if let Some(agreement) = &seen.agreement {
        let proposal = &agreement.proposal;
        events.extend(
            proposal.proposed_at.map(|at| {
                event(at, format!("Proposed by {}", proposal.proposed_who), proposal.reason.clone())
            }),
        );
        for ask in &agreement.asks {
            let is_own = seen.reader == Reader::Network(ask.network_id);
            if let (Some(at), Some(reply), true) = (ask.answered_at, ask.reply, sees_answers || is_own) {
                let said = match reply {
                    Reply::Agree => "agreed",
                    Reply::RequestChange => "asked for a change",
                };
                let by = format!("Answered by {}", ask.answered_who);
                events.push(event(at, format!("{} {said}", ask.network), by));
            }
        }
        events.extend(proposal.decided_at.map(|at| {
            let did = format!("{} by {}", proposal.decided(), proposal.decided_who);
            event(at, did, proposal.decision_reason.clone())
        }));
        events.extend(proposal.withdrawn_at.map(|at| {
            let did = format!("Withdrawn by {}", proposal.withdrawn_who);
            event(at, did, proposal.withdrawal_reason.clone())
        }));
    }
    let has_force = matches!(standing, VersionState::InForce | VersionState::Superseded);
    if let (Some(on), true) = (version.in_force_from, has_force) {
        let at = on.and_hms_opt(0, 0, 0).unwrap_or_default();
        events.push(Event { at, heading: "Took force".into(), on: Some(on), words: String::new() });
    }
    events
        .sort_by_key(|event| event.on.map_or(event.at, |on| on.and_hms_opt(23, 59, 59).unwrap_or_default()));
    events
}

pub async fn version(
    ReadsGroups(who): ReadsGroups,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let page = database
        .read(move |conn| {
            let seen = Seen::of(conn, &who, now, &address)?;
            VersionPage::new(conn, &who, now, seen)
        })
        .await?;
    show(&page)
}
