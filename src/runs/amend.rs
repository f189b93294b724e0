//! Changing where one person stands between two runs: what a decision or a corrected fact does at once. Lists, figures
//! and the ledger change together; how the placement stood before is kept.

use chrono::NaiveDate;
use diesel::dsl::max;
use diesel::prelude::*;

use super::again::Anew;
use super::reason::Reason;
use super::staged::NewMovement;
use super::store::{Cause, Run, Source};
use crate::clock::Now;
use crate::criteria::facts::{Facts, Sex};
use crate::database::Conn;
use crate::error::Error;
use crate::groups::counts::{Counted, shift};
use crate::groups::place::Place;
use crate::people::corrections;
use crate::schema::{former_placements, movements, placements, run_reasons};

/// Where somebody stands, as a run or somebody since has placed them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = placements)]
pub struct Stands {
    pub id: i64,
    pub run_id: i64,
    pub person_id: i64,
    pub practice_id: i64,
    pub group_code: Option<String>,
    pub out_of_scope: bool,
    pub provisional: bool,
    pub supplementary_care: Option<bool>,
    pub reason_number: i64,
    pub source: Source,
}

/// Where a run's placement of somebody stands now; none where it did not know them.
pub fn stands(conn: &mut Conn, run_id: i64, person_id: i64) -> Result<Option<Stands>, Error> {
    Ok(placements::table
        .filter(placements::run_id.eq(run_id).and(placements::person_id.eq(person_id)))
        .select(Stands::as_select())
        .first(conn)
        .optional()?)
}

/// What brought a change about.
#[derive(Clone, Copy, Debug)]
pub struct Because<'a> {
    pub cause: Cause,
    pub reference: &'a str,
}

impl Stands {
    /// The same person held in a group, or in none: nothing is provisional any more.
    pub fn held_in(&self, group: Option<&str>, source: Source) -> Stands {
        Stands {
            group_code: group.map(str::to_owned),
            out_of_scope: false,
            provisional: false,
            source,
            ..self.clone()
        }
    }

    /// The same person where the criteria place them by their facts as they are read now.
    pub fn placed_by(&self, conn: &mut Conn, anew: &Anew) -> Result<Stands, Error> {
        Ok(Stands {
            group_code: anew.reason.group.clone(),
            out_of_scope: anew.out_of_scope,
            provisional: anew.provisional,
            supplementary_care: anew.supplementary_care,
            reason_number: match anew.out_of_scope {
                true => super::apply::OUT_OF_SCOPE,
                false => number_of(conn, self.run_id, &anew.reason)?,
            },
            source: Source::Run,
            ..self.clone()
        })
    }
}

/// Puts somebody where they stand from now on. A decision and a petition stand in the ledger also where the group
/// stays the same.
pub fn amend(
    conn: &mut Conn,
    now: Now,
    run: &Run,
    (from, to): (&Stands, &Stands),
    facts: &Facts,
    because: Because<'_>,
) -> Result<(), Error> {
    if from != to {
        change(conn, now, run, (from, to), facts)?;
    }
    let is_decided = matches!(because.cause, Cause::Decision | Cause::Petition);
    if from.group_code != to.group_code || is_decided {
        let movement = NewMovement {
            run_id: None,
            person_id: from.person_id,
            locality_id: run.locality_id,
            from_group: from.group_code.clone(),
            to_group: to.group_code.clone(),
            effective_on: now.today.max(run.as_of),
            cause: because.cause,
            reference: because.reference.to_owned(),
            recorded_at: now.moment,
        };
        diesel::insert_into(movements::table).values(&movement).execute(conn)?;
    }
    Ok(())
}

/// Changes the placement and the figures it is counted in; how it stood is kept.
fn change(
    conn: &mut Conn,
    now: Now,
    run: &Run,
    (from, to): (&Stands, &Stands),
    facts: &Facts,
) -> Result<(), Error> {
    keep_former(conn, from, now.today)?;
    diesel::update(placements::table.find(from.id))
        .set((
            placements::group_code.eq(&to.group_code),
            placements::out_of_scope.eq(to.out_of_scope),
            placements::provisional.eq(to.provisional),
            placements::supplementary_care.eq(to.supplementary_care),
            placements::reason_number.eq(to.reason_number),
            placements::source.eq(to.source),
        ))
        .execute(conn)?;
    let places = [from, to].map(|one| Place::of(one.group_code.as_deref(), one.out_of_scope));
    shift(conn, run.id, &counted(from, &places[0], facts), &counted(to, &places[1], facts))
}

fn keep_former(conn: &mut Conn, from: &Stands, today: NaiveDate) -> Result<(), Error> {
    diesel::insert_into(former_placements::table)
        .values((
            former_placements::run_id.eq(from.run_id),
            former_placements::person_id.eq(from.person_id),
            former_placements::group_code.eq(&from.group_code),
            former_placements::out_of_scope.eq(from.out_of_scope),
            former_placements::provisional.eq(from.provisional),
            former_placements::supplementary_care.eq(from.supplementary_care),
            former_placements::reason_number.eq(from.reason_number),
            former_placements::source.eq(from.source),
            former_placements::until_on.eq(today),
        ))
        .execute(conn)?;
    Ok(())
}

fn counted<'a>(one: &Stands, place: &'a Place, facts: &Facts) -> Counted<'a> {
    Counted {
        place,
        practice_id: one.practice_id,
        sex: facts.sex.map_or("", Sex::word),
        age: facts.age,
        provisional: one.provisional,
        supplementary: one.supplementary_care == Some(true),
        cost_pence: facts.annual_cost,
    }
}

/// The number of a reason among those of a run, added where the run had none such.
fn number_of(conn: &mut Conn, run_id: i64, reason: &Reason) -> Result<i64, Error> {
    let text = serde_json::to_string(reason).map_err(anyhow::Error::from)?;
    let of_run = run_reasons::table.filter(run_reasons::run_id.eq(run_id));
    let known: Option<i64> =
        of_run.filter(run_reasons::reason.eq(&text)).select(run_reasons::number).first(conn).optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    let last: Option<i64> = of_run.select(max(run_reasons::number)).first(conn)?;
    let number = last.map_or(0, |last| last + 1);
    super::staged::stage_reasons(conn, run_id, &[(number, reason.clone())])?;
    Ok(number)
}

/// A placement before somebody changed it.
#[derive(Clone, Debug, Queryable)]
pub struct Former {
    pub person_id: i64,
    pub provisional: bool,
    pub supplementary_care: Option<bool>,
    pub reason_number: i64,
    pub source: Source,
}

/// The placements of a run as they stood at the end of a date, of those changed after it.
pub fn former(conn: &mut Conn, run_id: i64, on: NaiveDate) -> Result<Vec<Former>, Error> {
    Ok(former_placements::table
        .filter(former_placements::run_id.eq(run_id).and(former_placements::until_on.gt(on)))
        .order(former_placements::id.desc())
        .select((
            former_placements::person_id,
            former_placements::provisional,
            former_placements::supplementary_care,
            former_placements::reason_number,
            former_placements::source,
        ))
        .load(conn)?)
}

/// How many people of a run were placed anew since it was applied.
pub fn changed_since(conn: &mut Conn, run_id: i64) -> Result<i64, Error> {
    let of_run = former_placements::table.filter(former_placements::run_id.eq(run_id));
    let people: Vec<i64> = of_run.select(former_placements::person_id).distinct().load(conn)?;
    Ok(i64::try_from(people.len()).unwrap_or(i64::MAX))
}

/// How far the changes between runs had come when facts were read: equal twice, nothing has changed meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The last change of a placement of the standing run.
    former: Option<i64>,
    facts: i64,
}

impl Seen {
    pub fn now(conn: &mut Conn, standing: Option<i64>) -> Result<Seen, Error> {
        let of_run = former_placements::table.filter(former_placements::run_id.eq(standing.unwrap_or(0)));
        let former = of_run.select(max(former_placements::id)).first(conn)?;
        Ok(Seen { former, facts: corrections::fact_changes(conn)? })
    }
}
