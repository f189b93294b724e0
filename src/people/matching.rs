//! Which people a list is of: those in a caller's scope who are on the register or were placed by the run that stands,
//! with what the filters ask for. A count and its list come from the same condition, so that they agree to the unit.

use chrono::{Months, NaiveDate};
use diesel::dsl::{And, Eq, InnerJoinQuerySource, LeftJoinQuerySource, Nullable, auto_type, not};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{self, Bool};

use super::list::{Asked, Filters, Standing, Supplementary};
use super::scope::Reach;
use crate::caseload;
use crate::database::MultiBackend;
use crate::groups::place::Place;
use crate::groups::schemes::store::Schemes;
use crate::schema::{current_runs, organisations, people, person_contacts, person_records, placements};

/// Records with their practice, the run that stands in its locality, and where that run put the person.
///
/// Adding 0 keeps SQLite from taking a condition on the record's person for one on the placement's as well: it would
/// then look up every person of a list in turn for each record.
#[auto_type]
pub fn everybody() -> _ {
    let practice: Eq<person_records::practice_id, organisations::id> =
        person_records::practice_id.eq(organisations::id);
    let locality: Eq<organisations::locality_id, Nullable<current_runs::locality_id>> =
        organisations::locality_id.eq(current_runs::locality_id.nullable());
    let run: Eq<Nullable<placements::run_id>, Nullable<current_runs::run_id>> =
        placements::run_id.nullable().eq(current_runs::run_id.nullable());
    let person: Eq<placements::person_id, ThePerson> = placements::person_id.eq(the_person());
    person_records::table
        .inner_join(organisations::table.on(practice))
        .left_join(current_runs::table.on(locality))
        .left_join(placements::table.on(run.and(person)))
}

type ThePerson = <person_records::person_id as std::ops::Add<i64>>::Output;

fn the_person() -> ThePerson {
    person_records::person_id + 0
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
        Eq<placements::person_id, ThePerson>,
    >,
>;
/// A condition on [`everybody`].
pub type Condition<'a> =
    Box<dyn BoxableExpression<Everybody, MultiBackend, SqlType = sql_types::Nullable<Bool>> + 'a>;

/// Everybody a list could show, before those who object are left out.
pub fn matching<'a>(asked: &Asked<'a>) -> Condition<'a> {
    let Asked { filters, today, register, .. } = *asked;
    let mut all: Condition<'a> = Box::new(
        person_records::from_register
            .le(register)
            .and(person_records::until_register.gt(register))
            .nullable()
            .and(within(asked)),
    );
    if !filters.everybody {
        let is_on_register = person_records::registered_from
            .le(today)
            .nullable()
            .and(person_records::deducted_on.is_null().or(person_records::deducted_on.ge(today)))
            .and(person_records::died_on.is_null().or(person_records::died_on.ge(today)));
        all = Box::new(all.and(placements::id.nullable().is_not_null().or(is_on_register)));
    }
    if let Some(locality) = filters.locality {
        all = Box::new(all.and(organisations::locality_id.eq(locality)));
    }
    if let Some(practice) = &filters.practice {
        all = Box::new(all.and(organisations::code.eq(practice)));
    }
    who_they_are(placed(all, filters), filters, asked.ages_on)
}

/// Whether somebody is among those a standing run placed in a way. It repeats a condition on [`everybody`], for the
/// database to begin with these few people rather than with everybody.
macro_rules! among_placed {
    ($placed:ident => $such:expr) => {{
        let $placed = diesel::alias!(placements as placed);
        let standing = diesel::alias!(current_runs as standing);
        let standing = standing.select(standing.field(current_runs::run_id));
        let people = $placed
            .filter($placed.field(placements::run_id).eq_any(standing))
            .filter($such)
            .select($placed.field(placements::person_id));
        person_records::person_id.eq_any(people)
    }};
}

fn placed<'a>(mut all: Condition<'a>, filters: &'a Filters) -> Condition<'a> {
    let (group, supplementary) =
        (placements::group_code.nullable(), placements::supplementary_care.nullable());
    let out_of_scope = placements::out_of_scope.nullable();
    all = match &filters.standing {
        Some(Standing::Placed(Place::Group(code))) => {
            let among = among_placed!(placed => placed.field(placements::group_code).eq(code));
            Box::new(all.and(group.eq(code)).and(among))
        }
        Some(Standing::Placed(place)) => {
            let such = out_of_scope.eq(*place == Place::OutOfScope);
            let among = among_placed!(placed => placed.field(placements::group_code).is_null());
            Box::new(all.and(group.is_null()).and(such).and(among))
        }
        Some(Standing::NotGrouped) => Box::new(all.and(placements::id.nullable().is_null())),
        None => all,
    };
    all = match filters.provisional {
        Some(true) => {
            let among = among_placed!(placed => placed.field(placements::provisional));
            Box::new(all.and(placements::provisional.nullable().eq(true)).and(among))
        }
        Some(false) => Box::new(all.and(placements::provisional.nullable().eq(false))),
        None => all,
    };
    match filters.supplementary {
        Some(Supplementary::Yes) => {
            let among =
                among_placed!(placed => placed.field(placements::supplementary_care).assume_not_null());
            Box::new(all.and(supplementary.eq(true)).and(among))
        }
        Some(Supplementary::No) => Box::new(all.and(supplementary.eq(false))),
        Some(Supplementary::NotKnown) => {
            Box::new(all.and(supplementary.is_null()).and(out_of_scope.eq(false)))
        }
        None => all,
    }
}

fn who_they_are<'a>(mut all: Condition<'a>, filters: &'a Filters, ages_on: NaiveDate) -> Condition<'a> {
    all = match filters.sex.as_deref() {
        Some("") => Box::new(all.and(person_records::sex.is_null())),
        Some(sex) => Box::new(all.and(person_records::sex.eq(sex))),
        None => all,
    };
    if let Some(band) = filters.age_band {
        let (first, next) = band.ages();
        all = Box::new(all.and(person_records::date_of_birth.le(born_by(ages_on, first))));
        if let Some(next) = next {
            all = Box::new(all.and(person_records::date_of_birth.gt(born_by(ages_on, next))));
        }
    }
    for word in &filters.names {
        all = Box::new(all.and(person_records::name_key.like(containing(word)).escape('!')));
    }
    let one = people::table.select(people::id);
    if let Some(number) = &filters.nhs_number {
        all = Box::new(all.and(person_records::person_id.eq_any(one.filter(people::nhs_number.eq(number)))));
    }
    if let Some(pseudonym) = &filters.pseudonym {
        all =
            Box::new(all.and(person_records::person_id.eq_any(one.filter(people::pseudonym.eq(pseudonym)))));
    }
    all
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
fn within<'a>(asked: &Asked<'a>) -> Condition<'a> {
    match &asked.scope.reach {
        Reach::Practices(_) if asked.everybody => {
            Box::new(organisations::locality_id.eq_any(&asked.scope.localities))
        }
        Reach::Practices(practices) => Box::new(person_records::practice_id.eq_any(practices).nullable()),
        Reach::Care(pairs) => in_care(pairs, &asked.scope.schemes),
        Reach::Caseload(organisation) => {
            let people = caseload!(*organisation, asked.register, asked.today);
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
fn in_care<'a>(pairs: &[(i64, String)], schemes: &Schemes) -> Condition<'a> {
    let is_overlay = |(locality, code): &(i64, String)| schemes.of(*locality).is_overlay(code);
    let mut any: Condition<'a> = Box::new(placements::id.nullable().lt(0));
    for pair @ (locality, code) in pairs {
        let here = organisations::locality_id.eq(*locality).nullable();
        any = match is_overlay(pair) {
            true => Box::new(any.or(here.and(placements::supplementary_care.nullable().eq(true)))),
            false => Box::new(any.or(here.and(placements::group_code.nullable().eq(code.clone())))),
        };
    }
    let codes: Vec<String> = pairs.iter().map(|(_, code)| code.clone()).collect();
    let in_group = among_placed!(placed => placed.field(placements::group_code).eq_any(codes));
    let supplementary =
        among_placed!(placed => placed.field(placements::supplementary_care).assume_not_null());
    match pairs.iter().any(is_overlay) {
        true => Box::new(any.and(in_group.or(supplementary))),
        false => Box::new(any.and(in_group)),
    }
}

/// Everybody the list shows.
pub fn listed<'a>(asked: &Asked<'a>) -> Condition<'a> {
    let all = matching(asked);
    match asked.planning {
        true => Box::new(all.and(not(person_records::person_id.eq_any(objecting(asked.register))))),
        false => all,
    }
}

/// Those who object to the use of their data for planning. Leave them out with `not(….eq_any(…))`: PostgreSQL goes
/// through `ne_all` of a query anew for each row.
#[auto_type]
pub fn objecting(register: i64) -> _ {
    person_contacts::table
        .filter(person_contacts::data_opt_out)
        .filter(person_contacts::from_register.le(register))
        .filter(person_contacts::until_register.gt(register))
        .select(person_contacts::person_id)
}
