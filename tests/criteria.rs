//! The commands on criteria: check, export, import.

use std::os::unix::fs::PermissionsExt;

use common_ground::criteria::store::{self, State};
use common_ground::runs::store::locality;
use common_ground::schema::audit_entries;
use diesel::prelude::*;

use crate::agreeing::{agreeing, own_scheme_in_force};
use crate::harness::{Engine, TestPortal};
use crate::on_both;
use crate::samples::{self, Said, command};

const DEFAULTS: &str = "tests/examples/default-criteria.txt";

fn check(text: &str) -> Said {
    let portal = TestPortal::new(Engine::Sqlite);
    let file = portal.folder().join("criteria.txt");
    std::fs::write(&file, text).unwrap();
    command(&portal, &["criteria", "check", file.to_str().unwrap()])
}

#[test]
fn an_expression_is_read_aloud() {
    let said = check("age >= 16 and age <= 74\n  and not (ltc_count >= 1)");
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "People aged 16 to 74 who have no long-term condition.\n");
}

#[test]
fn a_mistake_is_told_by_line_and_column() {
    for (text, place) in [
        ("age >= 16 and\n dementai", "2:2: "),
        ("age >= 131", "1:8: "),
        ("years_since_cancer_treatment <= 121", "1:33: "),
        ("at least 0 of (dementia)", "1:10: "),
        ("at least 2 of (dementia)", "1:10: "),
        ("condition in ()", "1:15: "),
        ("  \n ", "1:1: "),
        ("Age >= 16", "1:1: "),
        ("age >= 16 AND dementia", "1:11: "),
        ("condition(\"dm\")", "1:11: "),
        ("age >= -5", "1:8: "),
        ("annual_cost >= 10.555", "1:16: "),
        ("ltc_count = 1.5", "1:13: "),
        ("group LTC_75\nage >= 75\n\ngroup NOBODY\nage >= 1", "4:7: "),
        ("group LTC_75\nage >= 75\n\ngroup LTC_75\nage >= 1", "4:7: "),
    ] {
        let said = check(text);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{text}");
        assert!(said.err.starts_with(place), "{text}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{text}: {}", said.err);
    }
}

#[test]
fn a_doubt_is_a_warning_and_no_refusal() {
    for (text, doubt) in [
        ("age >= 16 and (dementia or not dementia)", "1:16: warning: This is true of everyone"),
        ("age > 74 and age < 75", "1:1: warning: This can be true of nobody"),
        ("dementia or homeless or dementia", "1:25: warning: This part repeats an earlier one"),
        (
            "group LTC_75\nage >= 75\n\ngroup HEALTHY_75\nage >= 80",
            "5:1: warning: Everybody who meets this falls to a group that is tried earlier",
        ),
    ] {
        let said = check(text);
        assert_eq!(said.code, 0, "{text}");
        assert!(said.err.starts_with(doubt), "{text}: {}", said.err);
    }
}

#[test]
fn the_shipped_criteria_raise_no_doubt() {
    let said = check(&std::fs::read_to_string(DEFAULTS).unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(
        said.out.contains("EXCLUDED\nPeople aged 16 or over who either are homeless, or have"),
        "{}",
        said.out
    );
}

on_both! {
    async fn what_is_exported_and_imported_is_the_same_text(portal) {
        samples::load(&portal);
        let reason = ["--in-force", "--reason", "first set"];
        let imported = command(&portal, &[&["criteria", "import", "LOC01", DEFAULTS], &reason[..]].concat());
        assert_eq!((imported.code, imported.err.as_str()), (0, ""));
        let file = portal.folder().join("out.txt");
        let path = file.to_str().unwrap();
        assert_eq!(command(&portal, &["criteria", "export", "LOC01", path]).code, 0);
        let written = std::fs::read_to_string(&file).unwrap();
        assert_eq!(written, std::fs::read_to_string(DEFAULTS).unwrap());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(command(&portal, &["criteria", "import", "LOC02", path]).code, 0);
        let drafts = command(&portal, &["criteria", "export", "LOC02"]);
        assert_eq!(drafts.out, written);
        assert!(drafts.err.contains("these are its drafts"), "{}", drafts.err);
        let audited: Vec<String> = portal.read(|conn| {
            Ok(audit_entries::table.order(audit_entries::id).select(audit_entries::verb).load(conn)?)
        });
        assert_eq!(audited, ["imported criteria", "exported criteria", "imported criteria", "exported criteria"]);
    }
}

on_both! {
    async fn a_first_set_takes_force_once_and_drafts_do_not(portal) {
        samples::load(&portal);
        let versions = |state: State| {
            portal.read(|conn| {
                let id = locality(conn, "LOC01")?.unwrap().id;
                let all = store::latest(conn, id)?;
                Ok(all.into_iter().filter(|version| version.state == state).collect::<Vec<_>>())
            })
        };
        let import = ["criteria", "import", "LOC01", DEFAULTS];
        assert_eq!(command(&portal, &import).code, 0);
        assert_eq!(versions(State::Draft).len(), 9);
        assert_eq!(command(&portal, &[&import[..], &["--in-force"]].concat()).code, 2, "a reason is needed");
        let first = [&import[..], &["--in-force", "--reason", "first set"]].concat();
        assert_eq!(command(&portal, &first).code, 0);
        let in_force = versions(State::InForce);
        assert_eq!(in_force.len(), 9);
        for version in in_force {
            assert_eq!((version.number, version.in_force_from), (1, None), "the drafts themselves take force");
            assert!(version.set_up_by_administrator && version.reason == "first set");
            assert_eq!(version.text_hash, store::hash(&version.text));
        }
        let again = command(&portal, &first);
        assert_eq!(again.code, 1);
        assert!(again.err.contains("in force already"), "{}", again.err);
    }
}

on_both! {
    async fn an_import_with_a_mistake_changes_nothing(portal) {
        samples::load(&portal);
        let file = portal.folder().join("bad.txt");
        std::fs::write(&file, "group LTC_75\nage >= 75\n\ngroup LD\nlearning_disabilty\n").unwrap();
        let said = command(&portal, &["criteria", "import", "LOC01", file.to_str().unwrap()]);
        assert_eq!(said.code, 1);
        assert!(said.err.starts_with("5:1: "), "{}", said.err);
        std::fs::write(&file, "age >= 75").unwrap();
        assert_eq!(command(&portal, &["criteria", "import", "LOC01", file.to_str().unwrap()]).code, 1);
        assert_eq!(command(&portal, &["criteria", "import", "NOWHERE", DEFAULTS]).code, 1);
        let said = command(&portal, &["criteria", "export", "LOC01"]);
        assert_eq!((said.code, said.out.as_str()), (1, ""));
    }
}

on_both! {
    async fn a_locality_s_own_groups_are_exported_and_imported_there_and_nowhere_else(portal) {
        let portal = agreeing(portal);
        own_scheme_in_force(&portal);
        let file = portal.folder().join("out.txt");
        let path = file.to_str().unwrap();
        assert_eq!(command(&portal, &["criteria", "export", "LOC01", path]).code, 0);
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written.contains("group FRAIL_85\nage >= 85 and ltc_count >= 2\n"), "{written}");
        let again = command(&portal, &["criteria", "import", "LOC01", path]);
        assert_eq!((again.code, &*again.out), (0, "LOC01: 0 of 10 criteria new as drafts.\n"));
        assert!(again.err.contains("falls to a group that is tried earlier"), "it is tried last: {}", again.err);
        let other = written.replace("age >= 85 and", "age >= 90 and");
        std::fs::write(&file, other).unwrap();
        let changed = command(&portal, &["criteria", "import", "LOC01", path]);
        assert_eq!((changed.code, &*changed.out), (0, "LOC01: 1 of 10 criteria new as drafts.\n"));
        let elsewhere = command(&portal, &["criteria", "import", "LOC02", path]);
        assert_eq!(elsewhere.code, 1);
        assert!(elsewhere.err.contains("FRAIL_85 is no group of the shipped scheme"), "{}", elsewhere.err);
        let checked = command(&portal, &["criteria", "check", path]);
        assert_eq!(checked.code, 1);
        assert!(checked.err.contains("FRAIL_85 is no group of the shipped scheme"), "{}", checked.err);
    }
}
