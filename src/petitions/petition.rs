//! A petition and what belongs to it, as rows.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::clock::{Pause, Stage};
use super::life::{State, Withdrawal};
use crate::people::corrections::{Correctable, Value};
use crate::schema::{
    petition_appeals, petition_decisions, petition_opinions, petition_questions, petition_reviews, petitions,
};
use crate::stored_as_text;

stored_as_text! {
    /// Why the person should be in another group (design section 4).
    Category {
        ClinicalJudgement = "clinical_judgement",
        RecordWrong = "record_wrong",
        CircumstancesChanged = "circumstances_changed",
        Other = "other",
    }
}

impl Category {
    pub fn label(self) -> &'static str {
        match self {
            Category::ClinicalJudgement => "Clinical judgement",
            Category::RecordWrong => "Record wrong or missing",
            Category::CircumstancesChanged => "Circumstances changed",
            Category::Other => "Other",
        }
    }

    /// What it means, beside the choice.
    pub fn hint(self) -> &'static str {
        match self {
            Category::ClinicalJudgement => "You know something of the person that the criteria cannot see",
            Category::RecordWrong => {
                "The register says something that is not so, or lacks it: you say what it should be"
            }
            Category::CircumstancesChanged => "Something has happened since the last grouping run",
            Category::Other => "Say in the case what it is",
        }
    }
}

stored_as_text! {
    /// A network's opinion.
    Opinion {
        Support = "support",
        Oppose = "oppose",
        NoView = "no_view",
    }
}

impl Opinion {
    pub fn label(self) -> &'static str {
        match self {
            Opinion::Support => "Supports it",
            Opinion::Oppose => "Does not support it",
            Opinion::NoView => "Has no view",
        }
    }
}

stored_as_text! {
    /// Why a network is asked: it cares for the person's group now, would care for the one asked for, or both.
    Cares {
        Now = "now",
        Would = "would",
        Both = "both",
    }
}

impl Cares {
    pub fn label(self) -> &'static str {
        match self {
            Cares::Now => "cares for the person now",
            Cares::Would => "would care for the person",
            Cares::Both => "cares for both groups",
        }
    }

    /// Whether the person is in the network's care while the petition is open.
    pub fn is_now(self) -> bool {
        matches!(self, Cares::Now | Cares::Both)
    }
}

stored_as_text! {
    /// The ground of a decision, in a word that can be counted.
    ReasonCode {
        CaseAccepted = "case_accepted",
        RecordCorrected = "record_corrected",
        CircumstancesAccepted = "circumstances_accepted",
        CriteriaApply = "criteria_apply",
        NotEnoughEvidence = "not_enough_evidence",
        OtherRoute = "other_route",
        NotDiscussed = "not_discussed",
        OtherReason = "other_reason",
    }
}

impl ReasonCode {
    pub fn label(self) -> &'static str {
        match self {
            ReasonCode::CaseAccepted => "The case is accepted",
            ReasonCode::RecordCorrected => "The record is corrected",
            ReasonCode::CircumstancesAccepted => "The circumstances have changed",
            ReasonCode::CriteriaApply => "The criteria place the person rightly",
            ReasonCode::NotEnoughEvidence => "The case does not show enough",
            ReasonCode::OtherRoute => "Another way is the right one, for example correcting the record",
            ReasonCode::NotDiscussed => "It has to be discussed with the person first",
            ReasonCode::OtherReason => "Another reason",
        }
    }

    /// The grounds there are for granting a petition, or for refusing one.
    pub fn of(granted: bool) -> Vec<ReasonCode> {
        let grants = |code: &ReasonCode| match code {
            ReasonCode::CaseAccepted | ReasonCode::RecordCorrected | ReasonCode::CircumstancesAccepted => {
                granted
            }
            ReasonCode::CriteriaApply
            | ReasonCode::NotEnoughEvidence
            | ReasonCode::OtherRoute
            | ReasonCode::NotDiscussed => !granted,
            ReasonCode::OtherReason => true,
        };
        ReasonCode::ALL.iter().copied().filter(grants).collect()
    }
}

/// A petition.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petitions)]
pub struct Petition {
    pub id: i64,
    pub reference: String,
    pub person_id: i64,
    pub locality_id: i64,
    /// The practice whose petition it is.
    pub practice_id: i64,
    /// The practice the person has moved to, whose consent is waited for.
    pub new_practice_id: Option<i64>,
    /// Where the person stood when it was drafted, then when it was submitted; none is no group.
    pub from_group: Option<String>,
    /// None in a draft that does not say yet.
    pub to_group: Option<String>,
    pub category: Option<Category>,
    fact: Option<String>,
    register_value: Option<String>,
    fact_value: Option<String>,
    pub case_text: String,
    pub discussed: Option<bool>,
    pub not_discussed_why: String,
    pub effective_on: Option<NaiveDate>,
    pub state: State,
    pub version: i64,
    pub drafted_by: Option<i64>,
    pub drafted_on: NaiveDate,
    /// Practice staff have it ready for a GP to submit.
    pub ready: bool,
    pub submitted_by: Option<i64>,
    pub submitted_on: Option<NaiveDate>,
    pub stage_from: Option<NaiveDate>,
    pub stage_days: Option<i64>,
    /// The day on which the stage's last working day is used; none where nothing runs.
    pub due_on: Option<NaiveDate>,
    pub assigned_to: Option<i64>,
    pub withdrawal: Option<Withdrawal>,
    /// When it was decided or withdrawn.
    pub closed_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub applied_on: Option<NaiveDate>,
    /// An approval that came too late for the person, who had died or left.
    pub lapsed_on: Option<NaiveDate>,
}

impl Petition {
    /// What of the record is wrong or missing.
    pub fn fact(&self) -> Option<Correctable> {
        Correctable::from_word(self.fact.as_deref()?)
    }

    /// What it should be.
    pub fn fact_value(&self) -> Option<Value> {
        self.fact()?.read(self.fact_value.as_deref()?)
    }

    /// What the register said of it, as people read it.
    pub fn register_words(&self) -> String {
        let read = |text: &str| self.fact()?.read(text);
        let said = self.register_value.as_deref();
        said.and_then(read).map_or_else(|| "not known".into(), Value::in_words)
    }

    pub fn path(&self) -> String {
        format!("/petitions/{}", self.reference)
    }

    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state.is_open() && self.due_on.is_some_and(|due| due < today)
    }

    /// The stage that runs, with its pauses.
    pub fn stage(&self, questions: &[Question]) -> Option<Stage> {
        Some(Petition::stage_of(self.stage_from?, self.stage_days?, questions))
    }

    /// A stage from a day, of so many working days.
    pub fn stage_of(started_on: NaiveDate, days: i64, questions: &[Question]) -> Stage {
        let pauses = questions.iter().filter(|one| one.asked_on >= started_on);
        let pauses = pauses.map(|one| Pause { asked_on: one.asked_on, answered_on: one.answered_on });
        Stage { started_on, allowed: usize::try_from(days).unwrap_or(0), pauses: pauses.collect() }
    }

    /// Days since it was submitted, or drafted, up to a day or to when it was closed.
    pub fn age(&self, today: NaiveDate) -> i64 {
        let from = self.submitted_on.unwrap_or(self.drafted_on);
        (self.closed_on.unwrap_or(today) - from).num_days().max(0)
    }
}

/// A network that was asked for its opinion.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_opinions)]
pub struct Asked {
    pub id: i64,
    pub network_id: i64,
    pub cares: Cares,
    pub asked_on: NaiveDate,
    pub opinion: Option<Opinion>,
    pub reason: Option<String>,
    pub given_who: Option<String>,
    pub given_on: Option<NaiveDate>,
    /// The date was out and nothing had been said.
    pub silent_on: Option<NaiveDate>,
}

impl Asked {
    /// Who gave the opinion, and when.
    pub fn given(&self) -> Option<(&str, NaiveDate)> {
        Some((self.given_who.as_deref()?, self.given_on?))
    }
}

/// Information asked for.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_questions)]
pub struct Question {
    pub id: i64,
    pub asked_in: State,
    pub question: String,
    pub asked_by: Option<i64>,
    pub asked_who: String,
    pub asked_on: NaiveDate,
    pub answer: Option<String>,
    pub answered_who: Option<String>,
    pub answered_on: Option<NaiveDate>,
}

impl Question {
    /// The answer, who gave it, and when.
    pub fn answered(&self) -> Option<(&str, &str, NaiveDate)> {
        Some((self.answer.as_deref()?, self.answered_who.as_deref()?, self.answered_on?))
    }
}

/// A decision on a petition, or on the appeal.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_decisions)]
pub struct Decision {
    pub on_appeal: bool,
    pub granted: bool,
    pub reason_code: ReasonCode,
    pub words: String,
    pub decided_by: Option<i64>,
    pub who: String,
    pub decided_on: NaiveDate,
    pub batch: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_appeals)]
pub struct Appeal {
    pub ground: String,
    pub who: String,
    pub appealed_on: NaiveDate,
}

/// The practice looked at the hold at its review date.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_reviews)]
pub struct Review {
    pub kept: bool,
    pub reason: String,
    pub who: String,
    pub reviewed_on: NaiveDate,
    pub review_on: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_grants_or_refuses() {
        let (granted, refused) = (ReasonCode::of(true), ReasonCode::of(false));
        for code in ReasonCode::ALL {
            assert!(granted.contains(code) || refused.contains(code), "{code:?}");
        }
        assert!(granted.contains(&ReasonCode::OtherReason) && refused.contains(&ReasonCode::OtherReason));
        assert!(!granted.contains(&ReasonCode::CriteriaApply));
    }
}
