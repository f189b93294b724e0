//! Laws of a proposal's life.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::select;

use super::life::{Refusal, Reminder, Round, State, Step, reminder};
use crate::calendar::working_days_left;

const STEPS: [Step; 7] = [
    Step::Propose,
    Step::Answer,
    Step::Approve,
    Step::Return,
    Step::Withdraw,
    Step::Replace,
    Step::TakeForce,
];

fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap() + chrono::Duration::days(offset)
}

fn round() -> impl Strategy<Value = Round> {
    let networks = (0usize..4).prop_flat_map(|asked| {
        (0..=asked)
            .prop_flat_map(move |answered| (0..=answered).prop_map(move |agreed| (asked, answered, agreed)))
    });
    let date = || prop::option::of(-20i64..20);
    (select(State::ALL), prop::option::of(1i64..4), date(), date(), networks).prop_map(
        |(state, proposed_by, takes_force_on, answer_by, (asked, answered, agreed))| Round {
            state,
            proposed_by,
            takes_force_on: takes_force_on.map(day),
            answer_by: answer_by.map(day),
            asked,
            answered,
            agreed,
        },
    )
}

#[test]
fn the_steps_are_those_of_the_design_and_no_others() {
    let mut taken = Vec::new();
    for state in State::ALL {
        for step in STEPS {
            taken.extend(state.after(step).map(|after| (*state, step, after)));
        }
    }
    assert_eq!(
        taken,
        [
            (State::Draft, Step::Propose, State::Proposed),
            (State::Draft, Step::Withdraw, State::Withdrawn),
            (State::Proposed, Step::Answer, State::Proposed),
            (State::Proposed, Step::Approve, State::Approved),
            (State::Proposed, Step::Return, State::Returned),
            (State::Proposed, Step::Withdraw, State::Withdrawn),
            (State::Proposed, Step::Replace, State::Withdrawn),
            (State::Approved, Step::Withdraw, State::Withdrawn),
            (State::Approved, Step::TakeForce, State::InForce),
            (State::Returned, Step::Withdraw, State::Withdrawn),
            (State::Returned, Step::Replace, State::Returned),
        ]
    );
}

proptest! {
    #[test]
    fn nothing_is_in_force_that_was_not_proposed_and_approved(steps in prop::collection::vec(select(STEPS.to_vec()), 0..12)) {
        let mut passed = vec![State::Draft];
        for step in steps {
            passed.extend(passed.last().unwrap().after(step));
        }
        let at = |state| passed.iter().position(|each| *each == state);
        if let Some(force) = at(State::InForce) {
            prop_assert!(at(State::Proposed) < at(State::Approved) && at(State::Approved) < Some(force));
            prop_assert_eq!(force, passed.len() - 1, "what is in force has no further step of its own");
        }
    }

    #[test]
    fn nobody_decides_about_their_own_proposal(round in round(), on in -20i64..20, reason in "[a ]{0,3}") {
        if let Some(proposer) = round.proposed_by {
            prop_assert!(round.approve(proposer, day(0), Some(day(on)), &reason).is_err());
            prop_assert!(round.give_back(proposer, day(0), &reason).is_err());
        }
    }

    #[test]
    fn what_is_approved_waited_for_all_or_for_its_date_and_has_a_reason_where_not_all_agreed(
        round in round(), user in 1i64..4, on in -20i64..20, reason in "[a ]{0,3}"
    ) {
        if round.approve(user, day(0), Some(day(on)), &reason).is_ok() {
            prop_assert_eq!(round.state, State::Proposed);
            prop_assert_ne!(round.proposed_by, Some(user));
            prop_assert!(round.answered == round.asked || round.answer_by.unwrap() < day(0));
            prop_assert!(on >= 0 && round.takes_force_on.is_none_or(|proposed| day(on) >= proposed));
            let all_agreed = round.asked > 0 && round.agreed == round.asked;
            prop_assert!(all_agreed || !reason.trim().is_empty());
        }
    }

    #[test]
    fn a_second_commissioner_can_always_end_a_round_that_is_over(round in round(), on in 0i64..20) {
        let round = Round { state: State::Proposed, proposed_by: Some(1), takes_force_on: None, ..round };
        if round.is_over(day(0)) {
            prop_assert_eq!(round.approve(2, day(0), Some(day(on)), "a reason"), Ok(()));
            prop_assert_eq!(round.give_back(2, day(0), "a reason"), Ok(()));
        } else {
            prop_assert_eq!(round.may_decide(2, day(0)), Err(Refusal::TooEarly(round.answer_by)));
        }
    }

    #[test]
    fn a_network_that_is_silent_is_reminded_once_before_once_after_and_then_weekly(length in 0i64..30, days in 0i64..60) {
        let (asked_on, answer_by) = (day(0), day(length));
        let (mut reminded_on, mut sent) = (None, Vec::new());
        for today in (0..=days).map(day) {
            if let Some(kind) = reminder(today, asked_on, answer_by, reminded_on) {
                sent.push((today, kind));
                reminded_on = Some(today);
            }
        }
        let soon: Vec<_> = sent.iter().filter(|(_, kind)| *kind == Reminder::DueSoon).collect();
        prop_assert!(soon.len() <= 1);
        for (on, _) in soon {
            prop_assert_eq!(working_days_left(*on, answer_by), 2);
        }
        let late: Vec<NaiveDate> =
            sent.iter().filter(|(_, kind)| *kind == Reminder::Overdue).map(|(on, _)| *on).collect();
        prop_assert_eq!(late.first().copied(), (days > length).then(|| answer_by + Days::new(1)));
        prop_assert!(late.windows(2).all(|pair| (pair[1] - pair[0]).num_days() == 7));
    }
}
