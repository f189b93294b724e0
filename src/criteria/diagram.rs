//! Reduced ordered decision diagrams over facts that are not known: the same function is the same node, so that what
//! hangs on a fact, and what is always or never true, can be read off.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::asked::{Fact, Test};
use super::attainable::{Value, attainable};
use super::expression::{Atom, Expression};

/// A function of the facts: one of the ends below [`Diagram::ENDS`], or a node that asks a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(u32);

/// The diagram took more work than [`Diagram::MOST_WORK`]; criteria people write stay far below it.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge;

struct Variable {
    fact: Fact,
    tests: Vec<Test>,
    values: Vec<Value>,
}

/// Facts in a fixed order, and the nodes made over them.
pub struct Diagram {
    variables: Vec<Variable>,
    nodes: Vec<(usize, Box<[Node]>)>,
    unique: HashMap<(usize, Box<[Node]>), Node>,
    choices: HashMap<(Node, Node, Node), Node>,
    work: usize,
}

impl Node {
    pub const NEVER: Node = Node(0);
    pub const ALWAYS: Node = Node(1);

    /// An end that stands for anything, such as a group. `number` is below 1,000.
    pub fn end(number: usize) -> Node {
        debug_assert!(number < 1_000);
        Node(2 + number as u32)
    }

    /// The number of an end made by [`Node::end`].
    pub fn number(self) -> Option<usize> {
        (2..Diagram::ENDS).contains(&self.0).then(|| self.0 as usize - 2)
    }
}

impl Diagram {
    const ENDS: u32 = 1_002;
    const MOST_WORK: usize = 8_000_000;

    /// A diagram over the facts that `tests` ask, in the order of their first test. `as_of` as in [`attainable`].
    pub fn over(tests: impl IntoIterator<Item = Test>, as_of: Option<NaiveDate>) -> Diagram {
        let mut variables: Vec<Variable> = Vec::new();
        for test in tests {
            match variables.iter_mut().find(|variable| variable.fact == test.fact()) {
                Some(variable) if variable.tests.contains(&test) => {}
                Some(variable) => variable.tests.push(test),
                None => variables.push(Variable { fact: test.fact(), tests: vec![test], values: Vec::new() }),
            }
        }
        for variable in &mut variables {
            variable.values = attainable(variable.fact, &variable.tests, as_of);
        }
        Diagram { variables, nodes: Vec::new(), unique: HashMap::new(), choices: HashMap::new(), work: 0 }
    }

    /// An expression as a function of the facts; `settled` answers the tests that are not asked of them.
    pub fn build(
        &mut self,
        expression: &Expression,
        settled: &impl Fn(Test) -> Option<bool>,
    ) -> Result<Node, TooLarge> {
        let parts: Result<Vec<Node>, TooLarge> =
            expression.parts().iter().map(|part| self.build(part, settled)).collect();
        self.combine(expression, &parts?, settled)
    }

    /// An expression as a function of the facts, given those of its parts.
    pub fn combine(
        &mut self,
        expression: &Expression,
        parts: &[Node],
        settled: &impl Fn(Test) -> Option<bool>,
    ) -> Result<Node, TooLarge> {
        match expression {
            Expression::Atom(atom) => self.atom(atom, settled),
            Expression::Not(_) => self.negate(parts[0]),
            Expression::And(_) => {
                parts.iter().try_fold(Node::ALWAYS, |met, part| self.choose(*part, met, Node::NEVER))
            }
            Expression::Or(_) | Expression::AnyOf(_) => {
                parts.iter().try_fold(Node::NEVER, |met, part| self.choose(*part, Node::ALWAYS, met))
            }
            Expression::AtLeast(least, _) => self.at_least(*least, parts),
        }
    }

    fn atom(&mut self, atom: &Atom, settled: &impl Fn(Test) -> Option<bool>) -> Result<Node, TooLarge> {
        let asked = atom.asked();
        let mut met = Node::NEVER;
        for test in asked.tests {
            let node = settled(test).map_or_else(|| self.test(test), |yes| Ok(truth(yes)))?;
            met = self.choose(node, Node::ALWAYS, met)?;
        }
        if asked.negated { self.negate(met) } else { Ok(met) }
    }

    fn at_least(&mut self, least: usize, parts: &[Node]) -> Result<Node, TooLarge> {
        // met[n]: n or more of the parts seen so far are met.
        let mut met = vec![Node::NEVER; least + 1];
        met[0] = Node::ALWAYS;
        for part in parts {
            self.spend(least)?;
            for count in (1..=least).rev() {
                met[count] = self.choose(*part, met[count - 1], met[count])?;
            }
        }
        Ok(met[least])
    }

    fn test(&mut self, test: Test) -> Result<Node, TooLarge> {
        let place = self.variables.iter().position(|variable| variable.fact == test.fact());
        let place = place.expect("the diagram is over every fact that is not settled");
        let ends = self.variables[place].values.iter().map(|value| truth(value.meets(test))).collect();
        self.node(place, ends)
    }

    fn negate(&mut self, node: Node) -> Result<Node, TooLarge> {
        self.choose(node, Node::NEVER, Node::ALWAYS)
    }

    /// `then` where `condition` is met, `otherwise` where it is not. `condition` ends in never and always alone.
    pub fn choose(&mut self, condition: Node, then: Node, otherwise: Node) -> Result<Node, TooLarge> {
        match condition {
            Node::ALWAYS => return Ok(then),
            Node::NEVER => return Ok(otherwise),
            _ if then == otherwise => return Ok(then),
            _ => {}
        }
        if let Some(known) = self.choices.get(&(condition, then, otherwise)) {
            return Ok(*known);
        }
        let all = [condition, then, otherwise];
        let place = all.iter().filter_map(|node| self.place(*node)).min().expect("the condition asks a fact");
        let mut below = Vec::with_capacity(self.variables[place].values.len());
        for value in 0..self.variables[place].values.len() {
            let [condition, then, otherwise] = all.map(|node| self.below(node, place, value));
            below.push(self.choose(condition, then, otherwise)?);
        }
        let made = self.node(place, below.into())?;
        self.choices.insert((condition, then, otherwise), made);
        Ok(made)
    }

    fn inner(&self, node: Node) -> Option<&(usize, Box<[Node]>)> {
        node.0.checked_sub(Diagram::ENDS).map(|at| &self.nodes[at as usize])
    }

    fn place(&self, node: Node) -> Option<usize> {
        self.inner(node).map(|(place, _)| *place)
    }

    fn below(&self, node: Node, place: usize, value: usize) -> Node {
        match self.inner(node) {
            Some((asks, below)) if *asks == place => below[value],
            _ => node,
        }
    }

    fn spend(&mut self, work: usize) -> Result<(), TooLarge> {
        self.work += work;
        if self.work > Diagram::MOST_WORK { Err(TooLarge) } else { Ok(()) }
    }

    fn node(&mut self, place: usize, below: Box<[Node]>) -> Result<Node, TooLarge> {
        self.spend(below.len())?;
        if below.iter().all(|node| *node == below[0]) {
            return Ok(below[0]);
        }
        if let Some(known) = self.unique.get(&(place, below.clone())) {
            return Ok(*known);
        }
        let made = Node(Diagram::ENDS + self.nodes.len() as u32);
        self.nodes.push((place, below.clone()));
        self.unique.insert((place, below), made);
        Ok(made)
    }

    /// The facts a function hangs on, and the ends some assignment of them reaches.
    pub fn reach(&self, from: Node) -> (Vec<Fact>, Vec<Node>) {
        let (mut seen, mut waiting) = (std::collections::HashSet::from([from]), vec![from]);
        let (mut asks, mut ends) = (vec![false; self.variables.len()], Vec::new());
        while let Some(node) = waiting.pop() {
            let Some((place, below)) = self.inner(node) else {
                ends.push(node);
                continue;
            };
            asks[*place] = true;
            waiting.extend(below.iter().filter(|next| seen.insert(**next)));
        }
        ends.sort();
        let facts = self.variables.iter().zip(asks).filter(|(_, asked)| *asked);
        (facts.map(|(variable, _)| variable.fact).collect(), ends)
    }
}

fn truth(yes: bool) -> Node {
    if yes { Node::ALWAYS } else { Node::NEVER }
}
