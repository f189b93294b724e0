//! The published samples, grouped: what pages of groups, people, movements and runs are tried on.

use chrono::NaiveDate;
use common_ground::audit::Actor;
use common_ground::clock::Clock;
use common_ground::runs::apply::{Applying, Pace};
use common_ground::runs::store::{self, Run, State};

use crate::harness::TestPortal;
use crate::samples;

/// The day of the samples.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 4, 1).unwrap()
}

/// The samples' localities, people and criteria, on the samples' day.
pub fn loaded(mut portal: TestPortal) -> TestPortal {
    portal.tools.clock = Clock::fixed(day());
    portal.portal.clock = portal.tools.clock;
    portal.portal.tools = portal.tools.clone();
    samples::load(&portal);
    samples::agree_criteria(&portal);
    portal
}

/// The same, with each locality grouped.
pub fn grouped(portal: TestPortal) -> TestPortal {
    let portal = loaded(portal);
    for locality in ["LOC01", "LOC02"] {
        group(&portal, locality, day());
    }
    portal
}

/// Applies a run of a locality.
pub fn group(portal: &TestPortal, locality: &str, as_of: NaiveDate) -> Run {
    let (now, actor) = (portal.tools.clock.now().moment, Actor::command_line());
    let id = portal.read(|conn| store::locality(conn, locality)).unwrap().id;
    let run = portal.write(|conn| store::add(conn, now, &actor, id, as_of, State::Applying));
    let (database, clock, pace) = (&portal.database, &portal.tools.clock, Pace::ALONE);
    let progress = |_: &str, _: i64, _: i64| Ok(true);
    let applying = Applying { database, clock, actor: &actor, pace, progress: &progress };
    applying.apply(&run).unwrap().unwrap();
    run
}

/// The count over a list.
pub fn people_in(list: &str) -> i64 {
    let after = list.split_once("role=\"status\"><strong>").unwrap_or_else(|| panic!("no count: {list}")).1;
    after.split(' ').next().unwrap().replace(',', "").parse().unwrap()
}
