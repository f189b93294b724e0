//! Annual costs: skewed as the tree's deviance says, and in each leaf exactly the published mean.

use super::draw::Chance;
use super::person::{Facts, Person};
use super::tree::Leaf;

/// No one costs more than this many times the mean of their leaf before the costs are scaled to it.
const HIGHEST: f64 = 80.0;
/// Mean cost of the unplanned admissions a pound of annual cost goes with: about a hundred for a thousand adults.
const POUNDS_PER_ADMISSION: f64 = 14_000.0;

/// Relative cost of a person: 1 on average before circumstances, 0 for those who used nothing.
pub fn relative(chance: &mut Chance, leaf: &Leaf, facts: &Facts) -> f64 {
    let unused = match leaf.mean_cost_pounds {
        0.0..600.0 => 0.3,
        600.0..5_000.0 => 0.06,
        _ => 0.01,
    };
    if chance.of(unused) {
        return 0.0;
    }
    let variance = ((1.0 + leaf.spread().powi(2)) * (1.0 - unused)).ln().max(0.1);
    let cost = (variance.sqrt() * chance.normal() - variance / 2.0).exp();
    let weighs = |fact, factor| if fact == Some(true) { factor } else { 1.0 };
    let circumstances = weighs(facts.serious_mental_illness, 2.2)
        * weighs(facts.homeless, 1.8)
        * weighs(facts.care_home, 1.5)
        * weighs(facts.advanced_organic_disorder, 1.4)
        * weighs(facts.palliative, 2.0);
    (cost * circumstances).min(HIGHEST)
}

/// Turns the relative costs of the people of one leaf into pence with the leaf's mean, and admissions that go with them.
pub fn settle(chance: &mut Chance, leaf: &Leaf, people: &mut [(&mut Person, f64)]) {
    let Some(dearest) = (0..people.len()).max_by(|&a, &b| people[a].1.total_cmp(&people[b].1)) else {
        return;
    };
    let total = (leaf.mean_cost_pounds * 100.0 * people.len() as f64).round() as i64;
    let sum: f64 = people.iter().map(|(_, relative)| relative).sum();
    let mut left = total;
    for (person, relative) in people.iter_mut() {
        let pence = if sum > 0.0 { (total as f64 * *relative / sum) as i64 } else { 0 };
        person.facts.annual_cost_pence = Some(pence);
        left -= pence;
    }
    let most = &mut people[dearest].0.facts.annual_cost_pence;
    *most = most.map(|pence| pence + left);
    for (person, _) in people {
        let pounds = person.facts.annual_cost_pence.unwrap_or(0) as f64 / 100.0;
        let affordable = (pounds / 600.0) as u16;
        person.facts.unplanned_admissions =
            Some((chance.events(pounds / POUNDS_PER_ADMISSION) as u16).min(affordable));
    }
}
