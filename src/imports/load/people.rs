//! People, by NHS number: a changed record or contact ends with the register that is prepared, and a new one begins.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::criteria::conditions::ConditionSet;
use crate::criteria::facts::Sex;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::cell::Sent;
use crate::imports::rows::people::{ContactPreference, PersonContact, PersonRow};
use crate::imports::rows::person_facts::PersonFacts;
use crate::people::nhs_number::NhsNumber;
use crate::people::record::{Contact, Record, insert_contacts, insert_records, name_key, stored_conditions};
use crate::people::register::FOREVER;
use crate::people::store::add_people;
use crate::schema::{people, person_contacts, person_records};

/// What the file changes of one person.
#[derive(Default)]
pub struct Change {
    nhs_number: String,
    /// `None` for somebody never seen before.
    person_id: Option<i64>,
    /// Row ids that end with the register that is prepared.
    ended_record: Option<i64>,
    ended_contact: Option<i64>,
    record: Option<Record>,
    contact: Option<Contact>,
}

/// A person as published, by NHS number.
#[derive(Default)]
struct Stored {
    person_id: i64,
    record: Option<(i64, Record)>,
    contact: Option<(i64, Contact)>,
}

impl Load for PersonRow {
    type Change = Change;

    fn compare(conn: &mut Conn, published: i64, rows: Vec<Self>) -> Result<Compared<Change>, Error> {
        let numbers: Vec<String> = rows.iter().map(|row| row.nhs_number.digits()).collect();
        let stored = stored(conn, published, &numbers)?;
        let mut compared = Compared::none();
        for (row, nhs_number) in rows.into_iter().zip(numbers) {
            let found = stored.get(&nhs_number);
            let is_stored = found.is_some_and(|found| found.record.is_some());
            compared.count(is_stored, change(row, nhs_number, found));
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, loading: &Loading<'_>, changes: Vec<Change>) -> Result<Vec<Subject>, Error> {
        let unknown = changes.iter().filter(|change| change.person_id.is_none());
        let unknown: Vec<String> = unknown.map(|change| change.nhs_number.clone()).collect();
        let added = add_people(conn, loading.keys, &unknown)?;
        end(conn, loading.preparing, &changes)?;
        let (mut records, mut contacts) = (Vec::with_capacity(changes.len()), Vec::new());
        for change in changes {
            let added_id = || added.get(&change.nhs_number).copied();
            let person_id = change.person_id.or_else(added_id).ok_or(Error::NotFound)?;
            let (from_register, until_register) = (loading.preparing, FOREVER);
            records.extend(change.record.map(|record| Record {
                person_id,
                from_register,
                until_register,
                ..record
            }));
            contacts.extend(change.contact.map(|contact| Contact {
                person_id,
                from_register,
                until_register,
                ..contact
            }));
        }
        insert_records(conn, &records)?;
        insert_contacts(conn, &contacts)?;
        Ok(Vec::new())
    }

    fn practice_id(&self) -> Option<i64> {
        Some(self.practice_id)
    }

    fn leaving(left: Vec<(i64, Record)>, last_day: NaiveDate) -> Vec<Change> {
        let change = |(record_id, record): (i64, Record)| Change {
            person_id: Some(record.person_id),
            ended_record: Some(record_id),
            record: Some(Record { deducted_on: Some(last_day.max(record.registered_from)), ..record }),
            ..Change::default()
        };
        left.into_iter().map(change).collect()
    }

    fn has_seen(seen: &Self::Seen, number: NhsNumber) -> bool {
        seen.contains_key(&number.nine())
    }
}

fn stored(conn: &mut Conn, published: i64, numbers: &[String]) -> Result<HashMap<String, Stored>, Error> {
    let known: Vec<(i64, String)> = people::table
        .filter(people::nhs_number.eq_any(numbers))
        .select((people::id, people::nhs_number))
        .load(conn)?;
    let ids: Vec<i64> = known.iter().map(|(id, _)| *id).collect();
    let records: Vec<(i64, Record)> = person_records::table
        .filter(person_records::person_id.eq_any(&ids))
        .filter(person_records::until_register.gt(published).and(person_records::from_register.le(published)))
        .select((person_records::id, Record::as_select()))
        .load(conn)?;
    let contacts: Vec<(i64, Contact)> = person_contacts::table
        .filter(person_contacts::person_id.eq_any(&ids))
        .filter(
            person_contacts::until_register.gt(published).and(person_contacts::from_register.le(published)),
        )
        .select((person_contacts::id, Contact::as_select()))
        .load(conn)?;
    let mut records: HashMap<i64, _> = records.into_iter().map(|row| (row.1.person_id, row)).collect();
    let mut contacts: HashMap<i64, _> = contacts.into_iter().map(|row| (row.1.person_id, row)).collect();
    let stored = known.into_iter().map(|(person_id, number)| {
        let (record, contact) = (records.remove(&person_id), contacts.remove(&person_id));
        (number, Stored { person_id, record, contact })
    });
    Ok(stored.collect())
}

/// What a row changes of what is stored; `None` for nothing.
fn change(row: PersonRow, nhs_number: String, stored: Option<&Stored>) -> Option<Change> {
    let nobody = Stored::default();
    let stored = stored.unwrap_or(&nobody);
    let old_contact = stored.contact.as_ref().map(|(_, contact)| contact);
    let contact = contact(&row.contact, old_contact);
    let contact = contact.filter(|contact| Some(contact) != old_contact);
    let record = record(row);
    let same_record = |(_, old): &(i64, Record)| {
        let Record { person_id, from_register, until_register, .. } = *old;
        *old == Record { person_id, from_register, until_register, ..record.clone() }
    };
    let has_new_record = !stored.record.as_ref().is_some_and(same_record);
    (has_new_record || contact.is_some()).then(|| Change {
        nhs_number,
        person_id: (stored.person_id != 0).then_some(stored.person_id),
        ended_record: stored.record.as_ref().map(|(id, _)| *id).filter(|_| has_new_record),
        ended_contact: stored.contact.as_ref().map(|(id, _)| *id).filter(|_| contact.is_some()),
        record: has_new_record.then_some(record),
        contact,
    })
}

/// The record a row says, not yet of a person and register.
fn record(row: PersonRow) -> Record {
    let PersonFacts { ltc_count, conditions, .. } = row.facts;
    let facts = row.facts;
    Record {
        person_id: 0,
        from_register: 0,
        until_register: FOREVER,
        name_key: name_key(row.given_name.as_deref(), row.family_name.as_deref()),
        given_name: row.given_name,
        family_name: row.family_name,
        date_of_birth: row.born,
        sex: row.sex.map(|sex: Sex| sex.word().to_owned()),
        practice_id: row.practice_id,
        registered_from: row.registered_from,
        deducted_on: row.deducted_on,
        died_on: row.died_on,
        ltc_count: ltc_count.map(i64::from),
        conditions: conditions.map(|set: ConditionSet| stored_conditions(set)),
        dementia: facts.dementia,
        advanced_organic_disorder: facts.advanced_organic_disorder,
        learning_disability: facts.learning_disability,
        serious_mental_illness: facts.serious_mental_illness,
        cancer_active: facts.cancer_active,
        cancer_treatment_ended_on: facts.cancer_treatment_ended_on,
        homeless: facts.homeless,
        alcohol_dependency: facts.alcohol_dependency,
        drug_dependency: facts.drug_dependency,
        care_home_resident: facts.care_home_resident,
        unplanned_admissions_12m: facts.unplanned_admissions.map(i64::from),
        annual_cost_pence: facts.annual_cost_pence,
        palliative: facts.palliative,
    }
}

/// The contact details after the row. A yes to "never ask me for the questionnaire" is kept for ever; somebody of
/// whom nothing was known and nothing is said has none.
fn contact(sent: &PersonContact, stored: Option<&Contact>) -> Option<Contact> {
    let old = stored.cloned().unwrap_or(Contact { until_register: FOREVER, ..Contact::default() });
    let text = |sent: &Sent<String>, stored: &Option<String>| sent.clone().over(stored.clone());
    let flag = |sent: Sent<bool>, stored: bool| sent.over(Some(stored)).unwrap_or(false);
    let stored_preference = old.contact_preference.clone();
    let contact = Contact {
        person_id: old.person_id,
        from_register: old.from_register,
        until_register: old.until_register,
        address: text(&sent.address, &old.address),
        postcode: text(&sent.postcode, &old.postcode),
        email: text(&sent.email, &old.email),
        contact_preference: sent
            .preference
            .map(ContactPreference::word)
            .map(str::to_owned)
            .over(stored_preference),
        large_print: flag(sent.large_print, old.large_print),
        ltc6_opt_out: old.ltc6_opt_out || flag(sent.ltc6_opt_out, false),
        data_opt_out: flag(sent.data_opt_out, old.data_opt_out),
    };
    (contact != old).then_some(contact)
}

/// Ends the rows that the changes replace.
fn end(conn: &mut Conn, preparing: i64, changes: &[Change]) -> Result<(), Error> {
    let records: Vec<i64> = changes.iter().filter_map(|change| change.ended_record).collect();
    diesel::update(person_records::table.filter(person_records::id.eq_any(records)))
        .set(person_records::until_register.eq(preparing))
        .execute(conn)?;
    let contacts: Vec<i64> = changes.iter().filter_map(|change| change.ended_contact).collect();
    diesel::update(person_contacts::table.filter(person_contacts::id.eq_any(contacts)))
        .set(person_contacts::until_register.eq(preparing))
        .execute(conn)?;
    Ok(())
}
