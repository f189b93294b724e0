//! The groups of a locality, and one group, as each role sees them.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::page::filters::thousands;

use crate::grouped::{grouped, people_in};
use crate::{on_both, samples};

on_both! {
    async fn a_commissioner_sees_the_published_counts_and_each_opens_the_list_it_counts(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        let page = browser.get("/groups").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let page = page.text();
        assert!(page.contains("As of 1 April 2015, register import 1."), "{page}");
        let results = std::fs::read_to_string("tests/examples/expected-results.json").unwrap();
        let results: serde_json::Value = serde_json::from_str(&results).unwrap();
        let groups = results["by_locality"]["LOC01"]["groups"].as_object().unwrap();
        for (code, group) in groups {
            let people = group["people"].as_i64().unwrap();
            let link = format!("<a href=\"/people?locality=LOC01&#38;group={code}\">{}</a>", thousands(people));
            assert_eq!(page.contains(&link), people > 0, "{code} {people}: {page}");
            let list = browser.get(&format!("/people?locality=LOC01&group={code}")).await.text();
            assert_eq!(people_in(&list), people, "{code}");
            let group = browser.get(&format!("/groups/LOC01/{code}")).await.text();
            assert!(group.contains("Who cares for it") && group.contains("By the grouping run that stands,"), "{group}");
            assert_eq!(group.contains(" came</a>"), people > 0, "{code}: {group}");
        }
    }
}

on_both! {
    async fn whoever_may_list_nobody_sees_groups_and_criteria_without_figures(portal) {
        let portal = grouped(portal);
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        let mut browser = portal.signed_in("lay@example.org").await;
        let page = browser.get("/groups").await.text();
        assert!(page.contains("People facing social exclusion") && !page.contains("/people"), "{page}");
        let page = browser.get("/groups/LOC01/LTC_75").await.text();
        assert!(page.contains("age &#62;= 75") && !page.contains("/people"), "{page}");
        assert!(page.contains("set up by an administrator"));
        assert!(!page.contains("Annual cost"), "{page}");
    }
}

on_both! {
    async fn a_group_of_another_locality_is_no_page(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        let elsewhere = browser.get("/groups/LOC02/LTC_75").await;
        let nowhere = browser.get("/groups/LOC99/LTC_75").await;
        assert_eq!((elsewhere.status, nowhere.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(elsewhere.body, nowhere.body);
        assert_eq!(browser.get("/groups?locality=LOC02").await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/groups/LOC01/NONE").await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn before_the_first_run_the_page_says_so_and_a_commissioner_can_start_one(portal) {
        samples::load(&portal);
        samples::agree_criteria(&portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        portal.add_user("gp@example.org", Role::Gp, Some("E87001"));
        let page = portal.signed_in("ann@example.org").await.get("/groups").await.text();
        assert!(page.contains("No grouping run yet for North Example.") && page.contains("/runs/new"), "{page}");
        let page = portal.signed_in("gp@example.org").await.get("/groups").await.text();
        assert!(page.contains("No grouping run yet for North Example.") && !page.contains("/runs/new"), "{page}");
    }
}
