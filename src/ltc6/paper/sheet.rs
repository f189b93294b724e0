//! A form as it is keyed: one key an answer.

use serde::{Deserialize, Serialize};

use super::LONGEST_TEXT;
use crate::ltc6::answers::{Answers, Fields, MOST_BYTES, tidy};
use crate::ltc6::campaign::Stratum;
use crate::ltc6::instrument::LTC6;
use crate::page::Mistakes;
use crate::stored_as_text;

stored_as_text! {
    /// What is keyed with one key.
    Asked { Level = "level", Respondent = "respondent", Q1 = "q1", Q2 = "q2", Q3 = "q3", Q4 = "q4", Q5 = "q5", Q6 = "q6" }
}

/// Fields of a sheet that are keyed as text.
pub const TEXTS: [&str; 2] = ["improve_text", "confidence_text"];

impl Asked {
    /// Each key with the word that is kept for it and what the form says; a blank is taken too, as nothing marked.
    pub fn keys(self) -> Vec<(char, &'static str, String)> {
        let own = |key, word, says: &str| (key, word, says.to_owned());
        match self {
            Asked::Level => {
                vec![own('l', "low", "low"), own('m', "medium", "medium"), own('h', "high", "high")]
            }
            Asked::Respondent => {
                vec![own('p', "person", "the person"), own('c', "carer", "somebody who cares for them")]
            }
            _ => {
                let at = Asked::ALL.iter().position(|asked| *asked == self).unwrap_or_default() - 2;
                let options = LTC6.scored[at].options.iter().zip(["0", "1", "2", "3"]);
                let options =
                    options.map(|(option, word)| (word.as_bytes()[0].into(), word, option.label.clone()));
                options.chain([own('m', "M", "more than one marked")]).collect()
            }
        }
    }

    /// As the form puts it.
    pub fn label(self) -> String {
        match self {
            Asked::Level => "Level of need, as the form is marked".into(),
            Asked::Respondent => "Who answered".into(),
            _ => {
                let at = Asked::ALL.iter().position(|asked| *asked == self).unwrap_or_default() - 2;
                format!("{}. {}", at + 1, LTC6.scored[at].text)
            }
        }
    }

    /// What a page says of a word that is kept.
    fn says(self, word: &str) -> String {
        let known = self.keys().into_iter().find(|(_, kept, _)| *kept == word);
        known.map_or_else(
            || "Nothing marked".into(),
            |(key, _, says)| if key.is_ascii_digit() { format!("{key}, {says}") } else { says },
        )
    }
}

/// A form without a code, as keyed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sheet {
    /// Blank where the form is not marked.
    pub level: String,
    #[serde(flatten)]
    pub fields: Fields,
}

/// A field that two keyers read differently.
pub struct Difference {
    pub field: &'static str,
    pub label: String,
    /// What each says, in words.
    pub first: String,
    pub second: String,
}

impl Sheet {
    /// The words kept for the keys that were pressed; what is none of them is a mistake, and stays as typed.
    pub fn of_keys(mut typed: Sheet, mistakes: &mut Mistakes) -> Sheet {
        for asked in Asked::ALL {
            let key = typed.of(asked.word()).trim().to_lowercase();
            let known = asked.keys().into_iter().find(|(each, _, _)| key == each.to_string());
            match known {
                Some((_, word, _)) => typed.put(asked.word(), word),
                None if key.is_empty() || key == "x" => typed.put(asked.word(), ""),
                None => {
                    let keys: Vec<String> =
                        asked.keys().iter().map(|(each, _, _)| each.to_string()).collect();
                    let message = format!("Key one of {}, or nothing: {}", keys.join(" "), asked.label());
                    mistakes.add(asked.word(), message);
                }
            }
        }
        for field in TEXTS {
            let text = tidy(typed.of(field));
            if text.chars().count() > LONGEST_TEXT || text.len() > MOST_BYTES {
                mistakes
                    .add(field, "The text is too long to be kept. Shorten it to 2,000 characters or fewer");
            }
            typed.put(field, &text);
        }
        typed
    }

    /// The level, as boxes know it.
    pub fn stratum(&self) -> Stratum {
        Stratum::from_word(&self.level).unwrap_or(Stratum::None)
    }

    pub fn answers(&self) -> Answers {
        self.fields.answers()
    }

    /// The value of a field by its name.
    pub fn of(&self, field: &str) -> &str {
        match field {
            "level" => &self.level,
            "respondent" => &self.fields.respondent,
            "improve_text" => &self.fields.improve_text,
            "confidence_text" => &self.fields.confidence_text,
            _ => {
                let at = field.strip_prefix('q').and_then(|at| at.parse::<usize>().ok()).unwrap_or(1);
                self.fields.scores()[at - 1]
            }
        }
    }

    pub fn put(&mut self, field: &str, value: &str) {
        if field == "level" {
            value.clone_into(&mut self.level);
        } else {
            self.fields.put(field, value);
        }
    }

    /// The marks in a line: `3 2 – M 0 1`, with a word where something was written.
    pub fn in_short(&self) -> String {
        let marks: Vec<&str> =
            self.fields.scores().into_iter().map(|mark| if mark.is_empty() { "–" } else { mark }).collect();
        let wrote = if self.answers().wrote() { ", and words" } else { "" };
        format!("{}{wrote}", marks.join(" "))
    }

    /// Where another reading differs; spaces and line ends alone are no difference.
    pub fn differences(&self, other: &Sheet) -> Vec<Difference> {
        let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let asked = Asked::ALL.iter().filter(|asked| self.of(asked.word()) != other.of(asked.word()));
        let asked = asked.map(|asked| Difference {
            field: asked.word(),
            label: asked.label(),
            first: asked.says(self.of(asked.word())),
            second: asked.says(other.of(asked.word())),
        });
        let says = |text: &str| if text.is_empty() { "Nothing written".to_owned() } else { text.to_owned() };
        let texts = TEXTS.iter().zip(&LTC6.free_text);
        let texts = texts.filter(|(field, _)| even(self.of(field)) != even(other.of(field)));
        let texts = texts.map(|(field, question)| Difference {
            field,
            label: question.text.clone(),
            first: says(self.of(field)),
            second: says(other.of(field)),
        });
        asked.chain(texts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ltc6::answers::Mark;

    fn keyed(keys: [&str; 8]) -> (Sheet, Mistakes) {
        let mut sheet = Sheet::default();
        for (asked, key) in Asked::ALL.iter().zip(keys) {
            sheet.put(asked.word(), key);
        }
        let mut mistakes = Mistakes::new();
        (Sheet::of_keys(sheet, &mut mistakes), mistakes)
    }

    #[test]
    fn one_key_an_answer_in_any_case_and_x_skips() {
        let (sheet, mistakes) = keyed(["H", "c", "0", "3", "m", "x", "", "2"]);
        assert!(mistakes.is_empty());
        assert_eq!((sheet.stratum(), sheet.fields.respondent.as_str()), (Stratum::High, "carer"));
        let marks = [Some(Mark::Zero), Some(Mark::Three), Some(Mark::Unclear), None, None, Some(Mark::Two)];
        assert_eq!(sheet.answers().marks, marks);
        assert_eq!(sheet.in_short(), "0 3 M – – 2");
    }

    #[test]
    fn a_key_that_means_nothing_is_told_and_stays_as_typed() {
        let (sheet, mistakes) = keyed(["3", "", "4", "", "", "", "", "33"]);
        let fields: Vec<String> = mistakes.iter().map(|mistake| mistake.field.to_string()).collect();
        assert_eq!(fields, ["level", "q1", "q6"]);
        assert_eq!((sheet.level.as_str(), sheet.fields.q6.as_str()), ("3", "33"));
    }

    #[test]
    fn only_what_differs_is_shown_in_the_words_of_the_form() {
        let (mut first, _) = keyed(["h", "p", "0", "3", "1", "1", "1", "2"]);
        let (mut second, _) = keyed(["h", "p", "0", "", "1", "1", "1", "2"]);
        first.put("improve_text", "More  time\nplease");
        second.put("improve_text", "More time please");
        let differences = first.differences(&second);
        assert_eq!(differences.len(), 1);
        assert_eq!((differences[0].field, differences[0].second.as_str()), ("q2", "Nothing marked"));
        assert_eq!(differences[0].first, "3, Almost always");
    }
}
