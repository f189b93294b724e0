//! How long each stage of a petition takes, in working days without those lost to information: from what happened to it.

use chrono::NaiveDate;

use super::clock::{Pause, Stage};
use super::life::State;

/// A stage that somebody answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The networks asked.
    Opinion,
    /// The commissioner.
    Review,
    /// The practice, from being asked to its answer.
    Information,
    /// Another commissioner.
    Appeal,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Opinion, Kind::Review, Kind::Information, Kind::Appeal];

    /// As an address has it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Opinion => "opinion",
            Kind::Review => "review",
            Kind::Information => "information",
            Kind::Appeal => "appeal",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    pub fn label(self) -> &'static str {
        match self {
            Kind::Opinion => "Opinions of the networks",
            Kind::Review => "Decision of the commissioner",
            Kind::Information => "Information from the practice",
            Kind::Appeal => "Decision of an appeal",
        }
    }

    /// The state in which it runs; while information is waited for another stage runs as well.
    pub fn state(self) -> Option<State> {
        match self {
            Kind::Opinion => Some(State::WithProvider),
            Kind::Review => Some(State::UnderReview),
            Kind::Appeal => Some(State::Appealed),
            Kind::Information => None,
        }
    }

    fn of(state: State) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.state() == Some(state))
    }
}

/// A stage of one petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    pub kind: Kind,
    /// Working days, to its end or to today.
    pub days: usize,
    pub has_ended: bool,
}

/// The stages a petition has gone through: `events` are states and days in their order, `pauses` the waits for
/// information. A wait that ended without an answer, for the petition was withdrawn, is no stage.
pub fn stages(events: &[(State, NaiveDate)], pauses: &[Pause], today: NaiveDate) -> Vec<Took> {
    let mut took = Vec::new();
    let mut running: Option<(Kind, NaiveDate)> = None;
    let used = |from: NaiveDate, until: NaiveDate, pauses: &[Pause]| {
        Stage { started_on: from, allowed: 0, pauses: pauses.to_vec() }.used_by(until)
    };
    for (state, day) in events {
        // A stage goes on, with its clock stopped, while information is waited for.
        if *state == State::InfoRequested {
            continue;
        }
        let next = Kind::of(*state);
        if running.map(|(kind, _)| kind) == next {
            continue;
        }
        if let Some((kind, from)) = running {
            took.push(Took { kind, days: used(from, *day, pauses), has_ended: true });
        }
        running = next.map(|kind| (kind, *day));
    }
    if let Some((kind, from)) = running {
        took.push(Took { kind, days: used(from, today, pauses), has_ended: false });
    }
    let waits = events.last().is_some_and(|(state, _)| *state == State::InfoRequested);
    for pause in pauses.iter().filter(|pause| waits || pause.answered_on.is_some()) {
        let days = used(pause.asked_on, pause.answered_on.unwrap_or(today), &[]);
        took.push(Took { kind: Kind::Information, days, has_ended: pause.answered_on.is_some() });
    }
    took
}

/// Median and 90th percentile by nearest rank: the smallest value that so many of them do not exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub count: usize,
    pub median: usize,
    pub ninetieth: usize,
}

/// The spread of some numbers of days; none where there are none.
pub fn spread(days: impl IntoIterator<Item = usize>) -> Option<Spread> {
    let mut days: Vec<usize> = days.into_iter().collect();
    days.sort_unstable();
    let at = |percent: usize| days.get((days.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some(Spread { count: days.len(), median: at(50)?, ninetieth: at(90)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_stage_runs_from_state_to_state_without_the_days_information_was_waited_for() {
        let events = [
            (State::Draft, day("2026-11-02")),
            (State::WithProvider, day("2026-11-02")),
            (State::WithProvider, day("2026-11-04")),
            (State::UnderReview, day("2026-11-06")),
            (State::InfoRequested, day("2026-11-09")),
            (State::UnderReview, day("2026-11-12")),
            (State::Approved, day("2026-11-13")),
            (State::Approved, day("2026-11-20")),
        ];
        let pauses = [Pause { asked_on: day("2026-11-09"), answered_on: Some(day("2026-11-12")) }];
        let took = stages(&events, &pauses, day("2026-11-24"));
        let of = |kind, days| Took { kind, days, has_ended: true };
        assert_eq!(took, [of(Kind::Opinion, 4), of(Kind::Review, 2), of(Kind::Information, 3)]);
    }

    #[test]
    fn a_question_runs_until_it_is_answered_or_the_petition_is_withdrawn() {
        let pauses = [Pause { asked_on: day("2026-11-23"), answered_on: None }];
        let mut events =
            vec![(State::UnderReview, day("2026-11-23")), (State::InfoRequested, day("2026-11-23"))];
        let kinds = |took: &[Took]| took.iter().map(|one| (one.kind, one.has_ended)).collect::<Vec<_>>();
        let took = stages(&events, &pauses, day("2026-11-25"));
        assert_eq!(kinds(&took), [(Kind::Review, false), (Kind::Information, false)]);
        events.push((State::Withdrawn, day("2026-11-24")));
        assert_eq!(kinds(&stages(&events, &pauses, day("2026-11-25"))), [(Kind::Review, true)]);
    }

    #[test]
    fn what_runs_is_counted_to_today() {
        let events = [(State::WithProvider, day("2026-11-23"))];
        let took = stages(&events, &[], day("2026-11-25"));
        assert_eq!(took, [Took { kind: Kind::Opinion, days: 2, has_ended: false }]);
        assert!(stages(&[(State::Draft, day("2026-11-23"))], &[], day("2026-11-25")).is_empty());
    }

    #[test]
    fn the_percentiles_are_values_that_occur() {
        assert_eq!(spread([]), None);
        assert_eq!(spread([7]), Some(Spread { count: 1, median: 7, ninetieth: 7 }));
        let ten = spread(1..=10).unwrap();
        assert_eq!((ten.median, ten.ninetieth), (5, 9));
    }

    proptest! {
        #[test]
        fn half_do_not_exceed_the_median_and_nine_in_ten_the_ninetieth(days in prop::collection::vec(0usize..60, 1..80)) {
            let spread = spread(days.clone()).unwrap();
            let within = |most: usize| days.iter().filter(|one| **one <= most).count();
            prop_assert!(within(spread.median) * 2 >= days.len());
            prop_assert!(within(spread.ninetieth) * 10 >= days.len() * 9);
            prop_assert!(days.contains(&spread.median) && spread.median <= spread.ninetieth);
        }
    }
}
