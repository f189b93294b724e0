//! The clock of a petition (domain/statistics.md): working days used, stopped while information is waited for, and the
//! date by which something is due.

use chrono::NaiveDate;

use crate::calendar::is_working_day;

/// Information was waited for from a day on; until the day of the answer, none where it is waited for still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub asked_on: NaiveDate,
    pub answered_on: Option<NaiveDate>,
}

impl Pause {
    /// Whether a day is lost to it: the day of asking and those up to the day before the answer.
    fn stops(&self, day: NaiveDate) -> bool {
        day >= self.asked_on && self.answered_on.is_none_or(|answered| day < answered)
    }
}

/// A stage of a petition: started on a day, which is day 0, with so many working days allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub started_on: NaiveDate,
    /// Working days.
    pub allowed: usize,
    pub pauses: Vec<Pause>,
}

/// A stage as a day finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Working days used up to the end of the day before, or of `ended_on` where it has ended.
    pub used: usize,
    /// Since when it stands still.
    pub stopped_since: Option<NaiveDate>,
    /// The day on which the last working day is used, if it is not stopped again; none while it stands still.
    pub due_on: Option<NaiveDate>,
}

/// No stage is looked at for longer than this: 20 years.
const HORIZON: usize = 7_305;

impl Stage {
    fn is_used(&self, day: NaiveDate) -> bool {
        day > self.started_on && is_working_day(day) && !self.pauses.iter().any(|pause| pause.stops(day))
    }

    fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.started_on.iter_days().skip(1).take(HORIZON)
    }

    /// Working days used by the end of a day.
    pub fn used_by(&self, day: NaiveDate) -> usize {
        self.days().take_while(|one| *one <= day).filter(|one| self.is_used(*one)).count()
    }

    /// The day on which the last working day is used; none while it stands still.
    pub fn due_on(&self) -> Option<NaiveDate> {
        if self.stopped_since().is_some() {
            return None;
        }
        match self.allowed {
            0 => Some(self.started_on),
            allowed => self.days().filter(|day| self.is_used(*day)).nth(allowed - 1),
        }
    }

    fn stopped_since(&self) -> Option<NaiveDate> {
        self.pauses.iter().find(|pause| pause.answered_on.is_none()).map(|pause| pause.asked_on)
    }

    /// How it stands on a day, which is not over.
    pub fn on(&self, today: NaiveDate) -> Reading {
        let yesterday = today.pred_opt().unwrap_or(today);
        Reading { used: self.used_by(yesterday), stopped_since: self.stopped_since(), due_on: self.due_on() }
    }

    /// Whether the last day is over.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.due_on().is_some_and(|due| due < today)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn stage(started_on: &str, allowed: usize, pauses: &[(&str, Option<&str>)]) -> Stage {
        let pauses = pauses
            .iter()
            .map(|(asked, answered)| Pause { asked_on: day(asked), answered_on: answered.map(day) })
            .collect();
        Stage { started_on: day(started_on), allowed, pauses }
    }

    #[test]
    fn the_day_of_submission_is_day_nought() {
        // Monday 23 November 2026: five working days are used on Monday 30 November.
        let opinion = stage("2026-11-23", 5, &[]);
        assert_eq!(opinion.due_on(), Some(day("2026-11-30")));
        assert!(!opinion.is_overdue(day("2026-11-30")) && opinion.is_overdue(day("2026-12-01")));
        assert_eq!(opinion.on(day("2026-11-25")).used, 1);
    }

    #[test]
    fn weekends_and_bank_holidays_are_not_used() {
        // Christmas Day 2026 is a Friday, Boxing Day is kept on Monday 28.
        assert_eq!(stage("2026-12-23", 2, &[]).due_on(), Some(day("2026-12-29")));
    }

    #[test]
    fn the_day_of_asking_is_not_used_and_the_day_of_the_answer_is() {
        let asked = stage("2026-11-23", 5, &[("2026-11-25", Some("2026-11-27"))]);
        // Used: 24, 27, 30 November, 1 and 2 December.
        assert_eq!(asked.due_on(), Some(day("2026-12-02")));
        let waiting = stage("2026-11-23", 5, &[("2026-11-25", None)]);
        let reading = waiting.on(day("2026-12-10"));
        assert_eq!((reading.used, reading.due_on), (1, None));
        assert_eq!(reading.stopped_since, Some(day("2026-11-25")));
        assert!(!waiting.is_overdue(day("2027-06-01")));
    }

    #[test]
    fn asked_and_answered_on_one_day_changes_nothing() {
        let asked = stage("2026-11-23", 10, &[("2026-11-26", Some("2026-11-26"))]);
        assert_eq!(asked.due_on(), stage("2026-11-23", 10, &[]).due_on());
    }

    proptest! {
        #[test]
        fn what_is_used_by_the_due_date_is_what_is_allowed(
            start in 20_000i32..21_000, allowed in 1usize..40, asked in 0u64..30, wait in 0u64..30,
        ) {
            let started_on = NaiveDate::from_epoch_days(start).unwrap();
            let asked_on = started_on + Days::new(asked);
            let pauses = vec![Pause { asked_on, answered_on: Some(asked_on + Days::new(wait)) }];
            let paused = Stage { started_on, allowed, pauses };
            let due = paused.due_on().unwrap();
            prop_assert_eq!(paused.used_by(due), allowed);
            prop_assert_eq!(paused.used_by(due.pred_opt().unwrap()), allowed - 1);
            let free = Stage { pauses: Vec::new(), ..paused.clone() };
            prop_assert!(free.due_on().unwrap() <= due);
        }
    }
}
