//! What a text of criteria says, and what is doubtful or wrong in it: one expression, or a file of blocks.

use super::asked::Test;
use super::blocks::{self, Block};
use super::diagram::{Diagram, Node};
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
    let position = checked.parsed.positions.first().copied().unwrap_or(Position::START);
    let never = checked.warnings.iter().any(|warning| warning.position == position);
    if !never && all_fall_to_earlier(block, all, scheme) {
        let message =
            "Everybody who meets this falls to a group that is tried earlier. Nobody is placed here.";
        checked.warnings.insert(0, Warning { position, message: message.into() });
    }
    checked
}

/// Whether nobody can meet a home group's criterion without meeting that of a group tried before it.
fn all_fall_to_earlier(block: &Block, all: &[Block], scheme: &Scheme) -> bool {
    let ranked = scheme.in_precedence();
    let Some(place) = ranked.iter().position(|group| group.code == block.group) else {
        return false;
    };
    let earlier: Vec<&Block> =
        all.iter().filter(|other| ranked[..place].iter().any(|group| group.code == other.group)).collect();
    let tests = std::iter::once(&block).chain(&earlier).flat_map(|block| block.parsed.expression.atoms());
    let tests: Vec<Test> = tests.flat_map(|atom| atom.asked().tests).collect();
    let mut diagram = Diagram::over(tests, None);
    let placed_here = || {
        let mut left = diagram.build(&block.parsed.expression, &|_| None)?;
        for other in earlier {
            let taken = diagram.build(&other.parsed.expression, &|_| None)?;
            left = diagram.choose(taken, Node::NEVER, left)?;
        }
        Ok::<Node, super::diagram::TooLarge>(left)
    };
    placed_here() == Ok(Node::NEVER)
}
