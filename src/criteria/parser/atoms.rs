//! The smallest parts of an expression: what one fact, or several registers, are asked.

use super::Parser;
use crate::criteria::conditions::Condition;
use crate::criteria::expression::{Atom, Choice, Comparison, Hundredths};
use crate::criteria::facts::{Flag, Level, Quantity, Sex};
use crate::criteria::mistake::Mistake;
use crate::criteria::tokens::{Token, excerpt};
use crate::criteria::words;

impl Parser<'_> {
    pub(super) fn atom(&mut self, word: &str) -> Result<Atom, Mistake> {
        if let Some(flag) = Flag::of_word(word) {
            self.advance();
            return self.flag(flag);
        }
        if let Some(quantity) = Quantity::of_word(word) {
            self.advance();
            return self.number(quantity);
        }
        match word {
            "condition" => self.condition(),
            "sex" => self.choice("sex", &Sex::ALL, Sex::word).map(Atom::Sex),
            "level_of_need" => self.choice("level_of_need", &Level::ALL, Level::word).map(Atom::LevelOfNeed),
            "and" | "or" => Err(self.mistake(format!("A condition is missing before \"{word}\"."))),
            _ => Err(self.mistake(words::unknown(word))),
        }
    }

    fn flag(&mut self, flag: Flag) -> Result<Atom, Mistake> {
        match self.token() {
            Token::Sign(_) | Token::Word("is" | "in") => {
                let word = flag.word();
                Err(self.mistake(format!("{word} is yes or no by itself. Write {word}, or not {word}.")))
            }
            _ => Ok(Atom::Flag(flag)),
        }
    }

    fn number(&mut self, quantity: Quantity) -> Result<Atom, Mistake> {
        let word = quantity.word();
        let Token::Sign(comparison) = self.token() else {
            return Err(self.mistake(match self.token() {
                Token::Word("between" | "in") => format!("Write {word} >= … and {word} <= … for a span."),
                _ => format!("A comparison is missing after {word}. Write it like {word} >= 1."),
            }));
        };
        self.advance();
        let Token::Number(number) = self.token() else {
            let message =
                format!("A number is missing after {word} {}. Write it in digits.", comparison.sign());
            return Err(self.mistake(message));
        };
        check(quantity, number).map_err(|message| self.mistake(message))?;
        self.advance();
        Ok(Atom::Number(quantity, comparison, number))
    }

    fn condition(&mut self) -> Result<Atom, Mistake> {
        self.advance();
        if self.accept(Token::Word("in")) {
            return self.list("condition in", Parser::code).map(Atom::AnyCondition);
        }
        let opened = self.position();
        if self.token() != Token::Open {
            return Err(self.mistake("Write condition(\"DM\"), or condition in (\"DM\", \"COPD\")."));
        }
        self.open("condition")?;
        if self.token() == Token::Close {
            return Err(self.mistake("A code is missing. Write it like condition(\"DM\")."));
        }
        let code = self.code()?;
        if self.token() == Token::Comma {
            return Err(self.mistake("For several codes write condition in (\"DM\", \"COPD\")."));
        }
        self.close(opened)?;
        Ok(Atom::Condition(code))
    }

    fn code(&mut self) -> Result<Condition, Mistake> {
        match self.token() {
            Token::Quoted(code) => {
                let condition =
                    Condition::of_code(code).ok_or_else(|| self.mistake(words::unknown_code(code)))?;
                self.advance();
                Ok(condition)
            }
            Token::Word(code) => {
                Err(self.mistake(format!("Put the code in double quotes: \"{}\".", excerpt(code))))
            }
            _ => Err(self.mistake("A code is missing here. Write it in double quotes, like \"DM\".")),
        }
    }

    fn choice<T: Copy>(
        &mut self,
        word: &str,
        values: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<Choice<T>, Mistake> {
        self.advance();
        let value = |parser: &mut Self| {
            let typed = match parser.token() {
                Token::Quoted(typed) | Token::Word(typed) => typed,
                _ => return Err(parser.mistake(words::no_value(word, values, name))),
            };
            let found = values.iter().copied().find(|value| name(*value) == typed);
            let found =
                found.ok_or_else(|| parser.mistake(words::unknown_value(typed, word, values, name)))?;
            parser.advance();
            Ok(found)
        };
        match self.token() {
            Token::Sign(Comparison::Equal) => {
                self.advance();
                value(self).map(Choice::Is)
            }
            Token::Sign(Comparison::NotEqual) => {
                self.advance();
                value(self).map(Choice::IsNot)
            }
            Token::Word("in") => {
                self.advance();
                self.list(&format!("{word} in"), value).map(Choice::In)
            }
            Token::Word("not") => Err(self.mistake(format!("Put not first: not {word} in (…)."))),
            _ => Err(self
                .mistake(format!("{word} takes =, != and in (…). {}", words::no_value(word, values, name)))),
        }
    }
}

fn check(quantity: Quantity, number: Hundredths) -> Result<(), String> {
    let whole = match quantity {
        Quantity::Age => Some("An age"),
        Quantity::LtcCount | Quantity::UnplannedAdmissions => Some("A count"),
        Quantity::YearsSinceCancerTreatment => Some("A number of years"),
        Quantity::RiskScore | Quantity::AnnualCost => None,
    };
    if let Some(what) = whole.filter(|_| !number.0.is_multiple_of(100)) {
        return Err(format!("{what} is a whole number. Write {} or {}.", number.0 / 100, number.0 / 100 + 1));
    }
    match quantity {
        Quantity::Age if number > Hundredths::whole(130) => Err("An age is 130 at most.".into()),
        Quantity::YearsSinceCancerTreatment if number > Hundredths::whole(120) => {
            Err("A number of years is 120 at most.".into())
        }
        _ => Ok(()),
    }
}
