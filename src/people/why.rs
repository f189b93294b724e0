//! Why one person is where they are: their facts as the run that stands read them, and the criteria it used.

use diesel::prelude::*;

use super::record::Record;
use super::snapshot::Snapshot;
use crate::criteria;
use crate::criteria::explain::Explained;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::facts::{Blanks, Flag};
use crate::criteria::store::Version;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::groups::scheme::Scheme;
use crate::runs::reason::Reason;
use crate::runs::store::Run;
use crate::schema::{person_records, placements, run_reasons};

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
    let declared = |_practice: i64| Blanks::default();
    let member = Snapshot::member_of(conn, person_id, run.register, run.as_of, &declared)?;
    let Some(facts) = member.map(|member| member.facts) else { return Ok(None) };
    let reason = reason(conn, run, placement)?;
    let used: Vec<Version> = match run.summary()? {
        Some(summary) => used(conn, run, &summary.criteria)?,
        None => Vec::new(),
    };
    let hangs_on = reason.as_ref().map(|reason| reason.hangs_on.clone()).unwrap_or_default();
    let stands = |version: &Version| -> Result<Stands, Error> {
        let expression = version.expression()?;
        let group = Scheme::shipped().group(&version.group_code);
        let mut explained = Explained::of(&expression, &facts);
        if !sees_all {
            blur_age(&mut explained, facts.age);
        }
        Ok(Stands {
            label: group.map_or_else(|| version.group_code.clone(), |group| group.label.clone()),
            version: version.clone(),
            explained,
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

/// Outside the person's practice the age is a band.
fn blur_age(explained: &mut Explained, age: u16) {
    if explained.fact.as_ref() == Some(&format!("aged {age}")) {
        explained.fact = Some(format!("aged {}", AgeBand::of(age).label()));
    }
    explained.parts.iter_mut().for_each(|part| blur_age(part, age));
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
