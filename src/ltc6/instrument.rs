//! The LTC6 questionnaire, word for word as the Year of Care guide prints it (annex 2.3).

use std::sync::LazyLock;

use serde::Deserialize;

/// The questionnaire as data.
#[derive(Clone, Debug, Deserialize)]
pub struct Instrument {
    pub stem: String,
    pub source: String,
    pub scored: Vec<Scored>,
    pub free_text: Vec<FreeText>,
}

/// A question with four options, from least to most.
#[derive(Clone, Debug, Deserialize)]
pub struct Scored {
    pub no: u8,
    pub key: String,
    pub field: String,
    pub text: String,
    pub options: Vec<Choice>,
}

/// An option and the score its place stands for.
#[derive(Clone, Debug, Deserialize)]
pub struct Choice {
    pub score: u8,
    pub label: String,
}

/// A question answered in words.
#[derive(Clone, Debug, Deserialize)]
pub struct FreeText {
    pub no: u8,
    pub field: String,
    pub text: String,
}

/// The one there is.
pub static LTC6: LazyLock<Instrument> = LazyLock::new(|| {
    serde_json::from_str(include_str!("instrument.json")).expect("the instrument is data of ours")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_questions_of_four_options_and_two_in_words() {
        let fields: Vec<&str> = LTC6.scored.iter().map(|question| question.field.as_str()).collect();
        assert_eq!(fields, ["q1", "q2", "q3", "q4", "q5", "q6"]);
        for question in &LTC6.scored {
            let scores: Vec<u8> = question.options.iter().map(|option| option.score).collect();
            assert_eq!(scores, [0, 1, 2, 3], "{}", question.text);
        }
        assert_eq!(LTC6.free_text.len(), 2);
    }
}
