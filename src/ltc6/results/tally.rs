//! Counts of opened answers by question, level of need and respondent. Exact, so they leave this module only through
//! [`super::figures`].

use crate::disclosure::Guarded;
use crate::ltc6::answers::{Mark, Respondent, SCORED};
use crate::ltc6::campaign::Stratum;

/// Scores of a question, 0 to 3.
pub const SCORES: usize = 4;

/// An opened answer without its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Return {
    /// Blank where too few shared it.
    pub level: Option<Stratum>,
    pub respondent: Option<Respondent>,
    /// In the instrument's order; `None` where a question was skipped.
    pub marks: [Option<Mark>; SCORED],
    /// Whether something was written in words.
    pub wrote: bool,
}

impl Return {
    /// A paper form that came back with nothing on it.
    pub fn is_blank(&self) -> bool {
        !self.wrote && self.marks.iter().all(Option::is_none)
    }
}

/// Whose answers a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    Level(Stratum),
    /// Answers that were opened together with those of another level, for too few shared theirs.
    NotTold,
    All,
}

impl Of {
    fn told(level: Option<Stratum>) -> Of {
        level.map_or(Of::NotTold, Of::Level)
    }

    pub fn label(self) -> &'static str {
        match self {
            Of::Level(level) => level.label(),
            Of::NotTold => "Level not told",
            Of::All => "All levels",
        }
    }

    /// As files have it.
    pub fn word(self) -> &'static str {
        match self {
            Of::Level(level) => level.word(),
            Of::NotTold => "not_told",
            Of::All => "all",
        }
    }
}

/// Who answers, as the split has it: the person, a carer, not said.
pub const KINDS: [Option<Respondent>; 3] = [Some(Respondent::Person), Some(Respondent::Carer), None];

/// What some people marked against one question.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marked {
    pub scores: [Guarded<i64>; SCORES],
    /// Two marks on paper: missing, and counted apart.
    pub unclear: Guarded<i64>,
}

impl Marked {
    fn count<'a>(returns: impl Iterator<Item = &'a Return>, question: usize) -> Marked {
        let mut marked = Marked::default();
        let one = Guarded::new(1);
        for mark in returns.filter_map(|each| each.marks[question]) {
            match mark.score() {
                Some(score) => marked.scores[usize::from(score)] = marked.scores[usize::from(score)] + one,
                None => marked.unclear = marked.unclear + one,
            }
        }
        marked
    }

    pub fn answered(&self) -> Guarded<i64> {
        self.scores.iter().copied().sum()
    }

    /// Scores of 0 or 1.
    pub fn lower(&self) -> Guarded<i64> {
        self.scores[0] + self.scores[1]
    }

    /// Scores of 2 or 3: the wide reading of the aim.
    pub fn upper(&self) -> Guarded<i64> {
        self.scores[2] + self.scores[3]
    }
}

/// The answers of a campaign, counted.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The lines of each table, without the total.
    pub(super) lines: Vec<Of>,
    /// By question, then line.
    pub(super) by_line: Vec<Vec<Marked>>,
    /// By question, then kind of respondent.
    pub(super) by_kind: Vec<Vec<Marked>>,
    /// Returns with something answered, by line.
    pub(super) returns: Vec<Guarded<i64>>,
    /// Returns with nothing on them, which count nowhere else.
    pub(super) blank: Guarded<i64>,
}

impl Tally {
    /// Counts the opened answers of a campaign that asked people of some levels. A level that was not asked has a line
    /// only where an answer has it.
    pub fn of(returns: &[Return], asked: &[Stratum]) -> Tally {
        let (blank, returns): (Vec<&Return>, Vec<&Return>) = returns.iter().partition(|each| each.is_blank());
        let is_there = |of: &Of| returns.iter().any(|each| Of::told(each.level) == *of);
        let levels = Stratum::ALL.iter().map(|level| (Of::Level(*level), asked.contains(level)));
        let lines: Vec<Of> = levels
            .chain([(Of::NotTold, false)])
            .filter(|(of, asked)| *asked || is_there(of))
            .map(|(of, _)| of)
            .collect();
        let those = |keep: &dyn Fn(&Return) -> bool| -> Vec<&Return> {
            returns.iter().copied().filter(|each| keep(each)).collect()
        };
        let of_lines: Vec<Vec<&Return>> =
            lines.iter().map(|of| those(&|each| Of::told(each.level) == *of)).collect();
        let of_kinds: Vec<Vec<&Return>> =
            KINDS.iter().map(|kind| those(&|each| each.respondent == *kind)).collect();
        let marked = |parts: &[Vec<&Return>]| -> Vec<Vec<Marked>> {
            let of_question =
                |question| parts.iter().map(|part| Marked::count(part.iter().copied(), question)).collect();
            (0..SCORED).map(of_question).collect()
        };
        Tally {
            by_line: marked(&of_lines),
            by_kind: marked(&of_kinds),
            returns: of_lines.iter().map(|part| guarded(part.len())).collect(),
            blank: guarded(blank.len()),
            lines,
        }
    }
}

fn guarded(count: usize) -> Guarded<i64> {
    Guarded::new(i64::try_from(count).unwrap_or(i64::MAX))
}

impl std::iter::Sum for Marked {
    fn sum<I: Iterator<Item = Marked>>(parts: I) -> Marked {
        parts.fold(Marked::default(), |sum, part| Marked {
            scores: std::array::from_fn(|score| sum.scores[score] + part.scores[score]),
            unclear: sum.unclear + part.unclear,
        })
    }
}
