//! Which parts of two expressions belong together: the pairing with the fewest lines that differ.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::tree::Tree;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::outline::{Group, Kind};

/// How one part becomes another.
pub enum Plan {
    Same,
    /// A condition on the same fact.
    Changed,
    Replaced,
    /// A group whose parts are paired.
    Aligned(Vec<Step>),
    /// The part became this part of a new group.
    WrappedAround(usize),
    /// Of the group this part is left.
    UnwrappedTo(usize),
}

/// What becomes of the parts of a group, one after the other.
pub enum Step {
    Both(usize, usize),
    Removed(usize),
    Added(usize),
    Moved(usize),
}

/// The weight of a line that is removed or added. A line that is changed weighs less than both together.
const LINE: usize = 4;
/// So many pairs of parts are weighed against each other; what is beyond reads as replaced.
const MOST_PAIRS: usize = 200_000;
/// Pairs are weighed so deep inside each other.
const DEEPEST: usize = 150;

pub struct Differ<'a> {
    pub before: &'a Tree<'a>,
    pub after: &'a Tree<'a>,
    plans: HashMap<(usize, usize), (usize, Rc<Plan>)>,
    depth: usize,
}

impl<'a> Differ<'a> {
    pub fn new(before: &'a Tree<'a>, after: &'a Tree<'a>) -> Differ<'a> {
        Differ { before, after, plans: HashMap::new(), depth: 0 }
    }

    pub fn plan(&mut self, before: usize, after: usize) -> Rc<Plan> {
        self.weighed(before, after).1
    }

    fn same(&self, before: usize, after: usize) -> bool {
        self.before.class(before) == self.after.class(after)
    }

    fn weight(&mut self, before: usize, after: usize) -> usize {
        if self.same(before, after) { 0 } else { self.weighed(before, after).0 }
    }

    fn weighed(&mut self, before: usize, after: usize) -> (usize, Rc<Plan>) {
        if let Some((weight, plan)) = self.plans.get(&(before, after)) {
            return (*weight, plan.clone());
        }
        let all = (self.before.size(before) + self.after.size(after)) * LINE;
        let same = self.same(before, after);
        if !same && self.plans.len() >= MOST_PAIRS {
            return (all, Rc::new(Plan::Replaced));
        }
        self.depth += 1;
        let others = if same || self.depth > DEEPEST { Vec::new() } else { self.others(before, after) };
        self.depth -= 1;
        let least = others.into_iter().filter(|(weight, _)| *weight < all).min_by_key(|(weight, _)| *weight);
        let (weight, plan) = if same { (0, Plan::Same) } else { least.unwrap_or((all, Plan::Replaced)) };
        let plan = Rc::new(plan);
        self.plans.insert((before, after), (weight, plan.clone()));
        (weight, plan)
    }

    /// Every way but replacing, the plainest first.
    fn others(&mut self, before: usize, after: usize) -> Vec<(usize, Plan)> {
        let mut ways = Vec::new();
        match (self.before.kind(before), self.after.kind(after)) {
            (Kind::Condition, Kind::Condition) => {
                let (one, other) = (self.before.expression(before), self.after.expression(after));
                ways.extend(likeness(one, other).map(|weight| (weight, Plan::Changed)));
            }
            (Kind::Group(one), Kind::Group(other)) if (one == Group::Not) == (other == Group::Not) => {
                let (weight, steps) = self.aligned(before, after);
                ways.push((weight + usize::from(one != other), Plan::Aligned(steps)));
            }
            _ => {}
        }
        let (old, new) = (self.before, self.after);
        for part in new.parts(after) {
            let others = new.size(after) - new.size(*part);
            ways.push((others * LINE + self.weight(before, *part), Plan::WrappedAround(*part)));
        }
        for part in old.parts(before) {
            let others = old.size(before) - old.size(*part);
            ways.push((others * LINE + self.weight(*part, after), Plan::UnwrappedTo(*part)));
        }
        ways
    }

    /// Pairs the parts of two groups in their order.
    fn aligned(&mut self, before: usize, after: usize) -> (usize, Vec<Step>) {
        let (old, new) = (self.before.parts(before), self.after.parts(after));
        let pairs = || old.iter().zip(new);
        let first = pairs().take_while(|(one, other)| self.same(**one, **other)).count();
        let (old_rest, new_rest) = (&old[first..], &new[first..]);
        let from_the_end = old_rest.iter().rev().zip(new_rest.iter().rev());
        let last = from_the_end.take_while(|(one, other)| self.same(**one, **other)).count();
        let (old_mid, new_mid) = (&old_rest[..old_rest.len() - last], &new_rest[..new_rest.len() - last]);
        let both = |(one, other): (&usize, &usize)| Step::Both(*one, *other);
        let mut steps: Vec<Step> = old[..first].iter().zip(&new[..first]).map(both).collect();
        let (weight, between) = self.paired(old_mid, new_mid);
        steps.extend(self.with_moves(between));
        let ends = old[old.len() - last..].iter().zip(&new[new.len() - last..]);
        steps.extend(ends.map(both));
        (weight, steps)
    }

    fn paired(&mut self, old: &[usize], new: &[usize]) -> (usize, Vec<Step>) {
        let removed = |tree: &Tree<'_>, part: usize| tree.size(part) * LINE;
        if old.len().saturating_mul(new.len()) > MOST_PAIRS {
            let weight = old.iter().map(|part| removed(self.before, *part)).sum::<usize>()
                + new.iter().map(|part| removed(self.after, *part)).sum::<usize>();
            let gone = old.iter().map(|part| Step::Removed(*part));
            return (weight, gone.chain(new.iter().map(|part| Step::Added(*part))).collect());
        }
        // least[i][j]: the least weight of what follows old[i] and new[j].
        let wide = new.len() + 1;
        let mut least = vec![0; (old.len() + 1) * wide];
        for i in (0..=old.len()).rev() {
            for j in (0..=new.len()).rev() {
                let rest = |i: usize, j: usize| least[i * wide + j];
                let gone = old.get(i).map(|part| removed(self.before, *part) + rest(i + 1, j));
                let come = new.get(j).map(|part| removed(self.after, *part) + rest(i, j + 1));
                let both = (i < old.len() && j < new.len()).then(|| rest(i + 1, j + 1));
                let both = both.map(|rest| self.weight(old[i], new[j]) + rest);
                least[i * wide + j] = [gone, come, both].into_iter().flatten().min().unwrap_or(0);
            }
        }
        let (mut i, mut j, mut steps) = (0, 0, Vec::new());
        while i < old.len() || j < new.len() {
            let now = least[i * wide + j];
            let rest = |i: usize, j: usize| least[i * wide + j];
            if i < old.len() && j < new.len() && now == self.weight(old[i], new[j]) + rest(i + 1, j + 1) {
                steps.push(Step::Both(old[i], new[j]));
                (i, j) = (i + 1, j + 1);
            } else if i < old.len()
                && (j == new.len() || now == removed(self.before, old[i]) + rest(i + 1, j))
            {
                steps.push(Step::Removed(old[i]));
                i += 1;
            } else {
                steps.extend(new.get(j).map(|part| Step::Added(*part)));
                j += 1;
            }
        }
        (least[0], steps)
    }

    /// A part removed here and added there has moved.
    fn with_moves(&self, mut steps: Vec<Step>) -> Vec<Step> {
        let mut gone: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, step) in steps.iter().enumerate().rev() {
            if let Step::Removed(part) = step {
                gone.entry(self.before.class(*part)).or_default().push(at);
            }
        }
        let mut taken = HashSet::new();
        for step in &mut steps {
            if let Step::Added(part) = step
                && let Some(at) = gone.get_mut(&self.after.class(*part)).and_then(Vec::pop)
            {
                *step = Step::Moved(*part);
                taken.insert(at);
            }
        }
        let mut at = 0;
        steps.retain(|_| {
            at += 1;
            !taken.contains(&(at - 1))
        });
        steps
    }
}

/// The weight of making one condition the other where both ask the same fact.
fn likeness(before: &Expression, after: &Expression) -> Option<usize> {
    let ((one, is), (other, was)) = (atom(before)?, atom(after)?);
    let likely = match (one, other) {
        (Atom::Number(one, sign, _), Atom::Number(other, other_sign, _)) if one == other => {
            sign == other_sign
        }
        (Atom::Flag(one), Atom::Flag(other)) if one == other => true,
        (Atom::Sex(_), Atom::Sex(_)) | (Atom::LevelOfNeed(_), Atom::LevelOfNeed(_)) => true,
        (Atom::Condition(_) | Atom::AnyCondition(_), Atom::Condition(_) | Atom::AnyCondition(_)) => {
            one.asked().tests.iter().any(|test| other.asked().tests.contains(test)).then_some(true)?
        }
        _ => return None,
    };
    Some(if likely && is == was { LINE } else { LINE + 2 })
}

/// The atom of a condition, and whether it is asked to be so.
fn atom(condition: &Expression) -> Option<(&Atom, bool)> {
    match condition {
        Expression::Atom(atom) => Some((atom, true)),
        Expression::Not(part) => atom(part).map(|(atom, wanted)| (atom, !wanted)),
        _ => None,
    }
}
