//! The movement ledger as pages and files.

use common_ground::access::Role;
use common_ground::criteria::facts::age_on;
use common_ground::schema::movements;
use diesel::prelude::*;

use crate::grouped::{day, group, grouped, people_in};
use crate::on_both;
use crate::samples;

on_both! {
    async fn each_count_of_the_flows_opens_the_entries_it_counts(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        let page = browser.get("/movements").await.text();
        assert!(page.contains("April 2015") && page.contains("They move no money"), "{page}");
        let mut opened = 0;
        for part in page.split("href=\"/movements?").skip(1) {
            let (query, after) = part.split_once('"').unwrap();
            let Some(query) = query.strip_suffix("#entries") else { continue };
            let count: i64 = after[1..].split('<').next().unwrap().parse().unwrap();
            let list = browser.get(&format!("/movements?{}", query.replace("&#38;", "&"))).await.text();
            assert_eq!(people_in(&list), count, "{query}");
            opened += 1;
        }
        assert!(opened > 5, "{page}");
    }
}

on_both! {
    async fn a_dry_run_or_a_run_under_way_is_no_part_of_the_ledger(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Analyst, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        let before = people_in(&browser.get("/movements").await.text());
        portal.write(|conn| {
            use common_ground::schema::runs;
            let run: i64 = runs::table.order(runs::id).select(runs::id).first(conn)?;
            diesel::update(runs::table.find(run)).set(runs::state.eq("applying")).execute(conn)?;
            Ok(())
        });
        assert!(before > 0);
        assert_eq!(people_in(&browser.get("/movements").await.text()), 0);
    }
}

on_both! {
    async fn a_later_run_moves_whom_facts_moved_and_the_file_has_the_design_s_columns(portal) {
        let portal = grouped(portal);
        let mut rows = samples::rows("good-people.csv");
        let moved = rows
            .iter_mut()
            .find(|row| {
                let born = row["date_of_birth"].parse().unwrap();
                row["practice_code"] == "E87001" && row["ltc_count"] == "0" && age_on(born, day()) >= 75
                    && row["deducted_on"].is_empty() && row["died_on"].is_empty()
            })
            .unwrap();
        moved.insert("ltc_count".into(), "2".into());
        moved.insert("conditions".into(), "DM;COPD".into());
        samples::publish_people(&portal, 2, &rows);
        let run = group(&portal, "LOC01", day());
        portal.add_user("gp@example.org", Role::Gp, Some("E87001"));
        let mut browser = portal.signed_in("gp@example.org").await;
        let file = browser.get(&format!("/movements.csv?run={}", run.reference)).await.text();
        let mut lines = file.trim_start_matches('\u{feff}').lines();
        let header = "nhs_number,pseudonym,from_group,to_group,effective,cause,reference,entry";
        assert_eq!(lines.next().unwrap(), header);
        let line = lines.next().unwrap_or_else(|| panic!("{file}"));
        assert!(line.contains("HEALTHY_75,LTC_75,2015-04-01,rerun,"), "{line}");
        assert_eq!(lines.next(), None);
        let all = people_in(&browser.get("/movements").await.text());
        for (query, label) in [("month=soon", "Month"), ("from=SEMIS", "From"), ("cause=luck", "Cause"), ("run=R-NOBODY", "Run")] {
            let page = browser.get(&format!("/movements?{query}")).await.text();
            assert!(page.contains(&format!("The address asks the filter “{label}”")), "{page}");
            assert_eq!(people_in(&page), all, "{query}");
        }
        let page = browser.get("/movements?cause=rerun").await.text();
        assert_eq!(people_in(&page), 1);
        let home_counts: i64 = portal.read(|conn| Ok(movements::table.count().get_result(conn)?));
        assert!(home_counts > 1);
    }
}

on_both! {
    async fn a_network_sees_who_came_to_its_care_and_nobody_else(portal) {
        let portal = grouped(portal);
        portal.write(|conn| {
            use common_ground::schema::{care_agreements, localities, organisations};
            let network: i64 =
                organisations::table.filter(organisations::code.eq("PN02")).select(organisations::id).first(conn)?;
            let locality: i64 =
                localities::table.filter(localities::code.eq("LOC01")).select(localities::id).first(conn)?;
            diesel::insert_into(care_agreements::table)
                .values((
                    care_agreements::network_id.eq(network),
                    care_agreements::locality_id.eq(locality),
                    care_agreements::group_code.eq("EXCLUDED"),
                    care_agreements::from_on.eq(day()),
                ))
                .execute(conn)?;
            Ok(())
        });
        portal.add_user("prov@example.org", Role::Provider, Some("PN02"));
        let mut browser = portal.signed_in("prov@example.org").await;
        let people = people_in(&browser.get("/people").await.text());
        let expected = samples::rows("expected-groups-2015-04-01.csv");
        let excluded = expected.iter().filter(|row| {
            row["group"] == "EXCLUDED" && row["practice"] != "E87004" && row["practice"] != "E87005"
        });
        assert_eq!(people, excluded.count() as i64);
        assert_eq!(people_in(&browser.get("/movements").await.text()), people);
        let groups = browser.get("/groups").await.text();
        assert!(groups.contains("Not in your care") && groups.contains(&format!(">{people}</a>")), "{groups}");
        let other = browser.get("/groups/LOC01/LTC_75").await.text();
        assert!(!other.contains("Who is in it"), "{other}");
    }
}

on_both! {
    async fn the_flows_by_month_are_a_file_with_the_counts_of_the_page(portal) {
        let portal = grouped(portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut browser = portal.signed_in("ann@example.org").await;
        for query in ["", "?locality=LOC01&group=LTC_75"] {
            let page = browser.get(&format!("/movements{query}")).await.text();
            let link = page.split("href=\"/movements/flows.csv").nth(1).unwrap().split('"').next().unwrap();
            let file = browser.get(&format!("/movements/flows.csv{}", link.replace("&#38;", "&"))).await;
            assert_eq!(file.headers.get("content-type").unwrap(), "text/csv; charset=utf-8");
            let text = file.text();
            let mut lines = text.trim_start_matches('\u{feff}').lines();
            assert_eq!(lines.next(), Some("locality,month,group,in,in_first_grouping,out"));
            let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
            assert!(page.contains(&format!("by month ({} row", rows.len())), "{page}");
            for row in &rows {
                let [locality, month, group, came, first, went] = row[..] else { panic!("{row:?}") };
                assert_eq!((locality, month, first, went), ("LOC01", "2015-04", came, "0"), "the first grouping");
                assert!(page.contains(&format!("to={group}#entries\">{came}<")), "{group} {came}: {page}");
            }
            assert!(rows.len() > usize::from(query.is_empty()) * 5, "{text}");
        }
    }
}
