//! Previews: their figures are a run's, a count is its list, and nobody solves for what is hidden.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use chrono::NaiveDate;
use common_ground::access::Role;
use common_ground::criteria::preview_pages::impact::impact;
use common_ground::criteria::store::{self as criteria, State};
use common_ground::database::Conn;
use common_ground::groups::scheme::Scheme;
use common_ground::people::register::FOREVER;
use common_ground::runs::apply::find;
use common_ground::runs::store::locality;
use common_ground::schema::{
    audit_entries, criteria_versions, network_members, organisations, person_contacts,
};
use diesel::prelude::*;

use crate::agreeing::care;
use crate::drafts::{begun, commissioner, drafted, edit};
use crate::grouped::{day, grouped, loaded, people_in};
use crate::harness::{Browser, TestPortal};
use crate::on_both;
use crate::samples::{self, Row, command};

fn shipped_label(code: &str) -> String {
    Scheme::shipped().group(code).unwrap().label.clone()
}

/// A preview's file: table, row, column, count.
type Sheet = Vec<[String; 4]>;

async fn sheet(browser: &mut Browser, version: &str) -> Sheet {
    let answer = browser.get(&format!("{version}/preview.csv")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = answer.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            [0, 1, 2, 3].map(|at| row[at].to_owned())
        })
        .collect()
}

fn figure(sheet: &Sheet, name: &str) -> String {
    let row = sheet.iter().find(|row| row[0] == "figures" && row[1] == name);
    row.unwrap_or_else(|| panic!("no {name}")).clone()[3].clone()
}

/// The moves of a table, apart from its totals.
fn moves(sheet: &Sheet, table: &str) -> BTreeMap<(String, String), u64> {
    let cells = sheet.iter().filter(|row| row[0] == table && row[1] != "All" && row[2] != "All");
    let cells = cells.filter_map(|row| Some(((row[1].clone(), row[2].clone()), row[3].parse().ok()?)));
    cells.filter(|(_, people)| *people > 0).collect()
}

/// Puts a draft in force from the samples' day, as if it had been agreed.
fn put_in_force(portal: &TestPortal, group: &str, number: i64) {
    portal.write(|conn| {
        let id = locality(conn, "LOC01")?.unwrap().id;
        let of_group = criteria_versions::table
            .filter(criteria_versions::locality_id.eq(id).and(criteria_versions::group_code.eq(group)));
        diesel::update(of_group.filter(criteria_versions::state.eq(State::InForce)))
            .set(criteria_versions::state.eq(State::Superseded))
            .execute(conn)?;
        diesel::update(of_group.filter(criteria_versions::number.eq(number)))
            .set((criteria_versions::state.eq(State::InForce), criteria_versions::in_force_from.eq(day())))
            .execute(conn)?;
        Ok(())
    });
}

on_both! {
    async fn its_figures_are_those_of_a_dry_run_to_the_unit(portal) {
        let portal = grouped(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let blocks = "group LTC_75\nage >= 60 and ltc_count >= 1\n\ngroup SEMI\nage >= 16 and (serious_mental_illness or homeless)\n\ngroup CANCER\nage >= 16 and cancer_active";
        let made = begun(&mut ann, "LTC_75", &[("from", "text"), ("text", blocks)]).await;
        let version = made.location().trim_end_matches("/edit").to_owned();
        let before = portal.read(|conn| Ok(locality(conn, "LOC01")?.unwrap().id));
        let (_, before_summary) = find(&portal.database, before, day()).unwrap();
        let proposed = sheet(&mut ann, &version).await;
        let semi = sheet(&mut ann, "/criteria/LOC01/SEMI/versions/2").await;
        let cancer = sheet(&mut ann, "/criteria/LOC01/CANCER/versions/2").await;
        for group in ["LTC_75", "SEMI", "CANCER"] {
            put_in_force(&portal, group, 2);
        }
        let (_, found) = find(&portal.database, before, day()).unwrap();
        let summary = found.summary;
        let name = |code: &Option<String>| code.as_deref().map_or("Not placed".into(), shipped_label);
        let run: BTreeMap<(String, String), u64> =
            summary.moves.iter().map(|moved| ((name(&moved.from), name(&moved.to)), moved.people)).collect();
        assert!(!run.is_empty());
        assert_eq!(moves(&proposed, "moves"), run);
        assert_eq!(figure(&proposed, "moved"), summary.moved.to_string());
        assert_eq!(figure(&proposed, "judgement_cases"), summary.judgement_cases.to_string());
        assert_eq!(figure(&proposed, "not_placed_after"), summary.unplaced.to_string());
        for (group, sheet) in [("LTC_75", &proposed), ("SEMI", &semi), ("CANCER", &cancer)] {
            let count = |summary: &common_ground::runs::summary::Summary| {
                summary.groups.iter().find(|one| one.code == group).unwrap().people as i64
            };
            let number = |name: &str| figure(sheet, name).parse::<i64>().unwrap();
            assert_eq!(count(&summary) - count(&before_summary.summary), number("in") - number("out"), "{group}");
        }
        let hangs: BTreeMap<String, String> = proposed.iter().filter(|row| row[0] == "facts" && row[2] == "Then")
            .map(|row| (row[1].to_lowercase(), row[3].clone())).filter(|(_, count)| count != "0").collect();
        let of_run: BTreeMap<String, String> = summary.hangs_on.iter()
            .map(|one| (common_ground::people::why::fact_words(&one.fact), one.cases.to_string())).collect();
        assert_eq!(hangs, of_run);
        let said = command(&portal, &["group", "--locality", "LOC01", "--as-of", "2015-04-01", "--dry-run", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(json["moved"].to_string(), figure(&proposed, "moved"));
        assert_eq!(json["judgement_cases"].to_string(), figure(&proposed, "judgement_cases"));
        assert_eq!(json["people"].to_string(), figure(&proposed, "on_register"));
    }
}

on_both! {
    async fn a_count_is_its_list_and_who_objects_is_counted_and_left_out(portal) {
        let portal = grouped(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let version = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &version, &[("act", "save"), ("text", "age >= 40 and ltc_count >= 1")]).await;
        let page = ann.get(&format!("{version}/preview")).await.text();
        let links = lists(&page);
        assert!(links.len() > 8, "{page}");
        for about in ["cases=then", "fact=", "part=1&who=fail", "who=not_known", "who=only", "who=removed", "who=left", "placed=LTC_75",
            "all=yes", "all=in_scope"] {
            assert!(links.iter().any(|(href, _)| href.contains(about)), "{about}: {links:?}");
        }
        for (href, count) in &links {
            let list = ann.get(href).await;
            assert_eq!(list.status, StatusCode::OK);
            assert_eq!(people_in(&list.text()), *count, "{href}");
            assert_eq!(list.text().matches("href=\"/people/P-").count() as i64, (*count).min(25), "{href}");
        }
        let (href, count) = &links[0];
        let list = ann.get(href).await.text();
        let pseudonym = list.split("href=\"/people/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        portal.write(|conn| {
            use common_ground::schema::people;
            let person: i64 = people::table.filter(people::pseudonym.eq(&pseudonym)).select(people::id).first(conn)?;
            diesel::insert_into(person_contacts::table)
                .values((
                    person_contacts::person_id.eq(person),
                    person_contacts::from_register.eq(1),
                    person_contacts::until_register.eq(FOREVER),
                    person_contacts::large_print.eq(false),
                    person_contacts::ltc6_opt_out.eq(false),
                    person_contacts::data_opt_out.eq(true),
                ))
                .execute(conn)?;
            Ok(())
        });
        let list = ann.get(href).await.text();
        assert_eq!(people_in(&list), *count, "still counted");
        assert!(!list.contains(&pseudonym) && list.contains("1 person is not listed: national data opt-out."), "{list}");
        let audited = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::verb.eq("listed people")).count().get_result::<i64>(conn)?));
        assert_eq!(audited as usize, links.len() + 2);
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        let mut lay = portal.signed_in("lay@example.org").await;
        assert_eq!(lay.get(href).await.status, StatusCode::FORBIDDEN);
    }
}

/// The links of a page to lists of a preview's people, each with its count.
fn lists(page: &str) -> Vec<(String, i64)> {
    let links = page.split("<a href=\"/criteria/").skip(1);
    let links = links
        .filter(|rest| rest.contains("/preview/people?") && rest.find("/preview/people?") < rest.find('"'));
    links
        .map(|rest| {
            let (href, rest) = rest.split_once('"').unwrap();
            let count = rest[1..].split('<').next().unwrap().replace(',', "").parse().unwrap();
            (format!("/criteria/{}", href.replace("&amp;", "&")), count)
        })
        .collect()
}

on_both! {
    async fn who_may_list_some_people_sees_exactly_what_they_would_do_and_of_others_no_small_counts(portal) {
        let portal = grouped(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let version = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &version, &[("act", "save"), ("text", "age >= 40 and ltc_count >= 1")]).await;
        let all = lists(&ann.get(&format!("{version}/preview")).await.text());
        let of_practice = |practice: &str| format!("{version}/preview/people?practice={practice}");
        let all_of_practice = people_in(&ann.get(&of_practice("E87001")).await.text());
        assert!(all_of_practice > 0);
        portal.write(|conn| {
            diesel::update(criteria_versions::table.filter(criteria_versions::number.eq(2)))
                .set((criteria_versions::state.eq(State::Approved), criteria_versions::in_force_from.eq(day())))
                .execute(conn)?;
            Ok(())
        });
        care(&portal, "PN01", "LTC_16_74");
        portal.write(|conn| {
            let id = |conn: &mut Conn, code: &str| {
                organisations::table.filter(organisations::code.eq(code)).select(organisations::id).first::<i64>(conn)
            };
            let (network, member) = (id(conn, "NET01")?, id(conn, "E87001")?);
            diesel::insert_into(network_members::table)
                .values((network_members::network_id.eq(network), network_members::member_id.eq(member),
                    network_members::from_on.eq(day())))
                .execute(conn)?;
            Ok(())
        });
        for (email, role, organisation) in [
            ("gp@example.org", Role::Gp, "E87001"),
            ("net@example.org", Role::NetworkManager, "NET01"),
            ("one@example.org", Role::Provider, "PN01"),
        ] {
            portal.add_user(email, role, Some(organisation));
            let mut browser = portal.signed_in(email).await;
            let page = browser.get(&format!("{version}/preview")).await.text();
            let parts = page.split_once("<h2>Everybody in North Example</h2>");
            let (own, everybody) = parts.unwrap_or_else(|| panic!("{email}: {page}"));
            assert!(lists(everybody).is_empty() && everybody.contains("without small counts"), "{email}");
            let links = lists(own);
            assert!(links.len() > 2, "{email}: {own}");
            for (href, count) in &links {
                let list = browser.get(href).await;
                assert_eq!(list.status, StatusCode::OK, "{href}");
                assert_eq!(people_in(&list.text()), *count, "{email}: {href}");
                let pseudonyms = list.text().split("href=\"/people/").skip(1)
                    .map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>();
                for pseudonym in pseudonyms.iter().take(3) {
                    let person = browser.get(&format!("/people/{pseudonym}")).await;
                    assert_eq!(person.status, StatusCode::OK, "{email} may read {pseudonym}");
                }
            }
            let moved = people_in(&browser.get(&format!("{version}/preview/people")).await.text());
            let expected = match role {
                Role::Gp | Role::NetworkManager => all_of_practice,
                Role::Provider => people_in(&ann.get(&format!("{version}/preview/people?from=LTC_16_74")).await.text()),
                _ => unreachable!(),
            };
            assert_eq!(moved, expected, "{email}");
            let wider = all.iter().find(|(href, _)| href.contains("part=1")).unwrap();
            assert_eq!(browser.get(&wider.0).await.status, StatusCode::NOT_FOUND, "facts are not told");
            let figures = sheet(&mut browser, &version).await;
            let own = figures.iter().find(|row| row[0] == "your_people" && row[1] == "moved").unwrap();
            assert_eq!(own[3], moved.to_string());
        }
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        let mut lay = portal.signed_in("lay@example.org").await;
        assert!(!lay.get(&format!("{version}/preview")).await.text().contains("<h2>Everybody in"));
        portal.add_user("two@example.org", Role::Provider, Some("PN02"));
        let mut two = portal.signed_in("two@example.org").await;
        let none = two.get(&format!("{version}/preview")).await;
        assert!(none.status == StatusCode::NOT_FOUND || none.text().contains("None of them would move"));
    }
}

on_both! {
    async fn what_is_in_force_moves_nobody_and_says_so(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let page = ann.get("/criteria/LOC01/LTC_75/versions/1/preview").await.text();
        assert!(page.contains("Nobody would move.") && !page.contains("From where to where"), "{page}");
        let version = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &version, &[("act", "save"), ("text", "age >= 74 and ltc_count >= 1")]).await;
        let on = |day: &str| format!("{version}/preview?on_day={day}");
        let later = ann.get(&on("1+4+2017")).await.text();
        assert!(later.contains("took force on 1 April 2017"), "{later}");
        let wrong = ann.get(&on("31+2+2017")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Date must be a real date"), "{}", wrong.text());
    }
}

on_both! {
    async fn two_versions_are_compared_in_words_parts_and_people(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let version = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &version, &[("act", "save"), ("text", "age >= 60 and ltc_count >= 1 and not dementia")]).await;
        let page = ann.get(&format!("{version}/compare/1")).await.text();
        for words in ["Version 2 compared with version 1", "1 part added and 1 changed",
            "<del><span class=\"nhsuk-u-visually-hidden\">Removed: </span>Aged 75 or over</del>",
            "<ins><span class=\"nhsuk-u-visually-hidden\">Added: </span>Without dementia</ins>",
            "href=\"/criteria/LOC01/LTC_75/versions/1/compare/2\""] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let sheet = sheet(&mut ann, &version).await;
        let gained = page.split("</span> gained").next().unwrap().rsplit("cg-figure__count\">").next().unwrap().to_owned();
        assert!(gained.contains(&format!(">{}<", figure(&sheet, "in"))), "{gained}");
        let swapped = ann.get("/criteria/LOC01/LTC_75/versions/1/compare/2").await.text();
        assert!(swapped.contains("Added: </span>Aged 75 or over"), "{swapped}");
        let chosen = ann.get(&format!("{version}/compare?with=1")).await;
        assert_eq!(chosen.location(), format!("{version}/compare/1"));
        assert_eq!(ann.get(&format!("{version}/compare/9")).await.status, StatusCode::NOT_FOUND);
    }
}

/// The samples' people of LOC01 many times over, so that some counts are large and some small.
fn many(portal: &TestPortal) {
    let samples = samples::rows("good-people.csv");
    let mut people: Vec<Row> = Vec::new();
    for copy in 0..9 {
        for (at, row) in samples.iter().enumerate() {
            let mut row = row.clone();
            row.insert("nhs_number".into(), format!("8{copy}{at:08}"));
            let born: NaiveDate = row["date_of_birth"].parse().unwrap();
            let born = born - chrono::Days::new(copy * 500);
            row.insert("date_of_birth".into(), born.to_string());
            if copy % 4 == 3 {
                row.insert("practice_code".into(), "E87002".into());
            }
            people.push(row);
        }
    }
    samples::publish_people(portal, 2, &people);
}

/// Solves for hidden counts by what the shown ones add up to: the least and most each can be.
fn solve(equations: &[Vec<(usize, i64)>], shown: &[Option<i64>]) -> Vec<(i64, i64)> {
    let mut bounds: Vec<(i64, i64)> =
        shown.iter().map(|count| count.map_or((0, 10_000), |count| (count, count))).collect();
    loop {
        let before = bounds.clone();
        for equation in equations {
            for (at, sign) in equation {
                let (mut least, mut most) = (0, 0);
                for (other, factor) in equation.iter().filter(|(other, _)| other != at) {
                    let (low, high) = bounds[*other];
                    let (one, two) = (-factor * low, -factor * high);
                    least += one.min(two);
                    most += one.max(two);
                }
                let (least, most) = if *sign > 0 { (least, most) } else { (-most, -least) };
                bounds[*at] = (bounds[*at].0.max(least), bounds[*at].1.min(most));
            }
        }
        if bounds == before {
            return bounds;
        }
    }
}

on_both! {
    async fn nobody_solves_for_the_counts_that_are_hidden_from_those_who_may_not_list_people(portal) {
        let portal = loaded(portal);
        many(&portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let blocks = "group LTC_75\nage >= 62 and ltc_count >= 1\n\ngroup SEMI\nage >= 16 and (serious_mental_illness or age >= 81)";
        let made = begun(&mut ann, "LTC_75", &[("from", "text"), ("text", blocks)]).await;
        let version = made.location().trim_end_matches("/edit").to_owned();
        let exact = sheet(&mut ann, &version).await;
        for group in ["LTC_75", "SEMI"] {
            put_in_force(&portal, group, 2);
        }
        portal.write(|conn| {
            let drafts = criteria_versions::table.filter(criteria_versions::number.eq(2));
            diesel::update(drafts).set((criteria_versions::state.eq(State::Approved),
                criteria_versions::in_force_from.eq(day()))).execute(conn)?;
            diesel::update(criteria_versions::table.filter(criteria_versions::number.eq(1)))
                .set(criteria_versions::state.eq(State::InForce)).execute(conn)?;
            Ok(())
        });
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        let mut lay = portal.signed_in("lay@example.org").await;
        let exact_now = sheet(&mut ann, &version).await;
        assert_eq!(moves(&exact_now, "moves"), moves(&exact, "moves"), "approved, it is previewed as before");
        let shown = sheet(&mut lay, &version).await;
        let page = lay.get(&format!("{version}/preview")).await.text();
        assert!(page.contains("[c]") && !page.contains("/preview/people"), "{page}");
        assert_eq!(lay.get(&format!("{version}/preview/people")).await.status, StatusCode::FORBIDDEN);
        let other_day = lay.get(&format!("{version}/preview?on_day=1+1+2020&against=1")).await.text();
        assert!(other_day.contains("took force on 1 April 2015"), "one day alone is published: {other_day}");

        let guarded = ["moves", "practice", "sex", "age_band", "supplementary_care"];
        let place = |row: &[String; 4]| (row[0].clone(), row[1].clone(), row[2].clone());
        let truth: BTreeMap<_, i64> = exact_now.iter().filter(|row| guarded.contains(&&*row[0]))
            .filter_map(|row| Some((place(row), row[3].parse().ok()?))).collect();
        let cells: Vec<_> = shown.iter().filter(|row| guarded.contains(&&*row[0]) && row[3] != "[z]").collect();
        let (mut hidden, mut open) = (0, 0);
        for cell in &cells {
            let count = truth[&place(cell)];
            match cell[3].parse::<i64>() {
                Ok(number) => {
                    assert_eq!(number, count);
                    assert!(!(1..=7).contains(&number), "{cell:?}");
                    open += 1;
                }
                Err(_) => hidden += 1,
            }
        }
        assert!(hidden > 3 && open > 3, "{hidden} hidden, {open} shown");
        for row in shown.iter().filter(|row| ["facts", "attrition", "overlaps"].contains(&&*row[0])) {
            assert!(row[3] == "[c]" || row[3].parse::<i64>().unwrap() % 5 == 0, "{row:?}");
        }

        // What the attacker knows adds up: rows and columns of the matrix, and each breakdown to its group's total.
        let at = |table: &str, row: &str, column: &str| {
            cells.iter().position(|cell| cell[0] == table && cell[1] == row && cell[2] == column)
        };
        let mut equations: Vec<Vec<(usize, i64)>> = Vec::new();
        for table in ["moves", "supplementary_care"] {
            let of = |side: usize| {
                let mut names: Vec<String> =
                    cells.iter().filter(|cell| cell[0] == table).map(|cell| cell[side].clone()).collect();
                names.sort();
                names.dedup();
                names
            };
            let (rows, columns) = (of(1), of(2));
            for row in &rows {
                let mut sum: Vec<(usize, i64)> = columns.iter().filter(|column| *column != "All")
                    .filter_map(|column| at(table, row, column)).map(|cell| (cell, 1)).collect();
                sum.extend(at(table, row, "All").map(|cell| (cell, -1)));
                equations.push(sum);
            }
            for column in &columns {
                let mut sum: Vec<(usize, i64)> = rows.iter().filter(|row| *row != "All")
                    .filter_map(|row| at(table, row, column)).map(|cell| (cell, 1)).collect();
                sum.extend(at(table, "All", column).map(|cell| (cell, -1)));
                equations.push(sum);
            }
        }
        let group = shipped_label("LTC_75");
        for table in ["practice", "sex", "age_band"] {
            for (column, total) in [("Come in", at("moves", "All", &group)), ("Go out", at("moves", &group, "All"))] {
                let Some(total) = total else { continue };
                let lines = cells.iter().enumerate().filter(|(_, cell)| cell[0] == table && cell[2] == column);
                equations.push(lines.map(|(at, _)| (at, 1)).chain([(total, -1)]).collect());
            }
        }
        let known: Vec<Option<i64>> = cells.iter().map(|cell| cell[3].parse().ok()).collect();
        for (cell, (low, high)) in cells.iter().zip(solve(&equations, &known)) {
            let count = truth[&place(cell)];
            assert!(low <= count && count <= high, "the equations hold: {cell:?} {low} {high} {count}");
            let is_small = (1..=7).contains(&count);
            assert!(!is_small || high - low >= 3, "solved: {cell:?} is {low} to {high}, in truth {count}");
        }
    }
}

on_both! {
    async fn what_is_frozen_for_others_has_no_small_counts(portal) {
        let portal = loaded(portal);
        many(&portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let blocks = "group LTC_75\nage >= 62 and ltc_count >= 1\n\ngroup SEMI\nage >= 16 and (serious_mental_illness or age >= 81)";
        begun(&mut ann, "LTC_75", &[("from", "text"), ("text", blocks)]).await;
        let proposal = portal.read(|conn| {
            let id = locality(conn, "LOC01")?.unwrap().id;
            Ok(criteria::version(conn, id, "SEMI", 2)?.unwrap().proposal_id.unwrap())
        });
        let found = impact(&portal.tools, proposal, day()).unwrap();
        let groups: Vec<&str> = found.groups.iter().map(|group| &*group.code).collect();
        assert_eq!(groups, ["LTC_75", "SEMI"]);
        let counts = found.moves.iter().map(|(_, _, count)| count);
        for count in counts.chain(found.groups.iter().flat_map(|group| [&group.come, &group.go])) {
            let number = count.replace(',', "").parse::<i64>();
            assert!(count == "[c]" || number.is_ok_and(|number| !(1..=7).contains(&number)), "{found:?}");
        }
        let text = found.to_string();
        assert!(text.starts_with("On 1 April 2015, against what is in force that day"), "{text}");
        assert!(text.contains("judgement cases. Not placed: "), "{text}");
        let kept = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<common_ground::criteria::preview_pages::impact::Impact>(&kept).unwrap(), found);
    }
}
