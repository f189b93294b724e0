//! What a list of petitions is narrowed to, and how it is sorted.

use chrono::NaiveDate;

use crate::access::Role;
use crate::petitions::durations::Kind;
use crate::petitions::life::State;
use crate::petitions::petition::Category;
use crate::stored_as_text;

stored_as_text! {
    /// The views of the worklist.
    View {
        Waiting = "waiting",
        Mine = "mine",
        Overdue = "overdue",
        Agreed = "agreed",
        Consent = "consent",
        Holds = "holds",
        Closed = "closed",
        All = "all",
    }
}

impl View {
    pub fn label(self) -> &'static str {
        match self {
            View::Waiting => "Waiting for me",
            View::Mine => "Mine",
            View::Overdue => "Overdue",
            View::Agreed => "Agreed by all",
            View::Consent => "Of people who moved here",
            View::Holds => "Holds to review",
            View::Closed => "Closed",
            View::All => "All",
        }
    }

    /// The views a role has, in their order.
    pub fn of(role: Role) -> Vec<View> {
        let has = |view: &View| match view {
            View::Waiting | View::Mine | View::Overdue | View::Closed | View::All => true,
            View::Agreed => role == Role::Commissioner,
            View::Consent | View::Holds => {
                matches!(role, Role::Gp | Role::PracticeStaff | Role::NetworkManager)
            }
        };
        View::ALL.iter().copied().filter(has).collect()
    }
}

/// Where a petition stands, as the filter has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    In(State),
    /// A draft that waits for a GP to submit it.
    Ready,
}

/// What the address says for [`Standing::Ready`].
pub const READY: &str = "ready";
/// What it says for no group.
pub const NO_GROUP: &str = "none";

impl Standing {
    pub fn from_word(word: &str) -> Option<Standing> {
        match word {
            READY => Some(Standing::Ready),
            word => State::from_word(word).map(Standing::In),
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Standing::In(state) => state.label(),
            Standing::Ready => "Ready for a GP to submit",
        }
    }

    /// The choices of a side: a commissioner and a network see no draft.
    pub fn all(drafts: bool) -> Vec<Standing> {
        let seen = |state: &State| *state != State::Submitted && (drafts || *state != State::Draft);
        let mut all: Vec<Standing> = State::ALL.iter().copied().filter(seen).map(Standing::In).collect();
        if drafts {
            all.insert(1, Standing::Ready);
        }
        all
    }

    pub fn word(self) -> &'static str {
        match self {
            Standing::In(state) => state.word(),
            Standing::Ready => READY,
        }
    }
}

stored_as_text! {
    /// Working days since an open petition was submitted, or drafted.
    Age {
        Under5 = "under-5",
        From5To10 = "5-10",
        Over10 = "over-10",
        From5 = "from-5",
    }
}

impl Age {
    pub fn label(self) -> &'static str {
        match self {
            Age::Under5 => "Under 5 working days",
            Age::From5To10 => "5 to 10 working days",
            Age::Over10 => "Over 10 working days",
            Age::From5 => "5 working days or more",
        }
    }

    /// At least and at most so many.
    pub fn bounds(self) -> (Option<usize>, Option<usize>) {
        match self {
            Age::Under5 => (None, Some(4)),
            Age::From5To10 => (Some(5), Some(10)),
            Age::Over10 => (Some(11), None),
            Age::From5 => (Some(5), None),
        }
    }
}

stored_as_text! {
    /// With whom of the caller's own side a petition is.
    Assigned {
        Me = "me",
        Nobody = "nobody",
        Others = "others",
    }
}

impl Assigned {
    pub fn label(self) -> &'static str {
        match self {
            Assigned::Me => "Me",
            Assigned::Nobody => "Nobody",
            Assigned::Others => "Others",
        }
    }
}

stored_as_text! {
    /// When something of an open petition is due.
    Due {
        Overdue = "overdue",
        Within5 = "5",
        Stopped = "stopped",
    }
}

impl Due {
    pub fn label(self) -> &'static str {
        match self {
            Due::Overdue => "Overdue",
            Due::Within5 => "Within 5 working days",
            Due::Stopped => "Clock stopped",
        }
    }
}

stored_as_text! {
    /// How far a stage of a petition has come.
    Course {
        Ended = "ended",
        Running = "running",
        Overdue = "overdue",
    }
}

impl Course {
    pub fn label(self) -> &'static str {
        match self {
            Course::Ended => "ended",
            Course::Running => "running",
            Course::Overdue => "overdue",
        }
    }
}

/// A stage that a petition went through, or is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub kind: Kind,
    pub course: Course,
}

impl Stage {
    /// As an address has it: `review-ended`.
    pub fn word(self) -> String {
        format!("{}-{}", self.kind.word(), self.course.word())
    }

    pub fn from_word(word: &str) -> Option<Stage> {
        let (kind, course) = word.split_once('-')?;
        Some(Stage { kind: Kind::from_word(kind)?, course: Course::from_word(course)? })
    }

    pub fn label(self) -> String {
        format!("{}, {}", self.kind.label(), self.course.label())
    }
}

/// What a list is narrowed to, within what its reader may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filters {
    pub view: View,
    pub standing: Option<Standing>,
    /// Code of a group from or to; [`NO_GROUP`] for petitions out of no group.
    pub group: Option<String>,
    /// A practice's code.
    pub practice: Option<String>,
    pub category: Option<Category>,
    pub age: Option<Age>,
    /// Row id.
    pub locality: Option<i64>,
    pub assigned: Option<Assigned>,
    pub due: Option<Due>,
    /// Decided on this day or later.
    pub decided_from: Option<NaiveDate>,
    pub stage: Option<Stage>,
    /// Sent on this day or later.
    pub sent_from: Option<NaiveDate>,
    /// Row id.
    pub person: Option<i64>,
}

impl Filters {
    /// A view without any filter.
    pub fn of(view: View) -> Filters {
        Filters {
            view,
            standing: None,
            group: None,
            practice: None,
            category: None,
            age: None,
            locality: None,
            assigned: None,
            due: None,
            decided_from: None,
            stage: None,
            sent_from: None,
            person: None,
        }
    }
}

/// What a list is sorted by; the row id always comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Due,
    Submitted,
    State,
    Practice,
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: By,
    pub backwards: bool,
}

impl Sort {
    /// As an address has it: `due`, `-submitted`; what is none sorts by due date.
    pub fn from_word(word: Option<&str>) -> Sort {
        let word = word.unwrap_or("due");
        let backwards = word.starts_with('-');
        let by = match word.trim_start_matches('-') {
            "submitted" => By::Submitted,
            "state" => By::State,
            "practice" => By::Practice,
            _ => By::Due,
        };
        Sort { by, backwards }
    }

    /// For over the table.
    pub fn in_words(self) -> &'static str {
        match (self.by, self.backwards) {
            (By::Due, false) => "Sorted by due date: overdue first, then due soonest; closed last",
            (By::Due, true) => "Sorted by due date: due latest first; closed last",
            (By::Submitted, false) => "Sorted by age of case, oldest first",
            (By::Submitted, true) => "Sorted by age of case, newest first",
            (By::State, false) => "Sorted by state, from draft to decided",
            (By::State, true) => "Sorted by state, from decided to draft",
            (By::Practice, false) => "Sorted by practice",
            (By::Practice, true) => "Sorted by practice, backwards",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_age_is_in_one_band_of_the_three() {
        for age in 0..40 {
            let within = |band: &&Age| {
                let (from, to) = band.bounds();
                from.is_none_or(|from| age >= from) && to.is_none_or(|to| age <= to)
            };
            let bands = [Age::Under5, Age::From5To10, Age::Over10];
            assert_eq!(bands.iter().filter(within).count(), 1, "{age}");
            assert_eq!(within(&&Age::From5), age >= 5);
        }
    }

    #[test]
    fn a_stage_is_read_back_from_its_word() {
        for kind in Kind::ALL {
            for course in Course::ALL {
                let stage = Stage { kind, course: *course };
                assert_eq!(Stage::from_word(&stage.word()), Some(stage));
            }
        }
        assert_eq!(Stage::from_word("review"), None);
    }

    #[test]
    fn an_order_nobody_offers_is_the_one_by_due_date() {
        assert_eq!(Sort::from_word(None), Sort { by: By::Due, backwards: false });
        assert_eq!(Sort::from_word(Some("name")), Sort { by: By::Due, backwards: false });
        assert_eq!(Sort::from_word(Some("-practice")), Sort { by: By::Practice, backwards: true });
    }
}
