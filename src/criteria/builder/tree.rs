//! The changes to an expression as a tree, by the places of its parts.

use super::path::Path;
use super::{CannotEdit, Edited};
use crate::criteria::expression::Expression;
use crate::criteria::outline::Group;

/// A group's kind apart from its parts.
#[derive(Clone, Copy)]
enum Shape {
    And,
    Or,
    AnyOf,
    AtLeast(usize),
}

impl Shape {
    fn apart(expression: Expression) -> Result<(Shape, Vec<Expression>), CannotEdit> {
        match expression {
            Expression::And(parts) => Ok((Shape::And, parts)),
            Expression::Or(parts) => Ok((Shape::Or, parts)),
            Expression::AnyOf(parts) => Ok((Shape::AnyOf, parts)),
            Expression::AtLeast(least, parts) => Ok((Shape::AtLeast(least), parts)),
            Expression::Atom(_) | Expression::Not(_) => Err(CannotEdit::NoGroup),
        }
    }

    /// The group of these parts: nothing of none, and of one the part itself where the language cannot say otherwise.
    fn whole(self, mut parts: Vec<Expression>) -> Option<Expression> {
        match (self, parts.len()) {
            (_, 0) => None,
            (Shape::And | Shape::Or, 1) => parts.pop(),
            (Shape::And, _) => Some(Expression::And(parts)),
            (Shape::Or, _) => Some(Expression::Or(parts)),
            (Shape::AnyOf, _) => Some(Expression::AnyOf(parts)),
            (Shape::AtLeast(least), most) => Some(Expression::AtLeast(least.clamp(1, most), parts)),
        }
    }
}

/// A new group.
fn grouped(group: Group, mut parts: Vec<Expression>) -> Result<Expression, CannotEdit> {
    match (group, parts.len()) {
        (_, 0) => Err(CannotEdit::NoSuchPart),
        (Group::All, 1) => Err(CannotEdit::OneOfAll),
        (Group::All, _) => Ok(Expression::And(parts)),
        (Group::Any, _) => Ok(Expression::AnyOf(parts)),
        (Group::AtLeast(least), most) if (1..=most).contains(&least) => Ok(Expression::AtLeast(least, parts)),
        (Group::AtLeast(least), parts) => Err(CannotEdit::TooMany { least, parts }),
        (Group::Not, 1) => Ok(Expression::Not(Box::new(parts.remove(0)))),
        (Group::Not, _) => Ok(Expression::Not(Box::new(Expression::AnyOf(parts)))),
    }
}

/// The whole with one part changed; groups that are left with too few parts go with it.
pub(super) fn change(whole: Expression, places: &[usize], make: impl FnOnce(Expression) -> Edited) -> Edited {
    let Some((place, below)) = places.split_first() else { return make(whole) };
    match whole {
        Expression::Not(part) if *place == 0 => {
            Ok(change(*part, below, make)?.map(|part| Expression::Not(Box::new(part))))
        }
        whole => {
            let (shape, mut parts) = Shape::apart(whole).map_err(|_| CannotEdit::NoSuchPart)?;
            if *place >= parts.len() {
                return Err(CannotEdit::NoSuchPart);
            }
            let part = change(parts.remove(*place), below, make)?;
            parts.splice(*place..*place, part);
            Ok(shape.whole(parts))
        }
    }
}

/// The whole with the parts of one group changed.
fn change_parts(
    whole: Expression,
    group: &Path,
    make: impl FnOnce(&mut Vec<Expression>) -> Result<(), CannotEdit>,
) -> Edited {
    change(whole, group.places(), |whole| {
        let (shape, mut parts) = Shape::apart(whole)?;
        make(&mut parts)?;
        Ok(shape.whole(parts))
    })
}

pub(super) fn add(draft: Expression, to: &Path, part: Expression) -> Edited {
    let there = to.within(&draft)?;
    if Shape::apart(there.clone()).is_ok() {
        return change_parts(draft, to, |parts| {
            parts.push(part);
            Ok(())
        });
    }
    let beside = to.parent().filter(|(group, _)| group.within(&draft).is_ok_and(holds_several));
    match beside {
        Some((group, place)) => change_parts(draft, &group, |parts| {
            parts.insert(place + 1, part);
            Ok(())
        }),
        None => change(draft, to.places(), |there| Ok(Some(Expression::And(vec![there, part])))),
    }
}

pub(super) fn holds_several(expression: &Expression) -> bool {
    !matches!(expression, Expression::Atom(_) | Expression::Not(_))
}

pub(super) fn swap(
    draft: Expression,
    at: &Path,
    at_the_end: CannotEdit,
    other: impl FnOnce(usize) -> Option<usize>,
) -> Edited {
    at.within(&draft)?;
    let (group, place) = at.parent().ok_or(CannotEdit::Outermost)?;
    if !holds_several(group.within(&draft)?) {
        return Err(at_the_end);
    }
    change_parts(draft, &group, |parts| {
        let other = other(place).filter(|other| *other < parts.len()).ok_or(at_the_end)?;
        parts.swap(place, other);
        Ok(())
    })
}

pub(super) fn regroup(draft: Expression, at: &Path, group: Group) -> Edited {
    change(draft, at.places(), |whole| {
        let (_, parts) = Shape::apart(whole)?;
        grouped(group, parts).map(Some)
    })
}

pub(super) fn wrap(
    draft: Expression,
    at: &Path,
    further: usize,
    with: Option<Expression>,
    group: Group,
) -> Edited {
    if further == 0 {
        return change(draft, at.places(), |part| {
            grouped(group, std::iter::once(part).chain(with).collect()).map(Some)
        });
    }
    let (above, place) = at.parent().ok_or(CannotEdit::Outermost)?;
    change_parts(draft, &above, |parts| {
        let last = place.checked_add(further).filter(|last| *last < parts.len());
        let last = last.ok_or(CannotEdit::NoSuchPart)?;
        let inside = parts.drain(place..=last).chain(with).collect();
        parts.insert(place, grouped(group, inside)?);
        Ok(())
    })
}

pub(super) fn move_into(draft: Expression, at: &Path) -> Edited {
    at.within(&draft)?;
    let (above, place) = at.parent().ok_or(CannotEdit::Outermost)?;
    let before = place.checked_sub(1).ok_or(CannotEdit::NoGroupBefore)?;
    if !holds_several(inside_nots(above.part(before).within(&draft)?)) {
        return Err(CannotEdit::NoGroupBefore);
    }
    change_parts(draft, &above, |parts| {
        let moved = parts.remove(place);
        let group = std::mem::replace(&mut parts[before], Expression::And(Vec::new()));
        parts[before] = with_last(group, moved)?;
        Ok(())
    })
}

/// What is said not to be so.
pub(super) fn inside_nots(expression: &Expression) -> &Expression {
    match expression {
        Expression::Not(part) => inside_nots(part),
        other => other,
    }
}

fn with_last(group: Expression, part: Expression) -> Result<Expression, CannotEdit> {
    if let Expression::Not(inner) = group {
        return Ok(Expression::Not(Box::new(with_last(*inner, part)?)));
    }
    let (shape, mut parts) = Shape::apart(group)?;
    parts.push(part);
    shape.whole(parts).ok_or(CannotEdit::NoGroup)
}

pub(super) fn move_out(draft: Expression, at: &Path) -> Edited {
    let moved = at.within(&draft)?.clone();
    let (mut group, _) = at.parent().ok_or(CannotEdit::Outermost)?;
    // A group in which several can stand, above the one it leaves.
    let (above, place) = loop {
        let (above, place) = group.parent().ok_or(CannotEdit::Outermost)?;
        if holds_several(above.within(&draft)?) {
            break (above, place);
        }
        group = above;
    };
    let below = &at.places()[above.places().len() + 1..];
    change_parts(draft, &above, |parts| {
        let left = change(parts.remove(place), below, |_| Ok(None))?;
        parts.splice(place..place, left.into_iter().chain([moved]));
        Ok(())
    })
}

pub(super) fn unwrap(draft: Expression, at: &Path) -> Edited {
    let there = at.within(&draft)?;
    match there.parts() {
        [] => Err(CannotEdit::NoGroup),
        [only] => {
            let only = only.clone();
            change(draft, at.places(), |_| Ok(Some(only)))
        }
        several => {
            let several = several.to_vec();
            let (above, place) = at.parent().ok_or(CannotEdit::Outermost)?;
            if !holds_several(above.within(&draft)?) {
                return Err(CannotEdit::Outermost);
            }
            change_parts(draft, &above, |parts| {
                parts.splice(place..=place, several);
                Ok(())
            })
        }
    }
}
