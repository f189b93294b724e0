//! The life of a proposal: which step leads where, and who may take it. A version's state moves with its proposal's;
//! superseded is the versions' alone.

use std::fmt;

use chrono::NaiveDate;

use crate::calendar::working_days_before;
use crate::page::long_day;
use crate::stored_as_text;

stored_as_text! {
    /// Where a proposal stands.
    State {
        Draft = "draft",
        Proposed = "proposed",
        Approved = "approved",
        InForce = "in_force",
        Withdrawn = "withdrawn",
        Returned = "returned",
    }
}

stored_as_text! {
    /// What a provider network says of a proposal.
    Reply {
        Agree = "agree",
        RequestChange = "request_change",
    }
}

impl Reply {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            Reply::Agree => "Agreed",
            Reply::RequestChange => "Changes asked for",
        }
    }
}

/// What can happen to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Propose,
    /// A network answers; the proposal stays proposed.
    Answer,
    Approve,
    Return,
    Withdraw,
    /// Another proposal for one of its groups takes its place: its answers count no longer.
    Replace,
    /// Its date has come.
    TakeForce,
}

impl State {
    /// The state after a step; none where the step cannot be taken.
    pub fn after(self, step: Step) -> Option<State> {
        use State::{Approved, Draft, InForce, Proposed, Returned, Withdrawn};
        use Step::{Answer, Approve, Propose, Replace, Return, TakeForce, Withdraw};
        match (self, step) {
            (Draft, Propose) => Some(Proposed),
            (Draft, Withdraw) => Some(Withdrawn),
            (Draft, Answer | Approve | Return | Replace | TakeForce) => None,
            (Proposed, Answer) => Some(Proposed),
            (Proposed, Approve) => Some(Approved),
            (Proposed, Return) => Some(Returned),
            (Proposed, Withdraw | Replace) => Some(Withdrawn),
            (Proposed, Propose | TakeForce) => None,
            (Approved, TakeForce) => Some(InForce),
            (Approved, Withdraw) => Some(Withdrawn),
            (Approved, Propose | Answer | Approve | Return | Replace) => None,
            (Returned, Withdraw) => Some(Withdrawn),
            (Returned, Replace) => Some(Returned),
            (Returned, Propose | Answer | Approve | Return | TakeForce) => None,
            (InForce | Withdrawn, Propose | Answer | Approve | Return | Withdraw | Replace | TakeForce) => {
                None
            }
        }
    }

    /// Whether its text can still become another by answers and comments.
    pub fn is_open(self) -> bool {
        matches!(self, State::Proposed | State::Returned)
    }
}

/// A proposal as far as deciding about it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    pub state: State,
    /// Row id of the user who proposed it.
    pub proposed_by: Option<i64>,
    /// The date of effect that was proposed.
    pub takes_force_on: Option<NaiveDate>,
    pub answer_by: Option<NaiveDate>,
    /// Networks asked, and how many of them have answered, and agreed.
    pub asked: usize,
    pub answered: usize,
    pub agreed: usize,
}

/// Why somebody may not approve or return a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotProposed,
    /// Who proposed it may not decide about it.
    OwnProposal,
    /// Some have not answered, and the date to answer by is not over.
    TooEarly(Option<NaiveDate>),
    NoReason,
    DateOver,
    /// The networks answered to this date: it can be put off, and not brought forward.
    BeforeProposedDate(NaiveDate),
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotProposed => out.write_str("This is not waiting for a decision"),
            Refusal::OwnProposal => {
                out.write_str("You proposed this, so another commissioner must approve or return it")
            }
            Refusal::TooEarly(Some(day)) => {
                write!(out, "It can be decided once every network has answered, or after {}", long_day(*day))
            }
            Refusal::TooEarly(None) => out.write_str("It can be decided once every network has answered"),
            Refusal::NoReason => out.write_str("Enter the reason"),
            Refusal::DateOver => out.write_str("The date it takes force must be today or later"),
            Refusal::BeforeProposedDate(day) => {
                write!(out, "The date it takes force must be {} or later, as proposed", long_day(*day))
            }
        }
    }
}

impl Round {
    /// Whether all have answered, or the date to answer by is over. With nobody asked there is nothing to wait for.
    pub fn is_over(&self, today: NaiveDate) -> bool {
        self.answered >= self.asked || self.answer_by.is_some_and(|last| last < today)
    }

    /// Whether every network agreed; with nobody asked, nobody did.
    pub fn all_agreed(&self) -> bool {
        self.asked > 0 && self.agreed == self.asked
    }

    /// Whether a user (row id) may approve or return it today.
    pub fn may_decide(&self, user_id: i64, today: NaiveDate) -> Result<(), Refusal> {
        match self.state.after(Step::Approve) {
            None => Err(Refusal::NotProposed),
            Some(_) if self.proposed_by == Some(user_id) => Err(Refusal::OwnProposal),
            Some(_) if !self.is_over(today) => Err(Refusal::TooEarly(self.answer_by)),
            Some(_) => Ok(()),
        }
    }

    /// All that keeps a user from approving it with this date of effect and reason.
    pub fn approve(
        &self,
        user_id: i64,
        today: NaiveDate,
        on: Option<NaiveDate>,
        reason: &str,
    ) -> Result<(), Vec<Refusal>> {
        self.may_decide(user_id, today).map_err(|refusal| vec![refusal])?;
        let mut refusals = Vec::new();
        match (on, self.takes_force_on) {
            (Some(on), _) if on < today => refusals.push(Refusal::DateOver),
            (Some(on), Some(proposed)) if on < proposed => {
                refusals.push(Refusal::BeforeProposedDate(proposed))
            }
            _ => {}
        }
        if !self.all_agreed() && reason.trim().is_empty() {
            refusals.push(Refusal::NoReason);
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    /// All that keeps a user from returning it with this reason.
    pub fn give_back(&self, user_id: i64, today: NaiveDate, reason: &str) -> Result<(), Vec<Refusal>> {
        self.may_decide(user_id, today).map_err(|refusal| vec![refusal])?;
        if reason.trim().is_empty() { Err(vec![Refusal::NoReason]) } else { Ok(()) }
    }
}

/// A reminder of an answer that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// Two working days are left, or fewer.
    DueSoon,
    Overdue,
}

/// The reminder due today: one two working days before the last day, one when that is over, then one a week.
pub fn reminder(
    today: NaiveDate,
    asked_on: NaiveDate,
    answer_by: NaiveDate,
    reminded_on: Option<NaiveDate>,
) -> Option<Reminder> {
    const A_WEEK: i64 = 7;
    let soon = working_days_before(answer_by, 2);
    match reminded_on {
        Some(last) if last > answer_by => ((today - last).num_days() >= A_WEEK).then_some(Reminder::Overdue),
        _ if today > answer_by => Some(Reminder::Overdue),
        None if today >= soon && asked_on < soon => Some(Reminder::DueSoon),
        _ => None,
    }
}
