//! What counts as a reason to see who somebody is.

use crate::page::typed::required_text;

/// The longest reason, in characters.
pub const LONGEST: usize = 1_000;
/// The fewest words: one or two say nothing to those who read it.
pub const FEWEST_WORDS: usize = 3;

/// The reason, or a sentence that says how to mend it.
pub fn check(typed: &str) -> Result<String, String> {
    let reason = required_text("Reason", typed, LONGEST)?;
    let is_word = |word: &&str| word.chars().filter(|sign| sign.is_alphabetic()).count() >= 2;
    match reason.split_whitespace().filter(is_word).count() {
        few if few < FEWEST_WORDS => Err(format!(
            "Reason must have {FEWEST_WORDS} words or more: the person's practice and your auditor read it"
        )),
        _ => Ok(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reason_has_some_words() {
        assert_eq!(check(" Safeguarding enquiry today "), Ok("Safeguarding enquiry today".into()));
        assert_eq!(check("  "), Err("Enter the reason".into()));
        for few in ["urgent", "x y z", "- - - -", "1 2 3 4", "very urgent !"] {
            assert!(check(few).unwrap_err().starts_with("Reason must have 3 words"), "{few}");
        }
        assert!(check(&"word ".repeat(300)).unwrap_err().contains("1000 characters or fewer"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_accepted_again(typed in ".{0,80}") {
            if let Ok(reason) = check(&typed) {
                prop_assert_eq!(check(&reason), Ok(reason));
            }
        }
    }
}
