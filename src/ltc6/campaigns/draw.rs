//! Drawing a sample: at random, and the same again from the same seed and register.
//!
//! People are taken in the order of their pseudonyms. ChaCha20, with SHA-256 of "seed/level" as its key, gives each of
//! them a number of 64 bits, and those with the smallest numbers are drawn. Nothing else decides, so that whoever has the
//! seed and the register of that day can draw the sample again.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

use crate::ltc6::campaign::Stratum;

/// Somebody who can be drawn, within their stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligible {
    pub person_id: i64,
    pub pseudonym: String,
    pub by_email: bool,
}

/// Draws so many of a stratum, or all where there are no more.
pub fn draw(seed: &str, stratum: Stratum, mut people: Vec<Eligible>, wanted: usize) -> Vec<Eligible> {
    people.sort_by(|one, other| one.pseudonym.cmp(&other.pseudonym));
    let key: [u8; 32] = Sha256::digest(format!("{seed}/{}", stratum.word())).into();
    let mut numbers = ChaCha20Rng::from_seed(key);
    let mut drawn: Vec<(u64, Eligible)> =
        people.into_iter().map(|person| (numbers.next_u64(), person)).collect();
    drawn.sort_by(|(one, a), (other, b)| (one, &a.pseudonym).cmp(&(other, &b.pseudonym)));
    drawn.truncate(wanted);
    drawn.into_iter().map(|(_, person)| person).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn people(count: i64) -> Vec<Eligible> {
        (0..count)
            .map(|id| Eligible { person_id: id, pseudonym: format!("P-{id:08}"), by_email: id % 3 == 0 })
            .collect()
    }

    fn ids(drawn: &[Eligible]) -> BTreeSet<i64> {
        drawn.iter().map(|person| person.person_id).collect()
    }

    proptest! {
        #[test]
        fn the_same_seed_and_register_draw_the_same_people(
            seed in "[0-9A-Z]{8}", count in 0i64..300, wanted in 0usize..350, turned in any::<bool>(),
        ) {
            let all = people(count);
            let mut again = all.clone();
            if turned {
                again.reverse();
            }
            let drawn = draw(&seed, Stratum::Low, all.clone(), wanted);
            prop_assert_eq!(drawn.len(), wanted.min(all.len()));
            prop_assert_eq!(ids(&drawn).len(), drawn.len(), "nobody twice");
            prop_assert_eq!(&drawn, &draw(&seed, Stratum::Low, again, wanted), "whatever order they came in");
            let larger = draw(&seed, Stratum::Low, all, wanted + 10);
            prop_assert!(ids(&drawn).is_subset(&ids(&larger)), "a larger sample holds the smaller");
        }
    }

    #[test]
    fn everybody_has_about_the_same_chance_and_each_seed_and_level_draws_others() {
        let mut times = [0u32; 40];
        for seed in 0..2_000 {
            for person in draw(&seed.to_string(), Stratum::High, people(40), 10) {
                times[usize::try_from(person.person_id).unwrap()] += 1;
            }
        }
        assert!(times.iter().all(|times| (400..=600).contains(times)), "500 each, give or take: {times:?}");
        let of = |seed: &str, stratum| ids(&draw(seed, stratum, people(200), 50));
        assert_ne!(of("A", Stratum::Low), of("B", Stratum::Low));
        assert_ne!(of("A", Stratum::Low), of("A", Stratum::High));
    }

    /// The algorithm is fixed: a later version of ours or of a library must draw what was drawn.
    #[test]
    fn a_recorded_sample_is_drawn_again_by_later_versions() {
        let drawn = draw("7K3F92QD", Stratum::Medium, people(30), 5);
        let mut known: Vec<i64> = drawn.iter().map(|person| person.person_id).collect();
        known.sort_unstable();
        assert_eq!(known, [7, 16, 19, 21, 24], "as an implementation of ChaCha20 of its own gives");
    }
}
