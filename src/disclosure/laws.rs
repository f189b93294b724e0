//! What must hold of any set of tables, and examples worked by hand.

use std::ops::RangeInclusive;

use proptest::prelude::*;

use super::attacker::Knowledge;
use super::suppress::suppress;
use super::system::Kind;
use super::*;

type Rows = Vec<Vec<i64>>;

fn guarded(rows: &[Vec<i64>]) -> Vec<Vec<Guarded<i64>>> {
    rows.iter().map(|row| row.iter().copied().map(Guarded::new).collect()).collect()
}

fn one_table(rows: &[Vec<i64>], totals: Totals) -> Sheet {
    let mut sheet = Sheet::new();
    sheet.grid(&guarded(rows), totals);
    sheet
}

fn with_part(rows: &[Vec<i64>], percent: i64) -> Sheet {
    let part: Rows = rows.iter().map(|row| row.iter().map(|count| count * percent / 100).collect()).collect();
    let mut sheet = Sheet::new();
    let whole = sheet.grid(&guarded(rows), Totals::EVERY);
    let part = sheet.grid(&guarded(&part), Totals::EVERY);
    sheet.within(part, whole);
    sheet
}

fn two_versions(rows: &[Vec<i64>], moved: &[Vec<i64>]) -> Sheet {
    let later = rows.iter().zip(moved);
    let later: Rows =
        later.map(|(row, by)| row.iter().zip(by).map(|(count, by)| (count + by).max(0)).collect()).collect();
    let mut sheet = Sheet::new();
    let one = sheet.grid(&guarded(rows), Totals::EVERY);
    let other = sheet.grid(&guarded(&later), Totals::EVERY);
    sheet.compare(one, other);
    sheet
}

/// A line of counts with its total, and other breakdowns of that total that leave some people out.
fn breakdowns(rows: &[Vec<i64>]) -> Sheet {
    let mut sheet = Sheet::new();
    let first = sheet.line(&guarded(rows)[0], true);
    for row in &rows[1..] {
        let mut left: i64 = rows[0].iter().sum();
        let counts = row.iter().map(|count| {
            let counted = left.min(*count);
            left -= counted;
            Guarded::new(counted)
        });
        sheet.breakdown(first, At::All, &counts.collect::<Vec<_>>());
    }
    sheet
}

fn small(sheet: &Sheet, rule: Suppression) -> Vec<usize> {
    let is_small = |cell: &usize| {
        let kind = sheet.system.kind(*cell);
        kind != Kind::Unshown && (1..=rule.threshold()).contains(&sheet.system.value(*cell))
    };
    (0..sheet.system.cells().len()).filter(is_small).collect()
}

/// The small counts of which one who tries every set of counts is left with too few values.
fn solved_by_trying(sheet: &Sheet, rule: Suppression) -> Vec<usize> {
    const REACH: i64 = 9;
    let attacker = Knowledge::of(&sheet.system, &suppress(&sheet.system, rule), rule.threshold());
    let is_solved = |cell: &usize| {
        let (mut steps, truth) = (2000, sheet.system.value(*cell));
        let possible = (truth - REACH..=truth + REACH)
            .filter(|value| attacker.can_be(*cell, *value, REACH, &mut steps) == Some(true));
        let left = possible.take(rule.needed()).count();
        left < rule.needed() && steps > 0
    };
    small(sheet, rule).into_iter().filter(is_solved).collect()
}

fn table(rows: RangeInclusive<usize>, columns: RangeInclusive<usize>) -> impl Strategy<Value = Rows> {
    let count = || prop_oneof![3 => 0..=0i64, 4 => 1..=8i64, 3 => 8..=40i64, 1 => 41..=4000i64];
    (rows, columns).prop_flat_map(move |(rows, columns)| {
        prop::collection::vec(prop::collection::vec(count(), columns), rows)
    })
}

fn totals() -> impl Strategy<Value = Totals> {
    any::<(bool, bool, bool)>().prop_map(|(rows, columns, all)| Totals { rows, columns, all })
}

fn rule() -> impl Strategy<Value = Suppression> {
    (1..=7i64, 2..=5usize).prop_map(|(threshold, values)| Suppression::new(threshold, values).unwrap())
}

fn moves() -> impl Strategy<Value = Rows> {
    prop::collection::vec(prop::collection::vec(-4..=4i64, 3), 3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn who_tries_every_set_of_counts_solves_no_small_one(
        rows in table(1..=4, 1..=4), totals in totals(), rule in rule(),
    ) {
        prop_assert_eq!(solved_by_trying(&one_table(&rows, totals), rule), Vec::<usize>::new());
    }

    #[test]
    fn nor_where_a_part_is_shown_with_its_whole(rows in table(1..=3, 1..=3), percent in 0..=100i64, rule in rule()) {
        prop_assert_eq!(solved_by_trying(&with_part(&rows, percent), rule), Vec::<usize>::new());
    }

    #[test]
    fn nor_from_two_versions_in_which_few_moved(rows in table(1..=3, 1..=3), moved in moves(), rule in rule()) {
        prop_assert_eq!(solved_by_trying(&two_versions(&rows, &moved), rule), Vec::<usize>::new());
    }

    #[test]
    fn nor_from_several_breakdowns_of_one_total(rows in table(3..=3, 1..=4), rule in rule()) {
        prop_assert_eq!(solved_by_trying(&breakdowns(&rows), rule), Vec::<usize>::new());
    }

    #[test]
    fn small_counts_are_hidden_and_never_by_zeros_alone(rows in table(1..=5, 1..=5), rule in rule()) {
        let sheet = one_table(&rows, Totals::EVERY);
        let pattern = suppress(&sheet.system, rule);
        for cell in small(&sheet, rule) {
            prop_assert!(pattern.hidden[cell]);
            for of in sheet.system.sums_of(cell) {
                let others = sheet.system.terms_of(of.sum).iter().map(|term| term.cell).filter(|other| *other != cell);
                let hidden: Vec<usize> = others.filter(|other| pattern.hidden[*other]).collect();
                prop_assert!(hidden.is_empty() || hidden.iter().any(|other| sheet.system.value(*other) > 0));
            }
        }
    }

    #[test]
    fn what_has_no_small_count_is_shown_whole(rows in table(1..=5, 1..=5), rule in rule()) {
        let rows: Rows = rows.iter().map(|row| row.iter().map(|count| count * 8).collect()).collect();
        let sheet = one_table(&rows, Totals::EVERY);
        prop_assert!(!suppress(&sheet.system, rule).hidden.contains(&true));
    }

    #[test]
    fn the_same_tables_are_hidden_the_same_way(rows in table(1..=5, 1..=5), rule in rule()) {
        let hidden = || suppress(&one_table(&rows, Totals::EVERY).system, rule).hidden;
        prop_assert_eq!(hidden(), hidden());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn who_solves_linear_programs_narrows_no_small_count(rows in table(4..=6, 6..=8)) {
        let (sheet, rule) = (one_table(&rows, Totals::EVERY), Suppression::default());
        let attacker = Knowledge::of(&sheet.system, &suppress(&sheet.system, rule), rule.threshold());
        for cell in small(&sheet, rule).into_iter().step_by(4) {
            let (least, most) = attacker.range(cell);
            prop_assert!(most - least + 1 >= 4, "{cell}: {least} to {most}");
        }
    }
}
