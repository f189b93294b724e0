//! How many answered of those who could.

use std::collections::HashMap;

use super::figures::Figures;
use super::store::Sent;
use super::tally::Of;
use crate::disclosure::{Audience, Guarded, Shown, Suppression, release_rounded};
use crate::ltc6::campaign::Stratum;

/// Returns of a level against the letters that reached somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub of: Of,
    /// About, in tens.
    pub returns: Shown<i64>,
    /// Rounded to 5.
    pub invited: Shown<i64>,
    pub undeliverable: Shown<i64>,
}

impl Rate {
    /// "about 62%": from what is shown, so that it tells no more. Whose level is not told were sent letters as people of
    /// some level.
    pub fn percent(&self) -> String {
        let reached = match (self.invited, self.undeliverable) {
            (Shown::Exact(invited), Shown::Exact(undeliverable)) => Some(invited - undeliverable),
            (Shown::Exact(invited), _) => Some(invited),
            _ => None,
        };
        match (self.of, self.returns, reached) {
            (Of::NotTold, ..) | (_, _, Some(..=0)) => "[z]".into(),
            (_, Shown::Exact(returns), Some(reached)) => {
                format!("about {}%", ((200 * returns + reached) / (2 * reached)).min(100))
            }
            _ => "[c]".into(),
        }
    }
}

/// By level, all levels last.
pub fn rates(figures: &Figures, sent: &HashMap<Stratum, Sent>) -> Vec<Rate> {
    let shown = |count: Guarded<i64>| release_rounded(count, Audience::Others(Suppression::default()));
    let of = |of: Of| match of {
        Of::Level(level) => sent.get(&level).copied().unwrap_or_default(),
        Of::NotTold => Sent::default(),
        Of::All => Sent {
            invited: sent.values().map(|each| each.invited).sum(),
            undeliverable: sent.values().map(|each| each.undeliverable).sum(),
        },
    };
    let rows = figures.returns.iter().map(|(line, returns)| {
        let Sent { invited, undeliverable } = of(*line);
        let undeliverable = if *line == Of::NotTold { Shown::NotApplicable } else { shown(undeliverable) };
        let invited = if *line == Of::NotTold { Shown::NotApplicable } else { shown(invited) };
        Rate { of: *line, returns: *returns, invited, undeliverable }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_leaves_out_what_could_not_be_brought() {
        let rate = |returns, invited, undeliverable| {
            let exact = Shown::Exact;
            Rate {
                of: Of::All,
                returns: exact(returns),
                invited: exact(invited),
                undeliverable: exact(undeliverable),
            }
            .percent()
        };
        assert_eq!(rate(600, 1_000, 0), "about 60%");
        assert_eq!(rate(600, 1_000, 40), "about 63%");
        assert_eq!(rate(0, 0, 0), "[z]");
        assert_eq!(rate(30, 25, 0), "about 100%");
        let hidden = Rate {
            of: Of::All,
            returns: Shown::Withheld,
            invited: Shown::Exact(20),
            undeliverable: Shown::Exact(0),
        };
        assert_eq!(hidden.percent(), "[c]");
    }
}
