//! Whom a count of a preview is of, as the address of its list says it.

use std::sync::atomic::AtomicBool;

use super::tables::{WHICH, care_word, care_words, place_word, place_words};
use super::work::Worked;
use crate::criteria::expression::Expression;
use crate::criteria::seen::Seen;
use crate::error::Error;
use crate::groups::schemes::names::Names;
use crate::page::Query;
use crate::people::why::fact_words;
use crate::runs::preview::{Cancelled, Care, HangsOn, Mover, OfPart, Preview, Standing, Which};

/// The people a count is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Who goes from and to some places, or comes to supplementary care or leaves it.
    Moves,
    Cases(Which, Option<String>),
    /// Of a part of the criterion, counted from 0.
    Part(usize, OfPart),
    Overlap {
        placed: String,
        meet: String,
    },
    PlacedIn {
        group: String,
        with_care: bool,
    },
    /// Who is left in no group, now or then.
    NotPlaced {
        proposed: bool,
    },
    Everybody {
        in_scope: bool,
    },
}

/// The words an address has for the people of a part.
pub const OF_PART: [(&str, OfPart); 5] = [
    ("fail", OfPart::Fail),
    ("not_known", OfPart::NotKnown),
    ("only", OfPart::FailOnlyThis),
    ("removed", OfPart::Removed),
    ("left", OfPart::Left),
];

/// The word an address has for cases with more unknown facts than can be named.
pub const TOO_MANY: &str = "too_many";

impl Counted {
    /// # Errors
    /// `NotFound` for what no preview counts.
    pub fn of(query: &Query) -> Result<Counted, Error> {
        let known = |found: Option<Counted>| found.ok_or(Error::NotFound);
        if let Some(word) = query.get("cases") {
            let which = WHICH.iter().find(|(each, _)| *each == word).map(|(_, which)| *which);
            return known(which.map(|which| Counted::Cases(which, query.get("fact").map(str::to_owned))));
        }
        if let Some(part) = query.get("part") {
            let at = part.parse::<usize>().ok().and_then(|part| part.checked_sub(1));
            let which = OF_PART.iter().find(|(word, _)| query.get("who") == Some(word));
            return known(at.zip(which).map(|(at, (_, which))| Counted::Part(at, *which)));
        }
        if let Some(group) = query.get("placed").map(str::to_owned) {
            return Ok(match query.get("meet").map(str::to_owned) {
                Some(meet) => Counted::Overlap { placed: group, meet },
                None => Counted::PlacedIn { group, with_care: query.get("care") == Some("yes") },
            });
        }
        match (query.get("not_placed"), query.get("all")) {
            (Some(when), _) => Ok(Counted::NotPlaced { proposed: when == "then" }),
            (None, Some(all)) => Ok(Counted::Everybody { in_scope: all == "in_scope" }),
            (None, None) => Ok(Counted::Moves),
        }
    }

    pub fn are_movers(&self) -> bool {
        *self == Counted::Moves
    }

    /// Whether the list tells no more of somebody than where they are and would be, and that they wait for a judgement.
    pub fn tells_no_facts(&self) -> bool {
        matches!(self, Counted::Moves | Counted::Cases(_, None) | Counted::Everybody { .. })
    }

    /// The people, in the order of the register.
    pub fn people(
        &self,
        preview: &Preview<'_>,
        places: &Places,
        query: &Query,
        criterion: Option<&Expression>,
        cancelled: &AtomicBool,
    ) -> Result<Vec<Mover>, Error> {
        let nobody = || Ok(Vec::new());
        let found: Result<Vec<Mover>, Cancelled> = match self {
            Counted::Moves if places.are_of_care() => preview.care_movers(&places.pairs(query), cancelled),
            Counted::Moves => preview.movers(&places.pairs(query), cancelled),
            Counted::Cases(which, fact) => {
                let on = match fact.as_deref() {
                    None => HangsOn::Anything,
                    Some(TOO_MANY) => HangsOn::TooMany,
                    Some(fact) => HangsOn::Fact(fact),
                };
                preview.people_of_cases(*which, on, cancelled)
            }
            Counted::Part(at, which) => {
                preview.of_part(criterion.ok_or(Error::NotFound)?, *at, *which, cancelled)
            }
            Counted::Overlap { placed, meet } => preview.overlapping(placed, meet, cancelled),
            Counted::PlacedIn { group, with_care } => preview.placed_in(group, *with_care, cancelled),
            Counted::NotPlaced { proposed } => match places.not_placed {
                Some(place) => preview.standing(place, *proposed, cancelled),
                None => nobody(),
            },
            Counted::Everybody { in_scope } => preview.everybody(*in_scope, cancelled),
        };
        found.map_err(|_| Error::Busy)
    }

    /// What the list is of, in words.
    pub fn words(&self, places: &Places, query: &Query, seen: &Seen) -> Result<Vec<String>, Error> {
        let name = |code: &str| seen.here.names.label(code);
        Ok(match self {
            Counted::Moves => places.words(query),
            Counted::Cases(which, fact) => {
                let word = WHICH.iter().find(|(_, each)| each == which).map_or("", |(word, _)| word);
                let on = fact.as_deref().map(|fact| match fact {
                    TOO_MANY => "that hang on too many facts to name".to_owned(),
                    fact => format!("that hang on {}", fact_words(fact)),
                });
                [format!("judgement cases {word}")].into_iter().chain(on).collect()
            }
            Counted::Part(at, which) => {
                let criterion = seen.version.expression()?;
                let parts = match &criterion {
                    Expression::And(parts) => parts.as_slice(),
                    whole => std::slice::from_ref(whole),
                };
                let text = parts.get(*at).map(ToString::to_string).unwrap_or_default();
                let what = match which {
                    OfPart::Fail => "who do not meet",
                    OfPart::NotKnown => "of whom it is not known whether they meet",
                    OfPart::FailOnlyThis => "who fail only",
                    OfPart::Removed => "who meet what stands before it and not",
                    OfPart::Left => "who meet what stands before it and",
                };
                vec![format!("{what} {text}")]
            }
            Counted::Overlap { placed, meet } => {
                vec![format!("placed in {}, meeting {} too", name(placed), name(meet))]
            }
            Counted::PlacedIn { group, with_care } => {
                let care = if *with_care { ", with supplementary care" } else { "" };
                vec![format!("placed in {}{care}", name(group))]
            }
            Counted::NotPlaced { proposed: false } => vec!["not placed now".to_owned()],
            Counted::NotPlaced { proposed: true } => vec!["not placed then".to_owned()],
            Counted::Everybody { in_scope: true } => vec!["everybody in scope".to_owned()],
            Counted::Everybody { in_scope: false } => vec!["everybody on the register".to_owned()],
        })
    }
}

/// What the rows and columns of a matrix are called: word in addresses, words on pages.
pub struct Places {
    names: Vec<(String, String)>,
    prefix: &'static str,
    /// The row and column of those in no group.
    not_placed: Option<usize>,
}

impl Places {
    /// Of the matrix a query is about.
    pub fn of(worked: &Worked, names: &Names, query: &Query) -> Places {
        let home = &worked.placements.home;
        let not_placed = home.place(&Standing::NotPlaced);
        if ["care_from", "care_to"].iter().any(|end| query.get(end).is_some()) {
            let names = Care::ALL.into_iter().map(|care| (care_word(care).to_owned(), care_words(care)));
            return Places { names: names.collect(), prefix: "care_", not_placed };
        }
        let words = |place: &Standing| (place_word(place).to_owned(), place_words(place, names));
        Places { names: home.places.iter().map(words).collect(), prefix: "", not_placed }
    }

    fn are_of_care(&self) -> bool {
        !self.prefix.is_empty()
    }

    pub fn words_of(&self, place: usize) -> &str {
        self.names.get(place).map_or("", |(_, words)| words)
    }

    fn asked<'a>(&self, query: &'a Query, end: &str) -> Option<&'a str> {
        query.get(&format!("{}{end}", self.prefix)).filter(|word| *word != ANY)
    }

    /// The pairs of different places that are asked for.
    fn pairs(&self, query: &Query) -> Vec<(usize, usize)> {
        let fits = |end: &str, at: usize| self.asked(query, end).is_none_or(|word| self.names[at].0 == word);
        let all = 0..self.names.len();
        let pairs = all.clone().flat_map(|from| all.clone().map(move |to| (from, to)));
        pairs.filter(|(from, to)| from != to && fits("from", *from) && fits("to", *to)).collect()
    }

    fn words(&self, query: &Query) -> Vec<String> {
        let words = |end: &str| {
            let word = self.asked(query, end)?;
            let known = self.names.iter().find(|(each, _)| each == word);
            Some(format!("{end} {}", known.map_or(word, |(_, words)| words)))
        };
        let words: Vec<String> = ["from", "to"].into_iter().filter_map(words).collect();
        match words.is_empty() && self.are_of_care() {
            true => vec!["to supplementary care or from it".to_owned()],
            false => words,
        }
    }
}

/// Stands for any place, where the matrix has to be told from the other.
pub const ANY: &str = "any";
