//! What to say where something else was expected.

use super::Parser;
use crate::criteria::conditions::Condition;
use crate::criteria::tokens::{Token, excerpt};
use crate::criteria::words;

impl Parser<'_> {
    /// Why what follows a whole expression cannot stand there.
    pub(super) fn after_the_end(&self) -> String {
        match self.token() {
            Token::Close => "This bracket was never opened. Delete it, or put a ( where the part begins.".into(),
            Token::Comma => "A comma stands only between the parts of a list. Join conditions with \"and\" or \"or\", and write \
                             numbers without commas."
                .into(),
            Token::Sign(_) => {
                "Compare one number at a time. Write a span like age >= 16 and age <= 74.".into()
            }
            Token::Word(word) => words::lower_case(word)
                .unwrap_or_else(|| format!("Write \"and\" or \"or\" before {}.", excerpt(word))),
            Token::Open => "Write \"and\" or \"or\" before this bracket.".into(),
            Token::Quoted(_) | Token::Number(_) | Token::End => {
                "Write \"and\" or \"or\" between two conditions; a number or code stands after what it is compared with.".into()
            }
        }
    }

    /// Why a condition cannot begin here.
    pub(super) fn no_condition(&self, token: Token<'_>) -> String {
        match token {
            Token::End => "A condition is missing at the end. Write one, or delete the last word.".into(),
            Token::Close | Token::Comma => "A condition is missing before this sign.".into(),
            Token::Number(_) => "A number stands after what is compared with it, as in age >= 75.".into(),
            Token::Quoted(code) if Condition::of_code(code).is_some() => {
                format!("Write condition(\"{code}\").")
            }
            Token::Quoted(_) => "A quoted code stands after condition, sex or level_of_need.".into(),
            Token::Sign(_) => "What is compared is missing before this sign. Write it like age >= 75.".into(),
            Token::Word(_) | Token::Open => "A condition is missing here.".into(),
        }
    }
}
