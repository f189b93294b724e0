//! A file of criteria: blocks of `group CODE` and an expression on one or more lines, a blank line between blocks.

use super::expression::Expression;
use super::mistake::{Mistake, Position};
use super::parser::{Parsed, parse};
use super::tokens::excerpt;
use crate::groups::scheme::Scheme;

/// One group's criterion, with places counted in the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub group: String,
    pub parsed: Parsed,
}

/// Whether a text is a file of blocks rather than one expression.
pub fn is_blocks(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').split_whitespace().next() == Some("group")
}

/// Reads a file of blocks, in the order of the file. Every block that is wrong says so.
pub fn read(text: &str, scheme: &Scheme) -> Result<Vec<Block>, Vec<Mistake>> {
    let (mut blocks, mut mistakes): (Vec<Block>, Vec<Mistake>) = (Vec::new(), Vec::new());
    let mut first_lines: Vec<(String, usize)> = Vec::new();
    for (line, lines) in paragraphs(text) {
        match block(line, &lines, scheme, &first_lines) {
            Ok(block) => {
                first_lines.push((block.group.clone(), line));
                blocks.push(block);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if blocks.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::new(
            Position::START,
            "There is nothing here. Begin a block with group and its code.",
        ));
    }
    if mistakes.is_empty() { Ok(blocks) } else { Err(mistakes) }
}

/// Runs of lines that are not blank, each with the number of its first line.
fn paragraphs(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut found: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut open = false;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.trim().is_empty(), open) {
            (true, _) => open = false,
            (false, true) => found.last_mut().expect("a paragraph is open").1.push(line),
            (false, false) => {
                found.push((at + 1, vec![line]));
                open = true;
            }
        }
    }
    found
}

fn block(line: usize, lines: &[&str], scheme: &Scheme, before: &[(String, usize)]) -> Result<Block, Mistake> {
    let (group, place) = head(line, lines[0], scheme)?;
    if let Some((_, first)) = before.iter().find(|(known, _)| *known == group) {
        let message = format!("{group} already has a block, on line {first}. Keep one of them.");
        return Err(Mistake::new(place, message));
    }
    if lines.len() == 1 {
        let message = format!("{group} has no criterion. Write one on the next line, such as age >= 75.");
        return Err(Mistake::new(Position { line: line + 1, column: 1 }, message));
    }
    let moved = |position: Position| Position { line: position.line + line, ..position };
    let mut parsed = parse(&lines[1..].join("\n"))
        .map_err(|mistake| Mistake { position: moved(mistake.position), ..mistake })?;
    parsed.positions.iter_mut().for_each(|position| *position = moved(*position));
    Ok(Block { group, parsed })
}

/// The code of a block's first line, and where it stands.
fn head(line: usize, head: &str, scheme: &Scheme) -> Result<(String, Position), Mistake> {
    let words = words(line, head);
    match *words {
        [("group", _), (code, place)] => match scheme.group(code) {
            Some(_) => Ok((code.to_owned(), place)),
            None => Err(Mistake::new(place, unknown_group(code, scheme))),
        },
        [("group", place)] => {
            Err(Mistake::new(place, "The code of the group is missing. Write it like group LTC_75."))
        }
        [("group", _), _, (_, place), ..] => {
            let message = "Only the group's code stands on this line. Put the criterion on the next one.";
            Err(Mistake::new(place, message))
        }
        _ => {
            let place = words.first().map_or(Position { line, column: 1 }, |(_, place)| *place);
            let message = "A block begins with group and its code. Blank lines stand between blocks only.";
            Err(Mistake::new(place, message))
        }
    }
}

fn unknown_group(code: &str, scheme: &Scheme) -> String {
    let upper = code.to_uppercase();
    if scheme.group(&upper).is_some() {
        return format!("Codes of groups are upper case. Write {upper}.");
    }
    let codes: Vec<&str> = scheme.groups().iter().map(|group| &*group.code).collect();
    let which = if scheme == Scheme::shipped() { "the shipped scheme" } else { "the locality's scheme" };
    format!("{} is no group of {which}. The codes are {}.", excerpt(code), codes.join(", "))
}

/// The words of a line, each with its place.
fn words(line: usize, text: &str) -> Vec<(&str, Position)> {
    let mut found: Vec<(&str, Position)> = Vec::new();
    let (mut column, mut begins) = (0, None);
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        column += 1;
        match (sign.is_whitespace(), begins) {
            (false, None) => begins = Some((at, column)),
            (true, Some((start, column))) => {
                found.push((&text[start..at], Position { line, column }));
                begins = None;
            }
            _ => {}
        }
    }
    found
}

/// The text of a file of blocks, in group order.
pub fn print<'a>(scheme: &Scheme, criterion: impl Fn(&str) -> Option<&'a Expression>) -> String {
    let blocks: Vec<String> = scheme
        .groups()
        .iter()
        .filter_map(|group| Some(format!("group {}\n{}\n", group.code, criterion(&group.code)?)))
        .collect();
    blocks.join("\n")
}
