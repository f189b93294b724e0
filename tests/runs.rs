//! Grouping runs through the database: what the samples must yield, what moves, and what a killed run leaves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use common_ground::audit::Actor;
use common_ground::criteria::facts::Blanks;
use common_ground::database::Conn;
use common_ground::error::Error;
use common_ground::jobs::{self, Kind};
use common_ground::people::snapshot::{Member, Snapshot};
use common_ground::runs::apply::{Applying, Pace, find};
use common_ground::runs::store::{self, Run, State};
use common_ground::runs::summary::Summary;
use common_ground::schema::{audit_entries, movements, people, placements, run_reasons, runs};
use diesel::prelude::*;

use crate::harness::TestPortal;
use crate::on_both;
use crate::samples;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn loaded(portal: &TestPortal) {
    samples::load(portal);
    samples::agree_criteria(portal);
}

fn locality_id(portal: &TestPortal, code: &str) -> i64 {
    portal.read(|conn| store::locality(conn, code)).unwrap().id
}

fn begin(portal: &TestPortal, locality: &str, as_of: &str) -> Run {
    let (now, id) = (portal.tools.clock.now().moment, locality_id(portal, locality));
    portal.write(|conn| store::add(conn, now, &Actor::command_line(), id, day(as_of), State::Applying))
}

fn apply_until(
    portal: &TestPortal,
    run: &Run,
    go_on: &dyn Fn(i64) -> Result<bool, Error>,
) -> Result<Option<Summary>, Error> {
    let pace = Pace { rows: 10, ..Pace::AMONG_OTHERS };
    let actor = Actor::command_line();
    let progress = |_: &str, done: i64, _: i64| go_on(done);
    let (database, clock) = (&portal.database, &portal.tools.clock);
    Applying { database, clock, actor: &actor, pace, progress: &progress }.apply(run)
}

fn apply(portal: &TestPortal, locality: &str, as_of: &str) -> Result<Summary, Error> {
    let run = begin(portal, locality, as_of);
    apply_until(portal, &run, &|_| Ok(true)).map(Option::unwrap)
}

/// Published movements of a person: from, to, effective, cause.
fn ledger(portal: &TestPortal, nhs_number: &str) -> Vec<(Option<String>, Option<String>, NaiveDate, String)> {
    portal.read(|conn| {
        Ok(movements::table
            .inner_join(runs::table)
            .inner_join(people::table)
            .filter(runs::state.eq(State::Applied).and(people::nhs_number.eq(nhs_number)))
            .order(movements::id)
            .select((movements::from_group, movements::to_group, movements::effective_on, movements::cause))
            .load(conn)?)
    })
}

fn staged(conn: &mut Conn) -> Result<(i64, i64, i64), Error> {
    Ok((
        placements::table.count().get_result(conn)?,
        movements::table.count().get_result(conn)?,
        run_reasons::table.count().get_result(conn)?,
    ))
}

on_both! {
    async fn the_samples_yield_the_published_counts(portal) {
        loaded(&portal);
        let results = std::fs::read_to_string("tests/examples/expected-results.json").unwrap();
        let results: serde_json::Value = serde_json::from_str(&results).unwrap();
        for (code, expected) in results["by_locality"].as_object().unwrap() {
            let summary = apply(&portal, code, "2015-04-01").unwrap();
            assert_eq!(expected["people"], summary.people, "{code}");
            assert_eq!(expected["placed"], summary.placed, "{code}");
            assert_eq!(expected["unplaced"], summary.unplaced, "{code}");
            assert_eq!(expected["judgement_cases"], summary.judgement_cases, "{code}");
            assert_eq!(expected["out_of_scope"], summary.out_of_scope, "{code}");
            assert_eq!(expected["cancer_not_known"], summary.supplementary_not_known, "{code}");
            for group in &summary.groups {
                let counted = match group.overlay {
                    true => &expected["cancer_counted_above"],
                    false => &expected["groups"][&group.code],
                };
                assert_eq!(counted["people"], group.people, "{code} {}", group.code);
                assert_eq!(counted["cost_pence"], group.cost_pence, "{code} {}", group.code);
            }
            let overlays: Vec<_> = summary.groups.iter().filter(|group| group.overlay).collect();
            assert_eq!((overlays.len(), overlays[0].code.as_str()), (1, "CANCER"));
            assert_eq!(summary.moved, summary.placed, "everybody placed moves in from nowhere");
        }
    }
}

on_both! {
    async fn every_placement_is_the_published_one(portal) {
        loaded(&portal);
        for code in ["LOC01", "LOC02"] {
            apply(&portal, code, "2015-04-01").unwrap();
        }
        type Stored = (Option<String>, bool, bool, Option<bool>, i64, i64);
        for expected in samples::rows("expected-groups-2015-04-01.csv") {
            let stored: Option<Stored> = portal.read(|conn| {
                Ok(placements::table
                    .filter(placements::person_id.eq(samples::person(conn, &expected["nhs_number"])))
                    .select((
                        placements::group_code,
                        placements::out_of_scope,
                        placements::provisional,
                        placements::supplementary_care,
                        placements::run_id,
                        placements::reason_number,
                    ))
                    .first(conn)
                    .optional()?)
            });
            let Some((group, out_of_scope, provisional, supplementary, run, number)) = stored else {
                assert!(["died", "left", "not_yet_registered"].contains(&&*expected["status"]), "{expected:?}");
                continue;
            };
            assert_eq!(out_of_scope, expected["status"] == "out_of_scope", "{expected:?}");
            assert_eq!(group.clone().unwrap_or_default(), expected["group"], "{expected:?}");
            assert_eq!(provisional, expected["provisional"] == "Y", "{expected:?}");
            let words = supplementary.map_or("", |yes| if yes { "Y" } else { "N" });
            assert_eq!(words, expected["supplementary_care"], "{expected:?}");
            if out_of_scope {
                continue;
            }
            let reasons = portal.read(|conn| store::reasons(conn, run));
            let reason = &reasons.iter().find(|(each, _)| *each == number).unwrap().1;
            let could_be: Vec<&str> =
                reason.could_be.iter().map(|code| code.as_deref().unwrap_or("(none)")).collect();
            assert_eq!(reason.group, group);
            assert_eq!(reason.also_meets.join(";"), expected["also_meets"]);
            assert_eq!(could_be.join(";"), expected["could_be"]);
            assert_eq!(reason.hangs_on.join(";"), expected["unknown_facts"]);
            assert!(!reason.decided.is_empty());
        }
    }
}

on_both! {
    async fn the_same_again_moves_nobody(portal) {
        loaded(&portal);
        let first = apply(&portal, "LOC01", "2015-04-01").unwrap();
        let again = apply(&portal, "LOC01", "2015-04-01").unwrap();
        assert_eq!((again.moved, again.moves.len()), (0, 0));
        assert_eq!(Summary { moved: first.moved, moves: first.moves.clone(), ..again }, first);
    }
}

on_both! {
    async fn who_joins_leaves_dies_or_changes_moves_for_that_cause(portal) {
        loaded(&portal);
        apply(&portal, "LOC01", "2015-04-01").unwrap();
        let mut register = samples::rows("good-people.csv");
        let mut set = |number: &str, column: &str, value: &str| {
            let row = register.iter_mut().find(|row| row["nhs_number"] == number).unwrap();
            row.insert(column.into(), value.into());
        };
        set("9990001006", "ltc_count", "2");
        set("9990001014", "died_on", "2015-04-20");
        set("9990001022", "deducted_on", "2015-04-10");
        set("9990001200", "deducted_on", "");
        set("9990001030", "practice_code", "E87004");
        samples::publish_people(&portal, 2, &register);
        // Nothing moves by itself: only a run moves people.
        assert_eq!(ledger(&portal, "9990001006").len(), 1);
        let summary = apply(&portal, "LOC01", "2015-05-01").unwrap();
        let last = |number: &str| ledger(&portal, number).pop().unwrap();
        let group = |code: &str| Some(code.to_owned());
        let (healthy, ltc, may) = (group("HEALTHY_16_74"), group("LTC_16_74"), day("2015-05-01"));
        assert_eq!(last("9990001006"), (healthy, ltc.clone(), may, "rerun".into()));
        assert_eq!(last("9990001014"), (group("HEALTHY_75"), None, day("2015-04-21"), "died".into()));
        assert_eq!(last("9990001022"), (ltc.clone(), None, day("2015-04-11"), "left".into()));
        assert_eq!(last("9990001200"), (None, ltc, may, "joined".into()));
        assert_eq!(last("9990001030"), (group("LTC_75"), None, may, "left".into()));
        // Others turn 16 or 75 meanwhile.
        assert_eq!(last("9990001103"), (None, group("HEALTHY_16_74"), may, "rerun".into()));
        assert_eq!(summary.moved, summary.moves.iter().map(|one| one.people).sum::<u64>());
    }
}

on_both! {
    async fn a_run_before_the_last_one_is_a_dry_run_only(portal) {
        loaded(&portal);
        apply(&portal, "LOC01", "2015-04-01").unwrap();
        let refused = apply(&portal, "LOC01", "2015-03-31").unwrap_err();
        assert!(refused.to_string().contains("only a dry run"), "{refused}");
        let id = locality_id(&portal, "LOC01");
        let (grouping, _) = find(&portal.database, id, day("2015-03-31")).unwrap();
        assert_eq!(grouping.is_too_early(), Some(day("2015-04-01")));
    }
}

on_both! {
    async fn a_run_without_criteria_is_refused(portal) {
        samples::load(&portal);
        let refused = apply(&portal, "LOC01", "2015-04-01").unwrap_err();
        assert!(refused.to_string().contains("no criteria in force"), "{refused}");
    }
}

on_both! {
    async fn a_killed_run_leaves_nothing_that_anybody_sees_and_the_next_sweeps_it_away(portal) {
        loaded(&portal);
        let dead = begin(&portal, "LOC01", "2015-04-01");
        let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = apply_until(&portal, &dead, &|done| if done > 25 { panic!("killed") } else { Ok(true) });
        }));
        assert!(killed.is_err());
        let id = locality_id(&portal, "LOC01");
        assert!(portal.read(|conn| store::current(conn, id)).is_none());
        assert!(portal.read(staged).0 > 0, "it was killed in the middle");
        let summary = apply(&portal, "LOC01", "2015-04-01").unwrap();
        let (people, moved, _) = portal.read(staged);
        assert_eq!((people as u64, moved as u64), (summary.people, summary.moved));
        let state: State =
            portal.read(|conn| Ok(runs::table.find(dead.id).select(runs::state).first(conn)?));
        assert_eq!(state, State::Failed);
    }
}

on_both! {
    async fn a_stopped_run_leaves_nothing(portal) {
        loaded(&portal);
        let run = begin(&portal, "LOC01", "2015-04-01");
        assert_eq!(apply_until(&portal, &run, &|done| Ok(done < 20)).unwrap(), None);
        assert_eq!(portal.read(staged), (0, 0, 0));
    }
}

on_both! {
    async fn of_two_runs_at_once_one_applies(portal) {
        loaded(&portal);
        let first = begin(&portal, "LOC01", "2015-04-01");
        let overtaken = AtomicBool::new(false);
        let refused = apply_until(&portal, &first, &|_| {
            if !overtaken.swap(true, Ordering::Relaxed) {
                apply(&portal, "LOC01", "2015-04-01").unwrap();
            }
            Ok(true)
        });
        assert!(refused.unwrap_err().to_string().contains("Another grouping run"));
        let (people, ..) = portal.read(staged);
        assert_eq!(people, 38, "only the run that was faster has placements");
    }
}

on_both! {
    async fn a_preview_keeps_its_figures_and_then_applies_as_a_job(portal) {
        loaded(&portal);
        let (now, id) = (portal.tools.clock.now().moment, locality_id(&portal, "LOC01"));
        let actor = Actor::command_line();
        let run = portal.write(|conn| {
            let run = store::add(conn, now, &actor, id, day("2015-04-01"), State::Working)?;
            jobs::add(conn, now, &actor, Kind::RunPreview, &run.reference)?;
            Ok(run)
        });
        portal.work().await;
        let read = || portal.read(|conn| store::by_reference(conn, &run.reference)).unwrap();
        let previewed = read();
        assert_eq!(previewed.state, State::Previewed);
        assert_eq!(previewed.summary().unwrap().unwrap().people, 38);
        assert_eq!(portal.read(staged), (0, 0, 0), "a preview places nobody");
        portal.write(|conn| {
            assert!(store::advance(conn, run.id, &[State::Previewed], State::Applying)?);
            jobs::add(conn, now, &actor, Kind::RunApply, &run.reference)
        });
        portal.work().await;
        assert_eq!(read().state, State::Applied);
        assert_eq!(read().summary().unwrap(), previewed.summary().unwrap());
        let audited: i64 = portal.read(|conn| {
            let verb = audit_entries::verb.eq("applied a grouping run");
            Ok(audit_entries::table.filter(verb).count().get_result(conn)?)
        });
        assert_eq!(audited, 1);
    }
}

on_both! {
    async fn the_command_groups_and_says_so_in_one_line(portal) {
        loaded(&portal);
        let group = ["group", "--locality", "LOC01", "--as-of", "2015-04-01", "--json"];
        let tried = samples::command(&portal, &[&group[..], &["--dry-run"]].concat());
        assert_eq!(portal.read(staged), (0, 0, 0), "a dry run changes nothing");
        let done = samples::command(&portal, &group);
        let read = |out: &str| -> serde_json::Value {
            assert_eq!(out.lines().count(), 1, "{out}");
            let mut said: serde_json::Value = serde_json::from_str(out).unwrap();
            assert!(said["elapsed_ms"].is_u64());
            said["elapsed_ms"] = 0.into();
            said
        };
        assert_eq!((tried.code, done.code), (0, 0), "{}{}", tried.err, done.err);
        assert_eq!(read(&tried.out), read(&done.out), "a dry run says what the run does");
        let said = read(&done.out);
        let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["locality", "as_of", "people", "placed", "unplaced", "judgement_cases", "out_of_scope",
            "groups", "moved", "elapsed_ms"];
        assert_eq!(keys, expected);
        assert_eq!((&said["as_of"], &said["people"]), (&"2015-04-01".into(), &38.into()));
        let codes: Vec<&str> =
            said["groups"].as_array().unwrap().iter().map(|group| group["code"].as_str().unwrap()).collect();
        assert_eq!(codes[..5], ["HEALTHY_16_74", "HEALTHY_75", "LTC_16_74", "LTC_75", "CANCER"]);
        let refused = samples::command(
            &portal,
            &["group", "--locality", "LOC01", "--as-of", "2015-03-01", "--json"],
        );
        assert_eq!((refused.code, refused.out.lines().count()), (1, 1));
        assert!(refused.err.contains("only a dry run"), "{}", refused.err);
        let dry = ["group", "--locality", "LOC01", "--as-of", "2015-03-01", "--dry-run"];
        assert_eq!(samples::command(&portal, &dry).code, 0);
        assert_eq!(samples::command(&portal, &["group", "--locality", "NOWHERE"]).code, 1);
    }
}

on_both! {
    async fn placements_and_movements_are_exported_as_they_stood(portal) {
        loaded(&portal);
        apply(&portal, "LOC01", "2015-04-01").unwrap();
        let mut register = samples::rows("good-people.csv");
        let changed = register.iter_mut().find(|row| row["nhs_number"] == "9990001006").unwrap();
        changed.insert("ltc_count".into(), "2".into());
        samples::publish_people(&portal, 2, &register);
        apply(&portal, "LOC01", "2015-05-01").unwrap();
        let file = portal.folder().join("out.csv");
        let export = |kind: &str, as_of: &str| -> Vec<samples::Row> {
            let out = file.to_str().unwrap();
            let said = samples::command(
                &portal,
                &["export", kind, "--locality", "LOC01", "--as-of", as_of, "--identified", "--out", out],
            );
            assert_eq!((said.code, said.err.as_str()), (0, ""));
            csv::Reader::from_path(&file).unwrap().deserialize().map(Result::unwrap).collect()
        };
        let of = |rows: &[samples::Row]| {
            rows.iter().find(|row| row["nhs_number"] == "9990001006").cloned().unwrap()
        };
        let april = export("placements", "2015-04-15");
        assert_eq!(april.len(), 38);
        let row = of(&april);
        assert_eq!((&*row["group"], &*row["effective_from"], &*row["source"]), ("HEALTHY_16_74", "2015-04-01", "run"));
        assert_eq!((&*row["criteria_version"], &*row["provisional"], &*row["supplementary_care"]), ("1", "N", "N"));
        assert_eq!(row["reason"], "met: age >= 16; met: age <= 74; not met: ltc_count >= 1");
        assert!(row["pseudonym"].starts_with("P-"));
        let row = of(&export("placements", "2015-05-01"));
        assert_eq!((&*row["group"], &*row["effective_from"]), ("LTC_16_74", "2015-05-01"));
        let moved = export("movements", "2015-12-31");
        assert_eq!(moved.iter().filter(|row| row["cause"] == "initial").count(), 35);
        let last = moved.iter().rfind(|row| row["nhs_number"] == "9990001006").unwrap();
        assert_eq!((&*last["from_group"], &*last["to_group"], &*last["cause"]), ("HEALTHY_16_74", "LTC_16_74", "rerun"));
        let entries: Vec<i64> = moved.iter().map(|row| row["entry"].parse().unwrap()).collect();
        assert!(entries.is_sorted());
        assert_eq!(export("movements", "2015-04-30").len(), 35);
        let plain = samples::command(&portal, &["export", "movements"]);
        assert!(plain.out.starts_with("pseudonym,from_group,to_group,effective,cause,reference,entry\r\n"));
        assert!(!plain.out.contains("9990001006"));
    }
}

on_both! {
    async fn placements_of_a_locality_not_yet_grouped_have_blank_groups(portal) {
        loaded(&portal);
        apply(&portal, "LOC01", "2015-04-01").unwrap();
        let export = |locality: &[&str]| {
            let said = samples::command(&portal, &[&["export", "placements", "--as-of", "2015-04-15"], locality].concat());
            assert_eq!((said.code, said.err.as_str()), (0, ""));
            let rows: Vec<samples::Row> =
                csv::Reader::from_reader(said.out.as_bytes()).deserialize().map(Result::unwrap).collect();
            rows
        };
        let alone = export(&["--locality", "LOC02"]);
        assert!(!alone.is_empty());
        assert!(alone.iter().all(|row| row["group"].is_empty() && row["reason"].contains("not been grouped by 2015-04-15")));
        let all = export(&[]);
        assert_eq!(all.iter().filter(|row| row["locality"] == "LOC02").count(), alone.len());
        assert_eq!(all.iter().filter(|row| row["locality"] == "LOC01").count(), 38);
    }
}

on_both! {
    async fn a_day_to_come_is_for_dry_runs_only(portal) {
        loaded(&portal);
        let group = ["group", "--locality", "LOC01", "--as-of", "2999-01-01", "--json"];
        let refused = samples::command(&portal, &group);
        let told: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
        assert_eq!(refused.code, 1);
        assert!(told["error"].as_str().unwrap().contains("only a dry run"), "{told}");
        assert_eq!(samples::command(&portal, &[&group[..], &["--dry-run"]].concat()).code, 0);
        let refused = apply(&portal, "LOC01", "2026-11-24").unwrap_err();
        assert!(refused.to_string().contains("only a dry run"), "{refused}");
        let id = locality_id(&portal, "LOC01");
        assert!(portal.read(|conn| store::current(conn, id)).is_none());
        assert_eq!(samples::command(&portal, &["group", "--locality", "LOC01", "--as-of", "2015-04-01"]).code, 0);
    }
}

on_both! {
    async fn a_workbook_is_written_to_a_file_or_to_standard_output(portal) {
        loaded(&portal);
        let file = portal.folder().join("out.xlsx");
        let export = ["export", "placements", "--format", "xlsx", "--out", file.to_str().unwrap()];
        assert_eq!(samples::command(&portal, &export).code, 0);
        let mut book = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
        assert!(book.by_name("xl/worksheets/sheet2.xml").unwrap().size() > 0);
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// Placements exported with NHS numbers, by number.
fn exported(portal: &TestPortal, locality: &str, as_of: &str) -> BTreeMap<String, samples::Row> {
    let arguments = ["export", "placements", "--locality", locality, "--as-of", as_of, "--identified"];
    let said = samples::command(portal, &arguments);
    assert_eq!(said.code, 0, "{}", said.err);
    let mut rows = csv::Reader::from_reader(said.out.trim_start_matches('\u{feff}').as_bytes());
    rows.deserialize()
        .map(|row| {
            let row: samples::Row = row.unwrap();
            (row["nhs_number"].clone(), row)
        })
        .collect()
}

on_both! {
    async fn exported_placements_are_the_published_ones(portal) {
        loaded(&portal);
        for locality in ["LOC01", "LOC02"] {
            apply(&portal, locality, "2015-04-01").unwrap();
        }
        let mut found = exported(&portal, "LOC01", "2015-04-01");
        found.extend(exported(&portal, "LOC02", "2015-04-01"));
        for expected in samples::rows("expected-groups-2015-04-01.csv") {
            let row = found.remove(&expected["nhs_number"]);
            if ["died", "left", "not_yet_registered"].contains(&&*expected["status"]) {
                assert_eq!(row, None);
                continue;
            }
            let row = row.unwrap();
            for column in ["group", "supplementary_care"] {
                assert_eq!(row[column], expected[column], "{column} {expected:?}");
            }
            assert_eq!(row["provisional"] == "Y", expected["provisional"] == "Y", "{expected:?}");
        }
        assert_eq!(found.len(), 0, "nobody else");
    }
}

on_both! {
    async fn a_past_day_is_exported_as_it_stood_whatever_the_register_says_later(portal) {
        loaded(&portal);
        apply(&portal, "LOC01", "2015-04-01").unwrap();
        let before = exported(&portal, "LOC01", "2015-04-15");
        let mut register = samples::rows("good-people.csv");
        let mut set = |number: &str, column: &str, value: &str| {
            let row = register.iter_mut().find(|row| row["nhs_number"] == number).unwrap();
            row.insert(column.into(), value.into());
        };
        set("9990001006", "practice_code", "E87002");
        set("9990001014", "died_on", "2015-04-10");
        set("9990001022", "registered_from", "2015-04-20");
        set("9990001030", "practice_code", "E87004");
        samples::publish_people(&portal, 2, &register);
        assert_eq!(exported(&portal, "LOC01", "2015-04-15"), before, "a new register alone changes nothing");
        apply(&portal, "LOC01", "2015-05-01").unwrap();
        let after = exported(&portal, "LOC01", "2015-04-15");
        let gone: Vec<&str> = before.keys().filter(|number| !after.contains_key(*number)).map(|n| &**n).collect();
        assert_eq!(gone, ["9990001014"], "who died by then, as the ledger now says");
        assert!(after.iter().all(|(number, row)| before[number] == *row));
        let may = exported(&portal, "LOC01", "2015-05-01");
        assert_eq!((&*may["9990001006"]["practice"], may.contains_key("9990001030")), ("E87002", false));
    }
}

on_both! {
    async fn from_files_to_the_published_counts_by_commands_alone(portal) {
        for kind in ["localities", "organisations", "people", "people-contact", "risk-scores", "level-of-need"] {
            let file = format!("tests/examples/good-{kind}.csv");
            let kind = if kind == "people-contact" { "people" } else { kind };
            let said = samples::command(&portal, &["import", kind, &file, "--yes"]);
            assert_eq!(said.code, 0, "{kind}: {}", said.err);
        }
        let results = std::fs::read_to_string("tests/examples/expected-results.json").unwrap();
        let results: serde_json::Value = serde_json::from_str(&results).unwrap();
        for (code, expected) in results["by_locality"].as_object().unwrap() {
            let criteria = "tests/examples/default-criteria.txt";
            let import = ["criteria", "import", code, criteria, "--in-force", "--reason", "first set"];
            assert_eq!(samples::command(&portal, &import).code, 0);
            let group = ["group", "--locality", code, "--as-of", "2015-04-01", "--json"];
            let said = samples::command(&portal, &group);
            let said: serde_json::Value = serde_json::from_str(&said.out).unwrap();
            for key in ["people", "placed", "unplaced", "judgement_cases", "out_of_scope"] {
                assert_eq!(said[key], expected[key], "{code} {key}");
            }
            for group in said["groups"].as_array().unwrap() {
                let counted = match group["overlay"].as_bool().unwrap() {
                    true => &expected["cancer_counted_above"],
                    false => &expected["groups"][group["code"].as_str().unwrap()],
                };
                assert_eq!((&group["people"], &group["cost_pence"]), (&counted["people"], &counted["cost_pence"]));
            }
        }
    }
}

on_both! {
    async fn one_persons_facts_are_those_the_run_read(portal) {
        loaded(&portal);
        let (as_of, declared) = (day("2015-04-01"), |_: i64| Blanks::default());
        let id = locality_id(&portal, "LOC01");
        portal.read(|conn| {
            let register = Snapshot::load(conn, Some(id))?;
            let members: Vec<Member> = register.members(id, as_of, &declared).collect();
            assert_eq!(members.len(), 40);
            for member in members {
                let one = Snapshot::member_of(conn, member.person_id, (register.register, as_of), &declared, None)?.unwrap();
                assert_eq!((one.facts, one.practice_id), (member.facts, member.practice_id));
            }
            assert!(Snapshot::member_of(conn, 0, (register.register, as_of), &declared, None)?.is_none());
            Ok(())
        });
    }
}

on_both! {
    async fn a_job_whose_worker_died_after_publishing_changes_nothing_when_done_again(portal) {
        loaded(&portal);
        let run = begin(&portal, "LOC01", "2015-04-01");
        apply_until(&portal, &run, &|_| Ok(true)).unwrap();
        let before = portal.read(staged);
        let now = portal.tools.clock.now().moment;
        portal.write(|conn| jobs::add(conn, now, &Actor::command_line(), Kind::RunApply, &run.reference));
        portal.work().await;
        assert_eq!(portal.read(staged), before);
        let job = portal.read(|conn| jobs::about(conn, &[Kind::RunApply], &run.reference)).unwrap();
        assert_eq!(job.state, jobs::State::Completed);
    }
}
