//! A petition in words: its clock, what was decided, what comes next.

use chrono::NaiveDate;

use super::clock::{Reading, Stage};
use super::found::Found;
use super::life::{State, Withdrawal};
use super::petition::{Petition, Question};
use crate::page::long_day;
use crate::people::person::capital;
use crate::people::why::fact_words;

/// How the clock stands: "Due 5 December 2026 (3 working days left)"; none where nothing runs.
pub fn clock(found: &Found, today: NaiveDate) -> Option<String> {
    clock_of(&found.petition, &found.questions, today)
}

/// The same of a petition with what was asked of its owner.
pub fn clock_of(petition: &Petition, questions: &[Question], today: NaiveDate) -> Option<String> {
    if !petition.state.is_open() {
        return None;
    }
    let stage = petition.stage(questions)?;
    let reading = stage.on(today);
    Some(in_words(petition, &stage, reading, today))
}

fn in_words(petition: &Petition, stage: &Stage, reading: Reading, today: NaiveDate) -> String {
    let used = |used: usize| format!("{} used of {}", working_days(used), stage.allowed);
    match (reading.stopped_since, reading.due_on) {
        (Some(since), _) => {
            format!("Clock stopped on {}, waiting for the practice. {}.", long_day(since), used(reading.used))
        }
        (None, Some(due)) if due < today => was_due(due, reading.used.saturating_sub(stage.allowed)),
        (None, Some(due)) => {
            let left = stage.allowed.saturating_sub(reading.used);
            format!("{} {} ({} left)", due_word(petition.state), long_day(due), working_days(left))
        }
        (None, None) => used(reading.used),
    }
}

/// On the days off after it was due nothing is over yet.
fn was_due(due: NaiveDate, over: usize) -> String {
    match over {
        0 => format!("Was due {}", long_day(due)),
        over => format!("Was due {} ({} over)", long_day(due), working_days(over)),
    }
}

fn due_word(state: State) -> &'static str {
    match state {
        State::WithProvider => "Opinions due",
        State::UnderReview => "Decision due",
        State::Appealed => "Appeal to be decided by",
        _ => "Due",
    }
}

/// "1 working day", "3 working days".
pub fn working_days(days: usize) -> String {
    match days {
        1 => "1 working day".into(),
        days => format!("{days} working days"),
    }
}

/// What of the record is wrong and what it should say; none where that is not what is petitioned for.
pub fn record(petition: &Petition, said: &str) -> Option<String> {
    let (fact, value) = (petition.fact()?, petition.fact_value()?);
    let what = capital(fact_words(fact.word()));
    Some(format!("{what}: {} (the register {said}: {})", value.in_words(), petition.register_words()))
}

/// Whom it waits for.
pub fn with_whom(found: &Found) -> String {
    let waiting: Vec<&str> = found
        .opinions
        .iter()
        .filter(|one| one.opinion.is_none())
        .map(|one| found.name_of(one.network_id))
        .collect();
    let practice = found.name_of(found.petition.practice_id);
    waits_for(&found.petition, found.side == super::found::Side::Network, practice, &waiting)
}

/// The same from its parts: whether a network reads it, the practice's name, and those of the networks not heard yet.
pub fn waits_for(petition: &Petition, by_network: bool, practice: &str, silent: &[&str]) -> String {
    match petition.state {
        State::Draft | State::Submitted if petition.ready => "A GP of the practice".into(),
        State::Draft | State::Submitted | State::InfoRequested => practice.to_owned(),
        State::WithProvider if by_network => "Provider networks".into(),
        State::WithProvider => silent.join(", "),
        State::UnderReview | State::Appealed => "The commissioner".into(),
        _ => "Nobody".into(),
    }
}

/// Why it ended without a decision.
pub fn withdrawal(why: Withdrawal) -> &'static str {
    match why {
        Withdrawal::ByOwner => "Withdrawn by the practice",
        Withdrawal::Died => "Ended: the person has died",
        Withdrawal::Left => "Ended: the person has left the area",
        Withdrawal::Settled => "Ended: the criteria now place the person in the group asked for",
        Withdrawal::PracticeDeclined => "Ended: the person's new practice does not go on with it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_due_on_friday_is_no_working_day_over_on_sunday() {
        let friday = "2026-11-20".parse().unwrap();
        assert_eq!(was_due(friday, 0), "Was due 20 November 2026");
        assert_eq!(was_due(friday, 1), "Was due 20 November 2026 (1 working day over)");
    }
}
