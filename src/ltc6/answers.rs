//! What somebody answers, and how it is packed to one length before it is sealed.

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::stored_as_text;

stored_as_text! {
    /// A mark against a scored question. More than one mark on paper is unclear, and counts as missing.
    Mark { Zero = "0", One = "1", Two = "2", Three = "3", Unclear = "M" }
}

stored_as_text! {
    /// Who answers, where they say so.
    Respondent { Person = "person", Carer = "carer" }
}

/// The scored questions.
pub const SCORED: usize = 6;
/// Bytes of packed answers, whoever gives them.
pub const PACKED: usize = 8_192;
/// The most bytes a text may take: both fit into what is sealed.
pub const MOST_BYTES: usize = 4_000;

impl Mark {
    /// 0 to 3; none where the mark is unclear.
    pub fn score(self) -> Option<u8> {
        match self {
            Mark::Zero => Some(0),
            Mark::One => Some(1),
            Mark::Two => Some(2),
            Mark::Three => Some(3),
            Mark::Unclear => None,
        }
    }
}

/// One questionnaire, answered in part or whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Not said where `None`.
    pub respondent: Option<Respondent>,
    /// In the instrument's order; `None` where a question was skipped.
    pub marks: [Option<Mark>; SCORED],
    /// How care could be improved, in the person's words; blank where nothing was written.
    pub improve: String,
    /// What would support them to feel more confident.
    pub confidence: String,
}

impl Answers {
    /// Whether nothing at all was answered.
    pub fn is_blank(&self) -> bool {
        self.marks.iter().all(Option::is_none) && !self.wrote()
    }

    /// Whether something was written in words.
    pub fn wrote(&self) -> bool {
        !self.improve.is_empty() || !self.confidence.is_empty()
    }

    /// All packed answers have one length, so that a sealed one says nothing by its size.
    ///
    /// # Errors
    /// Where a text is longer than [`MOST_BYTES`].
    pub fn pack(&self) -> anyhow::Result<Vec<u8>> {
        let mut packed = Vec::with_capacity(PACKED);
        packed.push(self.respondent.map_or(b'-', |respondent| respondent.word().as_bytes()[0]));
        packed.extend(self.marks.map(|mark| mark.map_or(b'-', |mark| mark.word().as_bytes()[0])));
        for text in [&self.improve, &self.confidence] {
            ensure!(text.len() <= MOST_BYTES, "a text is too long to be sealed");
            packed.extend(u16::try_from(text.len()).context("a text's length")?.to_be_bytes());
            packed.extend(text.as_bytes());
        }
        packed.resize(PACKED, 0);
        Ok(packed)
    }

    /// Reads what [`Answers::pack`] made.
    pub fn unpack(packed: &[u8]) -> anyhow::Result<Answers> {
        ensure!(packed.len() == PACKED, "packed answers have another length");
        let (head, mut rest) = packed.split_at(1 + SCORED);
        let word = |byte: u8| char::from(byte).to_string();
        let respondent = Respondent::ALL.iter().find(|known| known.word().as_bytes()[0] == head[0]).copied();
        let marks = std::array::from_fn(|at| Mark::from_word(&word(head[1 + at])));
        let mut text = || -> anyhow::Result<String> {
            let (length, after) = rest.split_first_chunk::<2>().context("a text without its length")?;
            let (text, after) = after
                .split_at_checked(usize::from(u16::from_be_bytes(*length)))
                .context("a text cut short")?;
            rest = after;
            Ok(std::str::from_utf8(text).context("a text that is none")?.to_owned())
        };
        Ok(Answers { respondent, marks, improve: text()?, confidence: text()? })
    }
}

/// The fields of a form, by the names the design fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Fields {
    pub respondent: String,
    pub q1: String,
    pub q2: String,
    pub q3: String,
    pub q4: String,
    pub q5: String,
    pub q6: String,
    pub improve_text: String,
    pub confidence_text: String,
}

impl Fields {
    /// What is chosen of each scored question, in order.
    pub fn scores(&self) -> [&str; SCORED] {
        [&self.q1, &self.q2, &self.q3, &self.q4, &self.q5, &self.q6]
    }

    /// Puts the value of one field, by its name; whether there is one of that name.
    pub fn put(&mut self, field: &str, value: &str) -> bool {
        let place = match field {
            "respondent" => &mut self.respondent,
            "q1" => &mut self.q1,
            "q2" => &mut self.q2,
            "q3" => &mut self.q3,
            "q4" => &mut self.q4,
            "q5" => &mut self.q5,
            "q6" => &mut self.q6,
            "improve_text" => &mut self.improve_text,
            "confidence_text" => &mut self.confidence_text,
            _ => return false,
        };
        value.clone_into(place);
        true
    }

    /// The answers, texts trimmed; a value no form of ours offers counts as skipped.
    pub fn answers(&self) -> Answers {
        Answers {
            respondent: Respondent::from_word(&self.respondent),
            marks: self.scores().map(Mark::from_word),
            improve: tidy(&self.improve_text),
            confidence: tidy(&self.confidence_text),
        }
    }
}

/// Trimmed, line ends as one sign, other control characters gone.
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.trim().chars().filter(|sign| !sign.is_control() || *sign == '\n').collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answers() -> impl Strategy<Value = Answers> {
        let mark = prop::option::of(prop::sample::select(Mark::ALL));
        let respondent = prop::option::of(prop::sample::select(Respondent::ALL));
        (respondent, prop::array::uniform6(mark), ".{0,900}", "[a-z \u{5d0}\u{1f600}]{0,990}").prop_map(
            |(respondent, marks, improve, confidence)| Answers { respondent, marks, improve, confidence },
        )
    }

    proptest! {
        #[test]
        fn packing_keeps_everything_and_shows_no_length(answers in answers()) {
            let packed = answers.pack().unwrap();
            prop_assert_eq!(packed.len(), PACKED);
            prop_assert_eq!(Answers::unpack(&packed).unwrap(), answers);
        }
    }

    #[test]
    fn the_longest_texts_fit_and_longer_ones_are_refused() {
        let longest = "x".repeat(MOST_BYTES);
        let both = Answers { improve: longest.clone(), confidence: longest.clone(), ..Answers::default() };
        assert_eq!(both.pack().unwrap().len(), PACKED);
        let longer = Answers { improve: longest + "x", ..Answers::default() };
        assert!(longer.pack().is_err());
    }

    #[test]
    fn a_score_that_was_not_offered_is_no_answer() {
        let fields =
            Fields { q1: "4".into(), q2: "2".into(), respondent: "nurse".into(), ..Fields::default() };
        let answers = fields.answers();
        assert_eq!(answers.marks, [None, Some(Mark::Two), None, None, None, None]);
        assert_eq!(answers.respondent, None);
        assert!(Fields { improve_text: " \r\n ".into(), ..Fields::default() }.answers().is_blank());
    }
}
