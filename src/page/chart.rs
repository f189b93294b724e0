//! Bar charts as SVG, drawn on the server: two series, told apart by pattern and word as well as by colour. A page
//! shows the figures of a chart in a table as well.

use askama::Template;

use super::thousands;

/// Pairs of bars, one pair below the other, which fit a phone as well as paper.
#[derive(Clone, Debug, Template)]
#[template(path = "chart.html")]
pub struct Bars {
    /// What the ids of its parts begin with; once on a page.
    pub id: &'static str,
    /// The level of its heading.
    pub level: u8,
    /// The question it answers, or the finding.
    pub title: String,
    /// What is counted, in a sentence.
    pub about: String,
    /// The words of the two series.
    pub series: [&'static str; 2],
    pub pairs: Vec<Pair>,
}

/// What the two series have for one month or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub label: String,
    pub values: [i64; 2],
}

/// The height of a pair with its label, of a bar, and where in a pair label and bars begin, in pixels.
const PAIR: usize = 66;
const BAR: usize = 16;
const STARTS: [usize; 2] = [24, 43];

/// The length of the longest bar, in tenths of a percent: beside it stand its figure and its word.
const LONGEST: i64 = 700;

impl Bars {
    fn height(&self) -> usize {
        self.pairs.len() * PAIR
    }

    fn bar_height(&self) -> usize {
        BAR
    }

    /// Where the label of a pair has its foot.
    fn label_foot(&self, at: &usize) -> usize {
        at * PAIR + STARTS[0] - 7
    }

    fn top(&self, at: &usize, series: &usize) -> usize {
        at * PAIR + STARTS[*series]
    }

    /// Where the figure of a bar has its foot.
    fn foot(&self, at: &usize, series: &usize) -> usize {
        self.top(at, series) + BAR - 3
    }

    /// The length of a bar, as SVG has it: "12.5%".
    fn length(&self, value: &i64) -> String {
        let most = self.pairs.iter().flat_map(|pair| pair.values).max().unwrap_or(0).max(1);
        let tenths = (value * LONGEST / most).max(i64::from(*value > 0));
        format!("{}.{}%", tenths / 10, tenths % 10)
    }

    /// A figure with its word: "1,204 in".
    fn figure(&self, value: &i64, series: &usize) -> String {
        format!("{} {}", thousands(value), self.series[*series].to_lowercase())
    }

    /// The chart in words, made from the data: where each series is highest and lowest.
    fn description(&self) -> String {
        let (Some(first), Some(last)) = (self.pairs.first(), self.pairs.last()) else { return String::new() };
        let mut said = match self.pairs.len() {
            1 => format!("{}.", first.label),
            pairs => format!("{pairs} pairs of bars, from {} to {}.", first.label, last.label),
        };
        for (series, word) in self.series.iter().enumerate() {
            let value = |pair: &&Pair| pair.values[series];
            let high = self.pairs.iter().rev().max_by_key(value).unwrap_or(last);
            let low = self.pairs.iter().min_by_key(value).unwrap_or(first);
            let (most, least) = (thousands(value(&high)), thousands(value(&low)));
            said += &match most == least {
                true => format!(" {word}: {most} throughout."),
                false => {
                    format!(" {word}: highest {most}, {}; lowest {least}, {}.", high.label, low.label)
                }
            };
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bars(values: &[[i64; 2]]) -> Bars {
        let pairs = values.iter().enumerate();
        Bars {
            id: "flows",
            level: 2,
            title: "Who came & went".into(),
            about: "People by month.".into(),
            series: ["In", "Out"],
            pairs: pairs.map(|(at, values)| Pair { label: format!("Month {at}"), values: *values }).collect(),
        }
    }

    #[test]
    fn the_words_are_made_from_the_figures() {
        let said = bars(&[[5, 0], [1_204, 0], [5, 0]]).description();
        assert_eq!(
            said,
            "3 pairs of bars, from Month 0 to Month 2. In: highest 1,204, Month 1; lowest 5, Month 0. \
             Out: 0 throughout."
        );
    }

    #[test]
    fn it_stands_alone_on_paper_and_needs_no_style_attribute() {
        let drawn = bars(&[[10, 5]]).render().unwrap();
        for part in [
            "<h2 class=\"cg-chart__title\" id=\"flows-title\">Who came &#38; went</h2>",
            "role=\"img\" aria-labelledby=\"flows-title flows-desc\"",
            "width=\"70.0%\"",
            "width=\"35.0%\"",
            "10 in</text>",
            "5 out</text>",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(!drawn.contains("style="), "{drawn}");
    }

    proptest! {
        #[test]
        fn bars_are_as_long_as_their_figures_and_nobody_is_no_bar(values in prop::collection::vec([0i64..2_000_000, 0i64..2_000_000], 1..13)) {
            let bars = bars(&values);
            let most = values.iter().flatten().max().copied().unwrap_or(0);
            let tenths = |value: &i64| bars.length(value).trim_end_matches('%').replace('.', "").parse::<i64>().unwrap();
            for value in values.iter().flatten() {
                prop_assert!((0..=LONGEST).contains(&tenths(value)));
                prop_assert_eq!(tenths(value) == 0, *value == 0);
                prop_assert!(*value < most || most == 0 || tenths(value) == LONGEST);
            }
        }
    }
}
