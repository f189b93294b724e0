//! Tables worked by hand, and one who has nothing but what is shown.

use proptest::prelude::*;

use super::*;

fn to_others() -> Audience {
    Audience::Others(Suppression::default())
}

fn guarded(counts: &[i64]) -> Vec<Guarded<i64>> {
    counts.iter().copied().map(Guarded::new).collect()
}

/// The lines of a table of one dimension and its total, as written.
fn line(counts: &[i64], audience: Audience) -> String {
    let mut sheet = Sheet::new();
    let layer = sheet.line(&guarded(counts), true);
    let shown = release_sheet(sheet, audience);
    let places = (0..counts.len()).map(|row| At::Cell(row, 0)).chain([At::All]);
    places.map(|at| shown.count(layer, at).to_string()).collect::<Vec<_>>().join(" ")
}

/// The rows of a table of two dimensions with every total, as written.
fn grid(rows: &[&[i64]]) -> Vec<String> {
    let mut sheet = Sheet::new();
    let counts: Vec<_> = rows.iter().map(|row| guarded(row)).collect();
    let layer = sheet.grid(&counts, Totals::EVERY);
    written(&release_sheet(sheet, to_others()), layer, rows.len(), rows[0].len())
}

fn written(shown: &ShownSheet, layer: Layer, rows: usize, columns: usize) -> Vec<String> {
    let row = |places: Vec<At>| {
        places.into_iter().map(|at| shown.count(layer, at).to_string()).collect::<Vec<_>>().join(" ")
    };
    let cells = |of: usize| (0..columns).map(move |column| At::Cell(of, column)).chain([At::Row(of)]);
    let last = (0..columns).map(At::Column).chain([At::All]).collect();
    (0..rows).map(|of| row(cells(of).collect())).chain([row(last)]).collect()
}

#[test]
fn a_small_count_takes_the_smallest_other_with_it() {
    assert_eq!(line(&[3, 20, 8, 40], to_others()), "[c] 20 [c] 40 71");
    assert_eq!(line(&[0, 20, 8, 40], to_others()), "0 20 8 40 68");
    assert_eq!(line(&[3, 20, 8, 40], Audience::MayList), "3 20 8 40 71");
}

#[test]
fn blanks_are_not_counted_but_what_their_sum_gives_away() {
    assert_eq!(line(&[1, 1, 30, 50], to_others()), "[c] [c] [c] 50 82", "two with a sum of 2");
    assert_eq!(line(&[7, 7, 30, 50], to_others()), "[c] [c] [c] 50 94", "two with a sum of 14");
    assert_eq!(line(&[5, 4, 30, 50], to_others()), "[c] [c] 30 50 89");
    assert_eq!(line(&[1, 2, 2, 50], to_others()), "[c] [c] [c] [c] 55", "each at most 3");
}

#[test]
fn a_total_is_hidden_only_where_it_is_small_or_nothing_else_will_do() {
    assert_eq!(line(&[2, 3], to_others()), "[c] [c] [c]");
    assert_eq!(line(&[7, 7], to_others()), "[c] [c] [c]");
    assert_eq!(line(&[7, 7, 0], to_others()), "[c] [c] [c] 14");
    assert_eq!(line(&[3, 0, 9], to_others()), "[c] 0 [c] 12");
}

#[test]
fn where_small_counts_fill_a_small_total_its_zeros_are_hidden_too() {
    assert_eq!(line(&[1, 1, 1, 1, 1, 0], to_others()), "[c] [c] [c] [c] [c] [c] [c]");
}

#[test]
fn a_lower_threshold_hides_less_and_leaves_its_whole_range() {
    let two = Audience::Others(Suppression::new(2, 4).unwrap());
    assert_eq!(line(&[3, 20, 8, 40], two), "3 20 8 40 71");
    assert_eq!(line(&[1, 2, 8, 40], two), "[c] [c] 8 40 51");
    assert_eq!(line(&[1, 20, 8, 40], two), "[c] 20 [c] 40 69");
    assert_eq!((Suppression::new(0, 4), Suppression::new(8, 4), Suppression::new(7, 1)), (None, None, None));
}

#[test]
fn in_two_dimensions_a_small_count_takes_the_cheapest_rectangle() {
    let rows: [&[i64]; 3] = [&[3, 50, 60], &[70, 20, 90], &[80, 30, 10]];
    assert_eq!(grid(&rows), ["[c] [c] 60 113", "[c] [c] 90 180", "80 30 10 120", "153 100 160 413"]);
}

#[test]
fn a_zero_is_no_second_cell_on_its_own() {
    let rows: [&[i64]; 2] = [&[22, 2, 0], &[6, 0, 25]];
    assert_eq!(grid(&rows), ["[c] [c] [c] 24", "[c] [c] [c] 31", "[c] [c] 25 55"]);
}

#[test]
fn what_a_later_choice_makes_needless_is_shown_again() {
    let rows: [&[i64]; 2] = [&[0, 5], &[6, 5]];
    assert_eq!(grid(&rows), ["0 [c] [c]", "[c] [c] [c]", "[c] [c] 16"]);
}

#[test]
fn a_share_goes_where_nearly_all_or_hardly_any_are_counted() {
    let (people, part) = ([40, 50, 60, 0], [38, 3, 30, 0]);
    let mut sheet = Sheet::new();
    let whole = sheet.line(&guarded(&people), true);
    let layer = sheet.line(&guarded(&part), false);
    sheet.within(layer, whole);
    let shown = release_sheet(sheet, to_others());
    let share = |row: usize| {
        let share = Guarded::new(format!("{} of {}", part[row], people[row]));
        shown.built_on(&[(layer, At::Cell(row, 0)), (whole, At::Cell(row, 0))], share).written(String::clone)
    };
    assert_eq!([0, 1, 2, 3].map(share), ["[c]", "[c]", "30 of 60", "0 of 0"]);
    assert_eq!(shown.count(whole, At::Cell(0, 0)), Shown::Exact(40));
    assert_eq!(shown.count(whole, At::All), Shown::Exact(150));
}

#[test]
fn of_two_versions_one_hides_what_few_people_moved() {
    let mut sheet = Sheet::new();
    let before = sheet.line(&guarded(&[1204, 310, 950]), true);
    let after = sheet.line(&guarded(&[1201, 313, 950]), true);
    sheet.compare(before, after);
    let shown = release_sheet(sheet, to_others());
    for row in 0..3 {
        let both = [before, after].map(|layer| shown.count(layer, At::Cell(row, 0)));
        assert_eq!(both.contains(&Shown::Withheld), row < 2, "{row}");
    }
    assert_eq!([before, after].map(|layer| shown.count(layer, At::All)), [Shown::Exact(2464); 2]);
}

#[test]
fn tables_that_contradict_each_other_are_withheld() {
    let mut sheet = Sheet::new();
    let total = sheet.line(&guarded(&[20]), true);
    let lines = sheet.breakdown(total, At::All, &guarded(&[15, 15]));
    let whole = sheet.line(&guarded(&[20, 30]), true);
    let part = sheet.line(&guarded(&[21, 10]), true);
    sheet.within(part, whole);
    let shown = release_sheet(sheet, to_others());
    for (layer, at) in [(lines, At::Cell(0, 0)), (part, At::Cell(1, 0)), (lines, At::Cell(9, 9))] {
        assert_eq!(shown.count(layer, at), Shown::Withheld);
    }
}

#[test]
fn a_total_and_its_breakdowns_are_released_as_one() {
    let tally = |people, provisional, pence| Tally {
        people: Guarded::new(people),
        provisional: Guarded::new(provisional),
        cost: Guarded::new(Pence(pence)),
        ..Tally::default()
    };
    let practices = vec![tally(60, 30, 90000), tally(45, 0, 50000), tally(3, 0, 1000), tally(30, 9, 4000)];
    let sexes = vec![tally(70, 20, 70000), tally(66, 19, 75000)];
    let total = tally(138, 39, 145_000);
    let (total, lines) = release_together(total, &[practices.clone(), sexes.clone()], to_others());
    let row = |shown: &ShownTally| format!("{} {} {}", shown.people, shown.provisional, shown.cost);
    assert_eq!(row(&total), "138 39 £1,450");
    assert_eq!(row(&lines[0][2]), "[c] 0 [c]");
    assert_eq!(row(&lines[0][3]), "[c] 9 [c]", "the second, with what it cost");
    assert_eq!(row(&lines[1][1]), "[c] 19 [c]", "else the two of unknown sex would be told by their number");
    let (_, exact) = release_together(Tally::default(), &[practices, sexes], Audience::MayList);
    assert_eq!(row(&exact[0][2]), "3 0 £10");
}

#[test]
fn breakdowns_outside_the_published_list_are_rounded_to_5() {
    let rounded = |count| release_rounded(Guarded::new(count), to_others()).to_string();
    assert_eq!([0, 1, 7, 8, 12, 13, 1203].map(rounded), ["0", "[c]", "[c]", "10", "10", "15", "1,205"]);
    assert_eq!(release_rounded(Guarded::new(7), Audience::MayList), Shown::Exact(7));
}

#[test]
fn pages_and_files_have_the_same_signs() {
    let signs = [Shown::Exact(1204), Shown::Withheld, Shown::NotKnown, Shown::NotApplicable];
    assert_eq!(signs.map(|cell| cell.to_string()), ["1,204", "[c]", "[x]", "[z]"]);
    assert_eq!(signs.map(|cell| cell.written(i64::to_string)), ["1204", "[c]", "[x]", "[z]"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Two rows of two with every total, filled in all ways that agree with what is shown, by nothing but the shown
    /// cells.
    #[test]
    fn what_is_shown_can_be_filled_in_four_ways_for_each_small_count(counts in prop::array::uniform4(0..=14i64)) {
        let mut sheet = Sheet::new();
        let layer = sheet.grid(&[guarded(&counts[..2]), guarded(&counts[2..])], Totals::EVERY);
        let shown = release_sheet(sheet, to_others());
        let fits = |at: At, count: i64| match shown.count(layer, at) {
            Shown::Exact(shown) => shown == count,
            _ => true,
        };
        let mut values = [const { std::collections::BTreeSet::new() }; 4];
        for number in 0..20i64.pow(4) {
            let [a, b, c, d] = [number % 20, number / 20 % 20, number / 400 % 20, number / 8000];
            let cells = [(At::Cell(0, 0), a), (At::Cell(0, 1), b), (At::Cell(1, 0), c), (At::Cell(1, 1), d)];
            let totals = [
                (At::Row(0), a + b), (At::Row(1), c + d), (At::Column(0), a + c), (At::Column(1), b + d),
                (At::All, a + b + c + d),
            ];
            if cells.into_iter().chain(totals).all(|(at, count)| fits(at, count)) {
                values.iter_mut().zip([a, b, c, d]).for_each(|(values, count)| { values.insert(count); });
            }
        }
        for (count, values) in counts.iter().zip(&values) {
            prop_assert!(!(1..=7).contains(count) || values.len() >= 4, "{count}: {values:?}");
        }
    }
}
