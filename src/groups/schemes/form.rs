//! A step of an edit as it is typed.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use crate::groups::scheme::{CancerMode, SupplementaryCare};
use crate::money::Pence;
use crate::page::{Mistakes, typed};

/// One form of the edit page; which of them was sent is `step`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct StepForm {
    #[serde(default)]
    pub step: String,
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub new_code: String,
    #[serde(default)]
    pub new_label: String,
    #[serde(default)]
    pub new_description: String,
    #[serde(default)]
    pub cancer: String,
    #[serde(default)]
    pub co_ordination: String,
    #[serde(default)]
    pub amount: String,
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub version: String,
}

impl StepForm {
    /// The step, or what is wrong with it.
    pub fn edit(&self) -> Result<Edit, Mistakes> {
        let code = self.code.clone();
        Ok(match &*self.step {
            "rename" => {
                Edit::Rename { code, label: self.label.clone(), description: self.description.clone() }
            }
            "add" => Edit::Add {
                code: self.new_code.clone(),
                label: self.new_label.clone(),
                description: self.new_description.clone(),
            },
            "retire" => Edit::Retire { code },
            "restore" => Edit::Restore { code },
            "earlier" => Edit::Earlier { code },
            "later" => Edit::Later { code },
            "cancer" => match CancerMode::of_word(&self.cancer) {
                Some(mode) => Edit::Cancer(mode),
                None => return Err(Mistakes::of_one("cancer", "Choose where people with cancer stand")),
            },
            "supplementary" => Edit::SupplementaryCare(SupplementaryCare {
                co_ordination: self.co_ordination.clone(),
                amount: typed_amount(&self.amount).map_err(|why| Mistakes::of_one("amount", why))?,
            }),
            _ => return Err(Mistakes::of_one("", "Choose what to change. Nothing is changed yet.")),
        })
    }

    /// The step in words, for the page of a stale form.
    pub fn in_words(&self) -> String {
        let code = &self.code;
        match &*self.step {
            "rename" => format!("Call {code} {}: {}", self.label, self.description),
            "add" => format!("Add {} as {}: {}", self.new_code, self.new_label, self.new_description),
            "retire" => format!("Retire {code}"),
            "restore" => format!("Take {code} up again"),
            "earlier" => format!("Try {code} one place earlier"),
            "later" => format!("Try {code} one place later"),
            "cancer" => format!("Cancer: {}", self.cancer),
            _ => format!("Supplementary care: {}, {}", self.co_ordination, self.amount),
        }
    }

    pub fn fields(&self) -> Vec<(String, String)> {
        typed::fields(self)
    }
}

/// Pounds, with or without pence, as people type them; blank is none.
fn typed_amount(text: &str) -> Result<Option<Pence>, String> {
    let mend = || "Enter an amount in pounds, for example 1,200 or 1200.50, or leave it blank".to_owned();
    let plain: String =
        text.chars().filter(|sign| !matches!(sign, ',' | '£') && !sign.is_whitespace()).collect();
    if plain.is_empty() {
        return if text.trim().is_empty() { Ok(None) } else { Err(mend()) };
    }
    let (pounds, pence) = plain.split_once('.').unwrap_or((&plain, "00"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    if !are_digits(pounds) || !are_digits(pence) || pence.len() != 2 || pounds.len() > 9 {
        return Err(mend());
    }
    let whole: i64 = pounds.parse().map_err(|_| mend())?;
    let odd: i64 = pence.parse().map_err(|_| mend())?;
    Ok(Some(Pence(whole * 100 + odd)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        let read = |text: &str| typed_amount(text);
        assert_eq!(read(" £1,200 "), Ok(Some(Pence(120_000))));
        assert_eq!(read("1200.50"), Ok(Some(Pence(120_050))));
        assert_eq!(read("  "), Ok(None));
        for wrong in ["-5", "1.5", "£", "1e5", "12345678901", "one"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
