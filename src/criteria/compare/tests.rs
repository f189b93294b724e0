//! What usual edits of criteria read like, and laws of every comparison.

use proptest::prelude::*;

use super::{Change, Compared, compare, in_a_sentence};
use crate::criteria::arbitrary::expression;
use crate::criteria::expression::Expression;
use crate::criteria::outline::{Line, below};
use crate::criteria::parser::parse;

fn compared(before: &str, after: &str) -> Vec<Compared> {
    let parsed = |text: &str| parse(text).unwrap().expression;
    compare(&parsed(before), &parsed(after))
}

/// A line as `  + dementia`, two spaces a level.
fn shown(before: &str, after: &str) -> Vec<String> {
    let text = |line: &Option<Line>| line.as_ref().map(|line| line.text.clone()).unwrap_or_default();
    let show = |line: &Compared| {
        let words = match line.change {
            Change::Unchanged => format!("  {}", text(&line.after)),
            Change::Added => format!("+ {}", text(&line.after)),
            Change::Removed => format!("- {}", text(&line.before)),
            Change::Moved => format!("~ {}", text(&line.after)),
            Change::Changed => format!("! {} -> {}", text(&line.before), text(&line.after)),
        };
        format!("{}{words}", "  ".repeat(line.depth))
    };
    compared(before, after).iter().map(show).collect()
}

#[test]
fn a_part_that_is_added_or_removed_stands_alone() {
    let (short, long) = ("age >= 16 and dementia", "age >= 16 and homeless and dementia");
    assert_eq!(shown(short, long), ["  all of", "    age >= 16", "  + homeless", "    dementia"]);
    assert_eq!(shown(long, short), ["  all of", "    age >= 16", "  - homeless", "    dementia"]);
}

#[test]
fn a_number_that_is_changed_is_one_line() {
    assert_eq!(
        shown("age >= 16 and age <= 74 and ltc_count >= 1", "age >= 18 and age <= 79 and ltc_count >= 1"),
        ["  all of", "  ! age >= 16 -> age >= 18", "  ! age <= 74 -> age <= 79", "    ltc_count >= 1"]
    );
    assert_eq!(shown("dementia", "not dementia"), ["! dementia -> not dementia"]);
    assert_eq!(
        shown("condition(\"DM\")", "condition in (\"DM\", \"COPD\")"),
        ["! condition(\"DM\") -> condition in (\"DM\", \"COPD\")"]
    );
    assert_eq!(shown("dementia", "homeless"), ["- dementia", "+ homeless"]);
}

#[test]
fn a_part_that_is_put_into_a_group_stays_as_it_is() {
    assert_eq!(shown("dementia", "dementia and age >= 75"), ["+ all of", "    dementia", "  + age >= 75"]);
    assert_eq!(
        shown("age >= 16 and dementia", "age >= 16 and (dementia or homeless)"),
        ["  all of", "    age >= 16", "  + any of", "      dementia", "    + homeless"]
    );
    assert_eq!(
        shown("age >= 16 and not (dementia or homeless)", "age >= 16 and (dementia or homeless)"),
        ["  all of", "    age >= 16", "  - not", "      any of", "        dementia", "        homeless"]
    );
}

#[test]
fn another_kind_of_group_with_the_same_parts_is_one_line() {
    assert_eq!(
        shown(
            "at least 2 of (dementia, homeless, care_home)",
            "at least 1 of (dementia, homeless, care_home)"
        ),
        ["! at least 2 of -> at least 1 of", "    dementia", "    homeless", "    care_home"]
    );
    assert_eq!(shown("dementia or homeless", "any of (dementia, homeless)")[0], "  any of");
}

#[test]
fn a_part_that_changes_its_place_has_moved() {
    let lines = shown("dementia and homeless and care_home", "homeless and care_home and dementia");
    assert_eq!(lines, ["  all of", "    homeless", "    care_home", "  ~ dementia"]);
}

#[test]
fn a_sentence_counts_what_differs() {
    let sentence = |before, after| in_a_sentence(&compared(before, after));
    assert_eq!(sentence("dementia", "dementia"), None);
    assert_eq!(
        sentence("age >= 16 and dementia", "age >= 18 and homeless").as_deref(),
        Some("1 part added, 1 removed and 1 changed")
    );
}

#[test]
fn two_texts_of_a_hundred_kilobytes_are_compared_in_time() {
    let long = |word: &str| vec![format!("{word} > 12.34"); 4_000].join(" or ");
    assert_eq!(compared(&long("risk_score"), &long("annual_cost")).len(), 8_001);
}

#[test]
fn the_deepest_expressions_are_compared() {
    let deep = |word: &str| {
        let text = format!("{}{word}{}", "not (at least 1 of (homeless and ".repeat(100), "))".repeat(100));
        parse(&text).unwrap().expression
    };
    let changed = compare(&deep("dementia"), &deep("care_home"));
    assert!(changed.iter().any(|line| line.change == Change::Added));
}

fn lines(expression: &Expression, found: &mut Vec<String>) {
    found.push(Line::of(expression).text);
    below(expression).iter().for_each(|part| lines(part, found));
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

proptest! {
    #[test]
    fn every_line_of_both_is_there_once(before in expression(), after in expression()) {
        let compared = compare(&before, &after);
        for (whole, of) in [(&before, 0), (&after, 1)] {
            let mut texts = Vec::new();
            lines(whole, &mut texts);
            let side = |line: &Compared| [&line.before, &line.after][of].as_ref().map(|line| line.text.clone());
            prop_assert_eq!(sorted(compared.iter().filter_map(side).collect()), sorted(texts));
        }
    }

    #[test]
    fn nothing_differs_from_itself(one in expression()) {
        prop_assert!(compare(&one, &one).iter().all(|line| line.change == Change::Unchanged));
    }

    #[test]
    fn an_added_condition_is_all_that_differs(parts in prop::collection::vec(expression(), 2..5), at in 0usize..5) {
        let before = Expression::And(parts.clone());
        let mut more = parts;
        let added = parse("annual_cost > 123456.78").unwrap().expression;
        more.insert(at.min(more.len()), added);
        let compared = compare(&before, &Expression::And(more));
        let differs: Vec<Change> =
            compared.iter().map(|line| line.change).filter(|change| *change != Change::Unchanged).collect();
        prop_assert_eq!(differs, [Change::Added]);
    }
}
