//! The flows as a chart: month by month, or group by group where there is one month.

use chrono::NaiveDate;

use super::filters::month_words;
use super::flows::Flow;
use crate::groups::scheme::Scheme;
use crate::page::chart::{Bars, Pair};
use crate::page::thousands;
use crate::people::why::label;

const SERIES: [&str; 2] = ["In", "Out"];

/// The chart of flows that are newest first; `None` where there is nothing to draw. The first grouping is left out
/// where there are months after it: it places everybody, and beside it nothing else could be seen.
pub fn picture(flows: &[Flow], scheme: &Scheme) -> Option<Bars> {
    let mut months: Vec<_> = flows.iter().map(|flow| flow.month).collect();
    months.dedup();
    let (about, pairs) = match months.as_slice() {
        [] => return None,
        [month] => (
            format!("{}. People by the group they came to and went from.", month_words(*month)),
            flows.iter().map(|flow| pair(label(scheme, Some(&flow.code)), [flow.came, flow.went])).collect(),
        ),
        months => {
            let of = |month: &NaiveDate| {
                let here = flows.iter().filter(move |flow| flow.month == *month);
                here.fold([0, 0], |[came, went], flow| [came + flow.came - flow.placed, went + flow.went])
            };
            let pairs: Vec<Pair> =
                months.iter().rev().map(|month| pair(month_words(*month), of(month))).collect();
            (about(flows.iter().map(|flow| flow.placed).sum()), pairs)
        }
    };
    let title = "Who came to groups and went from them".into();
    Some(Bars { id: "flows", level: 2, title, about, series: SERIES, pairs })
}

fn about(placed: i64) -> String {
    let counted = "Who changes group is counted out of one and into another.";
    match placed {
        0 => counted.into(),
        1 => format!("{counted} The first grouping, which placed 1 person, is not drawn."),
        people => {
            format!("{counted} The first grouping, which placed {} people, is not drawn.", thousands(people))
        }
    }
}

fn pair(label: String, values: [i64; 2]) -> Pair {
    Pair { label, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(month: u32, code: &str, came: i64, went: i64, placed: i64) -> Flow {
        let month = NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
        Flow { month, code: code.into(), came, went, placed }
    }

    #[test]
    fn one_month_is_drawn_by_group_and_several_are_drawn_by_month_without_the_first_grouping() {
        assert!(picture(&[], Scheme::shipped()).is_none());
        let first = [flow(4, "LTC_75", 900, 0, 900), flow(4, "CANCER", 10, 0, 10)];
        let one = picture(&first, Scheme::shipped()).unwrap();
        assert_eq!(one.pairs.len(), 2);
        assert_eq!(one.pairs[0].values, [900, 0]);
        let later = [flow(6, "LTC_75", 3, 1, 0), flow(6, "CANCER", 1, 3, 0)];
        let both = picture(&[&later[..], &first[..]].concat(), Scheme::shipped()).unwrap();
        let drawn: Vec<_> = both.pairs.iter().map(|pair| (pair.label.as_str(), pair.values)).collect();
        assert_eq!(drawn, [("April 2026", [0, 0]), ("June 2026", [4, 4])]);
        assert!(both.about.ends_with("which placed 910 people, is not drawn."), "{}", both.about);
    }
}
