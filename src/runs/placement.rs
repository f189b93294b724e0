//! Placing people: the home group of each, and what a placement hangs on where facts are not known. Worked once for each
//! pattern of facts, not once for each person.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::reason::{Decided, deciding};
use super::rules::Rules;
use super::store::Source;
use crate::criteria::answer::Answer;
use crate::criteria::asked::{Fact, Test};
use crate::criteria::diagram::{Diagram, Node, TooLarge};
use crate::criteria::facts::Facts;

/// So many facts may be not known before the lists of a judgement case are left out.
pub const MOST_UNKNOWN: usize = 16;

/// What the rules make of a pattern of facts. Groups are places in [`Rules::home`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The group reached by reading what is not known as no; none is not placed.
    pub group: Option<usize>,
    /// The other groups whose criteria are met for certain.
    pub also_meets: Vec<usize>,
    /// Empty where the placement is firm; else every group it could be, in precedence order, none last.
    pub could_be: Vec<Option<usize>>,
    /// The facts it hangs on, by name.
    pub hangs_on: Vec<Fact>,
    /// More than [`MOST_UNKNOWN`] facts are not known: a judgement case without its lists.
    pub too_many_unknown: bool,
    /// The blanks read as no without which the placement would not be certain, by name.
    pub leaned_on: Vec<Fact>,
    /// The conditions that decided.
    pub decided: Vec<Decided>,
}

impl Outcome {
    /// Whether it is a judgement case: marked provisional until somebody decides or the fact is known.
    pub fn is_provisional(&self) -> bool {
        self.too_many_unknown || !self.could_be.is_empty()
    }
}

/// An outcome's place in [`Placer::outcomes`].
pub type OutcomeId = u32;

/// Places people by one set of rules on one date.
pub struct Placer {
    rules: Rules,
    as_of: NaiveDate,
    tests: Vec<Test>,
    known: HashMap<Box<[u64]>, OutcomeId>,
    pattern: Vec<u64>,
    outcomes: Vec<Outcome>,
    ids: HashMap<Outcome, OutcomeId>,
    held: Vec<Held>,
}

/// Where a petition or a decision holds somebody: no run moves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// None is not placed.
    pub group: Option<String>,
    pub source: Source,
}

/// A place somebody is held in, as [`Placer::held`] gives it.
pub type HeldId = u32;

impl Placer {
    pub fn new(rules: Rules, as_of: NaiveDate) -> Placer {
        let mut tests: Vec<Test> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let atoms = rules.home().iter().flat_map(|group| group.criterion.atoms());
        tests.extend(atoms.flat_map(|atom| atom.asked().tests).filter(|test| seen.insert(*test)));
        Placer {
            rules,
            as_of,
            tests,
            known: HashMap::new(),
            pattern: Vec::new(),
            outcomes: Vec::new(),
            ids: HashMap::new(),
            held: Vec::new(),
        }
    }

    /// The number of a place people are held in.
    pub fn hold(&mut self, held: &Held) -> HeldId {
        let at = self.held.iter().position(|known| known == held).unwrap_or_else(|| {
            self.held.push(held.clone());
            self.held.len() - 1
        });
        at as HeldId
    }

    pub fn held(&self, id: HeldId) -> &Held {
        &self.held[id as usize]
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Places somebody who is in scope.
    pub fn place(&mut self, facts: &Facts) -> OutcomeId {
        self.read_pattern(facts);
        if let Some(id) = self.known.get(&*self.pattern) {
            return *id;
        }
        let outcome = self.work_out(facts);
        let id = *self.ids.entry(outcome).or_insert_with_key(|outcome| {
            self.outcomes.push(outcome.clone());
            self.outcomes.len() as OutcomeId - 1
        });
        self.known.insert(self.pattern.clone().into(), id);
        id
    }

    /// Every outcome so far.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    pub fn outcome(&self, id: OutcomeId) -> &Outcome {
        &self.outcomes[id as usize]
    }

    /// Whether somebody in scope has supplementary care; none where cancer is a home group.
    pub fn supplementary_care(&self, facts: &Facts) -> Option<Answer> {
        self.rules.overlay().map(|criterion| criterion.answer(facts))
    }

    /// Everything the outcome depends on: the answers to all tests, and which blanks were read as no.
    fn read_pattern(&mut self, facts: &Facts) {
        self.pattern.clear();
        self.pattern.push(u64::from(facts.read_as_no().bits()));
        for tests in self.tests.chunks(32) {
            let word = tests.iter().fold(0, |word, test| word << 2 | test.answer(facts) as u64);
            self.pattern.push(word);
        }
    }

    fn work_out(&self, facts: &Facts) -> Outcome {
        let tested = |test: Test| test.answer(facts);
        let provisionally = |test: Test| test.answer(facts).or_no();
        let criteria = || self.rules.home().iter().map(|group| &group.criterion);
        let group = criteria().position(|criterion| criterion.answer_by(&provisionally).is_yes());
        let answers: Vec<Answer> = criteria().map(|criterion| criterion.answer_by(&tested)).collect();
        let certain = |at: &usize| Some(*at) != group && answers[*at].is_yes();
        let mut outcome = Outcome {
            group,
            also_meets: (0..answers.len()).filter(certain).collect(),
            could_be: Vec::new(),
            hangs_on: Vec::new(),
            too_many_unknown: false,
            leaned_on: self.leaned_on(facts),
            decided: deciding(&self.rules, group, facts),
        };
        let firm = answers.iter().find(|answer| **answer != Answer::No).is_none_or(|answer| answer.is_yes());
        if !firm {
            self.judge(facts, &mut outcome);
        }
        outcome
    }

    /// Finds the groups that assignments of the unknown facts reach.
    fn judge(&self, facts: &Facts, outcome: &mut Outcome) {
        let unknown: Vec<Test> =
            self.tests.iter().copied().filter(|test| test.answer(facts) == Answer::NotKnown).collect();
        let settled = |test: Test| match test.answer(facts) {
            Answer::NotKnown => None,
            answer => Some(answer.is_yes()),
        };
        if distinct(&unknown) > MOST_UNKNOWN {
            outcome.too_many_unknown = true;
            return;
        }
        let Ok((hangs_on, mut reached)) = self.reach(&unknown, &settled) else {
            outcome.too_many_unknown = true;
            return;
        };
        if !reached.contains(&outcome.group) {
            reached.push(outcome.group);
        }
        if reached.len() > 1 {
            reached.sort_by_key(|group| group.unwrap_or(usize::MAX));
            outcome.could_be = reached;
            outcome.hangs_on = hangs_on;
        }
    }

    /// The blanks read as no that matter: those the placement would hang on were they not known.
    fn leaned_on(&self, facts: &Facts) -> Vec<Fact> {
        let read_so = |test: &Test| test.reads_blank(facts);
        let read: Vec<Test> = self.tests.iter().copied().filter(read_so).collect();
        if read.is_empty() {
            return Vec::new();
        }
        let open = |test: &Test| read_so(test) || test.answer(facts) == Answer::NotKnown;
        let unknown: Vec<Test> = self.tests.iter().copied().filter(open).collect();
        let settled = |test: Test| (!open(&test)).then(|| test.answer(facts).is_yes());
        let asked = |fact: &Fact| read.iter().any(|test| test.fact() == *fact);
        match self.reach(&unknown, &settled) {
            Ok((hangs_on, _)) => hangs_on.into_iter().filter(asked).collect(),
            Err(TooLarge) => by_name(read.iter().map(|test| test.fact()).collect()),
        }
    }

    /// The facts the home group hangs on, and the groups that some assignment of the open tests' facts reaches.
    fn reach(
        &self,
        open: &[Test],
        settled: &impl Fn(Test) -> Option<bool>,
    ) -> Result<(Vec<Fact>, Vec<Option<usize>>), TooLarge> {
        let mut diagram = Diagram::over(open.iter().copied(), Some(self.as_of));
        let nobody = self.rules.home().len();
        let mut placed = Node::end(nobody);
        for (at, group) in self.rules.home().iter().enumerate().rev() {
            let met = diagram.build(&group.criterion, settled)?;
            placed = diagram.choose(met, Node::end(at), placed)?;
        }
        let (facts, ends) = diagram.reach(placed);
        let groups = ends.into_iter().filter_map(Node::number).map(|end| (end != nobody).then_some(end));
        Ok((by_name(facts), groups.collect()))
    }
}

fn distinct(tests: &[Test]) -> usize {
    tests.iter().map(|test| test.fact()).collect::<std::collections::HashSet<_>>().len()
}

fn by_name(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by_cached_key(Fact::to_string);
    facts.dedup();
    facts
}
