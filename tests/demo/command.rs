//! Making a demo in a database: only where that harms nothing, the same again, and complete.

use actix_web::http::StatusCode;
use common_ground::config::{Flags, Settings};
use common_ground::database::Address;
use common_ground::demo::command::MakeDemo;
use common_ground::demo::organisations::LARGE;
use common_ground::demo::users::PASSWORD;
use common_ground::demo::{Demo, Plan};
use common_ground::installation;
use common_ground::petitions::life::State;
use common_ground::schema::{
    corrections, criteria_versions, current_runs, holds, levels_of_need, localities, movements, people,
    person_records, petitions, proposals, questions, register_state, risk_scores, runs,
};
use common_ground::serve::Place;
use diesel::prelude::*;

use super::people::{in_large, is_judgement_case};
use crate::harness::{TestPortal, today};
use crate::on_both;

pub fn settings(portal: &TestPortal) -> Settings {
    let url = match portal.database.address() {
        Address::Sqlite(file) => file.display().to_string(),
        Address::Postgres(url) => url.clone(),
    };
    let keys = Some(portal.folder().join("keys"));
    Settings::new(Flags { database_url: Some(url), keys, ..Flags::default() }).unwrap()
}

pub fn asked(adults: u32) -> MakeDemo {
    MakeDemo {
        people: Some(adults),
        as_of: Some(today()),
        place: Place { listen: Some("127.0.0.1:0".into()), ..Place::default() },
        fresh: false,
        prepare_only: true,
        json: false,
    }
}

fn numbers(portal: &TestPortal) -> Vec<String> {
    portal.read(|conn| Ok(people::table.order(people::nhs_number).select(people::nhs_number).load(conn)?))
}

fn pseudonyms(portal: &TestPortal) -> Vec<String> {
    portal.read(|conn| Ok(people::table.order(people::nhs_number).select(people::pseudonym).load(conn)?))
}

on_both! {
    async fn a_demo_is_made_once_and_gone_on_with(portal) {
        let settings = settings(&portal);
        let (ground, plan) = asked(300).prepare(&settings).unwrap();
        assert_eq!((plan.adults, plan.as_of), (300, today()));
        assert_eq!(ground.now().today, today(), "the demo's day is the system's");
        let first = (numbers(&portal), pseudonyms(&portal));
        asked(300).prepare(&settings).unwrap();
        MakeDemo { people: None, as_of: None, ..asked(300) }.prepare(&settings).unwrap();
        assert_eq!((numbers(&portal), pseudonyms(&portal)), first, "nothing is made twice");
        let refused = asked(301).prepare(&settings).unwrap_err().to_string();
        assert!(refused.contains("300 adults") && refused.contains("--fresh"), "{refused}");
        assert_eq!(numbers(&portal), first.0);
        MakeDemo { fresh: true, ..asked(301) }.prepare(&settings).unwrap();
        assert_ne!(numbers(&portal), first.0);
        MakeDemo { fresh: true, ..asked(300) }.prepare(&settings).unwrap();
        assert_eq!(numbers(&portal), first.0, "the same size and day, the same people");
    }
}

on_both! {
    async fn everything_of_a_demo_stands_in_one_published_register(portal) {
        asked(1_500).prepare(&settings(&portal)).unwrap();
        let demo = Demo::of(Plan::new(1_500, today()).unwrap());
        let published: i64 = portal.read(|conn| Ok(register_state::table.select(register_state::published).first(conn)?));
        assert_eq!(published, 1);
        macro_rules! rows {
            ($table:ident) => {
                portal.read(|conn| {
                    let current = $table::table
                        .filter($table::from_register.le(published).and($table::until_register.gt(published)));
                    Ok(usize::try_from(current.count().get_result::<i64>(conn)?).unwrap())
                })
            };
        }
        assert_eq!(rows!(person_records), demo.people.len());
        assert_eq!(rows!(risk_scores), demo.risk_scores.len());
        assert_eq!(rows!(levels_of_need), demo.assessments.len());
    }
}

on_both! {
    async fn judgement_cases_stand_in_every_state(portal) {
        asked(1_500).prepare(&settings(&portal)).unwrap();
        let (due, held) = portal.read(|conn| {
            let open = holds::table.filter(holds::ended_on.is_null());
            let due = open.filter(holds::review_on.le(today())).count().get_result::<i64>(conn)?;
            Ok((due, open.count().get_result::<i64>(conn)?))
        });
        let states: Vec<String> = portal.read(|conn| {
            Ok(questions::table.select(questions::state).distinct().order(questions::state).load(conn)?)
        });
        let standing: i64 = portal.read(|conn| {
            Ok(corrections::table.filter(corrections::state.eq("standing")).count().get_result(conn)?)
        });
        assert!(due > 0 && held > due, "{due} of {held}");
        assert_eq!(states, ["answered", "asked"]);
        assert!(standing > 0, "an answer is not yet coded");
    }
}

/// What the applied run of a locality found.
fn grouped(portal: &TestPortal, locality: &str) -> serde_json::Value {
    let summary: String = portal.read(|conn| {
        Ok(current_runs::table
            .inner_join(runs::table)
            .inner_join(localities::table)
            .filter(localities::code.eq(locality))
            .select(runs::summary)
            .first(conn)?)
    });
    serde_json::from_str(&summary).unwrap()
}

on_both! {
    async fn everybody_stands_in_a_group_and_in_the_ledger(portal) {
        asked(1_500).prepare(&settings(&portal)).unwrap();
        let demo = Demo::of(Plan::new(1_500, today()).unwrap());
        let large = grouped(&portal, LARGE);
        let judged = in_large(&demo).filter(|person| is_judgement_case(person)).count();
        assert_eq!((&large["people"], &large["placed"]), (&1_500.into(), &1_500.into()));
        assert_eq!(large["judgement_cases"], judged);
        let placed: u64 = demo.localities.iter().filter_map(|l| grouped(&portal, l.code)["placed"].as_u64()).sum();
        let children: u64 =
            demo.localities.iter().filter_map(|l| grouped(&portal, l.code)["out_of_scope"].as_u64()).sum();
        assert!(children > 0);
        let (moved, causes) = portal.read(|conn| {
            let causes: Vec<String> = movements::table.select(movements::cause).distinct().load(conn)?;
            let initial = movements::table.filter(movements::cause.eq("initial"));
            Ok((initial.count().get_result::<i64>(conn)?, causes))
        });
        assert_eq!(moved, i64::try_from(placed).unwrap());
        let told = ["correction", "decision", "initial", "petition"];
        assert!(causes.iter().all(|cause| told.contains(&cause.as_str())), "{causes:?}");
        let petitions: Vec<(State, i64)> = portal.read(|conn| {
            let by_state = petitions::table.group_by(petitions::state);
            Ok(by_state.select((petitions::state, diesel::dsl::count_star())).load(conn)?)
        });
        let in_state = |state: &State| petitions.iter().find(|(one, _)| one == state).map_or(0, |(_, count)| *count);
        for state in State::ALL.iter().filter(|state| **state != State::Submitted) {
            assert!(in_state(state) > 0, "no petition is {state:?}: {petitions:?}");
        }
        assert!(petitions.iter().map(|(_, count)| count).sum::<i64>() >= 100, "{petitions:?}");
        let agreed: i64 = portal.read(|conn| {
            Ok(criteria_versions::table
                .filter(criteria_versions::state.eq_any(["in_force", "superseded"]))
                .filter(criteria_versions::set_up_by_administrator)
                .count()
                .get_result(conn)?)
        });
        assert_eq!(agreed, 27, "nine groups in three localities");
    }
}

on_both! {
    async fn agreements_stand_in_every_state(portal) {
        asked(300).prepare(&settings(&portal)).unwrap();
        let mut states: Vec<String> =
            portal.read(|conn| Ok(proposals::table.select(proposals::state).distinct().load(conn)?));
        states.sort();
        assert_eq!(states, ["approved", "in_force", "proposed", "returned", "withdrawn"]);
        let mut versions: Vec<String> = portal
            .read(|conn| Ok(criteria_versions::table.select(criteria_versions::state).distinct().load(conn)?));
        versions.sort();
        assert_eq!(
            versions,
            ["approved", "draft", "in_force", "proposed", "returned", "superseded", "withdrawn"]
        );
        let impacts: Vec<String> = portal.read(|conn| {
            let approved = proposals::table.filter(proposals::state.eq_any(["approved", "in_force"]));
            Ok(approved.select(proposals::impact).load(conn)?)
        });
        assert!(impacts.len() == 3 && impacts.iter().all(|impact| impact.contains("judgement_cases")), "{impacts:?}");
    }
}

on_both! {
    async fn a_database_that_holds_something_else_is_left_alone(portal) {
        portal.write(|conn| {
            diesel::insert_into(localities::table)
                .values((
                    localities::code.eq("LOC01"),
                    localities::name.eq("A real place"),
                    localities::commissioner_code.eq("CCG01"),
                ))
                .execute(conn)?;
            Ok(())
        });
        for fresh in [false, true] {
            let refused = MakeDemo { fresh, ..asked(50) }.prepare(&settings(&portal)).unwrap_err().to_string();
            assert!(refused.contains("no demo"), "{refused}");
        }
        assert_eq!(portal.read(|conn| Ok(localities::table.count().get_result::<i64>(conn)?)), 1);
        assert!(portal.read(installation::demo_day).is_none());
    }
}

on_both! {
    async fn a_demo_that_was_killed_half_made_is_made_again(portal) {
        let settings = settings(&portal);
        asked(200).prepare(&settings).unwrap();
        let whole = numbers(&portal);
        portal.write(|conn| installation::set(conn, "demo.complete", "no"));
        portal.write(|conn| Ok(diesel::delete(risk_scores::table).execute(conn)?));
        asked(200).prepare(&settings).unwrap();
        assert_eq!(numbers(&portal), whole);
        assert!(portal.read(|conn| Ok(risk_scores::table.count().get_result::<i64>(conn)?)) > 0);
    }
}

on_both! {
    async fn everybody_of_a_demo_can_sign_in(portal) {
        asked(20).prepare(&settings(&portal)).unwrap();
        for user in common_ground::demo::users::users(today()) {
            let mut browser = portal.stranger().await;
            let answer = browser.post("/sign-in", &[("email", user.email), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", user.email);
        }
    }
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.sqlite");
    let mut other = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(&mut other, "CREATE TABLE recipes (name TEXT)")
        .unwrap();
    let flags = Flags { database_url: Some(file.display().to_string()), ..Flags::default() };
    let refused = asked(10).prepare(&Settings::new(flags).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("another program"), "{refused}");
    let tables =
        diesel::sql_query("SELECT 1 FROM sqlite_master WHERE name = 'installation'").execute(&mut other);
    assert_eq!(tables.unwrap(), 0);
}

#[test]
fn a_demo_of_nobody_or_of_too_many_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("demo.sqlite").display().to_string();
    let settings = Settings::new(Flags { database_url: Some(url), ..Flags::default() }).unwrap();
    for adults in [0, 5_000_000] {
        assert!(asked(adults).prepare(&settings).unwrap_err().to_string().contains("from 1 to"));
    }
    asked(5).prepare(&settings).unwrap();
}
