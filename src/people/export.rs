//! The register as a file, in the columns of the import: what is exported and imported again changes nothing.

use std::collections::HashMap;
use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::record::{Contact, Record};
use super::register::published;
use crate::csv_out::CsvOut;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::people::COLUMNS;
use crate::schema::{organisations, people, person_contacts, person_records};

/// How many people are read at a time.
const AT_ONCE: i64 = 1_000;

/// Writes everybody of the published register whose practice lies in some localities (row ids), names and contact
/// columns included; how many.
pub fn write_people(
    conn: &mut Conn,
    localities: &[i64],
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    let published = published(conn)?;
    write(out, COLUMNS.iter().map(|column| column.name))?;
    let (mut after, mut count) = (0, 0);
    loop {
        let page: Vec<(i64, String, String, Record)> = person_records::table
            .inner_join(people::table)
            .inner_join(organisations::table)
            .filter(organisations::locality_id.eq_any(localities))
            .filter(
                person_records::until_register.gt(published).and(person_records::from_register.le(published)),
            )
            .filter(people::id.gt(after))
            .order(people::id)
            .limit(AT_ONCE)
            .select((people::id, people::nhs_number, organisations::code, Record::as_select()))
            .load(conn)?;
        let Some((last, ..)) = page.last() else { return Ok(count) };
        after = *last;
        count += page.len();
        let contacts = contacts(conn, published, page.iter().map(|(id, ..)| *id).collect())?;
        let nothing = Contact::default();
        for (id, nhs_number, practice, record) in page {
            let cells = cells(nhs_number, practice, record, contacts.get(&id).unwrap_or(&nothing));
            write(out, cells)?;
        }
    }
}

fn contacts(conn: &mut Conn, published: i64, ids: Vec<i64>) -> Result<HashMap<i64, Contact>, Error> {
    let contacts: Vec<Contact> = person_contacts::table
        .filter(person_contacts::person_id.eq_any(ids))
        .filter(
            person_contacts::until_register.gt(published).and(person_contacts::from_register.le(published)),
        )
        .select(Contact::as_select())
        .load(conn)?;
    Ok(contacts.into_iter().map(|contact| (contact.person_id, contact)).collect())
}

/// In the order of the columns; a blank is not known, or for the contact columns not said.
fn cells(nhs_number: String, practice: String, record: Record, contact: &Contact) -> [String; 31] {
    let flag =
        |flag: Option<bool>| flag.map(|yes| if yes { "Y" } else { "N" }.to_owned()).unwrap_or_default();
    let yes = |yes: bool| if yes { "Y".to_owned() } else { String::new() };
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        nhs_number,
        text(&record.given_name),
        text(&record.family_name),
        record.date_of_birth.to_string(),
        text(&record.sex),
        practice,
        record.registered_from.to_string(),
        day(record.deducted_on),
        day(record.died_on),
        number(record.ltc_count),
        text(&record.conditions),
        flag(record.dementia),
        flag(record.advanced_organic_disorder),
        flag(record.learning_disability),
        flag(record.serious_mental_illness),
        flag(record.cancer_active),
        day(record.cancer_treatment_ended_on),
        flag(record.homeless),
        flag(record.alcohol_dependency),
        flag(record.drug_dependency),
        flag(record.care_home_resident),
        number(record.unplanned_admissions_12m),
        number(record.annual_cost_pence),
        flag(record.palliative),
        text(&contact.address),
        text(&contact.postcode),
        text(&contact.email),
        text(&contact.contact_preference),
        yes(contact.large_print),
        yes(contact.ltc6_opt_out),
        yes(contact.data_opt_out),
    ]
}

fn write<C: AsRef<str>>(
    out: &mut CsvOut<impl Write>,
    cells: impl IntoIterator<Item = C>,
) -> Result<(), Error> {
    Ok(out.row(cells).map_err(anyhow::Error::from)?)
}
