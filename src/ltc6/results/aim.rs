//! The aim, "75% at level 3 or higher", in both of its readings.

use super::share::{Said, Share};

/// What a question comes to against the aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    OnBoth,
    OnWiderOnly,
    NotMet,
    NoAnswers,
    /// Some of what it rests on is hidden.
    Withheld,
}

impl Status {
    /// From the shares of the strict reading (score 3) and the wide one (score 2 or 3), as they are shown. Who misses the
    /// wide reading misses the strict one, and who meets the strict one meets the wide one.
    pub fn of(strict: Said, wide: Said) -> Status {
        let meets = |said: Said| said.share().map(|share: Share| share.meets_the_aim());
        match (meets(strict), meets(wide)) {
            _ if wide == Said::NoAnswers => Status::NoAnswers,
            (_, Some(false)) => Status::NotMet,
            (Some(true), _) => Status::OnBoth,
            (Some(false), Some(true)) => Status::OnWiderOnly,
            (None, _) | (Some(false), None) => Status::Withheld,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Status::OnBoth => "met on both readings",
            Status::OnWiderOnly => "met on the wider reading only",
            Status::NotMet => "not met",
            Status::NoAnswers => "no answers",
            Status::Withheld => "[c]",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Shown::{Exact, Withheld};

    #[test]
    fn forty_returns_meet_the_wider_reading_alone() {
        let scores = [2, 6, 14, 16];
        let answered = Exact(scores.iter().sum());
        let strict = Said::of(Exact(scores[3]), answered);
        let wide = Said::of(Exact(scores[2] + scores[3]), answered);
        assert_eq!((strict.words(), wide.words()), ("42.1% (16 of 38)".into(), "78.9% (30 of 38)".into()));
        assert_eq!(Status::of(strict, wide).words(), "met on the wider reading only");
    }

    #[test]
    fn what_is_hidden_decides_nothing_that_is_not_plain_without_it() {
        let said = |some| Said::of(some, Exact(40));
        assert_eq!(Status::of(said(Exact(30)), said(Exact(40))), Status::OnBoth);
        assert_eq!(Status::of(said(Withheld), said(Exact(29))), Status::NotMet);
        assert_eq!(Status::of(said(Withheld), said(Exact(30))), Status::Withheld);
        assert_eq!(Status::of(said(Exact(29)), said(Withheld)), Status::Withheld);
        assert_eq!(Status::of(said(Exact(30)), said(Withheld)), Status::OnBoth);
        let none = Said::of(Exact(0), Exact(0));
        assert_eq!(Status::of(none, none), Status::NoAnswers);
    }
}
