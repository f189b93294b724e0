//! An expression as the lines that are compared.

use std::collections::HashMap;

use crate::criteria::expression::Expression;
use crate::criteria::outline::{Kind, Line, below};

/// The lines of an expression, each with those below it.
pub struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

struct Node<'a> {
    expression: &'a Expression,
    parts: Vec<usize>,
    size: usize,
    class: usize,
}

impl<'a> Tree<'a> {
    pub const WHOLE: usize = 0;

    pub fn both(before: &'a Expression, after: &'a Expression) -> (Tree<'a>, Tree<'a>) {
        let mut classes = HashMap::new();
        let mut tree = |whole| {
            let mut tree = Tree { nodes: Vec::new() };
            tree.gather(whole, &mut classes);
            tree
        };
        (tree(before), tree(after))
    }

    fn gather(&mut self, expression: &'a Expression, classes: &mut HashMap<&'a Expression, usize>) -> usize {
        let (place, next) = (self.nodes.len(), classes.len());
        let class = *classes.entry(expression).or_insert(next);
        self.nodes.push(Node { expression, parts: Vec::new(), size: 1, class });
        let parts: Vec<usize> = below(expression).iter().map(|part| self.gather(part, classes)).collect();
        self.nodes[place].size = self.nodes.len() - place;
        self.nodes[place].parts = parts;
        place
    }

    pub fn parts(&self, part: usize) -> &[usize] {
        &self.nodes[part].parts
    }

    pub fn line(&self, part: usize) -> Line {
        Line::of(self.nodes[part].expression)
    }

    pub fn expression(&self, part: usize) -> &'a Expression {
        self.nodes[part].expression
    }

    /// The number of its lines.
    pub fn size(&self, part: usize) -> usize {
        self.nodes[part].size
    }

    /// Equal for equal expressions, of either tree.
    pub fn class(&self, part: usize) -> usize {
        self.nodes[part].class
    }

    pub fn kind(&self, part: usize) -> Kind {
        Kind::of(self.nodes[part].expression)
    }
}
