//! Chance, drawn from one seeded stream, so that the same demo comes out each time.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::TAU;

/// The stream everything in a demo is drawn from.
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// True in `share` of the draws (0 never, 1 always).
    pub fn of(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Evenly between 0 (included) and 1 (left out).
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Evenly from 0 to `count` less one; 0 where `count` is 0.
    pub fn below(&mut self, count: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(count)) >> 32) as u32
    }

    /// Evenly from `from` to `to`, both included.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// One of `choices`, which is not empty.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// From the standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (TAU * self.unit()).cos()
    }

    /// A count of rare events with this mean, which is small (Knuth).
    pub fn events(&mut self, mean: f64) -> u32 {
        let floor = (-mean).exp();
        let mut left = self.unit();
        let mut count = 0;
        while left > floor {
            left *= self.unit();
            count += 1;
        }
        count
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

/// Weights added up, to draw places by.
pub struct Weights(Vec<f64>);

impl Weights {
    /// Takes weights of 0 and above; at least one must be above 0.
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let add = |weight| {
            sum += weight;
            sum
        };
        Self(weights.into_iter().map(add).collect())
    }

    /// The place of one weight, each as likely as it is heavy.
    pub fn draw(&self, chance: &mut Chance) -> usize {
        let total = self.0.last().copied().unwrap_or(0.0);
        let at = chance.unit() * total;
        self.0.partition_point(|&sum| sum <= at).min(self.0.len().saturating_sub(1))
    }
}
