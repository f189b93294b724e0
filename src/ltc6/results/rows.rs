//! Results as rows of a file: the page's own CSV and `export ltc6` alike.

use std::io::{self, Write};

use super::figures::{Figures, Line};
use super::share::{Said, decimal, tenths};
use super::tally::SCORES;
use crate::csv_out::CsvOut;
use crate::disclosure::Shown;
use crate::ltc6::campaign::Campaign;
use crate::ltc6::instrument::LTC6;

pub const COLUMNS: [&str; 10] = [
    "campaign",
    "question",
    "level_of_need",
    "score",
    "count",
    "answered",
    "percent",
    "lower",
    "upper",
    "symbol",
];

/// Writes the rows of a campaign; how many there were. For each question and level: the scores, `2+` for the wide reading
/// of the aim, `M` for unclear marks, and `aim`, whose symbol says in words whether the aim is met.
pub fn write<W: Write>(out: &mut CsvOut<W>, campaign: &Campaign, figures: &Figures) -> io::Result<usize> {
    let mut written = 0;
    for (question, asked) in figures.questions.iter().zip(&LTC6.scored) {
        for line in &question.lines {
            for cells in of_line(line, figures.provisional) {
                let head = [campaign.code.as_str(), &asked.field, line.of.word()];
                out.row(head.into_iter().chain(cells.iter().map(String::as_str)))?;
                written += 1;
            }
        }
    }
    Ok(written)
}

fn of_line(line: &Line, provisional: bool) -> Vec<[String; 7]> {
    let scores = (0..SCORES).map(|score| (score.to_string(), line.scores[score], line.score(&score)));
    let shares = scores.chain([("2+".to_owned(), line.upper, line.wide())]);
    let mut rows: Vec<[String; 7]> = shares
        .map(|(score, count, said)| {
            let percent = said.share().map(|share| decimal(share.tenths())).unwrap_or_default();
            let bound = |of: fn(crate::ltc6::wilson::Interval) -> f64| {
                said.share().map(|share| decimal(tenths(of(share.interval)))).unwrap_or_default()
            };
            let symbol = match said {
                Said::Withheld => "[c]",
                Said::NoAnswers => "[z]",
                Said::Share(_) if provisional => "[p]",
                Said::Share(_) => "",
            };
            let (lower, upper) = (bound(|of| of.lower), bound(|of| of.upper));
            [score, plain(count), plain(line.answered), percent, lower, upper, symbol.to_owned()]
        })
        .collect();
    let symbol = match line.unclear {
        Shown::Withheld => "[c]",
        _ if provisional => "[p]",
        _ => "",
    };
    let blank = String::new;
    let unclear = (plain(line.unclear), plain(line.answered));
    rows.push(["M".into(), unclear.0, unclear.1, blank(), blank(), blank(), symbol.into()]);
    if !provisional {
        let status = line.status().words().to_owned();
        rows.push(["aim".into(), blank(), plain(line.answered), blank(), blank(), blank(), status]);
    }
    rows
}

/// A count; blank where it is hidden, for the symbol says so.
fn plain(count: Shown<i64>) -> String {
    match count {
        Shown::Exact(count) => count.to_string(),
        Shown::Withheld | Shown::NotKnown | Shown::NotApplicable => String::new(),
    }
}
