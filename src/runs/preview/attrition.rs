//! How many people each condition of a criterion leaves out.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::lanes::Lanes;
use super::packed::Packed;
use super::program::{Place, Program};
use super::side::{Scope, Side};
use super::{Cancelled, go_on};
use crate::criteria::expression::Expression;
use crate::criteria::reading::Reading;

/// The parts of a criterion that must all be true, and whom each leaves out. As placing reads them, what is not known is no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attrition {
    /// People in scope.
    pub of: u64,
    /// The parts in the order of the text; a criterion of one part has one.
    pub parts: Vec<Loss>,
    /// People who meet the criterion.
    pub meet: u64,
}

/// Whom one part leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The canonical text of the part.
    pub text: String,
    /// The part in plain English.
    pub reading: String,
    /// People who do not meet it.
    pub fail: u64,
    /// Of them, people for whom it is not known.
    pub not_known: u64,
    /// People who meet every other part.
    pub fail_only_this: u64,
    /// People who meet the parts before it and not this one.
    pub removed: u64,
    /// People who meet it and the parts before it.
    pub left: u64,
}

/// Counts whom the parts of a criterion leave out, among the people in scope of a side.
///
/// # Errors
/// Where it was cancelled meanwhile.
pub fn attrition(
    people: &Packed,
    side: Side<'_>,
    criterion: &Expression,
    cancelled: &AtomicBool,
) -> Result<Attrition, Cancelled> {
    let parts = parts(criterion);
    let (mut program, in_scope) = (Program::over(people), Scope::of(side.rules));
    let places: Vec<Place> = parts.iter().map(|part| program.add(part)).collect();
    let mut found = Attrition { of: 0, parts: parts.iter().map(nobody).collect(), meet: 0 };
    let mut answers = Vec::new();
    for practice in people.practices() {
        let declared = (side.declared)(practice.id);
        for block in practice.blocks.clone() {
            go_on(cancelled)?;
            program.run(block, declared, &mut answers);
            let scope = in_scope.among(people, block);
            found.of += scope.count();
            let (mut left, mut failed, mut failed_twice) = (scope, Lanes::NONE, Lanes::NONE);
            for (place, loss) in places.iter().zip(&mut found.parts) {
                let fails = scope & !answers[*place].provisionally;
                loss.fail += fails.count();
                loss.not_known += (fails & answers[*place].maybe).count();
                loss.removed += (left & fails).count();
                left &= !fails;
                loss.left += left.count();
                failed_twice |= failed & fails;
                failed |= fails;
            }
            for (place, loss) in places.iter().zip(&mut found.parts) {
                loss.fail_only_this += (scope & !answers[*place].provisionally & !failed_twice).count();
            }
            found.meet += left.count();
        }
    }
    Ok(found)
}

/// The parts of a criterion that must all be true.
pub(super) fn parts(criterion: &Expression) -> &[Expression] {
    match criterion {
        Expression::And(parts) => parts,
        whole => std::slice::from_ref(whole),
    }
}

fn nobody(part: &Expression) -> Loss {
    Loss {
        text: part.to_string(),
        reading: Reading::of(part).to_string(),
        fail: 0,
        not_known: 0,
        fail_only_this: 0,
        removed: 0,
        left: 0,
    }
}
