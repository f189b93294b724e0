//! How wide the interval of a sample will be, told before anybody is asked.

use crate::ltc6::campaign::Stratum;
use crate::ltc6::wilson;

/// What one level, or all of them together, will tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Width {
    pub label: &'static str,
    pub asked: i64,
    /// At the response rate, rounded down.
    pub answers: u64,
    /// Where 75% say so: the aim.
    pub at_aim: String,
    /// Where half do, which is the widest it gets.
    pub at_worst: String,
}

/// A row for each level somebody is asked of, and one for all where there are several. `asked` are people of low, medium,
/// high and not recorded; `rate` is how many of a hundred answer.
pub fn widths(asked: [i64; 4], rate: u64) -> Vec<Width> {
    let row = |label, asked: i64| {
        let answers = u64::try_from(asked).unwrap_or(0) * rate / 100;
        Width { label, asked, answers, at_aim: words(0.75, answers), at_worst: words(0.5, answers) }
    };
    let mut rows: Vec<Width> = Stratum::ALL
        .iter()
        .zip(asked)
        .filter(|(_, asked)| *asked > 0)
        .map(|(stratum, asked)| row(stratum.label(), asked))
        .collect();
    if rows.len() > 1 {
        rows.push(row("All together", asked.iter().sum()));
    }
    rows
}

fn words(share: f64, answers: u64) -> String {
    let Some(interval) = wilson::expected(share, answers) else { return "No answers".into() };
    let (lower, upper) = (interval.lower * 100.0, interval.upper * 100.0);
    format!("{lower:.1}% to {upper:.1}% (± {:.1})", interval.half_width() * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_has_its_width_and_all_together_a_narrower_one() {
        let rows = widths([250, 0, 100, 0], 40);
        let labels: Vec<&str> = rows.iter().map(|row| row.label).collect();
        assert_eq!(labels, ["Low", "High", "All together"]);
        assert_eq!((rows[0].answers, rows[1].answers, rows[2].answers), (100, 40, 140));
        assert_eq!(rows[0].at_aim, "65.7% to 82.5% (± 8.4)");
        assert_eq!(rows[0].at_worst, "40.4% to 59.6% (± 9.6)");
        assert_eq!(widths([1, 0, 0, 0], 40)[0].at_aim, "No answers");
        assert_eq!(widths([0; 4], 40), []);
    }
}
