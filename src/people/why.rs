//! Why one person is where they are: their facts as the run that stands read them, and the criteria it used.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::record::Record;
use crate::criteria;
use crate::criteria::conditions::{Condition, ConditionSet};
use crate::criteria::explain::Explained;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::facts::{Ended, Facts, Flag, Level, Sex, age_on};
use crate::criteria::store::Version;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::runs::reason::Reason;
use crate::runs::store::Run;
use crate::schema::{levels_of_need, person_records, placements, risk_scores, run_reasons};

/// A placement as the run that stands stored it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = placements)]
pub struct Placement {
    pub group_code: Option<String>,
    pub out_of_scope: bool,
    pub provisional: bool,
    pub supplementary_care: Option<bool>,
    reason_number: i64,
}

/// A criterion and how it stands for the person.
#[derive(Clone, Debug)]
pub struct Stands {
    pub label: String,
    pub version: Version,
    pub explained: Explained,
    /// Whether the single conditions are kept from the caller.
    pub is_withheld: bool,
}

/// Why somebody is where they are.
#[derive(Clone, Debug)]
pub struct Why {
    /// The criterion of the group they are in.
    pub group: Option<Stands>,
    /// Every home group's criterion, for somebody not placed.
    pub unmet: Vec<Stands>,
    pub supplementary: Option<Stands>,
    pub also_meets: Vec<String>,
    pub could_be: Vec<String>,
    /// Facts that are not known and decide, in words.
    pub hangs_on: Vec<String>,
    pub too_many_unknown: bool,
    pub read_as_no: Vec<String>,
}

/// The placement of a person by a run.
pub fn placement(conn: &mut Conn, run: &Run, person_id: i64) -> Result<Option<Placement>, Error> {
    Ok(placements::table
        .filter(placements::person_id.eq(person_id).and(placements::run_id.eq(run.id)))
        .select(Placement::as_select())
        .first(conn)
        .optional()?)
}

/// Explains a placement. `sees_all`: the caller is of the person's own practice, and sees sensitive facts.
pub fn why(
    conn: &mut Conn,
    run: &Run,
    placement: &Placement,
    person_id: i64,
    sees_all: bool,
) -> Result<Option<Why>, Error> {
    let Some(facts) = facts(conn, person_id, run.register, run.as_of)? else { return Ok(None) };
    let reason = reason(conn, run, placement)?;
    let used: Vec<Version> = match run.summary()? {
        Some(summary) => used(conn, run, &summary.criteria)?,
        None => Vec::new(),
    };
    let hangs_on = reason.as_ref().map(|reason| reason.hangs_on.clone()).unwrap_or_default();
    let stands = |version: &Version| -> Result<Stands, Error> {
        let expression = version.expression()?;
        let group = Scheme::shipped().group(&version.group_code);
        Ok(Stands {
            label: group.map_or_else(|| version.group_code.clone(), |group| group.label.clone()),
            version: version.clone(),
            explained: Explained::of(&expression, &facts),
            is_withheld: !sees_all && !shown(&expression, &hangs_on),
        })
    };
    let find = |code: &str| used.iter().find(|version| version.group_code == code);
    let group = placement.group_code.as_deref().and_then(find).map(stands).transpose()?;
    let overlay = Scheme::shipped().overlay().and_then(|group| find(&group.code));
    let home = |version: &&Version| Some(version.id) != overlay.map(|version| version.id);
    let unmet = match &placement.group_code {
        Some(_) => Vec::new(),
        None => used.iter().filter(home).map(stands).collect::<Result<_, Error>>()?,
    };
    let supplementary = match placement.supplementary_care {
        Some(false) => None,
        Some(true) | None => overlay.map(stands).transpose()?,
    };
    let reason = reason.unwrap_or(Reason {
        group: None,
        decided: Vec::new(),
        also_meets: Vec::new(),
        could_be: Vec::new(),
        hangs_on: Vec::new(),
        too_many_unknown: false,
        read_as_no: Vec::new(),
    });
    Ok(Some(Why {
        group,
        unmet,
        supplementary,
        also_meets: reason.also_meets.iter().map(|code| label(Some(code))).collect(),
        could_be: reason.could_be.iter().map(|code| label(code.as_deref())).collect(),
        hangs_on: reason.hangs_on.iter().map(|fact| fact_words(fact)).collect(),
        too_many_unknown: reason.too_many_unknown,
        read_as_no: reason.read_as_no.iter().map(|fact| fact_words(fact)).collect(),
    }))
}

/// A group's label; "no group" where there is none.
pub fn label(code: Option<&str>) -> String {
    match code {
        None => "no group".into(),
        Some(code) => Scheme::shipped().group(code).map_or_else(|| code.into(), |group| group.label.clone()),
    }
}

/// A fact's name in words: `ltc_count` is "number of long-term conditions".
pub fn fact_words(fact: &str) -> String {
    match fact {
        "ltc_count" => "number of long-term conditions".into(),
        "annual_cost" => "annual cost".into(),
        "years_since_cancer_treatment" => "end of cancer treatment".into(),
        "cancer_active" => "active cancer".into(),
        "care_home" => "care home residence".into(),
        "homeless" => "homelessness".into(),
        other => other.replace('_', " "),
    }
}

/// Facts shown to the person's own practice alone, or where a judgement case turns on them.
pub const SENSITIVE: [Flag; 3] = [Flag::Homeless, Flag::AlcoholDependency, Flag::DrugDependency];

/// Whether the single conditions of a criterion may be shown outside the person's practice.
fn shown(expression: &Expression, hangs_on: &[String]) -> bool {
    expression.atoms().into_iter().all(|atom| match atom {
        Atom::Flag(flag) if SENSITIVE.contains(flag) => hangs_on.iter().any(|fact| fact == flag.word()),
        _ => true,
    })
}

fn reason(conn: &mut Conn, run: &Run, placement: &Placement) -> Result<Option<Reason>, Error> {
    let text: Option<String> = run_reasons::table
        .filter(run_reasons::run_id.eq(run.id).and(run_reasons::number.eq(placement.reason_number)))
        .select(run_reasons::reason)
        .first(conn)
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose().map_err(anyhow::Error::from)?)
}

/// The versions a run used, first tried first.
fn used(
    conn: &mut Conn,
    run: &Run,
    criteria: &[crate::runs::summary::CriterionUsed],
) -> Result<Vec<Version>, Error> {
    let mut versions = criteria::store::all(conn, run.locality_id)?;
    versions.retain(|version| {
        criteria.iter().any(|used| used.group == version.group_code && used.number == version.number)
    });
    let order =
        |version: &Version| Scheme::shipped().group(&version.group_code).map(|group| group.precedence);
    versions.sort_by_key(order);
    Ok(versions)
}

/// A person's record in force in a register.
pub fn record(conn: &mut Conn, person_id: i64, register: i64) -> Result<Option<Record>, Error> {
    Ok(person_records::table
        .filter(person_records::person_id.eq(person_id))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// A person's facts as a register held them, as of a date; `None` where it did not hold the person.
fn facts(conn: &mut Conn, person_id: i64, register: i64, as_of: NaiveDate) -> Result<Option<Facts>, Error> {
    let Some(record) = record(conn, person_id, register)? else { return Ok(None) };
    let score: Option<i64> = risk_scores::table
        .filter(risk_scores::person_id.eq(person_id).and(risk_scores::scored_on.le(as_of)))
        .filter(risk_scores::from_register.le(register).and(risk_scores::until_register.gt(register)))
        .order((risk_scores::scored_on.desc(), risk_scores::id.desc()))
        .select(risk_scores::score_hundredths)
        .first(conn)
        .optional()?;
    let level: Option<String> = levels_of_need::table
        .filter(levels_of_need::person_id.eq(person_id).and(levels_of_need::assessed_on.le(as_of)))
        .filter(levels_of_need::from_register.le(register).and(levels_of_need::until_register.gt(register)))
        .order((levels_of_need::assessed_on.desc(), levels_of_need::id.desc()))
        .select(levels_of_need::level)
        .first(conn)
        .optional()?;
    let mut facts = read(&record, as_of);
    facts.risk_score = score.and_then(|score| u16::try_from(score).ok());
    facts.level_of_need = level.as_deref().and_then(Level::of_word);
    Ok(Some(facts))
}

/// What a record says.
pub fn read(record: &Record, as_of: NaiveDate) -> Facts {
    let mut facts = Facts::nothing_known(as_of, age_on(record.date_of_birth, as_of));
    for (flag, recorded) in flags(record) {
        facts.set_flag(flag, recorded);
    }
    let codes = |codes: &str| codes.split(';').filter_map(Condition::of_code).collect::<ConditionSet>();
    facts.conditions = record.conditions.as_deref().map(codes);
    facts.ltc_count = record.ltc_count.and_then(|count| u8::try_from(count).ok());
    facts.unplanned_admissions = record.unplanned_admissions_12m.and_then(|count| u16::try_from(count).ok());
    facts.annual_cost = record.annual_cost_pence;
    facts.cancer_treatment_ended = record.cancer_treatment_ended_on.map_or(Ended::NotKnown, Ended::On);
    facts.sex = record.sex.as_deref().and_then(Sex::of_word);
    facts.fill_implied();
    facts
}

/// The flags of a record, blanks left blank.
pub fn flags(record: &Record) -> [(Flag, Option<bool>); 9] {
    [
        (Flag::SeriousMentalIllness, record.serious_mental_illness),
        (Flag::LearningDisability, record.learning_disability),
        (Flag::Dementia, record.dementia),
        (Flag::AdvancedOrganicDisorder, record.advanced_organic_disorder),
        (Flag::CancerActive, record.cancer_active),
        (Flag::CareHome, record.care_home_resident),
        (Flag::Homeless, record.homeless),
        (Flag::AlcoholDependency, record.alcohol_dependency),
        (Flag::DrugDependency, record.drug_dependency),
    ]
}
