//! Crockford's base 32 with Luhn's check sign, for what people read out and type: pseudonyms and codes.

/// The 32 signs, without I, L, O and U.
pub const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a typed sign stands for: any case, I and L for 1, O for 0. `None` for any other character.
pub fn value(sign: char) -> Option<u8> {
    let sign = match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    SIGNS.iter().position(|known| char::from(*known) == sign).and_then(|at| u8::try_from(at).ok())
}

/// Values below 32 as their signs.
pub fn text(values: &[u8]) -> String {
    values.iter().map(|value| char::from(SIGNS[usize::from(*value)])).collect()
}

/// Luhn's check value modulo 32, the rightmost value weighing two.
pub fn check(values: &[u8]) -> u8 {
    let sum: u32 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(at, value)| {
            let weighed = u32::from(*value) * if at % 2 == 0 { 2 } else { 1 };
            weighed / 32 + weighed % 32
        })
        .sum();
    u8::try_from((32 - sum % 32) % 32).expect("below 32")
}

/// Whether the last value is the check value of those before it.
pub fn is_right(values: &[u8]) -> bool {
    values.split_last().is_some_and(|(last, body)| check(body) == *last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(text: &str) -> char {
        let values: Vec<u8> = text.chars().map(|sign| value(sign).unwrap()).collect();
        char::from(SIGNS[usize::from(check(&values))])
    }

    #[test]
    fn the_published_examples_have_their_check_signs() {
        assert_eq!(sign("000000000"), '0');
        assert_eq!(sign("7K3F92QD4"), 'J');
    }

    #[test]
    fn every_single_wrong_sign_is_found() {
        let right: Vec<u8> = "7K3F92QD4J".chars().map(|sign| value(sign).unwrap()).collect();
        assert!(is_right(&right));
        for at in 0..right.len() {
            for other in (0..32).filter(|other| *other != right[at]) {
                let mut wrong = right.clone();
                wrong[at] = other;
                assert!(!is_right(&wrong), "{}", text(&wrong));
            }
        }
    }
}
