//! Which sealed answers are opened together: never fewer than ten.

use std::collections::BTreeMap;

use crate::ltc6::campaign::Stratum;

/// Answers in a batch.
pub const BATCH: usize = 10;
/// How many of a level wait before ten of them are opened: those opened are hidden among them.
pub const ENOUGH: usize = 20;

/// Answers opened in one shuffled batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// How many of each level.
    pub from: Vec<(Stratum, usize)>,
    /// What their level is told as; `None` where too few shared it.
    pub level: Option<Stratum>,
}

impl Together {
    pub fn size(&self) -> usize {
        self.from.iter().map(|(_, count)| count).sum()
    }
}

/// How many batches of ten a level gives while the campaign runs.
pub fn ready(waiting: usize) -> usize {
    if waiting < ENOUGH { 0 } else { (waiting - BATCH) / BATCH }
}

/// What is opened together at the close. Fewer than ten in the whole campaign: nothing.
///
/// The rest of a level opens as one batch where it is ten or more; fewer open with the rest of a neighbour (low with
/// medium, medium with the smaller of its two, high with medium), and with all levels while those are under ten too.
pub fn at_close(waiting: &BTreeMap<Stratum, usize>) -> Vec<Together> {
    let rest = |level: Stratum| waiting.get(&level).copied().unwrap_or(0);
    let total: usize = waiting.values().sum();
    if total < BATCH {
        return Vec::new();
    }
    let few: Vec<Stratum> =
        Stratum::ALL.iter().copied().filter(|level| (1..BATCH).contains(&rest(*level))).collect();
    let mut merged: Vec<Stratum> = Vec::new();
    for level in few {
        if merged.contains(&level) {
            continue;
        }
        merged.push(level);
        for neighbour in neighbours(level, rest) {
            if merged.iter().map(|level| rest(*level)).sum::<usize>() >= BATCH {
                break;
            }
            if !merged.contains(&neighbour) {
                merged.push(neighbour);
            }
        }
    }
    let batch = |levels: &[Stratum], level| Together {
        from: levels.iter().map(|level| (*level, rest(*level))).filter(|(_, count)| *count > 0).collect(),
        level,
    };
    let alone = Stratum::ALL.iter().filter(|level| !merged.contains(level) && rest(**level) > 0);
    let mut batches: Vec<Together> = alone.map(|level| batch(&[*level], Some(*level))).collect();
    if !merged.is_empty() {
        batches.push(batch(&merged, None));
    }
    batches
}

/// Whom a level with too few is opened with, in the order they are asked.
fn neighbours(level: Stratum, rest: impl Fn(Stratum) -> usize) -> Vec<Stratum> {
    let (low, medium, high) = (Stratum::Low, Stratum::Medium, Stratum::High);
    let present = |one: Stratum, other: Stratum| match (rest(one), rest(other)) {
        (0, _) => [other, one],
        (_, 0) => [one, other],
        (first, second) if second < first => [other, one],
        _ => [one, other],
    };
    let mut order = match level {
        Stratum::Low => vec![medium, high],
        Stratum::High => vec![medium, low],
        Stratum::Medium => present(low, high).to_vec(),
        Stratum::None => vec![low, medium, high],
    };
    order.push(Stratum::None);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waiting(low: usize, medium: usize, high: usize, none: usize) -> BTreeMap<Stratum, usize> {
        [(Stratum::Low, low), (Stratum::Medium, medium), (Stratum::High, high), (Stratum::None, none)].into()
    }

    #[test]
    fn a_level_with_few_opens_with_its_neighbour_and_says_no_level() {
        let batches = at_close(&waiting(4, 12, 15, 0));
        assert_eq!(
            batches,
            [
                Together { from: vec![(Stratum::High, 15)], level: Some(Stratum::High) },
                Together { from: vec![(Stratum::Low, 4), (Stratum::Medium, 12)], level: None },
            ]
        );
        let smaller = at_close(&waiting(15, 3, 11, 0));
        assert_eq!(smaller[1].from, [(Stratum::Medium, 3), (Stratum::High, 11)]);
        let third = at_close(&waiting(3, 3, 12, 0));
        assert_eq!(third.len(), 1);
        assert_eq!((third[0].size(), third[0].level), (18, None));
        assert!(at_close(&waiting(3, 3, 3, 0)).is_empty());
        assert_eq!(at_close(&waiting(3, 3, 4, 0)).len(), 1);
    }

    proptest! {
        #[test]
        fn no_batch_is_under_ten_and_nobody_is_left(low in 0_usize..25, medium in 0_usize..25, high in 0_usize..25, none in 0_usize..25) {
            let waiting = waiting(low, medium, high, none);
            let batches = at_close(&waiting);
            let total: usize = waiting.values().sum();
            let opened: usize = batches.iter().map(Together::size).sum();
            prop_assert_eq!(opened, if total < BATCH { 0 } else { total });
            for batch in &batches {
                prop_assert!(batch.size() >= BATCH, "{:?}", batches);
                prop_assert_eq!(batch.from.len() == 1 && batch.level.is_some(), batch.level.is_some());
            }
        }

        #[test]
        fn while_it_runs_ten_or_more_stay_hidden(waiting in 0_usize..200) {
            let left = waiting - ready(waiting) * BATCH;
            prop_assert!(ready(waiting) == 0 || (BATCH..ENOUGH).contains(&left), "{} leaves {}", waiting, left);
        }
    }
}
