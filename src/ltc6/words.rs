//! What the patient's pages say, a file a language: English is built in, others and easy read stand in a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::instrument::LTC6;

/// The texts of one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// As `lang` says it: `en-GB`, `cy`, `en-GB-x-easy`.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: Direction,
    /// What the language calls itself.
    pub name: String,
    texts: BTreeMap<String, String>,
    /// The instrument in this language; left out in English, which has the instrument's own words.
    #[serde(default)]
    instrument: Option<Questions>,
}

/// Which way a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Ltr,
    Rtl,
}

impl Direction {
    pub fn word(self) -> &'static str {
        match self {
            Direction::Ltr => "ltr",
            Direction::Rtl => "rtl",
        }
    }
}

/// The questionnaire's own words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    pub stem: String,
    pub scored: Vec<Scored>,
    pub free_text: Vec<String>,
}

/// A question and its four options, from least to most.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    pub text: String,
    pub options: Vec<String>,
}

impl Words {
    fn read(text: &str) -> anyhow::Result<Words> {
        Ok(serde_json::from_str(text)?)
    }

    fn english() -> Words {
        let mut words = Words::read(include_str!("../../texts/ltc6/en-GB.json"))
            .expect("the English texts are data of ours");
        let scored = LTC6.scored.iter().map(|question| Scored {
            text: question.text.clone(),
            options: question.options.iter().map(|option| option.label.clone()).collect(),
        });
        let free_text = LTC6.free_text.iter().map(|question| question.text.clone()).collect();
        words.instrument = Some(Questions { stem: LTC6.stem.clone(), scored: scored.collect(), free_text });
        words
    }

    /// A text by its key; keys are checked when a file is read.
    pub fn say(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// A text with what stands in braces filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        values
            .iter()
            .fold(self.say(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    pub fn instrument(&self) -> &Questions {
        self.instrument.as_ref().expect("every language has its questions: checked as it is read")
    }

    fn check(&self, english: &Words) -> anyhow::Result<()> {
        for (key, text) in &english.texts {
            let own = self.texts.get(key).with_context(|| format!("the text {key:?} is missing"))?;
            for name in braces(text) {
                ensure!(own.contains(name), "the text {key:?} leaves {name} out");
            }
        }
        if let Some(unknown) = self.texts.keys().find(|key| !english.texts.contains_key(*key)) {
            anyhow::bail!("the text {unknown:?} stands on no page");
        }
        let questions = self.instrument.as_ref().context("the questions are missing: \"instrument\"")?;
        ensure!(questions.scored.len() == LTC6.scored.len(), "there are six scored questions");
        ensure!(questions.scored.iter().all(|question| question.options.len() == 4), "each has four options");
        ensure!(questions.free_text.len() == LTC6.free_text.len(), "there are two questions in words");
        Ok(())
    }
}

/// What stands in braces in a text.
fn braces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('}')
        .filter_map(|part| part.find('{').map(|at| &part[at..]))
        .filter(|name| name.ends_with('}'))
}

/// The languages offered, English first.
#[derive(Clone, Debug)]
pub struct Languages(Arc<Vec<Arc<Words>>>);

impl Languages {
    /// English alone.
    pub fn english() -> Languages {
        Languages(Arc::new(vec![Arc::new(Words::english())]))
    }

    /// English, and each `*.json` of a folder, by file name.
    ///
    /// # Errors
    /// A sentence that names the file and what it lacks.
    pub fn read(folder: &Path) -> anyhow::Result<Languages> {
        let english = Words::english();
        let listed = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
        let mut files: Vec<_> = listed.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let mut languages = vec![Arc::new(english.clone())];
        for file in files {
            let text = std::fs::read_to_string(&file)?;
            let words = Words::read(&text).and_then(|words| words.check(&english).map(|()| words));
            let words = words.with_context(|| format!("the texts of {} cannot be used", file.display()))?;
            languages.retain(|known| known.language != words.language);
            languages.push(Arc::new(words));
        }
        Ok(Languages(Arc::new(languages)))
    }

    /// All of them, English first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Words>> {
        self.0.iter()
    }

    /// The language of that name, or English.
    pub fn of(&self, language: &str) -> Arc<Words> {
        let known = self.0.iter().find(|words| words.language == language);
        known.or(self.0.first()).expect("there is English").clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_whole() {
        let english = Words::english();
        english.check(&english).unwrap();
        assert_eq!(english.instrument().scored[5].options[3], "Very confident");
    }

    #[test]
    fn a_language_that_lacks_a_text_is_refused_with_its_name() {
        let english = Words::english();
        let mut other = english.clone();
        other.texts.remove("start.title");
        assert!(other.check(&english).unwrap_err().to_string().contains("start.title"));
        let mut other = english.clone();
        other.texts.insert("question.of".into(), "Question".into());
        assert!(other.check(&english).unwrap_err().to_string().contains("{number}"));
        let mut other = english.clone();
        other.texts.insert("start.tittle".into(), String::new());
        assert!(other.check(&english).unwrap_err().to_string().contains("start.tittle"));
    }
}
