//! The groups of a locality, and one group, as each role sees them.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::clock::Clock;
use common_ground::page::filters::thousands;

use crate::grouped::{group, grouped, people_in};
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

on_both! {
    async fn the_file_of_groups_has_the_figures_of_the_page_and_none_for_who_sees_none(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        let file = browser.get("/groups.csv?locality=LOC01").await;
        assert_eq!(file.headers.get("content-type").unwrap(), "text/csv; charset=utf-8");
        let file = file.text();
        let mut lines = file.trim_start_matches('\u{feff}').lines();
        assert_eq!(lines.next(), Some("locality,order,group,name,criteria_version,people,provisional,annual_cost_pence"));
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.len(), 12, "{file}");
        let page = browser.get("/groups").await.text();
        for row in rows.iter().filter(|row| row[5] != "0") {
            assert!(page.contains(&format!(">{}</a>", thousands(row[5]))), "{row:?}");
        }
        let placed: i64 = rows.iter().filter(|row| !row[1].is_empty()).map(|row| row[5].parse::<i64>().unwrap()).sum();
        assert!(placed > 20);
        assert_eq!(browser.get("/groups.csv?locality=LOC02").await.status, StatusCode::NOT_FOUND);
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        let file = portal.signed_in("lay@example.org").await.get("/groups.csv").await.text();
        assert_eq!(file.lines().skip(1).filter(|line| line.ends_with(",,,")).count(), 9, "{file}");
    }
}

on_both! {
    async fn who_came_and_went_is_drawn_from_the_second_run_on_and_printed_with_its_reference(portal) {
        let mut portal = grouped(portal);
        let later = Clock::fixed("2015-06-01".parse().unwrap());
        (portal.tools.clock, portal.portal.clock, portal.portal.tools.clock) = (later, later, later);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        portal.add_user("gp@example.org", Role::Gp, Some("E87001"));
        let mut ann = portal.signed_in("ann@example.org").await;
        let mut gp = portal.signed_in("gp@example.org").await;
        assert!(!ann.get("/groups/LOC01/EXCLUDED").await.text().contains("<svg class=\"cg-chart"));
        let one_month = ann.get("/movements").await.text();
        assert!(one_month.contains("April 2015. People by the group they came to"), "{one_month}");
        let mut rows = samples::rows("good-people.csv");
        for (register, homeless, as_of) in [(2, "Y", "2015-05-01"), (3, "N", "2015-06-01")] {
            for row in rows.iter_mut().filter(|row| row["practice_code"] == "E87001") {
                row.insert("homeless".into(), homeless.into());
            }
            samples::publish_people(&portal, register, &rows);
            group(&portal, "LOC01", as_of.parse().unwrap());
        }
        for browser in [&mut ann, &mut gp] {
            let page = browser.get("/groups/LOC01/EXCLUDED").await.text();
            assert!(page.contains("2 pairs of bars, from 1 May 2015, R-") && page.contains("to 1 June 2015, R-"), "{page}");
            let (_, table) = page.split_once("by each grouping run</caption>").unwrap();
            let links: Vec<_> = table.split("<a href=\"/movements").skip(1).take(2).collect();
            for link in links {
                let (query, rest) = link.split_once("\">").unwrap();
                let list = browser.get(&format!("/movements{}", query.replace("&#38;", "&"))).await.text();
                assert_eq!(people_in(&list).to_string(), rest.split('<').next().unwrap(), "{query}");
            }
            let movements = browser.get("/movements").await.text();
            assert!(movements.contains("3 pairs of bars, from April 2015 to June 2015."), "{movements}");
            assert!(movements.contains("The first grouping, which placed "), "{movements}");
            assert!(!movements.contains("style="), "{movements}");
        }
        let page = ann.get("/groups/LOC01/EXCLUDED").await.text();
        let (_, printed) = page.split_once("cg-print-only\">").unwrap();
        let printed = printed.split("</p>").next().unwrap();
        for words in ["People facing social exclusion, North Example, grouping run R-", "as of 1 June 2015, register import 3.",
            "Criteria version 1, ", "Printed by Sample ann@example.org, acting as Commissioner, Example CCG, on "] {
            assert!(printed.contains(words), "{words}: {printed}");
        }
    }
}
