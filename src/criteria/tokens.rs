//! A text of criteria cut into its words, numbers, quoted codes and signs.

use super::expression::{Comparison, Hundredths};
use super::mistake::{Mistake, Position};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Number(Hundredths),
    Sign(Comparison),
    Open,
    Close,
    Comma,
    End,
}

/// Every token with its place; `End` is last, right after the last word.
pub fn tokens(text: &str) -> Result<Vec<(Token<'_>, Position)>, Mistake> {
    let mut cutter = Cutter { rest: text, position: Position::START };
    let mut found = Vec::new();
    loop {
        let after_last = cutter.position;
        cutter.skip_space();
        let position = cutter.position;
        match cutter.next()? {
            Token::End => {
                found.push((Token::End, after_last));
                return Ok(found);
            }
            token => found.push((token, position)),
        }
    }
}

struct Cutter<'a> {
    rest: &'a str,
    position: Position,
}

impl<'a> Cutter<'a> {
    fn skip_space(&mut self) {
        while let Some(sign) =
            self.rest.chars().next().filter(|sign| sign.is_whitespace() || *sign == '\u{feff}')
        {
            self.take(sign.len_utf8());
        }
    }

    /// Takes `bytes` off the front, which must end on a character.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        for sign in taken.chars() {
            match sign {
                '\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                '\u{feff}' => {}
                _ => self.position.column += 1,
            }
        }
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|sign| !belongs(sign)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn next(&mut self) -> Result<Token<'a>, Mistake> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(Token::End);
        };
        match first {
            '(' => Ok(self.single(Token::Open)),
            ')' => Ok(self.single(Token::Close)),
            ',' => Ok(self.single(Token::Comma)),
            '"' => self.quoted(),
            '=' | '<' | '>' | '!' => self.sign(),
            digit if digit.is_ascii_digit() => self.number(),
            letter if letter.is_alphabetic() || letter == '_' => {
                Ok(Token::Word(self.take_while(|sign| sign.is_alphanumeric() || sign == '_')))
            }
            other => Err(Mistake::new(self.position, advice(other, self.rest))),
        }
    }

    fn single(&mut self, token: Token<'a>) -> Token<'a> {
        self.take(1);
        token
    }

    fn sign(&mut self) -> Result<Token<'a>, Mistake> {
        let position = self.position;
        let signs = self.take_while(|sign| matches!(sign, '=' | '<' | '>' | '!'));
        if let Some(found) = Comparison::ALL.into_iter().find(|comparison| comparison.sign() == signs) {
            return Ok(Token::Sign(found));
        }
        let advice = match signs {
            "==" => "Write = once.",
            "<>" | "=!" => "Write != for is not.",
            "=>" => "Write >= for at least.",
            "=<" => "Write <= for at most.",
            "!" => "Write the word \"not\" in its place.",
            _ => "The comparisons are = != < <= > and >=.",
        };
        Err(Mistake::new(position, format!("{} is no comparison. {advice}", excerpt(signs))))
    }

    fn quoted(&mut self) -> Result<Token<'a>, Mistake> {
        let position = self.position;
        self.take(1);
        let inside = self.take_while(|sign| sign != '"' && sign != '\n');
        if !self.rest.starts_with('"') {
            return Err(Mistake::new(
                position,
                "This quote is not closed on its line. Put a \" after the code.",
            ));
        }
        self.take(1);
        Ok(Token::Quoted(inside))
    }

    fn number(&mut self) -> Result<Token<'a>, Mistake> {
        let position = self.position;
        let whole = self.take_while(|sign| sign.is_ascii_digit());
        let mut part = "";
        if self.rest.starts_with('.') {
            self.take(1);
            part = self.take_while(|sign| sign.is_ascii_digit());
            if part.is_empty() {
                return Err(Mistake::new(position, "A digit is missing after the point. Write 12 or 12.5."));
            }
        }
        if part.len() > 2 {
            return Err(Mistake::new(position, "A number has two decimals at most. Write 12.5 or 12.55."));
        }
        let digits = whole.trim_start_matches('0');
        if digits.len() > 10 {
            return Err(Mistake::new(position, "This number is too large. The largest is 9999999999.99."));
        }
        let hundredths = format!("{digits}{part:0<2}").parse().expect("twelve digits at most fit");
        Ok(Token::Number(Hundredths(hundredths)))
    }
}

fn advice(sign: char, rest: &str) -> String {
    let before_digit = rest[sign.len_utf8()..].starts_with(|next: char| next.is_ascii_digit());
    match sign {
        '-' | '+' | '\u{2212}' if before_digit => format!("Numbers have no sign. Leave out the {sign}."),
        '.' if before_digit => "A number begins with a digit. Write 0.5, not .5.".into(),
        '£' | '$' | '€' => format!("Leave out the {sign}. annual_cost is in pounds."),
        '%' => "Leave out the %. Numbers stand alone.".into(),
        '\'' | '‘' | '’' | '“' | '”' | '„' | '`' => {
            format!("Codes stand in straight double quotes, as in condition(\"DM\"), not in {sign}.")
        }
        '≥' => "Write >= for at least.".into(),
        '≤' => "Write <= for at most.".into(),
        '≠' => "Write != for is not.".into(),
        '&' => "Write the word \"and\", not &.".into(),
        '|' => "Write the word \"or\", not |.".into(),
        '~' | '¬' => format!("Write the word \"not\" in place of {sign}."),
        '[' | ']' | '{' | '}' => format!("Brackets are round. Write ( or ), not {sign}."),
        '-' | '\u{2010}'..='\u{2014}' => {
            "A dash has no meaning here. Words are joined with _ , as in ltc_count.".into()
        }
        sign if sign.is_control() => "There is a control character here. Delete it.".into(),
        sign => format!("The sign {sign} has no meaning in criteria. Delete it."),
    }
}

/// What was typed, short enough to stand in a sentence.
pub fn excerpt(typed: &str) -> String {
    const LONGEST: usize = 40;
    match typed.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &typed[..end]),
        None => typed.to_owned(),
    }
}
