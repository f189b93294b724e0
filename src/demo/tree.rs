//! The published regression tree: what each leaf asks of a person, how many people it holds and what they cost.

use std::ops::RangeInclusive;

/// Ages of adults drawn; the oldest people of the demo are 104.
const ADULT_AGES: RangeInclusive<u8> = 16..=104;
/// Long-term conditions drawn at most.
const MOST_CONDITIONS: u8 = 9;

/// A leaf of the tree: the facts that lead to it, its people and their annual costs.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub node: u32,
    pub ltc_count: RangeInclusive<u8>,
    pub age: RangeInclusive<u8>,
    /// `None` where the way to the leaf does not ask; likewise below.
    pub dementia: Option<bool>,
    pub learning_disability: Option<bool>,
    pub cancer: Option<bool>,
    pub people: u32,
    pub mean_cost_pounds: f64,
    /// Sum of squared differences from the mean, in square pounds.
    pub deviance: f64,
}

impl Leaf {
    /// Standard deviation over mean.
    pub fn spread(&self) -> f64 {
        (self.deviance / f64::from(self.people)).sqrt() / self.mean_cost_pounds
    }

    /// Whether someone with these facts belongs to this leaf; read an unknown fact as no, an unknown count as 0.
    pub fn holds(
        &self,
        age: u8,
        ltc_count: u8,
        dementia: bool,
        learning_disability: bool,
        cancer: bool,
    ) -> bool {
        let meets = |asked: Option<bool>, fact| asked.is_none_or(|asked| asked == fact);
        self.age.contains(&age)
            && (*self.ltc_count.start()..=self.most()).contains(&ltc_count)
            && meets(self.dementia, dementia)
            && meets(self.learning_disability, learning_disability)
            && meets(self.cancer, cancer)
    }

    /// A leaf that is open at the top takes any higher count.
    fn most(&self) -> u8 {
        if *self.ltc_count.end() == MOST_CONDITIONS { u8::MAX } else { *self.ltc_count.end() }
    }

    fn root() -> Self {
        Self {
            node: 1,
            ltc_count: 0..=MOST_CONDITIONS,
            age: ADULT_AGES,
            dementia: None,
            learning_disability: None,
            cancer: None,
            people: 0,
            mean_cost_pounds: 0.0,
            deviance: 0.0,
        }
    }

    fn split(&mut self, variable: &str, operator: &str, threshold: &str) {
        match variable {
            "LTCs" => cut(&mut self.ltc_count, operator, threshold),
            "Age" => cut(&mut self.age, operator, threshold),
            "Dementia_yn" => self.dementia = Some(threshold == "y"),
            "Learndisab_yn" => self.learning_disability = Some(threshold == "y"),
            "Cancer_yn" => self.cancer = Some(threshold == "y"),
            _ => {}
        }
    }
}

/// Thresholds lie halfway between two whole numbers.
fn cut(range: &mut RangeInclusive<u8>, operator: &str, threshold: &str) {
    let below: u8 = threshold.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0);
    *range = if operator == "<" { *range.start()..=below } else { below + 1..=*range.end() };
}

/// The leaves in the order of the file.
pub fn leaves() -> Vec<Leaf> {
    let mut nodes: Vec<Leaf> = Vec::new();
    let mut leaves = Vec::new();
    for line in include_str!("regression-tree.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [node, parent, _, variable, operator, threshold, people, mean, deviance, is_leaf] = fields[..]
        else {
            continue;
        };
        let above = nodes.iter().find(|above| above.node.to_string() == parent);
        let mut leaf = above.cloned().unwrap_or_else(Leaf::root);
        leaf.split(variable, operator, threshold);
        leaf.node = parsed(node);
        leaf.people = parsed(people);
        leaf.mean_cost_pounds = parsed(mean);
        leaf.deviance = parsed(deviance);
        if is_leaf == "true" {
            leaves.push(leaf.clone());
        }
        nodes.push(leaf);
    }
    leaves
}

fn parsed<T: std::str::FromStr>(field: &str) -> T {
    field.parse().ok().expect("the tree ships with the program and its test reads every number")
}

/// How many of `adults` each leaf holds: its published share, rounded by largest remainder (ties to the earlier leaf).
pub fn shares(leaves: &[Leaf], adults: u32) -> Vec<u32> {
    let published: u64 = leaves.iter().map(|leaf| u64::from(leaf.people)).sum();
    let exact = |leaf: &Leaf| u64::from(leaf.people) * u64::from(adults);
    let mut shares: Vec<u32> = leaves.iter().map(|leaf| (exact(leaf) / published) as u32).collect();
    let mut by_remainder: Vec<usize> = (0..leaves.len()).collect();
    by_remainder.sort_by_key(|&place| std::cmp::Reverse(exact(&leaves[place]) % published));
    let left = adults - shares.iter().sum::<u32>();
    for &place in by_remainder.iter().take(left as usize) {
        shares[place] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_hold_everybody_published() {
        let leaves = leaves();
        assert_eq!(leaves.len(), 18);
        assert_eq!(leaves.iter().map(|leaf| leaf.people).sum::<u32>(), 153_687);
        assert_eq!(shares(&leaves, 153_687), leaves.iter().map(|leaf| leaf.people).collect::<Vec<_>>());
    }

    #[test]
    fn shares_of_any_number_add_up_to_it() {
        let leaves = leaves();
        for adults in [0, 1, 7, 100, 2_000, 153_686, 700_000] {
            assert_eq!(shares(&leaves, adults).iter().sum::<u32>(), adults);
        }
    }

    #[test]
    fn every_adult_belongs_to_exactly_one_leaf() {
        let leaves = leaves();
        for age in ADULT_AGES {
            for ltc_count in 0..=12 {
                for flags in 0..8 {
                    let [dementia, disability, cancer] = [flags & 1 > 0, flags & 2 > 0, flags & 4 > 0];
                    let holding =
                        leaves.iter().filter(|l| l.holds(age, ltc_count, dementia, disability, cancer));
                    assert_eq!(holding.count(), 1, "{age} {ltc_count} {flags:b}");
                }
            }
        }
    }
}
