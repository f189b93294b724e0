//! The letters as they stream to their maker, once: some at a time, each with a code made for it and kept nowhere.

use std::collections::HashMap;

use actix_web::web;
use anyhow::Context;
use askama::Template;
use diesel::prelude::*;

use super::fresh_codes;
use super::written::{Common, FOOT, Head, Recipient, letter};
use super::{link, short_address};
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::campaigns::returns::return_reference;
use crate::page::long_day;
use crate::people::register::published;
use crate::schema::{ltc6_invitations, person_contacts, person_records};
use crate::stored_as_text;

/// How many letters are made in one transaction.
const AT_ONCE: i64 = 100;

stored_as_text! {
    /// What is made: pages to print, or rows for a print house.
    Format { Pages = "pages", Rows = "csv" }
}

/// What the print house gets of each letter.
const COLUMNS: [&str; 16] = [
    "return_reference",
    "name",
    "address_1",
    "address_2",
    "address_3",
    "address_4",
    "address_5",
    "large_print",
    "code",
    "short_address",
    "link",
    "run_by",
    "help_name",
    "help_phone",
    "closes_on",
    "reminder",
];

/// The letters that are still to be made.
pub struct Letters {
    pub common: Common,
    pub keys: Keys,
    pub format: Format,
    pub round: i64,
    /// The last invitation a letter was made for; none before the first.
    pub after: Option<String>,
    /// Whether the end of the file is written.
    pub ended: bool,
}

impl Letters {
    /// The next piece of the file; `None` at its end.
    pub fn next(mut self, database: &Database) -> Result<Option<(web::Bytes, Self)>, Error> {
        if self.ended {
            return Ok(None);
        }
        let is_first = self.after.is_none();
        let made = database.write_now(|conn| self.make(conn))?;
        let mut piece = match (self.format, is_first) {
            (Format::Pages, true) => {
                Head { campaign: &self.common.campaign }.render().context("writing letters")?.into_bytes()
            }
            (Format::Rows, true) => {
                let mut out = CsvOut::with_mark(Vec::new()).context("writing a CSV")?;
                out.row(COLUMNS).context("writing a CSV")?;
                out.finish().context("writing a CSV")?
            }
            (_, false) => Vec::new(),
        };
        self.ended = made.is_none();
        match (self.format, made) {
            (Format::Pages, Some(made)) => {
                for to in &made {
                    piece.extend(letter(&self.common, to)?.into_bytes());
                }
            }
            (Format::Rows, Some(made)) => {
                let mut out = CsvOut::plain(piece);
                for to in &made {
                    out.row(self.cells(to)).context("writing a CSV")?;
                }
                piece = out.finish().context("writing a CSV")?;
            }
            (Format::Pages, None) => piece.extend(FOOT.as_bytes()),
            (Format::Rows, None) => {}
        }
        Ok(Some((web::Bytes::from(piece), self)))
    }

    /// Makes codes for the next letters of the round and keeps their hashes; `None` where all are made.
    fn make(&mut self, conn: &mut Conn) -> Result<Option<Vec<Recipient>>, Error> {
        let due: Vec<(String, i64)> = ltc6_invitations::table
            .filter(ltc6_invitations::campaign_id.eq(self.common.campaign.id))
            .filter(ltc6_invitations::letters.eq(self.round).and(ltc6_invitations::by_email.eq(false)))
            .filter(ltc6_invitations::dropped.eq(false).and(ltc6_invitations::undeliverable.eq(false)))
            .filter(ltc6_invitations::key.gt(self.after.clone().unwrap_or_default()))
            .order(ltc6_invitations::key)
            .limit(AT_ONCE)
            .select((ltc6_invitations::key, ltc6_invitations::person_id))
            .load(conn)?;
        let Some((last, _)) = due.last() else { return Ok(None) };
        self.after = Some(last.clone());
        let people: Vec<i64> = due.iter().map(|(_, person)| *person).collect();
        let (names, homes) = (names(conn, &people)?, homes(conn, &people)?);
        // Somebody whose address is gone since they were drawn gets no letter, and no code that nobody reads.
        let due: Vec<(String, i64)> =
            due.into_iter().filter(|(_, person)| homes.contains_key(person)).collect();
        let invitations: Vec<String> = due.iter().map(|(key, _)| key.clone()).collect();
        let codes = fresh_codes(conn, &self.keys, &invitations)?;
        let made = due.into_iter().zip(codes).filter_map(|((invitation, person), code)| {
            let (address, postcode, large_print) = homes.get(&person)?.clone();
            let reference = return_reference(&self.keys, &invitation);
            let name = names.get(&person).cloned().unwrap_or_default();
            Some(Recipient { name, address, postcode, large_print, reference, code })
        });
        Ok(Some(made.collect()))
    }

    fn cells(&self, to: &Recipient) -> [String; 16] {
        let (campaign, base_url) = (&self.common.campaign, &self.common.base_url);
        let mut lines = to.lines();
        lines.resize(5, String::new());
        let [one, two, three, four, five] = [0, 1, 2, 3, 4].map(|at| std::mem::take(&mut lines[at]));
        let yes = |yes: bool| if yes { "Y" } else { "N" }.to_owned();
        [
            to.reference.clone(),
            to.name.clone(),
            one,
            two,
            three,
            four,
            five,
            yes(to.large_print),
            to.code.to_string(),
            short_address(base_url),
            link(base_url, &to.code),
            campaign.run_by.clone(),
            campaign.help_name.clone(),
            campaign.help_phone.clone(),
            long_day(campaign.closes_on),
            yes(self.common.is_reminder),
        ]
    }
}

/// Given and family name of some people, where the register has them.
fn names(conn: &mut Conn, people: &[i64]) -> Result<HashMap<i64, String>, Error> {
    let register = published(conn)?;
    let rows: Vec<(i64, Option<String>, Option<String>)> = person_records::table
        .filter(person_records::person_id.eq_any(people))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select((person_records::person_id, person_records::given_name, person_records::family_name))
        .load(conn)?;
    let name = |given: Option<String>, family: Option<String>| {
        given.into_iter().chain(family).collect::<Vec<String>>().join(" ").trim().to_owned()
    };
    Ok(rows.into_iter().map(|(person, given, family)| (person, name(given, family))).collect())
}

/// Address, postcode and whether in large print, of those of some people who have an address.
fn homes(conn: &mut Conn, people: &[i64]) -> Result<HashMap<i64, (String, String, bool)>, Error> {
    let register = published(conn)?;
    let rows: Vec<(i64, Option<String>, Option<String>, bool)> = person_contacts::table
        .filter(person_contacts::person_id.eq_any(people))
        .filter(person_contacts::from_register.le(register).and(person_contacts::until_register.gt(register)))
        .select((
            person_contacts::person_id,
            person_contacts::address,
            person_contacts::postcode,
            person_contacts::large_print,
        ))
        .load(conn)?;
    let there = rows.into_iter().filter_map(|(person, address, postcode, large_print)| {
        let address = address.filter(|address| !address.trim().is_empty())?;
        Some((person, (address, postcode.unwrap_or_default(), large_print)))
    });
    Ok(there.collect())
}
