//! Results as everybody may see them: through the one disclosure engine, and for nobody more exactly.

use super::aim::Status;
use super::share::Said;
use super::tally::{KINDS, Marked, Of, SCORES, Tally};
use crate::disclosure::{
    At, Audience, Guarded, Layer, Sheet, Shown, ShownSheet, Suppression, release_about, release_rounded,
    release_sheet,
};
use crate::ltc6::answers::Respondent;

/// What some people answered to a question, as shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub of: Of,
    pub answered: Shown<i64>,
    /// By score, 0 to 3.
    pub scores: [Shown<i64>; SCORES],
    /// Scores of 0 or 1.
    pub lower: Shown<i64>,
    /// Scores of 2 or 3.
    pub upper: Shown<i64>,
    /// Two marks on paper: missing, and no part of those who answered.
    pub unclear: Shown<i64>,
}

/// The aim by who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Not said where `None`.
    pub kind: Option<Respondent>,
    pub answered: Shown<i64>,
    /// Score 3.
    pub best: Shown<i64>,
    /// Scores of 2 or 3.
    pub upper: Shown<i64>,
}

/// The results of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// By level of need, all levels last.
    pub lines: Vec<Line>,
    pub split: Vec<Part>,
}

/// The results of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// In the instrument's order.
    pub questions: Vec<Question>,
    /// About how many returns had something answered, all levels last: in tens, so that nobody can work out how many
    /// skipped a question.
    pub returns: Vec<(Of, Shown<i64>)>,
    /// Returns with nothing on them.
    pub blank: Shown<i64>,
    /// More answers may come: everything is rounded to 5.
    pub provisional: bool,
}

impl Line {
    /// The strict reading of the aim: score 3.
    pub fn strict(&self) -> Said {
        Said::of(self.scores[SCORES - 1], self.answered)
    }

    /// The wide one: score 2 or 3.
    pub fn wide(&self) -> Said {
        Said::of(self.upper, self.answered)
    }

    pub fn score(&self, score: &usize) -> Said {
        Said::of(self.scores[*score], self.answered)
    }

    pub fn status(&self) -> Status {
        Status::of(self.strict(), self.wide())
    }
}

impl Part {
    pub fn label(&self) -> &'static str {
        match self.kind {
            Some(Respondent::Person) => "The person",
            Some(Respondent::Carer) => "Somebody who cares for the person",
            None => "Not said",
        }
    }

    pub fn strict(&self) -> Said {
        Said::of(self.best, self.answered)
    }

    pub fn wide(&self) -> Said {
        Said::of(self.upper, self.answered)
    }
}

impl Question {
    /// All levels together.
    pub fn whole(&self) -> &Line {
        self.lines.last().expect("a line for all levels stands last")
    }
}

impl Figures {
    /// The results of a campaign that is counted: what is shown once stays so. All tables of a question are protected
    /// together.
    pub fn counted(tally: &Tally, rule: Suppression) -> Figures {
        let questions = tally.by_line.iter().zip(&tally.by_kind);
        Figures {
            questions: questions.map(|(lines, kinds)| counted(&tally.lines, lines, kinds, rule)).collect(),
            provisional: false,
            ..Figures::without_questions(tally, rule)
        }
    }

    /// While more may come each batch changes the tables a little, so that two of them could tell of few people: all is
    /// rounded, like every table that is not among the fixed ones.
    pub fn provisional(tally: &Tally, rule: Suppression) -> Figures {
        let questions = tally.by_line.iter().zip(&tally.by_kind);
        Figures {
            questions: questions.map(|(lines, kinds)| rounded(&tally.lines, lines, kinds, rule)).collect(),
            provisional: true,
            ..Figures::without_questions(tally, rule)
        }
    }

    fn without_questions(tally: &Tally, rule: Suppression) -> Figures {
        Figures {
            questions: Vec::new(),
            returns: about_returns(tally),
            blank: release_rounded(tally.blank, Audience::Others(rule)),
            provisional: false,
        }
    }

    /// About how many returns there are.
    pub fn about(&self) -> Shown<i64> {
        self.returns.last().map_or(Shown::Exact(0), |(_, count)| *count)
    }

    /// Whether no answer is opened yet.
    pub fn is_empty(&self) -> bool {
        self.about().is_nil()
    }
}

/// About how many returns there are of each level, all levels last.
pub fn about_returns(tally: &Tally) -> Vec<(Of, Shown<i64>)> {
    let lines = tally.lines.iter().zip(&tally.returns);
    let all = [(Of::All, release_about(tally.returns.iter().copied().sum()))];
    lines.map(|(of, count)| (*of, release_about(*count))).chain(all).collect()
}

/// The counts of a question in a sheet, a table of one column each.
struct Layers {
    answered: Layer,
    lower: Layer,
    upper: Layer,
    scores: [Layer; SCORES],
    unclear: Layer,
}

impl Layers {
    fn add(sheet: &mut Sheet, lines: &[Marked]) -> Layers {
        let mut add = |count: &dyn Fn(&Marked) -> Guarded<i64>| {
            sheet.line(&lines.iter().map(count).collect::<Vec<_>>(), true)
        };
        let layers = Layers {
            answered: add(&Marked::answered),
            lower: add(&Marked::lower),
            upper: add(&Marked::upper),
            scores: std::array::from_fn(|score| add(&|marked| marked.scores[score])),
            unclear: add(&|marked| marked.unclear),
        };
        let [none, little, more, most] = layers.scores;
        sheet.together(layers.answered, &[layers.lower, layers.upper]);
        sheet.together(layers.lower, &[none, little]);
        sheet.together(layers.upper, &[more, most]);
        for score in layers.scores {
            sheet.within(score, layers.answered);
        }
        layers
    }

    fn line(&self, shown: &ShownSheet, of: Of, at: At) -> Line {
        Line {
            of,
            answered: shown.count(self.answered, at),
            scores: self.scores.map(|score| shown.count(score, at)),
            lower: shown.count(self.lower, at),
            upper: shown.count(self.upper, at),
            unclear: shown.count(self.unclear, at),
        }
    }
}

fn counted(of: &[Of], lines: &[Marked], kinds: &[Marked], rule: Suppression) -> Question {
    let mut sheet = Sheet::new();
    let layers = Layers::add(&mut sheet, lines);
    let mut split = |whole: Layer, count: &dyn Fn(&Marked) -> Guarded<i64>| {
        sheet.breakdown(whole, At::All, &kinds.iter().map(count).collect::<Vec<_>>())
    };
    let answered = split(layers.answered, &Marked::answered);
    let upper = split(layers.upper, &Marked::upper);
    let best = split(layers.scores[SCORES - 1], &|marked| marked.scores[SCORES - 1]);
    sheet.within(upper, answered);
    sheet.within(best, answered);
    sheet.within(best, upper);
    let shown = release_sheet(sheet, Audience::Others(rule));
    let places = of.iter().enumerate().map(|(row, of)| (*of, At::Cell(row, 0))).chain([(Of::All, At::All)]);
    let part = |(row, kind): (usize, &Option<Respondent>)| {
        let count = |layer| shown.count(layer, At::Cell(row, 0));
        Part { kind: *kind, answered: count(answered), best: count(best), upper: count(upper) }
    };
    Question {
        lines: places.map(|(of, at)| layers.line(&shown, of, at)).collect(),
        split: KINDS.iter().enumerate().map(part).collect(),
    }
}

fn rounded(of: &[Of], lines: &[Marked], kinds: &[Marked], rule: Suppression) -> Question {
    let round = |count| release_rounded(count, Audience::Others(rule));
    let line = |of: Of, marked: &Marked| Line {
        of,
        answered: round(marked.answered()),
        scores: marked.scores.map(round),
        lower: round(marked.lower()),
        upper: round(marked.upper()),
        unclear: round(marked.unclear),
    };
    let all: Marked = lines.iter().copied().sum();
    let part = |(kind, marked): (&Option<Respondent>, &Marked)| Part {
        kind: *kind,
        answered: round(marked.answered()),
        best: round(marked.scores[SCORES - 1]),
        upper: round(marked.upper()),
    };
    let levels = of.iter().zip(lines).map(|(of, marked)| line(*of, marked));
    Question {
        lines: levels.chain([line(Of::All, &all)]).collect(),
        split: KINDS.iter().zip(kinds).map(part).collect(),
    }
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
