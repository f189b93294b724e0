//! The answers to a question as bars by level of need, the best answer first, against the line of the aim.

use super::figures::{Line, Question};
use super::share::Said;
use crate::disclosure::Shown;
use crate::ltc6::instrument::Scored;
use crate::page::stack::{Bar, Fill, Segment, Stack};

/// The picture of a question; `at` is its number, from 0.
pub fn picture(at: usize, asked: &Scored, question: &Question) -> Stack {
    let [least, little, more, best] = [0, 1, 2, 3].map(|score: usize| asked.options[score].label.as_str());
    Stack {
        id: format!("q{}", at + 1),
        title: asked.text.clone(),
        about: format!(
            "From the left, solid: “{best}”; striped: “{more}”; grey: “{little}”; white: “{least}”. Beside each level \
             stand the shares of the best answer and of the third or better. The broken line is the aim, 75%."
        ),
        line: 75,
        bars: question.lines.iter().map(bar).collect(),
    }
}

fn bar(line: &Line) -> Bar {
    let label = line.of.label();
    let short = |said: Said| said.share().map_or("[c]".to_owned(), |share| share.percent());
    let (strict, wide) = (line.strict(), line.wide());
    let Shown::Exact(of) = line.answered else {
        return Bar { label: label.into(), words: format!("{label}: [c]"), instead: "[c]", ..Bar::default() };
    };
    if of == 0 {
        let words = format!("{label}: no answers");
        return Bar { label: label.into(), words, instead: "no answers", ..Bar::default() };
    }
    Bar {
        label: format!("{label}: {} and {} of {of}", short(strict), short(wide)),
        words: format!(
            "{label}: {} gave the best answer, {} the third or better",
            strict.words(),
            wide.words()
        ),
        of,
        segments: segments(line),
        instead: "",
    }
}

/// The parts of a bar whose counts are shown; two that are not stand as one where their sum is.
fn segments(line: &Line) -> Vec<Segment> {
    let [least, little, more, best] = line.scores;
    let half = |first: (Fill, Shown<i64>), second: (Fill, Shown<i64>), both: (Fill, Shown<i64>)| match (
        first.1, second.1, both.1,
    ) {
        (Shown::Exact(one), Shown::Exact(other), _) => {
            vec![Segment { fill: first.0, some: one }, Segment { fill: second.0, some: other }]
        }
        (_, _, Shown::Exact(sum)) => vec![Segment { fill: both.0, some: sum }],
        _ => vec![Segment { fill: Fill::Unknown, some: 0 }],
    };
    let upper = half((Fill::Solid, best), (Fill::Striped, more), (Fill::Crossed, line.upper));
    let lower = half((Fill::Grey, little), (Fill::White, least), (Fill::Dark, line.lower));
    // What stands right of a part that is hidden would be out of place.
    let upper_is_shown = upper.iter().all(|segment| segment.fill != Fill::Unknown);
    let lower = if upper_is_shown { lower } else { Vec::new() };
    upper.into_iter().chain(lower).filter(|segment| segment.some > 0).collect()
}
