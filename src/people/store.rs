//! Who there is: NHS numbers, pseudonyms and row ids.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::keys::Keys;
use crate::on_each;
use crate::schema::people;

/// Adds people who are not there yet, at most 1,000 at a time, each with a pseudonym nobody else has; the row ids by
/// NHS number. A person without a record in the published register is seen by nobody.
pub fn add_people(conn: &mut Conn, keys: &Keys, numbers: &[String]) -> Result<HashMap<String, i64>, Error> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let pseudonyms = pseudonyms(conn, keys, numbers)?;
    let rows: Vec<_> = numbers
        .iter()
        .zip(pseudonyms)
        .map(|(number, pseudonym)| (people::nhs_number.eq(number), people::pseudonym.eq(pseudonym)))
        .collect();
    on_each!(conn, inner => diesel::insert_into(people::table).values(rows).execute(inner))?;
    ids_of(conn, numbers)
}

/// A pseudonym for each number: the keyed one, or the next where another person has it. Two million people share
/// 35 bits, so that some dozens do.
fn pseudonyms(conn: &mut Conn, keys: &Keys, numbers: &[String]) -> Result<Vec<String>, Error> {
    let mut given: Vec<Option<String>> = vec![None; numbers.len()];
    let mut used: HashSet<String> = HashSet::with_capacity(numbers.len());
    let mut attempt = 0;
    while given.iter().any(Option::is_none) {
        let open: Vec<usize> = (0..numbers.len()).filter(|at| given[*at].is_none()).collect();
        let wanted: Vec<String> = open.iter().map(|at| keys.pseudonym(&numbers[*at], attempt)).collect();
        let taken: Vec<String> =
            people::table.filter(people::pseudonym.eq_any(&wanted)).select(people::pseudonym).load(conn)?;
        used.extend(taken);
        for (at, pseudonym) in open.into_iter().zip(wanted) {
            if used.insert(pseudonym.clone()) {
                given[at] = Some(pseudonym);
            }
        }
        attempt += 1;
    }
    Ok(given.into_iter().flatten().collect())
}

/// The row ids of people by NHS number, of at most 1,000 numbers at a time.
pub fn ids_of(conn: &mut Conn, numbers: &[String]) -> Result<HashMap<String, i64>, Error> {
    let ids: Vec<(String, i64)> = people::table
        .filter(people::nhs_number.eq_any(numbers))
        .select((people::nhs_number, people::id))
        .load(conn)?;
    Ok(ids.into_iter().collect())
}
