//! Why one person is where they are: their facts as the run that stands read them, and the criteria it used.

use diesel::prelude::*;

use super::list::Listed;
use crate::criteria;
use crate::criteria::explain::Explained;
use crate::criteria::expression::{Atom, Expression};
use crate::criteria::facts::{Facts, Flag};
use crate::criteria::store::Version;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::place::AgeBand;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::store::numbered;
use crate::runs::reason::Reason;
use crate::runs::store::Run;
use crate::schema::run_reasons;

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
    /// The criteria of the other groups a provisional placement could become.
    pub open: Vec<Stands>,
    pub supplementary: Option<Stands>,
    /// The group the criteria give, where somebody is held in another.
    pub by_criteria: Option<String>,
    /// Other groups whose criteria they meet, after the one the criteria give.
    pub also_meets: Vec<String>,
    pub could_be: Vec<String>,
    /// Facts that are not known and decide, in words.
    pub hangs_on: Vec<String>,
    pub too_many_unknown: bool,
    pub read_as_no: Vec<String>,
}

/// Explains where a run put a person, whose facts it read. `sees_all`: the caller is of the person's own practice, and sees sensitive facts.
pub fn why(
    conn: &mut Conn,
    run: &Run,
    person: &Listed,
    facts: &Facts,
    sees_all: bool,
) -> Result<Option<Why>, Error> {
    let Some((_, number)) = person.reason.filter(|(placed_by, _)| *placed_by == run.id) else {
        return Ok(None);
    };
    let reason = reason(conn, run, number)?;
    let (scheme, used) = used(conn, run)?;
    let hangs_on = reason.as_ref().map(|reason| reason.hangs_on.clone()).unwrap_or_default();
    let stands = |version: &Version| stands(&scheme, version, facts, &hangs_on, sees_all);
    let find = |code: &str| used.iter().find(|version| version.group_code == code);
    let group = person.group_code.as_deref().and_then(find).map(stands).transpose()?;
    let overlay = scheme.overlay().and_then(|group| find(&group.code));
    let home = |version: &&Version| Some(version.id) != overlay.map(|version| version.id);
    let unmet = match &person.group_code {
        Some(_) => Vec::new(),
        None => used.iter().filter(home).map(stands).collect::<Result<_, Error>>()?,
    };
    let could_be = reason.iter().flat_map(|reason| reason.could_be.iter().flatten());
    let open = match &person.group_code {
        Some(code) => could_be
            .filter(|other| *other != code)
            .filter_map(|other| find(other))
            .map(stands)
            .collect::<Result<_, Error>>()?,
        None => Vec::new(),
    };
    let supplementary = match person.supplementary {
        Some(false) => None,
        Some(true) | None => overlay.map(stands).transpose()?,
    };
    let by_criteria = reason
        .as_ref()
        .filter(|reason| reason.group != person.group_code)
        .map(|reason| label(&scheme, reason.group.as_deref()));
    let reason = reason.unwrap_or_default();
    let also_meets = reason.also_meets.iter().filter(|code| Some(*code) != person.group_code.as_ref());
    Ok(Some(Why {
        group,
        unmet,
        open,
        supplementary,
        by_criteria,
        also_meets: also_meets.map(|code| label(&scheme, Some(code))).collect(),
        could_be: reason.could_be.iter().map(|code| label(&scheme, code.as_deref())).collect(),
        hangs_on: reason.hangs_on.iter().map(|fact| fact_words(fact)).collect(),
        too_many_unknown: reason.too_many_unknown,
        read_as_no: reason.read_as_no.iter().map(|fact| fact_words(fact)).collect(),
    }))
}

/// How the criteria of some groups, as a run used them, stand for somebody with these facts.
pub fn of_groups(
    conn: &mut Conn,
    run: &Run,
    codes: &[String],
    facts: &Facts,
    hangs_on: &[String],
    sees_all: bool,
) -> Result<Vec<Stands>, Error> {
    let (scheme, used) = used(conn, run)?;
    let wanted = used.iter().filter(|version| codes.contains(&version.group_code));
    wanted.map(|version| stands(&scheme, version, facts, hangs_on, sees_all)).collect()
}

fn stands(
    scheme: &Scheme,
    version: &Version,
    facts: &Facts,
    hangs_on: &[String],
    sees_all: bool,
) -> Result<Stands, Error> {
    let expression = version.expression()?;
    let mut explained = Explained::of(&expression, facts);
    if !sees_all {
        blur_age(&mut explained, facts.age);
    }
    Ok(Stands {
        label: label(scheme, Some(&version.group_code)),
        version: version.clone(),
        explained,
        is_withheld: !sees_all && !shown(&expression, hangs_on),
    })
}

/// Outside the person's practice the age is a band.
fn blur_age(explained: &mut Explained, age: u16) {
    if explained.fact.as_ref() == Some(&format!("aged {age}")) {
        explained.fact = Some(format!("aged {}", AgeBand::of(age).label()));
    }
    explained.parts.iter_mut().for_each(|part| blur_age(part, age));
}

/// A group's label in a locality's scheme; "no group" where there is none.
pub fn label(scheme: &Scheme, code: Option<&str>) -> String {
    match code {
        None => "no group".into(),
        Some(code) => scheme.group(code).map_or_else(|| code.into(), |group| group.label.clone()),
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

fn reason(conn: &mut Conn, run: &Run, number: i64) -> Result<Option<Reason>, Error> {
    let text: Option<String> = run_reasons::table
        .filter(run_reasons::run_id.eq(run.id).and(run_reasons::number.eq(number)))
        .select(run_reasons::reason)
        .first(conn)
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose().map_err(anyhow::Error::from)?)
}

/// The scheme and the versions a run used, first tried first.
fn used(conn: &mut Conn, run: &Run) -> Result<(Scheme, Vec<Version>), Error> {
    let Some(summary) = run.summary()? else { return Ok((Scheme::shipped().clone(), Vec::new())) };
    let (scheme, criteria) = (numbered(conn, run.locality_id, summary.scheme)?, summary.criteria);
    let mut versions = criteria::store::all(conn, run.locality_id)?;
    versions.retain(|version| {
        criteria.iter().any(|used| used.group == version.group_code && used.number == version.number)
    });
    let order = |version: &Version| scheme.group(&version.group_code).map(|group| group.precedence);
    versions.sort_by_key(order);
    Ok((scheme, versions))
}
