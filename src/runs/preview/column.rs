//! A number for each person, a plane of bits for each of its binary places, so that 512 people are compared at a time.

use super::lanes::{BLOCK, Lanes};

#[derive(Debug, Default)]
pub struct Column {
    known: Vec<Lanes>,
    /// Below 0, which no number of the language is.
    below: Vec<Lanes>,
    /// From the lowest place; as many as the largest number needs.
    places: Vec<Vec<Lanes>>,
    least: Option<u64>,
    most: u64,
}

impl Column {
    /// Makes room for another block of people, of whom nothing is known.
    pub fn grow(&mut self) {
        for plane in [&mut self.known, &mut self.below].into_iter().chain(&mut self.places) {
            plane.push(Lanes::NONE);
        }
    }

    /// Sets the number of a person of whom nothing was known.
    pub fn put(&mut self, slot: usize, value: i64) {
        let (block, lane) = (slot / BLOCK, slot % BLOCK);
        self.known[block].set(lane);
        let Ok(value) = u64::try_from(value) else {
            self.below[block].set(lane);
            return;
        };
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = self.most.max(value);
        for place in 0..(64 - value.leading_zeros()) as usize {
            if place == self.places.len() {
                self.places.push(vec![Lanes::NONE; self.known.len()]);
            }
            if value >> place & 1 != 0 {
                self.places[place][block].set(lane);
            }
        }
    }

    /// How many planes it has.
    pub fn planes(&self) -> usize {
        2 + self.places.len()
    }

    /// The least and the greatest number that is not below 0.
    pub fn span(&self) -> Option<(u64, u64)> {
        self.least.map(|least| (least, self.most))
    }

    pub fn known(&self, block: usize) -> Lanes {
        self.known[block]
    }

    /// Who has the number `least` or a greater one.
    pub fn at_least(&self, block: usize, least: u64) -> Lanes {
        if least > self.most {
            return Lanes::NONE;
        }
        let known = self.known[block] & !self.below[block];
        if least == 0 {
            return known;
        }
        // The comparison of the lower places, carried upwards.
        self.places.iter().enumerate().fold(known, |met, (place, plane)| match least >> place & 1 {
            0 => met | plane[block],
            _ => met & plane[block],
        })
    }

    /// The number of a person; any below 0 is -1.
    pub fn value(&self, slot: usize) -> Option<i64> {
        let (block, lane) = (slot / BLOCK, slot % BLOCK);
        if !self.known[block].has(lane) {
            return None;
        }
        if self.below[block].has(lane) {
            return Some(-1);
        }
        let bit = |(place, plane): (usize, &Vec<Lanes>)| i64::from(plane[block].has(lane)) << place;
        Some(self.places.iter().enumerate().map(bit).sum())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_column_compares_as_its_numbers_do(
            values in prop::collection::vec(prop::option::of(-3i64..70), 1..40),
            least in 0u64..150,
        ) {
            let mut column = Column::default();
            column.grow();
            for (slot, value) in values.iter().enumerate() {
                value.iter().for_each(|value| column.put(slot, *value));
            }
            let met = column.at_least(0, least);
            for (slot, value) in values.iter().enumerate() {
                prop_assert_eq!(met.has(slot), value.is_some_and(|value| value >= 0 && value as u64 >= least));
                prop_assert_eq!(column.value(slot), value.map(|value| value.max(-1)));
            }
        }
    }
}
