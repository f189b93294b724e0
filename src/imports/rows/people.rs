//! The register: people, their facts and their contact columns.

use chrono::NaiveDate;

use crate::criteria::facts::Sex;
use crate::imports::cell::{Cell, Sent};
use crate::imports::checks::{Checks, sent};
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::Known;
use crate::imports::problem::Code;
use crate::people::nhs_number::NhsNumber;
use crate::stored_as_text;

use super::organisations::OrganisationKind;
use super::person_facts::PersonFacts;
use super::{FirstLines, Row, Source, seen_before};

/// The columns of the layout, which exports write too.
pub const COLUMNS: [Column; 31] = [
    Column::of_people("nhs_number").private(),
    Column::of_people("given_name").private(),
    Column::of_people("family_name").private(),
    Column::of_people("date_of_birth").private(),
    Column::of_people("sex"),
    Column::of_people("practice_code"),
    Column::of_people("registered_from"),
    Column::of_people("deducted_on"),
    Column::of_people("died_on"),
    Column::of_people("ltc_count"),
    Column::of_people("conditions"),
    Column::of_people("dementia"),
    Column::of_people("advanced_organic_disorder"),
    Column::of_people("learning_disability"),
    Column::of_people("serious_mental_illness"),
    Column::of_people("cancer_active"),
    Column::of_people("cancer_treatment_ended_on"),
    Column::of_people("homeless"),
    Column::of_people("alcohol_dependency"),
    Column::of_people("drug_dependency"),
    Column::of_people("care_home_resident"),
    Column::of_people("unplanned_admissions_12m"),
    Column::of_people("annual_cost_pence"),
    Column::of_people("palliative"),
    Column::of_people("address").private().may_be_absent(),
    Column::of_people("postcode").private().may_be_absent(),
    Column::of_people("email").private().may_be_absent(),
    Column::of_people("contact_preference").may_be_absent(),
    Column::of_people("large_print").may_be_absent(),
    Column::of_people("ltc6_opt_out").may_be_absent(),
    Column::of_people("data_opt_out").may_be_absent(),
];

/// The earliest day of birth that is taken for one.
const FIRST_BIRTH: NaiveDate = NaiveDate::from_ymd_opt(1895, 1, 1).expect("1 January 1895 is a day");

/// A person as sent. `None` is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRow {
    pub nhs_number: NhsNumber,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub born: NaiveDate,
    pub sex: Option<Sex>,
    pub practice_id: i64,
    pub registered_from: NaiveDate,
    /// The last day on the practice's list.
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    pub facts: PersonFacts,
    pub contact: PersonContact,
}

/// The contact columns, any of which a file may come without.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonContact {
    /// Lines split by a vertical bar.
    pub address: Sent<String>,
    pub postcode: Sent<String>,
    pub email: Sent<String>,
    pub preference: Sent<ContactPreference>,
    pub large_print: Sent<bool>,
    pub ltc6_opt_out: Sent<bool>,
    pub data_opt_out: Sent<bool>,
}

stored_as_text! {
    /// How a person wants to be written to.
    ContactPreference {
        Letter = "letter",
        Email = "email",
        None = "none",
    }
}

impl Row for PersonRow {
    const KIND: Kind = Kind::People;
    const COLUMNS: &'static [Column] = &COLUMNS;
    type Seen = FirstLines<u32>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let cells: [Cell; 31] = Cell::of_row(&COLUMNS, source);
        let [
            number_cell,
            given_cell,
            family_cell,
            born_cell,
            sex_cell,
            practice_cell,
            from_cell,
            left_cell,
            died_cell,
            ..,
        ] = cells;
        let nhs_number = checks.nhs_number(&number_cell);
        let given_name = checks.text(&given_cell, 60);
        let family_name = checks.text(&family_cell, 60);
        checks.required(&born_cell);
        let born = checks.past_date_from(&born_cell, FIRST_BIRTH);
        let sex = checks.word(&sex_cell, &Sex::ALL, Sex::word);
        let practice_id = practice(checks, &practice_cell, known);
        checks.required(&from_cell);
        let registered_from = checks.past_date(&from_cell);
        let deducted_on = checks.past_date(&left_cell);
        let died_on = checks.past_date(&died_cell);
        checks.in_order((&born_cell, born), (&from_cell, registered_from));
        checks.in_order((&from_cell, registered_from), (&left_cell, deducted_on));
        checks.in_order((&born_cell, born), (&died_cell, died_on));
        let facts = PersonFacts::check(checks, &cells);
        let contact = contact(checks, &cells);
        let nhs_number = nhs_number?;
        if let Some(first) = seen_before(seen, nhs_number.nine(), checks.line()) {
            let what = format!("The number ending \"{}\"", nhs_number.last_four());
            checks.duplicate(&number_cell, &what, first);
        }
        Some(Self {
            nhs_number,
            given_name,
            family_name,
            born: born?,
            sex,
            practice_id: practice_id?,
            registered_from: registered_from?,
            deducted_on,
            died_on,
            facts,
            contact,
        })
    }
}

fn practice(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<i64> {
    let id = known.organisation(checks.required(cell)?, OrganisationKind::Practice);
    if id.is_none() {
        let message = format!(
            "{} is not the code of a practice. Load organisations first, or mend the code.",
            cell.shown()
        );
        checks.fault(cell, Code::UnknownRef, message);
    }
    id
}

fn contact(checks: &mut Checks, cells: &[Cell; 31]) -> PersonContact {
    let [.., address, postcode, email, preference, large_print, ltc6_opt_out, data_opt_out] = cells;
    PersonContact {
        address: sent(address, checks.text(address, 300)),
        postcode: sent(postcode, checks.text(postcode, 10)),
        email: sent(email, checks.email(email)),
        preference: sent(
            preference,
            checks.word(preference, ContactPreference::ALL, ContactPreference::word),
        ),
        large_print: sent(large_print, checks.flag(large_print)),
        ltc6_opt_out: sent(ltc6_opt_out, checks.flag(ltc6_opt_out)),
        data_opt_out: sent(data_opt_out, checks.flag(data_opt_out)),
    }
}
