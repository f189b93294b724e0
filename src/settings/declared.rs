//! Whose registers are declared complete (setting `people.blank_is_no`): there a blank is read as no.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::criteria::facts::{Blanks, Flag};
use crate::database::Conn;
use crate::error::Error;
use crate::schema::{declared_complete, organisations};

/// The word of condition registers among the facts that can be declared complete; others are flags.
pub const CONDITIONS: &str = "conditions";

/// Every fact that can be declared complete, by its word.
pub fn words() -> impl Iterator<Item = &'static str> {
    Flag::ALL.into_iter().map(Flag::word).chain([CONDITIONS])
}

/// The same blanks with a fact's.
pub fn with(blanks: Blanks, word: &str) -> Blanks {
    match Flag::of_word(word) {
        Some(flag) => blanks.with_flag(flag),
        None if word == CONDITIONS => blanks.with_conditions(),
        None => blanks,
    }
}

/// A declaration: a fact of a locality, or of one of its practices (row ids).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable)]
pub struct Declaration {
    pub fact: String,
    pub locality_id: i64,
    pub practice_id: Option<i64>,
}

/// The blanks that are read as no, by practice (row id).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared(HashMap<i64, Blanks>);

impl Declared {
    /// As it is set now.
    pub fn now(conn: &mut Conn) -> Result<Declared, Error> {
        let declarations = all(conn)?;
        match declarations.is_empty() {
            true => Ok(Declared::default()),
            false => Ok(Declared::of_all(&declarations, &practices(conn)?)),
        }
    }

    /// What some declarations come to; `practices` are row ids with those of their localities.
    pub fn of_all(declarations: &[Declaration], practices: &[(i64, Option<i64>)]) -> Declared {
        let mut blanks: HashMap<i64, Blanks> = HashMap::new();
        for Declaration { fact, locality_id, practice_id } in declarations {
            let theirs = practices.iter().filter(|(id, locality)| match practice_id {
                Some(practice) => id == practice,
                None => locality == &Some(*locality_id),
            });
            for (practice, _) in theirs {
                let known = blanks.entry(*practice).or_default();
                *known = with(*known, fact);
            }
        }
        Declared(blanks)
    }

    pub fn of(&self, practice_id: i64) -> Blanks {
        self.0.get(&practice_id).copied().unwrap_or_default()
    }

    /// As a run keeps it: the facts by practice.
    pub fn kept(&self) -> BTreeMap<i64, Vec<String>> {
        let has = |blanks: Blanks, word: &str| match Flag::of_word(word) {
            Some(flag) => blanks.has_flag(flag),
            None => blanks.has_conditions(),
        };
        let facts = |blanks: Blanks| words().filter(|word| has(blanks, word)).map(str::to_owned).collect();
        self.0.iter().map(|(practice, blanks)| (*practice, facts(*blanks))).collect()
    }

    pub fn of_kept(kept: &BTreeMap<i64, Vec<String>>) -> Declared {
        let blanks = |facts: &Vec<String>| facts.iter().fold(Blanks::default(), |all, fact| with(all, fact));
        Declared(kept.iter().map(|(practice, facts)| (*practice, blanks(facts))).collect())
    }
}

/// Every declaration.
pub fn all(conn: &mut Conn) -> Result<Vec<Declaration>, Error> {
    Ok(declared_complete::table
        .order((declared_complete::locality_id, declared_complete::fact, declared_complete::id))
        .select((declared_complete::fact, declared_complete::locality_id, declared_complete::practice_id))
        .load(conn)?)
}

/// Every practice (row id) with its locality's.
pub fn practices(conn: &mut Conn) -> Result<Vec<(i64, Option<i64>)>, Error> {
    Ok(organisations::table
        .filter(organisations::kind.eq("practice"))
        .select((organisations::id, organisations::locality_id))
        .load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declaration(fact: &str, practice_id: Option<i64>) -> Declaration {
        Declaration { fact: fact.into(), locality_id: 1, practice_id }
    }

    #[test]
    fn a_locality_declares_for_all_its_practices_and_a_practice_for_itself() {
        let practices = [(7, Some(1)), (8, Some(1)), (9, Some(2))];
        let declarations = [declaration("homeless", None), declaration(CONDITIONS, Some(8))];
        let declared = Declared::of_all(&declarations, &practices);
        assert!(declared.of(7).has_flag(Flag::Homeless) && !declared.of(7).has_conditions());
        assert!(declared.of(8).has_flag(Flag::Homeless) && declared.of(8).has_conditions());
        assert!(declared.of(9).is_empty());
    }

    #[test]
    fn what_a_run_keeps_is_read_back() {
        let practices = [(7, Some(1)), (8, Some(1))];
        let all: Vec<Declaration> = words().map(|word| declaration(word, Some(8))).collect();
        let declared = Declared::of_all(&all, &practices);
        assert_eq!(Declared::of_kept(&declared.kept()), declared);
        assert_eq!(declared.kept()[&8].len(), words().count());
    }
}
