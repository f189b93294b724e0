//! Settings: each with its default and its history, read by runs, pages and imports; and blanks read as no, tried first.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::imports::kind::Kind;
use common_ground::people::corrections::fact_changes;
use common_ground::runs::store::by_reference;
use common_ground::settings::setting::Setting;
use common_ground::settings::store::Values;

use crate::decisions::{HOMELESS, assert_figures_agree, cared_for, pseudonym, signed_in, stands};
use crate::grouped::{day, group, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::imports::loading::{Trial, example};
use crate::on_both;

async fn administrator(portal: &TestPortal) -> Browser {
    portal.add_user("admin@example.org", Role::Administrator, None);
    portal.signed_in("admin@example.org").await
}

async fn set(browser: &mut Browser, name: &str, value: &str, reason: &str) -> Answer {
    let address = format!("/admin/settings/{name}");
    let form = browser.get(&address).await;
    let (key, version) = (form.field("key"), form.field("version"));
    browser
        .post(&address, &[("key", &key), ("version", &version), ("value", value), ("reason", reason)])
        .await
}

const HERE: &str = "/admin/settings/people.blank_is_no";

async fn effect(browser: &mut Browser, act: &str, facts: &str) -> Answer {
    browser.get(&format!("{HERE}/effect?act={act}&locality=LOC01&practice=&{facts}")).await
}

async fn declare(browser: &mut Browser, act: &str, fact: &str) -> Answer {
    let form = effect(browser, act, &format!("facts={fact}")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let (key, version) = (form.field("key"), form.field("version"));
    let fields = [
        ("key", &*key),
        ("version", &*version),
        ("act", act),
        ("locality", "LOC01"),
        ("practice", ""),
        ("facts", fact),
        ("reason", "The practices have checked their registers"),
    ];
    browser.post(HERE, &fields).await
}

on_both! {
    async fn a_setting_is_changed_with_a_reason_and_its_history_says_by_whom(portal) {
        let portal = cared_for(portal);
        let mut admin = administrator(&portal).await;
        let list = admin.get("/admin/settings").await.text();
        assert!(list.contains("scope.minimum_age") && list.contains("every setting has its default"), "{list}");
        let wrong = set(&mut admin, "decisions.review_months", "99", "").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("from 1 to 36") && wrong.text().contains("Enter the reason") && wrong.text().contains("value=\"99\""));
        let stale = admin.get("/admin/settings/decisions.review_months").await;
        let sent = set(&mut admin, "decisions.review_months", "6", "Reviewed twice a year").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let list = admin.get("/admin/settings").await.text();
        assert!(list.contains("6 months") && list.contains("from 12 to 6") && list.contains("Reviewed twice a year"), "{list}");
        let fields = [("key", &*stale.field("key")), ("version", &*stale.field("version")), ("value", "24"), ("reason", "Other")].map(|(name, value)| (name, value.to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let late = admin.post("/admin/settings/decisions.review_months", &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains("24 months") && late.text().contains("6 months"), "{}", late.text());
        let who = pseudonym(&portal, HOMELESS);
        let mut network = signed_in(&portal, Role::Provider, "PN02").await;
        let case = network.get(&format!("/decisions/{who}")).await;
        let case = case.text();
        assert!(case.contains("name=\"review_month\" type=\"text\" value=\"10\"") && case.contains("value=\"2015\""), "{case}");
        assert_eq!(admin.get("/admin/settings/nothing").await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn blanks_are_read_as_no_after_their_effect_was_shown(portal) {
        let portal = cared_for(portal);
        let mut admin = administrator(&portal).await;
        let nothing = admin.get(&format!("{HERE}/effect?act=declare")).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.text().contains("Choose a locality") && nothing.text().contains("Choose at least one fact"));
        let none = effect(&mut admin, "declare", "facts=dementia").await.text();
        assert!(none.contains("Nobody would move"), "no criterion asks for dementia: {none}");
        let some = effect(&mut admin, "declare", "facts=homeless&facts=serious_mental_illness").await.text();
        assert!(some.contains("Judgement cases ended") && some.contains("[c]"), "small counts are hidden: {some}");
        assert!(!some.contains("P-"), "an administrator sees no person");
        assert!(stands(&portal, HOMELESS).1);
        let before = portal.read(fact_changes);
        let sent = declare(&mut admin, "declare", "homeless").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(portal.read(fact_changes), before + 1);
        assert!(stands(&portal, HOMELESS).1, "nobody moves before the next run");
        let run = group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, HOMELESS), (Some("HEALTHY_16_74".into()), false, "run".into()));
        assert_figures_agree(&portal, "LOC01");
        let summary = portal.read(|conn| Ok(by_reference(conn, &run.reference)?.unwrap())).summary().unwrap().unwrap();
        assert!(summary.declared.values().all(|facts| facts == &["homeless"]) && !summary.declared.is_empty());
        let who = pseudonym(&portal, HOMELESS);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let page = gp.get(&format!("/people/{who}")).await.text();
        assert!(page.contains("Read as no, because the practice"), "{page}");
        let file = gp.get("/people.csv").await.text();
        let row = file.lines().find(|line| line.contains(&who)).unwrap();
        assert!(row.contains("read as no: register declared complete: homeless"), "{row}");
        let sent = declare(&mut admin, "end", "homeless").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let page = gp.get(&format!("/people/{who}")).await.text();
        assert!(page.contains("Read as no, because the practice"), "the page says how the standing run read it");
        group(&portal, "LOC01", day());
        assert!(stands(&portal, HOMELESS).1);
        let history = admin.get(HERE).await.text();
        assert!(history.contains("read as no: North Example") || history.contains("read as no:"), "{history}");
    }
}

on_both! {
    async fn the_age_from_which_people_are_in_scope_is_read_by_the_next_run(portal) {
        let portal = cared_for(portal);
        let mut admin = administrator(&portal).await;
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let before = people_in(&commissioner.get("/people?locality=LOC01&group=out_of_scope").await.text());
        set(&mut admin, "scope.minimum_age", "18", "To try it").await;
        let run = group(&portal, "LOC01", day());
        let summary = portal.read(|conn| Ok(by_reference(conn, &run.reference)?.unwrap())).summary().unwrap().unwrap();
        assert_eq!(summary.minimum_age, 18);
        let after = people_in(&commissioner.get("/people?locality=LOC01&group=out_of_scope").await.text());
        assert!(after > before, "{after} {before}");
        let groups = commissioner.get("/groups?locality=LOC01").await.text();
        assert!(groups.contains("Out of scope (under 18)"), "{groups}");
        assert_figures_agree(&portal, "LOC01");
    }
}

on_both! {
    async fn imports_and_disclosure_read_their_settings(portal) {
        let portal = cared_for(portal);
        let mut admin = administrator(&portal).await;
        set(&mut admin, "import.most_rows", "3", "To try it").await;
        set(&mut admin, "disclosure.threshold", "5", "Agreed with the information governance board").await;
        let values = portal.read(Values::read);
        assert_eq!((values.limits().rows, values.suppression().threshold()), (3, 5));
        assert_eq!(values.of(Setting::ReviewMonths), 12);
        let mut trial = Trial::of(&portal, Kind::People, example("good-people-contact.csv"));
        assert_eq!(trial.errors(), 0);
        trial.limits = values.limits();
        assert!(trial.errors() > 0, "ten rows are more than three");
    }
}

on_both! {
    async fn a_dry_run_from_before_a_change_of_settings_is_not_applied(portal) {
        let portal = cared_for(portal);
        let mut admin = administrator(&portal).await;
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let form = commissioner.get("/runs/new?locality=LOC01").await;
        let fields = [("key", form.field("key")), ("locality", "LOC01".to_owned()), ("as_of_day", "1".into()), ("as_of_month", "4".into()), ("as_of_year", "2015".into())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let started = commissioner.post("/runs/new", &fields).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
        portal.work().await;
        let address = started.location().to_owned();
        assert!(commissioner.get(&address).await.text().contains("/application"), "it could be applied");
        declare(&mut admin, "declare", "homeless").await;
        let page = commissioner.get(&address).await.text();
        assert!(page.contains("A setting that places people was changed since") && !page.contains("/application\""), "{page}");
        assert_eq!(commissioner.get(&format!("{address}/application")).await.status, StatusCode::CONFLICT);
    }
}
