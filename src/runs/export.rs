//! Placements and movements as files, in the columns of the design.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::amend;
use super::apply::OUT_OF_SCOPE;
use super::rules::{RegisterStatus, register_status};
use super::store::{self, Cause, Locality, Run, Source, State};
use crate::csv_out::CsvOut;
use crate::database::Conn;
use crate::decisions::holds;
use crate::error::Error;
use crate::people::register::published;
use crate::schema::{localities, movements, organisations, people, person_records, placements, runs};

/// Rows read at a time.
const AT_ONCE: i64 = 10_000;

/// Localities, of one code or all.
pub fn localities(conn: &mut Conn, code: Option<&str>) -> Result<Vec<Locality>, Error> {
    let all: Vec<Locality> =
        localities::table.order(localities::code).select(Locality::as_select()).load(conn)?;
    match code {
        None => Ok(all),
        Some(code) => match all.into_iter().find(|locality| locality.code == code) {
            Some(locality) => Ok(vec![locality]),
            None => Err(Error::Refused(format!("no locality has the code {code}"))),
        },
    }
}

/// One row for each person on the register on a date, as their placement stood that day, with a blank group where the
/// locality had not been grouped by then; how many rows.
pub fn write_placements(
    conn: &mut Conn,
    localities: &[Locality],
    on: NaiveDate,
    identified: bool,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    let columns = "pseudonym,locality,practice,group,provisional,supplementary_care,source,criteria_version,reason,effective_from";
    write(out, identified.then_some("nhs_number").into_iter().chain(columns.split(',')))?;
    let mut count = 0;
    for locality in localities {
        let run = store::standing_on(conn, locality.id, on)?;
        count += write_locality(conn, locality, run.as_ref(), on, identified, out)?;
    }
    Ok(count)
}

/// A person's placement as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = placements)]
struct Stood {
    person_id: i64,
    practice_id: i64,
    provisional: bool,
    supplementary_care: Option<bool>,
    reason_number: i64,
    source: Source,
}

/// Where a run had put people on a date: what was changed between runs after it is taken back.
fn stood(conn: &mut Conn, run: &Run, on: NaiveDate) -> Result<HashMap<i64, Stood>, Error> {
    let stood: Vec<Stood> = placements::table
        .filter(placements::run_id.eq(run.id))
        .order(placements::id)
        .select(Stood::as_select())
        .load(conn)?;
    let mut stood: HashMap<i64, Stood> = stood.into_iter().map(|one| (one.person_id, one)).collect();
    for former in amend::former(conn, run.id, on)? {
        if let Some(one) = stood.get_mut(&former.person_id) {
            one.provisional = former.provisional;
            one.supplementary_care = former.supplementary_care;
            one.reason_number = former.reason_number;
            one.source = former.source;
        }
    }
    Ok(stood)
}

fn reasons(conn: &mut Conn, run: &Run) -> Result<HashMap<i64, String>, Error> {
    let reasons = store::reasons(conn, run.id)?;
    Ok(reasons.into_iter().map(|(number, reason)| (number, reason.in_a_line())).collect())
}

fn write_locality(
    conn: &mut Conn,
    locality: &Locality,
    run: Option<&Run>,
    on: NaiveDate,
    identified: bool,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    let (stood, mut reasons) = match run {
        Some(run) => (stood(conn, run, on)?, reasons(conn, run)?),
        None => Default::default(),
    };
    let unplaced = match run {
        Some(_) => "not on the register when the run placed people".to_owned(),
        None => format!("the locality had not been grouped by {on}"),
    };
    let summary = run.map(Run::summary).transpose()?.flatten();
    let minimum_age = summary.as_ref().map_or(0, |summary| summary.minimum_age);
    reasons.insert(OUT_OF_SCOPE, format!("out of scope: under {minimum_age}"));
    let criteria = summary.map(|summary| summary.criteria).unwrap_or_default();
    let versions: HashMap<String, i64> = criteria.into_iter().map(|used| (used.group, used.number)).collect();
    let folded = fold(conn, locality.id, on)?;
    let held = holds::on(conn, locality.id, on)?;
    let codes: HashMap<i64, String> = organisations::table
        .filter(organisations::kind.eq("practice"))
        .select((organisations::id, organisations::code))
        .load(conn)?
        .into_iter()
        .collect();
    let has_gone = |person: &i64| run.zip(folded.get(person)).is_some_and(|(run, last)| last.has_gone(run));
    let mut counted = on_register(conn, locality, run, on, &stood)?;
    counted.retain(|(person, _)| !has_gone(person));
    for some in counted.chunks(1_000) {
        let names = names(conn, some.iter().map(|(person, _)| *person))?;
        for (person, practice) in some {
            let Some((nhs_number, pseudonym)) = names.get(person) else { continue };
            let practice = codes.get(practice).map_or("", String::as_str);
            let nhs_number = identified.then_some(nhs_number.as_str());
            let stood = stood.get(person);
            let mut rest = placement_cells(stood, &unplaced, &reasons, &versions, folded.get(person));
            if let Some(hold) = held.get(person).filter(|_| stood.is_some()) {
                rest[5] = hold.before(&rest[5]);
            }
            let start = [pseudonym, &*locality.code, practice].map(str::to_owned);
            let cells = nhs_number.map(str::to_owned).into_iter().chain(start).chain(rest);
            write(out, cells)?;
        }
    }
    Ok(counted.len())
}

/// Who was on the register of a locality on a date: person and practice. The register is the one read by the run that
/// stood that day, so that those whom it did not place joined after it; without such a run, the published one.
fn on_register(
    conn: &mut Conn,
    locality: &Locality,
    run: Option<&Run>,
    on: NaiveDate,
    stood: &HashMap<i64, Stood>,
) -> Result<Vec<(i64, i64)>, Error> {
    let register = run.map_or_else(|| published(conn), |run| Ok(run.register))?;
    let of_the_locality: Vec<i64> = organisations::table
        .filter(organisations::kind.eq("practice").and(organisations::locality_id.eq(locality.id)))
        .select(organisations::id)
        .load(conn)?;
    let practices: BTreeSet<i64> =
        stood.values().map(|one| one.practice_id).chain(of_the_locality.iter().copied()).collect();
    let mut counted = Vec::new();
    for practice in practices {
        type Dates = (i64, NaiveDate, Option<NaiveDate>, Option<NaiveDate>);
        let people: Vec<Dates> = person_records::table
            .filter(person_records::practice_id.eq(practice))
            .filter(person_records::from_register.le(register))
            .filter(person_records::until_register.gt(register))
            .order(person_records::person_id)
            .select((
                person_records::person_id,
                person_records::registered_from,
                person_records::deducted_on,
                person_records::died_on,
            ))
            .load(conn)?;
        let is_ours = of_the_locality.contains(&practice);
        let is_counted = |(person, from, left, died): &Dates| {
            register_status(*from, *left, *died, on) == RegisterStatus::OnRegister
                && (stood.contains_key(person) || (is_ours && run.is_none_or(|run| *from > run.as_of)))
        };
        counted.extend(people.iter().filter(|one| is_counted(one)).map(|(person, ..)| (*person, practice)));
    }
    Ok(counted)
}

/// From `group` to `effective_from`: the group from the ledger, what it rests on from the run; `unplaced`
/// is the reason of whom no run placed.
fn placement_cells(
    stood: Option<&Stood>,
    unplaced: &str,
    reasons: &HashMap<i64, String>,
    versions: &HashMap<String, i64>,
    last: Option<&Last>,
) -> [String; 7] {
    let yes_or_no = |yes: bool| if yes { "Y" } else { "N" }.to_owned();
    let Some(stood) = stood else {
        return [
            String::new(),
            yes_or_no(false),
            String::new(),
            String::new(),
            String::new(),
            unplaced.to_owned(),
            String::new(),
        ];
    };
    let last = last.filter(|last| last.group.is_some());
    let group = last.and_then(|last| last.group.clone()).unwrap_or_default();
    let version = versions.get(&group).map(ToString::to_string).unwrap_or_default();
    [
        group,
        yes_or_no(stood.provisional),
        stood.supplementary_care.map(yes_or_no).unwrap_or_default(),
        stood.source.word().to_owned(),
        version,
        reasons.get(&stood.reason_number).cloned().unwrap_or_default(),
        last.map(|last| last.effective_on.to_string()).unwrap_or_default(),
    ]
}

/// NHS number and pseudonym by row id.
fn names(conn: &mut Conn, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, (String, String)>, Error> {
    let rows: Vec<(i64, String, String)> = people::table
        .filter(people::id.eq_any(ids.collect::<Vec<_>>()))
        .select((people::id, people::nhs_number, people::pseudonym))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, number, pseudonym)| (id, (number, pseudonym))).collect())
}

/// The movements that are part of the ledger.
macro_rules! published {
    () => {
        movements::table
            .left_join(runs::table)
            .filter(movements::run_id.is_null().or(runs::state.nullable().eq(State::Applied)))
    };
}

/// The last movement of a person by a date.
struct Last {
    run_id: Option<i64>,
    group: Option<String>,
    effective_on: NaiveDate,
    cause: Cause,
}

impl Last {
    /// Whether a run after the one that stood found that the person was no longer on the register.
    fn has_gone(&self, stood: &Run) -> bool {
        matches!(self.cause, Cause::Left | Cause::Died) && self.run_id.is_some_and(|run| run > stood.id)
    }
}

/// Entry, person, run, group, day and cause of a movement.
type Entry = (i64, i64, Option<i64>, Option<String>, NaiveDate, Cause);

/// Folds the ledger of a locality up to a date: where each person stood, and since when.
fn fold(conn: &mut Conn, locality_id: i64, on: NaiveDate) -> Result<HashMap<i64, Last>, Error> {
    let mut folded = HashMap::new();
    let mut last = 0;
    loop {
        let rows: Vec<Entry> = published!()
            .filter(movements::locality_id.eq(locality_id).and(movements::effective_on.le(on)))
            .filter(movements::id.gt(last))
            .order(movements::id)
            .limit(AT_ONCE)
            .select((
                movements::id,
                movements::person_id,
                movements::run_id,
                movements::to_group,
                movements::effective_on,
                movements::cause,
            ))
            .load(conn)?;
        let Some((id, ..)) = rows.last() else { return Ok(folded) };
        last = *id;
        for (_, person, run_id, group, effective_on, cause) in rows {
            let stays =
                folded.get(&person).filter(|last: &&Last| last.group == group).map(|last| last.effective_on);
            folded.insert(person, Last { run_id, group, effective_on: stays.unwrap_or(effective_on), cause });
        }
    }
}

/// A movement with whom it moved.
type Moved = ((i64, String, String), (Option<String>, Option<String>, NaiveDate, Cause, String));

/// The ledger, oldest first: all of it, or what took effect on or before a date; how many rows.
pub fn write_movements(
    conn: &mut Conn,
    localities: &[Locality],
    until: Option<NaiveDate>,
    identified: bool,
    out: &mut CsvOut<impl Write>,
) -> Result<usize, Error> {
    let columns = "pseudonym,from_group,to_group,effective,cause,reference,entry";
    write(out, identified.then_some("nhs_number").into_iter().chain(columns.split(',')))?;
    let ids: Vec<i64> = localities.iter().map(|locality| locality.id).collect();
    let until = until.unwrap_or(NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date"));
    let (mut last, mut count) = (0, 0);
    loop {
        let rows: Vec<Moved> = published!()
            .inner_join(people::table)
            .filter(movements::locality_id.eq_any(&ids).and(movements::effective_on.le(until)))
            .filter(movements::id.gt(last))
            .order(movements::id)
            .limit(AT_ONCE)
            .select((
                (movements::id, people::nhs_number, people::pseudonym),
                (
                    movements::from_group,
                    movements::to_group,
                    movements::effective_on,
                    movements::cause,
                    movements::reference,
                ),
            ))
            .load(conn)?;
        let Some(((id, ..), _)) = rows.last() else { return Ok(count) };
        last = *id;
        count += rows.len();
        for ((id, nhs_number, pseudonym), (from, to, effective, cause, reference)) in rows {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            let (effective, cause) = (effective.to_string(), cause.word().to_owned());
            let cells = [pseudonym, from, to, effective, cause, reference, id.to_string()];
            write(out, identified.then_some(nhs_number).into_iter().chain(cells))?;
        }
    }
}

pub fn write<C: AsRef<str>>(
    out: &mut CsvOut<impl Write>,
    cells: impl IntoIterator<Item = C>,
) -> Result<(), Error> {
    Ok(out.row(cells).map_err(anyhow::Error::from)?)
}
