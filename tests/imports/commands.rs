//! The commands `import` and `export people`, as a person or a program types them.

use common_ground::imports::kind::Kind;
use common_ground::people::register;

use super::loading::{Trial, example, load_good};
use crate::on_both;
use crate::samples::command;

fn json(text: &str) -> serde_json::Value {
    assert_eq!(text.trim_end().lines().count(), 1, "one line and nothing else: {text}");
    serde_json::from_str(text).unwrap()
}

on_both! {
    async fn a_file_is_imported_and_told_of_in_one_line_of_json(portal) {
        let file = example("good-localities.csv");
        let file = file.to_str().unwrap();
        let dry = command(&portal, &["import", "localities", file, "--dry-run", "--json"]);
        assert_eq!(dry.code, 0);
        assert_eq!((&json(&dry.out)["new"], &json(&dry.out)["applied"]), (&2.into(), &false.into()));
        let said = json(&command(&portal, &["import", "localities", file, "--json"]).out);
        let figures = ["rows", "new", "changed", "unchanged", "leaving", "missing", "errors_total"].map(|name| &said[name]);
        assert_eq!(figures, [2, 2, 0, 0, 0, 0, 0]);
        assert_eq!((&said["kind"], &said["applied"]), (&"localities".into(), &true.into()));
        assert!(said["elapsed_ms"].is_u64() && said["errors"].as_array().unwrap().is_empty());
        let again = command(&portal, &["import", "localities", file]);
        assert!(again.out.contains("2 unchanged") && again.out.contains("already loaded on"), "{}", again.out);
    }
}

on_both! {
    async fn a_refused_file_exits_1_with_its_problems(portal) {
        load_good(&portal);
        let file = example("bad-users.csv");
        let said = command(&portal, &["import", "users", file.to_str().unwrap(), "--json"]);
        assert_eq!(said.code, 1);
        assert!(said.err.contains("Nothing was loaded"));
        let told = json(&said.out);
        assert_eq!((&told["applied"], &told["errors_total"]), (&false.into(), &12.into()));
        let first = &told["errors"][0];
        assert_eq!((&first["line"], &first["column"], &first["code"]), (&3.into(), &"email".into(), &"E_FORMAT".into()));
        assert_eq!(first["severity"], "error");
        let unknown = command(&portal, &["import", "nonsense", "file.csv"]);
        assert_eq!(unknown.code, 2);
        let missing = command(&portal, &["import", "users", "no-such-file.csv", "--json"]);
        assert_eq!((missing.code, &json(&missing.out)["error"]), (1, &"there is no file no-such-file.csv".into()));
        assert!(missing.err.contains("there is no file no-such-file.csv"));
        let folder = command(&portal, &["import", "users", "tests"]);
        assert!(folder.code == 1 && folder.err.contains("tests is a folder"), "{}", folder.err);
        let device = command(&portal, &["import", "users", "/dev/null"]);
        assert!(device.code == 1 && device.err.contains("/dev/null is a pipe or device"), "{}", device.err);
        assert_eq!(command(&portal, &["import", "users", "x.csv", "--as-of", "1/4/2015"]).code, 2);
    }
}

on_both! {
    async fn warnings_need_yes_and_many_leaving_a_second_word(portal) {
        load_good(&portal);
        let text = std::fs::read_to_string(example("good-people.csv")).unwrap();
        let warned = text.replacen(",N,,N,N,N,N,0,20000,", ",Y,2014-01-01,N,N,N,N,0,20000,", 1);
        let file = portal.folder().join("warned.csv");
        std::fs::write(&file, &warned).unwrap();
        let file = file.to_str().unwrap();
        assert_eq!(command(&portal, &["import", "people", file]).code, 1);
        assert_eq!(command(&portal, &["import", "people", file, "--yes"]).code, 0);
        let few = portal.folder().join("few.csv");
        std::fs::write(&few, warned.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
        let few = few.to_str().unwrap();
        let refused = command(&portal, &["import", "people", few, "--full", "--yes", "--json"]);
        assert_eq!((refused.code, &json(&refused.out)["leaving"]), (1, &17.into()));
        let why = json(&refused.out)["error"].as_str().unwrap().to_owned();
        assert!(refused.err.contains(&why), "{why}");
        assert!(refused.err.contains("E87001") && refused.err.contains("--confirm-leaving"), "{}", refused.err);
        let as_of = ["import", "people", few, "--full", "--yes", "--confirm-leaving", "--as-of", "2015-05-01", "--json"];
        let done = command(&portal, &as_of);
        assert_eq!((done.code, &json(&done.out)["leaving"]), (0, &17.into()), "{}", done.err);
        let people = command(&portal, &["export", "people", "--identified"]).out;
        assert_eq!(people.lines().filter(|line| line.contains(",2015-04-30,")).count(), 17);
        let ahead = command(&portal, &["import", "people", few, "--as-of", "2999-01-01"]);
        assert_eq!(ahead.code, 1);
    }
}

on_both! {
    async fn people_exported_and_imported_again_change_nothing(portal) {
        load_good(&portal);
        assert_eq!(command(&portal, &["export", "people"]).code, 1, "without --identified");
        let of_a_day = command(&portal, &["export", "people", "--identified", "--as-of", "2015-04-01"]);
        assert_eq!((of_a_day.code, of_a_day.out.as_str()), (1, ""));
        assert!(of_a_day.err.contains("--as-of is for placements"), "{}", of_a_day.err);
        let out = portal.folder().join("out.csv");
        let said = command(&portal, &["export", "people", "--identified", "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.err);
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.starts_with("nhs_number,given_name,") && text.contains("'-1 Basement") && text.contains("'Tis"));
        let before = portal.read(register::published);
        let report = Trial::of(&portal, Kind::People, out).load();
        assert_eq!((report.unchanged, report.new, report.changed, report.missing), (64, 0, 0, 0));
        assert_eq!(portal.read(register::published), before);
        let lines = command(&portal, &["export", "people", "--identified", "--locality", "LOC02", "--format", "ndjson"]);
        let people: Vec<serde_json::Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(people.len(), 24);
        assert!(people.iter().all(|person| person["practice_code"] == "E87004" || person["practice_code"] == "E87005"));
        assert!(people.iter().any(|person| person["died_on"].is_null()));
        assert!(people.iter().any(|person| person["annual_cost_pence"].is_i64() && person["nhs_number"].is_string()));
    }
}
