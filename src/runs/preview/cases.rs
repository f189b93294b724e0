//! Judgement cases that a change would make and end, and the facts they hang on. A pattern of facts is worked out once, by
//! the placer of grouping runs.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::lanes::{BLOCK, Lanes};
use super::placements::Mover;
use super::program::{Answers, Place};
use super::{Block, Cancelled, Preview, go_on};
use crate::criteria::asked::Fact;
use crate::criteria::facts::Facts;
use crate::runs::placement::{OutcomeId, Placer};

/// Judgement cases before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cases {
    pub all: Counts,
    /// The cases that hang on each fact, most by the rules proposed first.
    pub by_fact: Vec<FactCases>,
    /// Cases with more unknown facts than can be worked through.
    pub too_many_unknown: Counts,
    /// People in scope of the rules proposed.
    pub in_scope: u64,
}

/// People by the rules in force and by those proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub before: u64,
    pub after: u64,
    pub made: u64,
    pub ended: u64,
}

/// The cases that hang on a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCases {
    pub fact: String,
    pub counts: Counts,
}

impl Cases {
    /// Whether more than one person in twenty of those in scope would be a judgement case.
    pub fn are_many(&self) -> bool {
        self.all.after * 20 > self.in_scope
    }
}

impl Counts {
    fn add(&mut self, before: bool, after: bool, people: u64) {
        self.before += if before { people } else { 0 };
        self.after += if after { people } else { 0 };
        self.made += if after && !before { people } else { 0 };
        self.ended += if before && !after { people } else { 0 };
    }
}

/// Which judgement cases are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// By the rules in force.
    Before,
    /// By those proposed.
    After,
    Made,
    Ended,
}

impl Which {
    pub const ALL: [Which; 4] = [Which::Before, Which::After, Which::Made, Which::Ended];

    fn is(self, before: bool, after: bool) -> bool {
        match self {
            Which::Before => before,
            Which::After => after,
            Which::Made => after && !before,
            Which::Ended => before && !after,
        }
    }

    /// The count of them.
    pub fn of(self, counts: &Counts) -> u64 {
        match self {
            Which::Before => counts.before,
            Which::After => counts.after,
            Which::Made => counts.made,
            Which::Ended => counts.ended,
        }
    }
}

/// What some judgement cases hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangsOn<'a> {
    Anything,
    Fact(&'a str),
    /// More unknown facts than can be worked through.
    TooMany,
}

/// The placer's outcome for each pattern of answers to the tests of one side.
struct Patterns<'a> {
    tests: &'a [Place],
    placer: Placer,
    known: HashMap<Box<[u64]>, Option<OutcomeId>>,
    pattern: Vec<u64>,
}

impl Patterns<'_> {
    /// The outcome of somebody whose placement may hang on unknown facts; none where it is firm.
    fn case(&mut self, answers: &[Answers], lane: usize, facts: impl FnOnce() -> Facts) -> Option<OutcomeId> {
        self.pattern.clear();
        for tests in self.tests.chunks(32) {
            let word = tests.iter().fold(0, |word, test| {
                let Answers { yes, maybe, .. } = &answers[*test];
                word << 2 | u64::from(yes.has(lane)) << 1 | u64::from(maybe.has(lane))
            });
            self.pattern.push(word);
        }
        if let Some(case) = self.known.get(&*self.pattern) {
            return *case;
        }
        let outcome = self.placer.place(&facts());
        let case = self.placer.outcome(outcome).is_provisional().then_some(outcome);
        self.known.insert(self.pattern.clone().into(), case);
        case
    }

    fn hangs_on(&self, case: Option<OutcomeId>) -> &[Fact] {
        case.map_or(&[], |case| &self.placer.outcome(case).hangs_on)
    }

    fn too_many_unknown(&self, case: Option<OutcomeId>) -> bool {
        case.is_some_and(|case| self.placer.outcome(case).too_many_unknown)
    }
}

impl Preview<'_> {
    /// Counts the judgement cases.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn cases(&self, cancelled: &AtomicBool) -> Result<Cases, Cancelled> {
        let [mut before, mut after] = self.patterns();
        let (mut pairs, mut in_scope, mut stopped) = (HashMap::new(), 0, Ok(()));
        self.sweep(cancelled, |block| {
            in_scope += block.placed[1].scope.count();
            let declared = self.sides.map(|side| (side.declared)(block.practice.id));
            let facts = |lane, side: usize| self.people.facts(block.number * BLOCK + lane, declared[side]);
            for people in self.alike(block) {
                // A new pattern can take long.
                stopped = stopped.and_then(|()| go_on(cancelled));
                let Some(lane) = people.first().filter(|_| stopped.is_ok()) else { return };
                let is_open = block.placed.each_ref().map(|side| side.open.has(lane));
                let old =
                    is_open[0].then(|| before.case(block.answers[0], lane, || facts(lane, 0))).flatten();
                let new = is_open[1].then(|| after.case(block.answers[1], lane, || facts(lane, 1))).flatten();
                if old.is_some() || new.is_some() {
                    *pairs.entry((old, new)).or_insert(0) += people.count();
                }
            }
        })?;
        stopped?;
        Ok(summed(&pairs, &before, &after, in_scope))
    }

    fn patterns(&self) -> [Patterns<'_>; 2] {
        [0, 1].map(|side: usize| Patterns {
            tests: &self.ranked[side].tests,
            placer: Placer::new(self.sides[side].rules.clone(), self.people.as_of),
            known: HashMap::new(),
            pattern: Vec::new(),
        })
    }

    /// The people of some judgement cases.
    ///
    /// # Errors
    /// Where it was cancelled meanwhile.
    pub fn people_of_cases(
        &self,
        which: Which,
        on: HangsOn<'_>,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Cancelled> {
        let [mut before, mut after] = self.patterns();
        let mut stopped = Ok(());
        let found = self.moving(cancelled, |block, found| {
            let declared = self.sides.map(|side| (side.declared)(block.practice.id));
            let facts = |lane, side: usize| self.people.facts(block.number * BLOCK + lane, declared[side]);
            for people in self.alike(block) {
                stopped = stopped.and_then(|()| go_on(cancelled));
                let Some(lane) = people.first().filter(|_| stopped.is_ok()) else { return };
                let hangs = |side: usize, patterns: &mut Patterns<'_>| {
                    let is_open = block.placed[side].open.has(lane);
                    let case = is_open
                        .then(|| patterns.case(block.answers[side], lane, || facts(lane, side)))
                        .flatten();
                    match on {
                        HangsOn::Anything => case.is_some(),
                        HangsOn::Fact(fact) => {
                            patterns.hangs_on(case).iter().any(|one| one.to_string() == fact)
                        }
                        HangsOn::TooMany => patterns.too_many_unknown(case),
                    }
                };
                if which.is(hangs(0, &mut before), hangs(1, &mut after)) {
                    people.for_each(|lane| found.push(block.standing(lane)));
                }
            }
        })?;
        stopped?;
        Ok(found)
    }

    /// The people of a block whose placement may hang on unknown facts, those of whom every test says the same together.
    fn alike(&self, block: &Block<'_>) -> Vec<Lanes> {
        let [old, new] = block.placed.each_ref().map(|side| side.open);
        let mut alike = vec![old & new, old & !new, new & !old];
        alike.retain(|people| !people.is_none());
        for (ranked, answers) in self.ranked.iter().zip(block.answers) {
            for Answers { yes, maybe, .. } in ranked.tests.iter().map(|test| &answers[*test]) {
                for at in 0..alike.len() {
                    let people = alike[at];
                    let parts = [people & *yes, people & *maybe & !*yes, people & !*maybe];
                    let mut parts = parts.into_iter().filter(|part| !part.is_none());
                    alike[at] = parts.next().unwrap_or(Lanes::NONE);
                    alike.extend(parts);
                }
            }
        }
        alike
    }
}

type Pairs = HashMap<(Option<OutcomeId>, Option<OutcomeId>), u64>;

fn summed(pairs: &Pairs, before: &Patterns<'_>, after: &Patterns<'_>, in_scope: u64) -> Cases {
    let (mut all, mut too_many_unknown) = (Counts::default(), Counts::default());
    let mut by_fact: BTreeMap<String, Counts> = BTreeMap::new();
    for ((old, new), people) in pairs {
        all.add(old.is_some(), new.is_some(), *people);
        too_many_unknown.add(before.too_many_unknown(*old), after.too_many_unknown(*new), *people);
        let (hung, hangs) = (before.hangs_on(*old), after.hangs_on(*new));
        let fresh = hangs.iter().filter(|fact| !hung.contains(fact));
        for fact in hung.iter().chain(fresh) {
            let counts = by_fact.entry(fact.to_string()).or_default();
            counts.add(hung.contains(fact), hangs.contains(fact), *people);
        }
    }
    let mut by_fact: Vec<FactCases> =
        by_fact.into_iter().map(|(fact, counts)| FactCases { fact, counts }).collect();
    by_fact.sort_by_key(|one| std::cmp::Reverse((one.counts.after, one.counts.before)));
    Cases { all, by_fact, too_many_unknown, in_scope }
}
