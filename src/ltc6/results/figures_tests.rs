use proptest::prelude::*;

use super::*;
use crate::ltc6::answers::Mark;
use crate::ltc6::campaign::Stratum;
use crate::ltc6::results::tally::Return;

/// So many returns of a level that mark all questions alike.
fn alike(level: Option<Stratum>, mark: Option<Mark>, count: usize) -> Vec<Return> {
    vec![Return { level, marks: [mark; 6], ..Return::default() }; count]
}

fn some() -> Vec<Return> {
    let low = Some(Stratum::Low);
    let marks = [Some(Mark::Zero), Some(Mark::One), Some(Mark::Two), Some(Mark::Three), Some(Mark::Unclear)];
    let counts = [20, 30, 40, 50, 9];
    marks.into_iter().zip(counts).flat_map(|(mark, count)| alike(low, mark, count)).collect()
}

#[test]
fn counts_unclear_marks_and_blank_returns_stand_apart() {
    let mut returns = some();
    returns.extend(alike(Some(Stratum::Low), None, 11));
    returns.push(Return { level: Some(Stratum::Low), wrote: true, ..Return::default() });
    let tally = Tally::of(&returns, &[Stratum::Low, Stratum::High]);
    let figures = Figures::counted(&tally, Suppression::default());
    let question = &figures.questions[5];
    let [low, high, all] = question.lines[..] else { panic!("{question:?}") };
    let exact = [20, 30, 40, 50].map(Shown::Exact);
    assert_eq!((low.scores, low.answered, low.unclear), (exact, Shown::Exact(140), Shown::Exact(9)));
    assert_eq!(
        (low.strict().words(), low.wide().words()),
        ("35.7% (50 of 140)".into(), "64.3% (90 of 140)".into())
    );
    assert_eq!((high.wide(), high.status()), (Said::NoAnswers, Status::NoAnswers));
    assert_eq!((all.of, all.scores, all.status()), (Of::All, exact, Status::NotMet));
    assert_eq!((figures.about(), figures.blank), (Shown::Exact(150), Shown::Exact(10)));
}

#[test]
fn a_small_count_is_hidden_with_another_and_its_share_with_it() {
    let mut returns = some();
    returns.extend(alike(Some(Stratum::High), Some(Mark::Zero), 3));
    returns.extend(alike(Some(Stratum::High), Some(Mark::Three), 60));
    let tally = Tally::of(&returns, &[Stratum::Low, Stratum::High]);
    let figures = Figures::counted(&tally, Suppression::default());
    for question in &figures.questions {
        let high = question.lines[1];
        assert_eq!(high.scores[0], Shown::Withheld);
        // 60 of 63 would tell that three answered otherwise.
        assert!(high.answered == Shown::Withheld || high.scores[3] == Shown::Withheld, "{high:?}");
        assert_eq!(high.strict(), Said::Withheld);
    }
}

#[test]
fn answers_of_a_level_not_told_are_a_line_of_their_own() {
    let mut returns = some();
    returns.extend(alike(None, Some(Mark::Two), 12));
    let figures = Figures::counted(&Tally::of(&returns, &[Stratum::Low]), Suppression::default());
    let lines = &figures.questions[0].lines;
    assert_eq!(
        lines.iter().map(|line| line.of).collect::<Vec<_>>(),
        [Of::Level(Stratum::Low), Of::NotTold, Of::All]
    );
    assert_eq!((lines[1].upper, lines[2].upper), (Shown::Exact(12), Shown::Exact(102)));
}

fn returns() -> impl Strategy<Value = Vec<Return>> {
    let level =
        prop::sample::select(vec![Some(Stratum::Low), Some(Stratum::Medium), Some(Stratum::High), None]);
    let mark = prop::sample::select(vec![
        None,
        Some(Mark::Zero),
        Some(Mark::One),
        Some(Mark::Two),
        Some(Mark::Two),
        Some(Mark::Three),
        Some(Mark::Three),
        Some(Mark::Three),
        Some(Mark::Unclear),
    ]);
    let respondent = prop::option::of(prop::sample::select(Respondent::ALL));
    let one = (level, mark, respondent, any::<bool>());
    let one = one.prop_map(|(level, mark, respondent, wrote)| {
        let marks = [mark, None, None, None, None, None];
        Return { level, respondent, marks, wrote }
    });
    prop::collection::vec(one, 0..90)
}

/// What a return marks, as the test counts it.
fn count(returns: &[Return], of: Of, marks: &[Mark]) -> i64 {
    let here = |each: &&Return| of == Of::All || each.level.map_or(Of::NotTold, Of::Level) == of;
    let found =
        returns.iter().filter(here).filter(|each| each.marks[0].is_some_and(|mark| marks.contains(&mark)));
    i64::try_from(found.count()).unwrap()
}

/// Whether a small count is the only one hidden of a sum.
fn gives_away(sum: &[(Shown<i64>, i64)]) -> bool {
    let mut hidden = sum.iter().filter(|(shown, _)| *shown == Shown::Withheld);
    matches!((hidden.next(), hidden.next()), (Some((_, 1..=7)), None))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_shown_is_true_never_small_and_gives_no_hidden_one_away(returns in returns()) {
        let tally = Tally::of(&returns, &[Stratum::Low, Stratum::Medium, Stratum::High]);
        let figures = Figures::counted(&tally, Suppression::default());
        let question = &figures.questions[0];
        let marks = [Mark::Zero, Mark::One, Mark::Two, Mark::Three];
        for line in &question.lines {
            let told = |marks: &[Mark]| count(&returns, line.of, marks);
            let counts = (0..SCORES).map(|score| (line.scores[score], told(&marks[score..=score])));
            let counts = counts.chain([
                (line.lower, told(&marks[..2])),
                (line.upper, told(&marks[2..])),
                (line.answered, told(&marks)),
                (line.unclear, told(&[Mark::Unclear])),
            ]);
            for (shown, truth) in counts {
                prop_assert!(shown == Shown::Withheld || shown == Shown::Exact(truth));
                prop_assert!(shown == Shown::Withheld || !(1..=7).contains(&truth));
            }
            for said in [line.strict(), line.wide()] {
                let rest = said.share().map_or(0, |share| share.of - share.some);
                prop_assert!(!(1..=7).contains(&rest), "{rest} others are told of");
            }
            let [none, little, more, most] = [0, 1, 2, 3].map(|score: usize| (line.scores[score], told(&marks[score..=score])));
            let lower = (line.lower, told(&marks[..2]));
            let upper = (line.upper, told(&marks[2..]));
            for sum in [[(line.answered, told(&marks)), lower, upper], [lower, none, little], [upper, more, most]] {
                prop_assert!(!gives_away(&sum), "{line:?}");
            }
        }
        type Count = fn(&Line) -> Shown<i64>;
        let columns: [(Count, &[Mark]); 3] = [
            (|line| line.answered, &marks),
            (|line| line.upper, &marks[2..]),
            (|line| line.scores[3], &marks[3..]),
        ];
        for (shown, marks) in columns {
            let column = question.lines.iter().map(|line| (shown(line), count(&returns, line.of, marks)));
            prop_assert!(!gives_away(&column.collect::<Vec<_>>()), "{question:?}");
        }
    }

    #[test]
    fn while_more_may_come_everything_is_rounded(returns in returns()) {
        let figures = Figures::provisional(&Tally::of(&returns, &[Stratum::Low]), Suppression::default());
        for line in figures.questions.iter().flat_map(|question| &question.lines) {
            for count in line.scores.iter().chain([&line.answered, &line.lower, &line.upper, &line.unclear]) {
                prop_assert!(matches!(count, Shown::Withheld) || matches!(count, Shown::Exact(count) if count % 5 == 0));
            }
        }
    }
}
