//! From text to an [`Expression`]. Errors say where and how to mend it; nothing typed can exhaust the stack.

mod advice;
mod atoms;

use super::expression::{Expression, Hundredths};
use super::mistake::{Mistake, Position};
use super::tokens::{Token, tokens};

/// Brackets and parts may be nested so deep.
pub const DEEPEST: usize = 200;
/// The longest text, in bytes.
pub const LONGEST: usize = 100_000;

/// An expression and where its parts stand in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub expression: Expression,
    /// One for the expression and each part, in the order in which [`Expression::parts`] visits them: a whole, then its
    /// parts.
    pub positions: Vec<Position>,
}

/// Reads one expression.
pub fn parse(text: &str) -> Result<Parsed, Mistake> {
    if text.len() > LONGEST {
        return Err(Mistake::new(Position::START, "The text is longer than 100 kB. Shorten it."));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, nots: 0, positions: Vec::new() };
    if parser.token() == Token::End {
        let nothing = "There is nothing here. Write a condition, such as age >= 75.";
        return Err(Mistake::new(Position::START, nothing));
    }
    let expression = parser.either()?;
    match parser.token() {
        Token::End => Ok(Parsed { expression, positions: parser.positions }),
        _ => Err(parser.mistake(parser.after_the_end())),
    }
}

struct Parser<'a> {
    tokens: &'a [(Token<'a>, Position)],
    at: usize,
    depth: usize,
    nots: usize,
    positions: Vec<Position>,
}

impl<'a> Parser<'a> {
    fn token(&self) -> Token<'a> {
        self.tokens[self.at].0
    }

    fn position(&self) -> Position {
        self.tokens[self.at].1
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn accept(&mut self, wanted: Token<'_>) -> bool {
        let found = self.token() == wanted;
        if found {
            self.advance();
        }
        found
    }

    fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake::new(self.position(), message)
    }

    fn either(&mut self) -> Result<Expression, Mistake> {
        self.chain("or", Parser::both, Expression::Or)
    }

    fn both(&mut self) -> Result<Expression, Mistake> {
        self.chain("and", Parser::negated, Expression::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression, Mistake>,
        whole: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, Mistake> {
        let (place, position) = (self.positions.len(), self.position());
        let first = part(self)?;
        if self.token() != Token::Word(word) {
            return Ok(first);
        }
        self.positions.insert(place, position);
        let mut parts = vec![first];
        while self.accept(Token::Word(word)) {
            parts.push(part(self)?);
        }
        Ok(whole(parts))
    }

    fn negated(&mut self) -> Result<Expression, Mistake> {
        let position = self.position();
        if self.token() != Token::Word("not") {
            return self.part();
        }
        if self.nots == DEEPEST {
            return Err(self.mistake(too_deep()));
        }
        self.advance();
        self.nots += 1;
        self.positions.push(position);
        let part = self.negated()?;
        self.nots -= 1;
        Ok(Expression::Not(Box::new(part)))
    }

    fn part(&mut self) -> Result<Expression, Mistake> {
        let word = match self.token() {
            Token::Open => return self.bracketed(),
            Token::Word(word) => word,
            other => return Err(self.mistake(self.no_condition(other))),
        };
        match word {
            "any" => self.any_of(),
            "at" => self.at_least(),
            _ => {
                self.positions.push(self.position());
                self.atom(word).map(Expression::Atom)
            }
        }
    }

    /// Takes an opening bracket, one level deeper.
    fn open(&mut self, before: &str) -> Result<(), Mistake> {
        if self.token() != Token::Open {
            return Err(self.mistake(format!("An opening bracket is missing after {before}.")));
        }
        if self.depth == DEEPEST {
            return Err(self.mistake(too_deep()));
        }
        self.depth += 1;
        self.advance();
        Ok(())
    }

    fn close(&mut self, opened: Position) -> Result<(), Mistake> {
        self.depth -= 1;
        match self.token() {
            Token::Close => {
                self.advance();
                Ok(())
            }
            Token::End => {
                Err(Mistake::new(opened, "This bracket is not closed. Put a ) where the part ends."))
            }
            _ => Err(self.mistake(self.after_the_end())),
        }
    }

    fn bracketed(&mut self) -> Result<Expression, Mistake> {
        let opened = self.position();
        self.open("")?;
        if self.token() == Token::Close {
            return Err(
                self.mistake("Nothing stands in these brackets. Put a condition there or delete them.")
            );
        }
        let inside = self.either()?;
        self.close(opened)?;
        Ok(inside)
    }

    /// A bracketed list with a comma between items.
    fn list<T>(
        &mut self,
        before: &str,
        item: impl Fn(&mut Self) -> Result<T, Mistake>,
    ) -> Result<Vec<T>, Mistake> {
        let opened = self.position();
        self.open(before)?;
        if self.token() == Token::Close {
            return Err(self
                .mistake(format!("The list after {before} is empty. Put something between the brackets.")));
        }
        let mut items = vec![item(self)?];
        while self.accept(Token::Comma) {
            if self.token() == Token::Close {
                return Err(
                    self.mistake("Something is missing after the last comma, or the comma is one too many.")
                );
            }
            items.push(item(self)?);
        }
        if !matches!(self.token(), Token::Close | Token::End | Token::Sign(_)) {
            return Err(self.mistake("A comma or a closing bracket is missing before this."));
        }
        self.close(opened)?;
        Ok(items)
    }

    fn any_of(&mut self) -> Result<Expression, Mistake> {
        self.positions.push(self.position());
        self.advance();
        self.keyword("of", "Write any of (…), with the parts between the brackets.")?;
        Ok(Expression::AnyOf(self.list("any of", Parser::either)?))
    }

    fn at_least(&mut self) -> Result<Expression, Mistake> {
        let form = "Write at least 2 of (…), with the parts between the brackets.";
        self.positions.push(self.position());
        self.advance();
        self.keyword("least", form)?;
        let position = self.position();
        let Token::Number(Hundredths(number)) = self.token() else {
            return Err(self.mistake(form));
        };
        self.advance();
        self.keyword("of", form)?;
        if number == 0 {
            return Err(Mistake::new(position, "At least 0 of the parts is always met. Write 1 or more."));
        }
        if !number.is_multiple_of(100) {
            return Err(Mistake::new(position, "At least how many is a whole number. Write 1, 2 and so on."));
        }
        let parts = self.list("of", Parser::either)?;
        match usize::try_from(number / 100) {
            Ok(least) if least <= parts.len() => Ok(Expression::AtLeast(least, parts)),
            _ => {
                let (asked, given) = (Hundredths(number), parts.len());
                let some = if given == 1 { "part stands" } else { "parts stand" };
                let message = format!(
                    "At least {asked} can never be met: {given} {some} in the list. Write {given} or fewer."
                );
                Err(Mistake::new(position, message))
            }
        }
    }

    fn keyword(&mut self, word: &str, form: &str) -> Result<(), Mistake> {
        if self.accept(Token::Word(word)) { Ok(()) } else { Err(self.mistake(form)) }
    }
}

fn too_deep() -> String {
    format!("Brackets and parts are nested more than {DEEPEST} deep. Take some away.")
}
