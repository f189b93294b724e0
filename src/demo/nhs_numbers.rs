//! NHS numbers from the range kept for testing, 999 000 0000 to 999 999 9999.

use super::draw::Chance;

/// The valid numbers of the test range, less 999 999 9999, whose digits are all one.
pub const AVAILABLE: u32 = 909_090;

/// `count` different valid numbers (at most `AVAILABLE`), scattered over the range, lowest first.
pub fn scattered(chance: &mut Chance, count: u32) -> Vec<u64> {
    let mut wanted = count.min(AVAILABLE);
    let mut left = AVAILABLE;
    let mut numbers = Vec::with_capacity(wanted as usize);
    for number in (999_000_000..999_999_999).filter_map(completed) {
        if chance.below(left) < wanted {
            numbers.push(number);
            wanted -= 1;
        }
        left -= 1;
    }
    numbers
}

/// The nine digits with their check digit (modulus 11), or none where the check value is 10.
fn completed(nine: u64) -> Option<u64> {
    let weighted: u64 = (2..=10)
        .zip(std::iter::successors(Some(nine), |rest| Some(rest / 10)))
        .map(|(weight, rest)| weight * (rest % 10))
        .sum();
    match 11 - weighted % 11 {
        10 => None,
        11 => Some(nine * 10),
        check => Some(nine * 10 + check),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_known_numbers() {
        assert_eq!(completed(999_000_100), Some(9_990_001_006));
        assert_eq!(completed(999_000_103), Some(9_990_001_030));
        assert_eq!(completed(943_476_591), Some(9_434_765_919));
        assert_eq!(completed(999_000_000), None);
    }

    #[test]
    fn the_range_can_be_used_up() {
        let all = scattered(&mut Chance::seeded(1), AVAILABLE);
        assert_eq!(all.len(), AVAILABLE as usize);
        assert!(all.is_sorted_by(|a, b| a < b));
    }
}
