//! Long work: claimed once, given up by a worker that died, cancelled when asked.

use common_ground::audit::Actor;
use common_ground::jobs::{self, Kind, State};
use common_ground::schema::jobs as rows;
use diesel::prelude::*;

use crate::harness::TestPortal;
use crate::on_both;

fn add(portal: &TestPortal) {
    let now = portal.tools.clock.now().moment;
    portal.write(|conn| jobs::add(conn, now, &Actor::service(), Kind::ImportCheck, "I-NOBODY"));
}

fn state(portal: &TestPortal) -> State {
    portal.read(|conn| jobs::about(conn, &[Kind::ImportCheck], "I-NOBODY")).unwrap().state
}

on_both! {
    async fn a_job_about_nothing_fails_and_says_so(portal) {
        add(&portal);
        assert_eq!(state(&portal), State::Waiting);
        portal.work().await;
        let job = portal.read(|conn| jobs::about(conn, &[Kind::ImportCheck], "I-NOBODY")).unwrap();
        assert_eq!(job.state, State::Failed);
        assert!(job.message.unwrap().contains(&job.reference));
    }
}

on_both! {
    async fn a_job_whose_worker_died_is_taken_over_when_its_lease_is_out(portal) {
        add(&portal);
        let now = portal.tools.clock.now().moment;
        let hold = |until: chrono::NaiveDateTime| {
            portal.write(|conn| {
                let held = (rows::state.eq("running"), rows::holder.eq("a dead one"), rows::lease_until.eq(until));
                Ok(diesel::update(rows::table).set(held).execute(conn)?)
            })
        };
        hold(now + chrono::Duration::seconds(10));
        portal.work().await;
        assert_eq!(state(&portal), State::Running, "its lease still runs");
        hold(now - chrono::Duration::minutes(1));
        portal.work().await;
        assert_eq!(state(&portal), State::Failed);
    }
}

on_both! {
    async fn a_job_cancelled_before_it_starts_does_nothing(portal) {
        add(&portal);
        assert!(portal.write(|conn| jobs::ask_to_cancel(conn, &[Kind::ImportCheck], "I-NOBODY")));
        portal.work().await;
        assert_eq!(state(&portal), State::Cancelled);
        assert!(!portal.write(|conn| jobs::ask_to_cancel(conn, &[Kind::ImportCheck], "I-NOBODY")));
    }
}
