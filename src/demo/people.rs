//! The demo's register: who lives where, and of which leaf.

use super::calendar::{self, days_before};
use super::costs;
use super::draw::{Chance, Weights};
use super::gaps;
use super::health::{self, Urn, Who};
use super::names;
use super::nhs_numbers;
use super::organisations::{self, LARGE, Practice};
use super::person::{Contact, Person};
use super::tree::{self, Leaf};
use chrono::NaiveDate;

/// Of each small locality's people.
const CHILDREN: f64 = 0.195;
/// Beside each small locality's people: those who have left or died. The large one has none, so that counting its people
/// needs no date.
const LEFT: f64 = 0.015;
const DIED: f64 = 0.006;
/// Left and died within so many days.
const GONE_WITHIN: u32 = 700;

/// Somebody still to be drawn.
#[derive(Clone, Copy)]
struct Place {
    locality: &'static str,
    /// Place of the leaf; none for a child.
    leaf: Option<usize>,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Registered,
    Left,
    Died,
}

/// Everybody, lowest NHS number first, with `adults` in the large locality.
pub fn people(chance: &mut Chance, adults: u32, as_of: NaiveDate, practices: &[Practice]) -> Vec<Person> {
    let leaves = tree::leaves();
    let mut places = places(chance, &leaves, adults);
    chance.shuffle(&mut places);
    let numbers = nhs_numbers::scattered(chance, places.len() as u32);
    let urns: Vec<Urn> = leaves.iter().map(Urn::new).collect();
    let town = Town { leaves: &leaves, urns: &urns, surgeries: Surgeries::new(practices), as_of };
    let mut drawn: Vec<(Person, f64)> =
        numbers.into_iter().zip(&places).map(|(number, place)| town.person(chance, place, number)).collect();
    settle_costs(chance, &leaves, &places, &mut drawn);
    let mut people: Vec<Person> = drawn.into_iter().map(|(person, _)| person).collect();
    open_gaps(chance, &places, &mut people, as_of);
    people
}

/// What people are drawn from.
struct Town<'a> {
    leaves: &'a [Leaf],
    urns: &'a [Urn],
    surgeries: Surgeries,
    as_of: NaiveDate,
}

impl Town<'_> {
    /// Somebody without gaps, and their cost relative to the others of the leaf.
    fn person(&self, chance: &mut Chance, place: &Place, nhs_number: u64) -> (Person, f64) {
        let (age, female) = age_and_sex(chance, place.leaf.map(|leaf| &self.urns[leaf]));
        let who = Who { age, female };
        let (facts, relative) = match place.leaf {
            Some(leaf) => {
                let facts = self.urns[leaf].facts(chance, &who, self.as_of);
                let relative = costs::relative(chance, &self.leaves[leaf], &facts);
                (facts, relative)
            }
            None => (health::child(chance, &who), 0.0),
        };
        let born = calendar::birth_date(chance, self.as_of, age);
        let (registered, gone) = stay(chance, age, born, self.as_of, place.standing);
        let (given_name, family_name) = (names::given(chance), names::family(chance));
        let person = Person {
            nhs_number,
            contact: contact(chance, &given_name, &family_name, place.locality),
            given_name,
            family_name,
            born,
            sex: Some(sex(chance, female)),
            practice: self.surgeries.draw(chance, place.locality),
            registered,
            left: gone.filter(|_| place.standing == Standing::Left),
            died: gone.filter(|_| place.standing == Standing::Died),
            facts,
            age,
        };
        (person, relative)
    }
}

/// How many numbers the people of a demo take.
pub fn count(adults: u32) -> u32 {
    let small = organisations::small_localities(adults);
    adults + small.iter().map(|(_, people)| people + gone(*people, LEFT) + gone(*people, DIED)).sum::<u32>()
}

fn gone(people: u32, share: f64) -> u32 {
    (f64::from(people) * share).ceil() as u32
}

fn places(chance: &mut Chance, leaves: &[Leaf], adults: u32) -> Vec<Place> {
    let mut places = Vec::with_capacity(count(adults) as usize);
    let mut fill = |locality, leaf, standing, people: u32| {
        places.extend(std::iter::repeat_n(Place { locality, leaf, standing }, people as usize));
    };
    for (leaf, share) in tree::shares(leaves, adults).into_iter().enumerate() {
        fill(LARGE, Some(leaf), Standing::Registered, share);
    }
    let by_people = Weights::new(leaves.iter().map(|leaf| leaf.people.into()));
    let by_age = Weights::new(
        leaves.iter().map(|leaf| f64::from(leaf.people) * f64::from(*leaf.age.start()).powf(3.0)),
    );
    for (locality, people) in organisations::small_localities(adults) {
        let children = (f64::from(people) * CHILDREN).round() as u32;
        fill(locality, None, Standing::Registered, children);
        for (leaf, share) in tree::shares(leaves, people - children).into_iter().enumerate() {
            fill(locality, Some(leaf), Standing::Registered, share);
        }
        for _ in 0..gone(people, LEFT) {
            fill(locality, Some(by_people.draw(chance)), Standing::Left, 1);
        }
        for _ in 0..gone(people, DIED) {
            fill(locality, Some(by_age.draw(chance)), Standing::Died, 1);
        }
    }
    places
}

fn age_and_sex(chance: &mut Chance, urn: Option<&Urn>) -> (u8, bool) {
    let age = match urn {
        Some(urn) => urn.age(chance),
        None => chance.below(16) as u8,
    };
    let women = match age {
        0..75 => 0.505,
        75..85 => 0.56,
        _ => 0.65,
    };
    (age, chance.of(women))
}

fn sex(chance: &mut Chance, female: bool) -> &'static str {
    match female {
        _ if chance.of(0.0003) => "indeterminate",
        true => "female",
        false => "male",
    }
}

/// When someone registered and, unless they are still there, when they went.
fn stay(
    chance: &mut Chance,
    age: u8,
    born: NaiveDate,
    as_of: NaiveDate,
    standing: Standing,
) -> (NaiveDate, Option<NaiveDate>) {
    let most = u32::from(age.min(40)) * 365;
    let gone = (standing != Standing::Registered).then(|| days_before(as_of, chance.between(1, GONE_WITHIN)));
    let days = match standing {
        Standing::Registered if chance.of(0.012) => chance.between(0, 45),
        Standing::Registered => (f64::from(most) * chance.unit().powi(2)) as u32,
        _ => chance.between(GONE_WITHIN + 1, most.max(GONE_WITHIN + 1)),
    };
    (days_before(as_of, days).max(born), gone)
}

/// For some people only: most extracts carry no contact columns.
fn contact(chance: &mut Chance, given: &str, family: &str, locality: &str) -> Contact {
    let has_address = chance.of(0.35);
    let has_email = chance.of(0.22);
    Contact {
        address: has_address.then(|| names::address(chance, organisations::town(locality))),
        postcode: has_address.then(|| names::postcode(chance)),
        email: has_email.then(|| names::email(chance, given, family)),
        preference: match chance.unit() {
            ..0.02 => Some("none"),
            ..0.15 if has_address => Some("letter"),
            ..0.15 if has_email => Some("email"),
            _ => None,
        },
        large_print: chance.of(0.01),
        ltc6_opt_out: chance.of(0.008),
        data_opt_out: chance.of(0.03),
    }
}

/// Each leaf of each locality gets the leaf's mean; those who are gone are settled apart.
fn settle_costs(chance: &mut Chance, leaves: &[Leaf], places: &[Place], drawn: &mut [(Person, f64)]) {
    let mut cohorts: std::collections::BTreeMap<_, Vec<(&mut Person, f64)>> =
        std::collections::BTreeMap::new();
    for (place, (person, relative)) in places.iter().zip(drawn) {
        if let Some(leaf) = place.leaf {
            let here = place.standing == Standing::Registered;
            cohorts.entry((place.locality, here, leaf)).or_default().push((person, *relative));
        }
    }
    for ((_, _, leaf), mut people) in cohorts {
        costs::settle(chance, &leaves[leaf], &mut people);
    }
}

fn open_gaps(chance: &mut Chance, places: &[Place], people: &mut [Person], as_of: NaiveDate) {
    let mut localities: std::collections::BTreeMap<&str, Vec<&mut Person>> =
        std::collections::BTreeMap::new();
    for (place, person) in places.iter().zip(people) {
        if place.leaf.is_some() && place.standing == Standing::Registered {
            localities.entry(place.locality).or_default().push(person);
        }
    }
    for adults in localities.values_mut() {
        gaps::open(chance, adults, as_of);
    }
}

/// Practices by locality, the bigger drawn the more often.
struct Surgeries(Vec<(&'static str, Vec<usize>, Weights)>);

impl Surgeries {
    fn new(practices: &[Practice]) -> Self {
        let mut all: Vec<(&'static str, Vec<usize>, Weights)> = Vec::new();
        for practice in practices {
            if all.iter().all(|(locality, ..)| *locality != practice.locality) {
                let here =
                    practices.iter().enumerate().filter(|(_, other)| other.locality == practice.locality);
                let (places, sizes): (Vec<usize>, Vec<f64>) =
                    here.map(|(place, other)| (place, other.size)).unzip();
                all.push((practice.locality, places, Weights::new(sizes)));
            }
        }
        Self(all)
    }

    fn draw(&self, chance: &mut Chance, locality: &str) -> usize {
        let here = self.0.iter().find(|(known, ..)| *known == locality);
        here.map_or(0, |(_, places, sizes)| places[sizes.draw(chance)])
    }
}
