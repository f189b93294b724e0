//! The list of people: those in a caller's scope who are on the register or were placed by the run that stands, with
//! what the filters ask for. A count and its list come from the same condition, so that they agree to the unit.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};
use diesel::dsl::{And, Eq, InnerJoinQuerySource, IntoBoxed, LeftJoinQuerySource, Nullable, auto_type};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{self, Bool};

use super::scope::{Reach, Scope};
use crate::caseload;
use crate::criteria::facts::age_on;
use crate::database::{Conn, MultiBackend};
use crate::error::Error;
use crate::groups::counts::{Counted, Figure, RunCounts};
use crate::groups::place::{AgeBand, Place};
use crate::groups::scheme::Scheme;
use crate::runs::store::Run;
use crate::schema::{current_runs, organisations, people, person_contacts, person_records, placements};

/// What a list is narrowed to; nothing chosen is everybody in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Row id; people whose practice lies in it.
    pub locality: Option<i64>,
    /// A practice's code.
    pub practice: Option<String>,
    pub standing: Option<Standing>,
    pub provisional: Option<bool>,
    pub supplementary: Option<Supplementary>,
    /// The register's word, or blank where it is not known.
    pub sex: Option<String>,
    /// Of the age on [`Asked::ages_on`].
    pub age_band: Option<AgeBand>,
    /// Words of the name, lower case: each must stand in it.
    pub names: Vec<String>,
    /// Ten digits.
    pub nhs_number: Option<String>,
    pub pseudonym: Option<String>,
    /// People who have left or died as well: for searches and for one person.
    pub everybody: bool,
}

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Placed(Place),
    /// On the register, and the run that stands did not know them.
    NotGrouped,
}

impl Standing {
    pub fn from_word(word: &str) -> Standing {
        match word {
            "not_grouped" => Standing::NotGrouped,
            word => Standing::Placed(Place::from_word(word)),
        }
    }
}

/// Whether somebody has supplementary care beside their group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supplementary {
    Yes,
    No,
    NotKnown,
}

/// How a list is sorted; a person's row id always comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Name,
    Practice,
    Group,
    Youngest,
    Oldest,
}

/// What a list is of: whose people, as of when, narrowed to what.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub scope: &'a Scope,
    pub filters: &'a Filters,
    pub today: NaiveDate,
    /// The day ages are taken on: the as-of date of the run that stands, so that lists agree with its figures.
    pub ages_on: NaiveDate,
    pub register: i64,
    /// Whether people who object to planning use are left out.
    pub planning: bool,
}

/// Somebody on a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub person_id: i64,
    pub pseudonym: String,
    pub nhs_number: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub born: NaiveDate,
    pub sex: Option<String>,
    pub practice: String,
    pub practice_name: String,
    pub locality_id: Option<i64>,
    pub group_code: Option<String>,
    /// `None` where the run that stands did not know them.
    pub place: Option<Place>,
    pub provisional: bool,
    pub supplementary: Option<bool>,
    pub registered_from: NaiveDate,
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    /// The run and the number of the reason, where a run placed them.
    pub reason: Option<(i64, i64)>,
}

#[auto_type]
fn everybody() -> _ {
    let practice: Eq<person_records::practice_id, organisations::id> =
        person_records::practice_id.eq(organisations::id);
    let locality: Eq<organisations::locality_id, Nullable<current_runs::locality_id>> =
        organisations::locality_id.eq(current_runs::locality_id.nullable());
    let run: Eq<Nullable<placements::run_id>, Nullable<current_runs::run_id>> =
        placements::run_id.nullable().eq(current_runs::run_id.nullable());
    let person: Eq<placements::person_id, person_records::person_id> =
        placements::person_id.eq(person_records::person_id);
    person_records::table
        .inner_join(organisations::table.on(practice))
        .left_join(current_runs::table.on(locality))
        .left_join(placements::table.on(run.and(person)))
}

type AtPractice = InnerJoinQuerySource<
    person_records::table,
    organisations::table,
    Eq<person_records::practice_id, organisations::id>,
>;
type InLocality = LeftJoinQuerySource<
    AtPractice,
    current_runs::table,
    Eq<organisations::locality_id, Nullable<current_runs::locality_id>>,
>;
type Everybody = LeftJoinQuerySource<
    InLocality,
    placements::table,
    And<
        Eq<Nullable<placements::run_id>, Nullable<current_runs::run_id>>,
        Eq<placements::person_id, person_records::person_id>,
    >,
>;
type Boxed<'a> = IntoBoxed<'a, everybody, MultiBackend>;
type Condition<'a> =
    Box<dyn BoxableExpression<Everybody, MultiBackend, SqlType = sql_types::Nullable<Bool>> + 'a>;

/// Everybody a list could show, before those who object are left out.
fn matching<'a>(asked: &Asked<'a>) -> Boxed<'a> {
    let Asked { filters, today, register, .. } = asked.clone();
    let is_on_register = person_records::registered_from
        .le(today)
        .nullable()
        .and(person_records::deducted_on.is_null().or(person_records::deducted_on.ge(today)))
        .and(person_records::died_on.is_null().or(person_records::died_on.ge(today)));
    let mut query = everybody()
        .into_boxed()
        .filter(person_records::from_register.le(register))
        .filter(person_records::until_register.gt(register))
        .filter(within(asked.scope, register, today));
    if !filters.everybody {
        query = query.filter(placements::id.is_not_null().or(is_on_register));
    }
    if let Some(locality) = filters.locality {
        query = query.filter(organisations::locality_id.eq(locality));
    }
    if let Some(practice) = &filters.practice {
        query = query.filter(organisations::code.eq(practice));
    }
    query = standing(query, filters);
    who_they_are(query, filters, asked.ages_on)
}

fn standing<'a>(query: Boxed<'a>, filters: &'a Filters) -> Boxed<'a> {
    let query = match &filters.standing {
        Some(Standing::Placed(Place::Group(code))) => query.filter(placements::group_code.eq(code)),
        Some(Standing::Placed(place)) => query
            .filter(placements::group_code.is_null())
            .filter(placements::out_of_scope.eq(*place == Place::OutOfScope)),
        Some(Standing::NotGrouped) => query.filter(placements::id.is_null()),
        None => query,
    };
    let query = match filters.provisional {
        Some(provisional) => query.filter(placements::provisional.eq(provisional)),
        None => query,
    };
    match filters.supplementary {
        Some(Supplementary::Yes) => query.filter(placements::supplementary_care.eq(true)),
        Some(Supplementary::No) => query.filter(placements::supplementary_care.eq(false)),
        Some(Supplementary::NotKnown) => {
            query.filter(placements::supplementary_care.is_null()).filter(placements::out_of_scope.eq(false))
        }
        None => query,
    }
}

fn who_they_are<'a>(mut query: Boxed<'a>, filters: &'a Filters, ages_on: NaiveDate) -> Boxed<'a> {
    query = match filters.sex.as_deref() {
        Some("") => query.filter(person_records::sex.is_null()),
        Some(sex) => query.filter(person_records::sex.eq(sex)),
        None => query,
    };
    if let Some(band) = filters.age_band {
        let (first, next) = band.ages();
        query = query.filter(person_records::date_of_birth.le(born_by(ages_on, first)));
        if let Some(next) = next {
            query = query.filter(person_records::date_of_birth.gt(born_by(ages_on, next)));
        }
    }
    for word in &filters.names {
        query = query.filter(person_records::name_key.like(containing(word)).escape('!'));
    }
    let one = people::table.select(people::id);
    if let Some(number) = &filters.nhs_number {
        query = query.filter(person_records::person_id.eq_any(one.filter(people::nhs_number.eq(number))));
    }
    if let Some(pseudonym) = &filters.pseudonym {
        query = query.filter(person_records::person_id.eq_any(one.filter(people::pseudonym.eq(pseudonym))));
    }
    query
}

/// The last birth date of those who are `age` or older on a day. Born on 29 February, one turns on 1 March in common
/// years, and so is not yet that age on 28 February.
fn born_by(day: NaiveDate, age: u16) -> NaiveDate {
    day.checked_sub_months(Months::new(u32::from(age) * 12)).unwrap_or(NaiveDate::MIN)
}

fn containing(word: &str) -> String {
    let plain = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// The people a scope reaches.
fn within<'a>(scope: &'a Scope, register: i64, today: NaiveDate) -> Condition<'a> {
    match &scope.reach {
        Reach::Practices(practices) => Box::new(person_records::practice_id.eq_any(practices).nullable()),
        Reach::Care(pairs) => in_care(pairs),
        Reach::Caseload(organisation) => {
            let people = caseload!(*organisation, register, today);
            Box::new(person_records::person_id.eq_any(people).nullable())
        }
    }
}

/// The people (row ids) whose latest assessment names an organisation for their care co-ordination.
#[macro_export]
macro_rules! caseload {
    ($organisation:expr, $register:expr, $today:expr) => {{
        use $crate::schema::levels_of_need as level;
        let later = diesel::alias!($crate::schema::levels_of_need as later);
        let is_later = later.field(level::assessed_on).gt(level::assessed_on).or(later
            .field(level::assessed_on)
            .eq(level::assessed_on)
            .and(later.field(level::id).gt(level::id)));
        let overtaken = later
            .filter(later.field(level::person_id).eq(level::person_id))
            .filter(later.field(level::from_register).le($register))
            .filter(later.field(level::until_register).gt($register))
            .filter(later.field(level::assessed_on).le($today))
            .filter(is_later);
        level::table
            .filter(level::coordinator_id.eq($organisation))
            .filter(level::from_register.le($register))
            .filter(level::until_register.gt($register))
            .filter(level::assessed_on.le($today))
            .filter(diesel::dsl::not(diesel::dsl::exists(overtaken)))
            .select(level::person_id)
    }};
}

/// People in the groups a network cares for; of the overlay group, those with supplementary care.
fn in_care<'a>(pairs: &[(i64, String)]) -> Condition<'a> {
    let overlay = Scheme::shipped().overlay().map(|group| group.code.as_str());
    let mut any: Condition<'a> = Box::new(placements::id.nullable().lt(0));
    for (locality, code) in pairs {
        let here = organisations::locality_id.eq(*locality).nullable();
        any = match overlay == Some(code) {
            true => Box::new(any.or(here.and(placements::supplementary_care.nullable().eq(true)))),
            false => Box::new(any.or(here.and(placements::group_code.nullable().eq(code.clone())))),
        };
    }
    any
}

/// Those who object to the use of their data for planning.
#[auto_type]
pub fn objecting(register: i64) -> _ {
    person_contacts::table
        .filter(person_contacts::data_opt_out.eq(true))
        .filter(person_contacts::from_register.le(register))
        .filter(person_contacts::until_register.gt(register))
        .select(person_contacts::person_id)
}

/// Everybody the list shows.
fn listed<'a>(asked: &Asked<'a>) -> Boxed<'a> {
    let query = matching(asked);
    match asked.planning {
        true => query.filter(person_records::person_id.ne_all(objecting(asked.register))),
        false => query,
    }
}

/// How many people the list shows, and how many it leaves out because they object to planning use.
pub fn count(conn: &mut Conn, asked: &Asked<'_>) -> Result<(i64, i64), Error> {
    let shown = listed(asked).count().get_result(conn)?;
    let left_out = match asked.planning {
        true => matching(asked)
            .filter(person_records::person_id.eq_any(objecting(asked.register)))
            .count()
            .get_result(conn)?,
        false => 0,
    };
    Ok((shown, left_out))
}

type Person = (
    i64,
    Option<String>,
    Option<String>,
    NaiveDate,
    Option<String>,
    NaiveDate,
    Option<NaiveDate>,
    Option<NaiveDate>,
);
type Practice = (String, String, Option<i64>);
type Placement = (i64, Option<String>, bool, bool, Option<bool>, i64);

/// Some rows of the list: two queries, however many.
pub fn rows(
    conn: &mut Conn,
    asked: &Asked<'_>,
    sort: Sort,
    offset: i64,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let found: Vec<(Person, Practice, Option<Placement>)> = sorted(listed(asked), sort)
        .offset(offset)
        .limit(limit)
        .select((
            (
                person_records::person_id,
                person_records::given_name,
                person_records::family_name,
                person_records::date_of_birth,
                person_records::sex,
                person_records::registered_from,
                person_records::deducted_on,
                person_records::died_on,
            ),
            (organisations::code, organisations::name, organisations::locality_id),
            (
                placements::run_id,
                placements::group_code,
                placements::out_of_scope,
                placements::provisional,
                placements::supplementary_care,
                placements::reason_number,
            )
                .nullable(),
        ))
        .load(conn)?;
    let ids = found.iter().map(|(person, ..)| person.0).collect();
    let mut known = known(conn, ids)?;
    Ok(found.into_iter().filter_map(|row| made(row, &mut known)).collect())
}

/// Pseudonym and NHS number of people by row id.
pub fn known(conn: &mut Conn, ids: Vec<i64>) -> Result<HashMap<i64, (String, String)>, Error> {
    let mut known = HashMap::with_capacity(ids.len());
    for some in ids.chunks(5_000) {
        let names: Vec<(i64, String, String)> = people::table
            .filter(people::id.eq_any(some))
            .select((people::id, people::pseudonym, people::nhs_number))
            .load(conn)?;
        known.extend(names.into_iter().map(|(id, pseudonym, number)| (id, (pseudonym, number))));
    }
    Ok(known)
}

/// Those of some people (row ids) the caller could open.
pub fn among(conn: &mut Conn, asked: &Asked<'_>, people: &[i64]) -> Result<Vec<i64>, Error> {
    let within = matching(asked).filter(person_records::person_id.eq_any(people));
    Ok(within.select(person_records::person_id).load(conn)?)
}

fn sorted(query: Boxed<'_>, sort: Sort) -> Boxed<'_> {
    let last = person_records::person_id;
    match sort {
        Sort::Name => query.order((person_records::name_key, last)),
        Sort::Practice => query.order((organisations::code, last)),
        Sort::Group => query.order((placements::group_code, organisations::code, last)),
        Sort::Youngest => query.order((person_records::date_of_birth.desc(), last)),
        Sort::Oldest => query.order((person_records::date_of_birth, last)),
    }
}

fn made(
    (person, practice, placement): (Person, Practice, Option<Placement>),
    known: &mut HashMap<i64, (String, String)>,
) -> Option<Listed> {
    let (person_id, given_name, family_name, born, sex, registered_from, deducted_on, died_on) = person;
    let (pseudonym, nhs_number) = known.remove(&person_id)?;
    let place = placement.as_ref().map(|placed| Place::of(placed.1.as_deref(), placed.2));
    Some(Listed {
        person_id,
        pseudonym,
        nhs_number,
        given_name,
        family_name,
        born,
        sex,
        practice: practice.0,
        practice_name: practice.1,
        locality_id: practice.2,
        group_code: placement.as_ref().and_then(|placed| placed.1.clone()),
        place,
        provisional: placement.as_ref().is_some_and(|placed| placed.3),
        supplementary: placement.as_ref().and_then(|placed| placed.4),
        registered_from,
        deducted_on,
        died_on,
        reason: placement.map(|placed| (placed.0, placed.5)),
    })
}

/// The figures of the people a list would show with no filter, counted now: for scopes that are no whole practices.
pub fn figures(conn: &mut Conn, asked: &Asked<'_>, run: &Run) -> Result<Vec<Figure>, Error> {
    type Row =
        (NaiveDate, Option<String>, i64, Option<i64>, Option<(Option<String>, bool, bool, Option<bool>)>);
    let nothing = Filters { locality: Some(run.locality_id), ..Filters::default() };
    let rows: Vec<Row> = matching(&Asked { filters: &nothing, ..asked.clone() })
        .filter(placements::run_id.eq(run.id))
        .select((
            person_records::date_of_birth,
            person_records::sex,
            person_records::practice_id,
            person_records::annual_cost_pence,
            (
                placements::group_code,
                placements::out_of_scope,
                placements::provisional,
                placements::supplementary_care,
            )
                .nullable(),
        ))
        .load(conn)?;
    let mut counts = RunCounts::default();
    for (born, sex, practice_id, cost_pence, placed) in rows {
        let Some((group, out_of_scope, provisional, supplementary)) = placed else { continue };
        counts.add(&Counted {
            place: &Place::of(group.as_deref(), out_of_scope),
            practice_id,
            sex: sex.as_deref().unwrap_or(""),
            age: age_on(born, run.as_of),
            provisional,
            supplementary: supplementary == Some(true),
            cost_pence,
        });
    }
    Ok(counts.figures())
}
