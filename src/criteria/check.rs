//! What a text of criteria says, and what is doubtful or wrong in it: one expression, or a file of blocks.

use super::asked::Test;
use super::blocks::{self, Block};
use super::diagram::{Diagram, Node};
use super::expression::Expression;
use super::mistake::{Mistake, Position, Warning};
use super::parser::{Parsed, parse};
use super::reading::Reading;
use super::warnings::warnings;
use crate::groups::scheme::Scheme;

/// A criterion that is well formed.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The group of its block; a lone expression has none.
    pub group: Option<String>,
    pub parsed: Parsed,
    pub reading: Reading,
    pub warnings: Vec<Warning>,
}

/// Checks one expression, or a file of blocks against the groups of a scheme.
pub fn check(text: &str, scheme: &Scheme) -> Result<Vec<Checked>, Vec<Mistake>> {
    if blocks::is_blocks(text) {
        let blocks = blocks::read(text, scheme)?;
        Ok(blocks.iter().map(|block| checked_block(block, &blocks, scheme)).collect())
    } else {
        let parsed = parse(text).map_err(|mistake| vec![mistake])?;
        Ok(vec![checked(None, parsed)])
    }
}

fn checked(group: Option<String>, parsed: Parsed) -> Checked {
    let (reading, warnings) = (Reading::of(&parsed.expression), warnings(&parsed));
    Checked { group, parsed, reading, warnings }
}

fn checked_block(block: &Block, all: &[Block], scheme: &Scheme) -> Checked {
    let mut checked = checked(Some(block.group.clone()), block.parsed.clone());
    let position = start(&checked.parsed);
    let never = checked.warnings.iter().any(|warning| warning.position == position);
    let all: Vec<Criterion<'_>> =
        all.iter().map(|block| (block.group.as_str(), &block.parsed.expression)).collect();
    if !never && all_fall_to_earlier((&block.group, &block.parsed.expression), &all, scheme) {
        checked.warnings.insert(0, Warning { position, message: ALL_FALL_TO_EARLIER.into() });
    }
    checked
}

const ALL_FALL_TO_EARLIER: &str =
    "Everybody who meets this falls to a group that is tried earlier. Nobody is placed here.";

/// A group's code and criterion.
pub type Criterion<'a> = (&'a str, &'a Expression);

/// The doubts about the criterion of a group, alone and beside those of the other groups.
pub fn doubts(parsed: &Parsed, group: &str, others: &[Criterion<'_>], scheme: &Scheme) -> Vec<Warning> {
    let (mut found, position) = (warnings(parsed), start(parsed));
    if found.iter().any(|warning| warning.position == position) {
        return found;
    }
    let others = others.iter().filter(|(code, _)| *code != group);
    let all: Vec<Criterion<'_>> = others.copied().chain([(group, &parsed.expression)]).collect();
    let beside = |message: String| Warning { position, message };
    if all_fall_to_earlier((group, &parsed.expression), &all, scheme) {
        found.insert(0, beside(ALL_FALL_TO_EARLIER.into()));
    }
    let ranked = scheme.in_precedence();
    let after = ranked.iter().skip_while(|one| one.code != group).skip(1);
    for later in after {
        let without: Vec<Criterion<'_>> = all.iter().filter(|(code, _)| *code != group).copied().collect();
        let criterion = all.iter().find(|(code, _)| *code == later.code);
        let Some(criterion) = criterion.filter(|one| all_fall_to_earlier(**one, &all, scheme)) else {
            continue;
        };
        if !all_fall_to_earlier(*criterion, &without, scheme) {
            let label = &later.label;
            found.push(beside(format!(
                "With this nobody is placed in {label} any more: this is tried earlier."
            )));
        }
    }
    found
}

fn start(parsed: &Parsed) -> Position {
    parsed.positions.first().copied().unwrap_or(Position::START)
}

/// Whether nobody can meet a home group's criterion without meeting that of a group tried before it.
fn all_fall_to_earlier((group, criterion): Criterion<'_>, all: &[Criterion<'_>], scheme: &Scheme) -> bool {
    let ranked = scheme.in_precedence();
    let Some(place) = ranked.iter().position(|one| one.code == group) else {
        return false;
    };
    let is_earlier = |code: &str| ranked[..place].iter().any(|one| one.code == code);
    let earlier: Vec<&Expression> =
        all.iter().filter(|(code, _)| is_earlier(code)).map(|(_, criterion)| *criterion).collect();
    let tests = std::iter::once(&criterion).chain(&earlier).flat_map(|criterion| criterion.atoms());
    let tests: Vec<Test> = tests.flat_map(|atom| atom.asked().tests).collect();
    let mut diagram = Diagram::over(tests, None);
    let placed_here = || {
        let mut left = diagram.build(criterion, &|_| None)?;
        for other in earlier {
            let taken = diagram.build(other, &|_| None)?;
            left = diagram.choose(taken, Node::NEVER, left)?;
        }
        Ok::<Node, super::diagram::TooLarge>(left)
    };
    placed_here() == Ok(Node::NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_leaves_nobody_or_is_left_nobody_says_so() {
        let parsed = |text: &str| parse(text).unwrap();
        let (old, healthy) = (parsed("age >= 75").expression, parsed("age >= 80").expression);
        let messages = |group: &str, text: &str, others: &[Criterion<'_>]| {
            let doubts = doubts(&parsed(text), group, others, Scheme::shipped());
            doubts.into_iter().map(|doubt| doubt.message).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(messages("LTC_75", "age >= 75 and dementia", &[("HEALTHY_75", &healthy)]), "");
        let swallows = messages("LTC_75", "age >= 75", &[("HEALTHY_75", &healthy), ("LTC_75", &healthy)]);
        assert!(
            swallows.contains("nobody is placed in Mostly healthy people aged 75 and over"),
            "{swallows}"
        );
        let swallowed = messages("HEALTHY_75", "age >= 80", &[("LTC_75", &old)]);
        assert!(swallowed.contains("falls to a group that is tried earlier"), "{swallowed}");
    }
}
