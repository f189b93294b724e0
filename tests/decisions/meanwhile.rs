//! What happens at the same time as a run is written.

use std::cell::Cell;

use common_ground::audit::Actor;
use common_ground::decisions::holds;
use common_ground::runs::again;
use common_ground::runs::amend::{Because, amend, stands as standing_placement};
use common_ground::runs::apply::{Applying, Pace};
use common_ground::runs::store::{self, Cause, Source, State};
use common_ground::schema::{former_placements, people};
use diesel::prelude::*;

use super::{SEMI_OR_LTC, assert_figures_agree, cared_for, standing, stands};
use crate::grouped::day;
use crate::harness::TestPortal;
use crate::on_both;

/// Holds somebody in a group, as a decision does.
fn hold(portal: &TestPortal, nhs_number: &str, group: &str) {
    let (run, now) = (standing(portal, "LOC01"), portal.tools.clock.now());
    portal.write(|conn| {
        let person: i64 =
            people::table.filter(people::nhs_number.eq(nhs_number)).select(people::id).first(conn)?;
        let from = standing_placement(conn, run.id, person)?.unwrap();
        let facts = again::facts(conn, &run, person)?.unwrap();
        let to = from.held_in(Some(group), Source::Decision);
        let (whom, by) = ((person, run.locality_id), (Source::Decision, "D-TRIED"));
        holds::begin(conn, whom, Some(group), by, (now.today, now.today))?;
        let because = Because { cause: Cause::Decision, reference: "D-TRIED" };
        amend(conn, now, &run, (&from, &to), &facts, because)
    });
}

on_both! {
    async fn a_decision_made_while_a_run_is_written_is_not_lost(portal) {
        let portal = cared_for(portal);
        let (now, actor) = (portal.tools.clock.now().moment, Actor::command_line());
        let id = portal.read(|conn| store::locality(conn, "LOC01")).unwrap().id;
        let run = portal.write(|conn| store::add(conn, now, &actor, id, day(), State::Applying));
        let (database, clock, pace) = (&portal.database, &portal.tools.clock, Pace::ALONE);
        let rounds = Cell::new(0);
        let progress = |_: &str, done: i64, total: i64| {
            if done == total && rounds.replace(rounds.get() + 1) == 0 {
                hold(&portal, SEMI_OR_LTC, "SEMI");
            }
            Ok(true)
        };
        let applying = Applying { database, clock, actor: &actor, pace, progress: &progress };
        let summary = applying.apply(&run).unwrap().unwrap();
        assert_eq!((summary.held, rounds.get()), (1, 2), "it was worked out anew");
        assert_eq!(standing(&portal, "LOC01").id, run.id);
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("SEMI".into()), false, "decision".into()));
        assert_figures_agree(&portal, "LOC01");
    }
}

on_both! {
    async fn how_a_placement_stood_is_kept(portal) {
        let portal = cared_for(portal);
        let before = standing(&portal, "LOC01");
        hold(&portal, SEMI_OR_LTC, "SEMI");
        let former: Vec<(i64, Option<String>, bool)> = portal.read(|conn| {
            Ok(former_placements::table
                .select((
                    former_placements::run_id,
                    former_placements::group_code,
                    former_placements::provisional,
                ))
                .load(conn)?)
        });
        assert_eq!(former, [(before.id, Some("LTC_16_74".to_owned()), true)]);
    }
}
