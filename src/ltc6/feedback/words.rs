//! Results in plain words, for those who answered.

use crate::disclosure::Shown;
use crate::ltc6::instrument::Scored;
use crate::ltc6::results::figures::{Figures, Question};
use crate::ltc6::results::share::Said;

/// What people said to one question.
pub struct InWords {
    pub question: String,
    /// Sentences; "79 in 100 people said …".
    pub answers: Vec<String>,
}

/// Each question with how many in 100 gave the best answer, and how many the third or better.
pub fn in_words(figures: &Figures, asked: &[Scored]) -> Vec<InWords> {
    let each = figures.questions.iter().zip(asked);
    each.map(|(question, asked)| InWords { question: asked.text.clone(), answers: answers(question, asked) })
        .collect()
}

fn answers(question: &Question, asked: &Scored) -> Vec<String> {
    let whole = question.whole();
    let [.., good, best] = &asked.options[..] else { return Vec::new() };
    let parts = [
        (whole.wide(), format!("“{}” or “{}”", good.label, best.label)),
        (whole.strict(), format!("“{}”", best.label)),
    ];
    if whole.wide() == Said::NoAnswers {
        return vec!["Nobody answered this question.".into()];
    }
    let told = parts.into_iter().filter_map(|(said, words)| {
        let share = said.share()?;
        Some(format!("{} in 100 people said {words}.", (share.tenths() + 5) / 10))
    });
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => vec!["Too few people answered this question to say.".into()],
        false => told,
    }
}

/// "About 600 people answered."
pub fn how_many(figures: &Figures) -> String {
    match figures.about() {
        Shown::Exact(0) | Shown::NotKnown | Shown::NotApplicable => "No answers could be counted.".into(),
        Shown::Withheld => "A few people answered.".into(),
        Shown::Exact(_) => format!("About {} people answered.", figures.about()),
    }
}
