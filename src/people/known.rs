//! What the register knows of one person: facts, scores, levels of need and contact details, as their page shows them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::person::capital;
use super::record::Contact;
use super::why::{SENSITIVE, fact_words};
use crate::criteria::conditions::Condition;
use crate::criteria::facts::{Ended, Facts, Flag};
use crate::criteria::phrases::register as register_name;
use crate::database::Conn;
use crate::error::Error;
use crate::money::Pence;
use crate::page::filters::long_day;
use crate::schema::{levels_of_need, organisations, person_contacts, risk_scores};

/// A fact of the record: what, and its value in words; "not known" where it is blank.
pub struct Fact {
    pub what: String,
    pub value: String,
}

/// A dated score or level.
pub struct Dated {
    pub on: NaiveDate,
    pub text: String,
}

/// How a person can be written to.
pub fn contact(conn: &mut Conn, person_id: i64, register: i64) -> Result<Option<Contact>, Error> {
    Ok(person_contacts::table
        .filter(person_contacts::person_id.eq(person_id))
        .filter(person_contacts::from_register.le(register))
        .filter(person_contacts::until_register.gt(register))
        .select(Contact::as_select())
        .first(conn)
        .optional()?)
}

/// The record's facts. Sensitive ones go to the person's own practice, or where a judgement case turns on them.
pub fn facts(known: &Facts, own: bool, hangs_on: &[String]) -> Vec<Fact> {
    let yes_or_no = |yes: bool| if yes { "Yes" } else { "No" }.to_owned();
    let fact = |what: &str, value: Option<String>| Fact {
        what: what.into(),
        value: value.unwrap_or_else(|| "Not known".into()),
    };
    let conditions = known.conditions.map(|set| {
        let names: Vec<String> = set.iter().map(|condition: Condition| register_name(condition)).collect();
        if names.is_empty() { "None".into() } else { capital(names.join(", ")) }
    });
    let mut facts = vec![
        fact("Number of long-term conditions", known.ltc_count.map(|count| count.to_string())),
        fact("Condition registers", conditions),
    ];
    for flag in Flag::ALL {
        let words = fact_words(flag.word());
        if own || !SENSITIVE.contains(&flag) || hangs_on.contains(&words) {
            facts.push(fact(&capital(words), known.recorded_flag(flag).map(yes_or_no)));
        }
    }
    let ended = match known.cancer_treatment_ended {
        Ended::NotKnown => None,
        Ended::Never => Some("No treatment recorded".into()),
        Ended::On(day) => Some(long_day(day)),
    };
    facts.push(fact("End of cancer treatment", ended));
    let admissions = known.unplanned_admissions.map(|count| count.to_string());
    facts.push(fact("Unplanned admissions in 12 months", admissions));
    facts.push(fact("Annual cost", known.annual_cost.map(|pence| Pence(pence).to_string())));
    facts
}

/// Risk scores, latest first.
pub fn scores(conn: &mut Conn, person_id: i64, register: i64) -> Result<Vec<Dated>, Error> {
    let rows: Vec<(NaiveDate, i64, String, String)> = risk_scores::table
        .filter(risk_scores::person_id.eq(person_id))
        .filter(risk_scores::from_register.le(register).and(risk_scores::until_register.gt(register)))
        .order((risk_scores::scored_on.desc(), risk_scores::id.desc()))
        .select((
            risk_scores::scored_on,
            risk_scores::score_hundredths,
            risk_scores::tool,
            risk_scores::tool_version,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(on, hundredths, tool, version)| Dated {
        on,
        text: format!("{}.{:02} by {tool} {version}", hundredths / 100, hundredths % 100),
    });
    Ok(made.collect())
}

/// Assessed levels of need, latest first.
pub fn levels(conn: &mut Conn, person_id: i64, register: i64) -> Result<Vec<Dated>, Error> {
    let rows: Vec<(NaiveDate, String, String, NaiveDate)> = levels_of_need::table
        .inner_join(organisations::table)
        .filter(levels_of_need::person_id.eq(person_id))
        .filter(levels_of_need::from_register.le(register).and(levels_of_need::until_register.gt(register)))
        .order((levels_of_need::assessed_on.desc(), levels_of_need::id.desc()))
        .select((
            levels_of_need::assessed_on,
            levels_of_need::level,
            organisations::name,
            levels_of_need::next_review_on,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(on, level, coordinator, review)| Dated {
        on,
        text: format!("{level}, co-ordinated by {coordinator}, next review {}", long_day(review)),
    });
    Ok(made.collect())
}
