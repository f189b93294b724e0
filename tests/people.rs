//! The list of people and one person's page: who sees whom, by name or by pseudonym, and what is recorded of it.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::people::register::FOREVER;
use common_ground::schema::{
    audit_entries, audit_subjects, organisations, people, person_contacts, person_records,
};
use diesel::prelude::*;

use crate::grouped::{grouped, people_in};
use crate::harness::{Browser, TestPortal};
use crate::on_both;
use crate::samples;

/// NHS number, pseudonym and family name of somebody at a practice.
fn somebody(portal: &TestPortal, practice: &str) -> (String, String, String) {
    portal.read(|conn| {
        Ok(person_records::table
            .inner_join(people::table)
            .inner_join(organisations::table)
            .filter(organisations::code.eq(practice).and(person_records::family_name.is_not_null()))
            .filter(person_records::deducted_on.is_null().and(person_records::died_on.is_null()))
            .order(people::id)
            .select((people::nhs_number, people::pseudonym, person_records::family_name.assume_not_null()))
            .first(conn)?)
    })
}

fn entries(portal: &TestPortal, verb: &str) -> Vec<(i64, String)> {
    portal.read(|conn| {
        Ok(audit_entries::table
            .filter(audit_entries::verb.eq(verb))
            .order(audit_entries::id)
            .select((audit_entries::id, audit_entries::content.assume_not_null()))
            .load(conn)?)
    })
}

fn subjects(portal: &TestPortal, entry: i64) -> Vec<String> {
    portal.read(|conn| {
        Ok(audit_subjects::table
            .filter(audit_subjects::entry_id.eq(entry).and(audit_subjects::kind.eq("person")))
            .order(audit_subjects::position)
            .select(audit_subjects::reference)
            .load(conn)?)
    })
}

async fn signed_in(portal: &TestPortal, role: Role, organisation: &str) -> Browser {
    let email = format!("{}@example.org", role.word());
    portal.add_user(&email, role, Some(organisation));
    portal.signed_in(&email).await
}

on_both! {
    async fn a_practice_sees_its_people_by_name_and_a_commissioner_by_pseudonym(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let shown = format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let list = gp.get("/people?per=100").await.text();
        assert!(list.contains(&shown) && list.contains(&family), "{list}");
        let page = gp.get(&format!("/people/{pseudonym}")).await;
        assert_eq!(page.headers.get("cache-control").unwrap(), "no-store");
        assert!(page.text().contains(&shown) && page.text().contains("Homelessness"));
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let list = commissioner.get("/people?per=100").await.text();
        assert!(list.contains(&pseudonym) && !list.contains(&shown) && !list.contains(&family), "{list}");
        let page = commissioner.get(&format!("/people/{pseudonym}")).await.text();
        assert!(page.contains(&pseudonym) && !page.contains(&shown) && !page.contains(&family), "{page}");
        assert!(page.contains("Reading this page is recorded") && !page.contains("<dt class=\"nhsuk-summary-list__key\">Homelessness"));
        let sorted = commissioner.get("/people?sort=name").await.text();
        assert!(sorted.contains("Sorted by practice"), "names order no list that does not show them");
    }
}

on_both! {
    async fn a_person_out_of_scope_and_one_who_never_was_are_the_same_page(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, _) = somebody(&portal, "E87002");
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let theirs = gp.get(&format!("/people/{pseudonym}")).await;
        let nobodys = gp.get("/people/P-0000-0000").await;
        let nonsense = gp.get("/people/nobody").await;
        assert_eq!((theirs.status, nobodys.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!((&theirs.body, &nobodys.body), (&nobodys.body, &nonsense.body));
        let found = gp.post("/people", &[("words", &number)]).await;
        assert!(found.location().starts_with("/people?search="), "{}", found.location());
        let list = gp.get(found.location()).await.text();
        assert!(list.contains("Nobody you may see is found"), "{list}");
        assert_eq!(gp.get("/people?practice=E87002").await.text().matches("/people/P-").count(), 0);
    }
}

on_both! {
    async fn what_is_typed_stands_in_no_address_and_one_number_leads_to_the_person(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let exact = gp.post("/people", &[("words", &number)]).await;
        assert_eq!((exact.status, exact.location()), (StatusCode::SEE_OTHER, &*format!("/people/{pseudonym}")));
        let by_name = gp.post("/people", &[("words", &family)]).await;
        let address = by_name.location().to_owned();
        assert!(address.starts_with("/people?search=") && !address.contains(&family));
        let list = gp.get(&address).await.text();
        assert!(list.contains(&pseudonym) && !list.contains(&format!("={family}")), "{list}");
        assert!(people_in(&list) < people_in(&gp.get("/people").await.text()));
        let mut elsewhere = portal.signed_in("gp@example.org").await;
        assert_eq!(people_in(&elsewhere.get(&address).await.text()), people_in(&gp.get("/people").await.text()));
    }
}

on_both! {
    async fn what_cannot_be_searched_for_is_said_beside_the_field_with_what_was_typed(portal) {
        let portal = grouped(portal);
        let (number, ..) = somebody(&portal, "E87001");
        let last = number[9..].parse::<u8>().unwrap();
        let mistyped = format!("{}{}", &number[..9], (last + 1) % 10);
        let mut browsers = [
            signed_in(&portal, Role::Gp, "E87001").await,
            signed_in(&portal, Role::Commissioner, "CCG01").await,
        ];
        let (names, pseudonyms) = ("Enter an NHS number, a name or a pseudonym", "Enter a pseudonym, for example");
        for (browser, typed, words) in [
            (0, "", names),
            (0, mistyped.as_str(), "Check the NHS number: it has a last digit that does not fit"),
            (1, "Sample", pseudonyms),
        ] {
            let answer = browsers[browser].post("/people", &[("words", typed)]).await;
            let page = answer.text();
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(page.contains("Error: People") && page.matches(words).count() == 2, "{page}");
            assert!(page.contains(&format!("name=\"words\" type=\"text\" value=\"{typed}\"")), "{page}");
        }
    }
}

on_both! {
    async fn a_page_of_the_list_is_one_audit_row_with_its_people(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, _) = somebody(&portal, "E87001");
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let list = gp.get("/people").await.text();
        let listed = list.matches("href=\"/people/P-").count();
        let rows = entries(&portal, "listed people");
        assert_eq!(rows.len(), 1);
        assert_eq!(subjects(&portal, rows[0].0).len(), listed);
        assert!(listed > 1);
        gp.get(&format!("/people/{pseudonym}")).await;
        let read = entries(&portal, "read a person's record");
        assert_eq!(subjects(&portal, read[0].0), std::slice::from_ref(&pseudonym));
        gp.get("/people.csv").await;
        assert!(entries(&portal, "exported people's records")[0].1.contains("\"rows\":"));
        let (number, ..) = somebody(&portal, "E87001");
        gp.post("/people", &[("words", &number)]).await;
        assert_eq!(subjects(&portal, entries(&portal, "searched people")[0].0), [pseudonym]);
    }
}

on_both! {
    async fn every_filter_narrows_the_list_and_its_file_alike(portal) {
        let portal = grouped(portal);
        let mut analyst = signed_in(&portal, Role::Analyst, "CCG01").await;
        let all = people_in(&analyst.get("/people").await.text());
        let expected = samples::rows("expected-groups-2015-04-01.csv");
        let here: Vec<_> = expected
            .iter()
            .filter(|row| row["practice"] != "E87004" && row["practice"] != "E87005")
            .filter(|row| ["placed", "not_placed", "out_of_scope"].contains(&&*row["status"]))
            .collect();
        assert_eq!(all, here.len() as i64);
        let such = |is_so: &dyn Fn(&samples::Row) -> bool| here.iter().filter(|row| is_so(row)).count() as i64;
        for (query, expected) in [
            ("group=LTC_75", such(&|row| row["group"] == "LTC_75")),
            ("group=not_placed", such(&|row| row["status"] == "not_placed")),
            ("group=out_of_scope", such(&|row| row["status"] == "out_of_scope")),
            ("group=not_grouped", 0),
            ("provisional=yes", such(&|row| row["provisional"] == "Y")),
            ("supplementary=yes", such(&|row| row["supplementary_care"] == "Y")),
            ("practice=E87002", such(&|row| row["practice"] == "E87002")),
            ("age=75-84", such(&|row| (75..85).contains(&row["age"].parse::<i64>().unwrap()))),
            ("age=0-15", such(&|row| row["age"].parse::<i64>().unwrap() < 16)),
        ] {
            let page = analyst.get(&format!("/people?per=100&{query}")).await.text();
            assert_eq!(people_in(&page), expected, "{query}");
            let file = analyst.get(&format!("/people.csv?{query}")).await;
            let text = file.text();
            let mut lines = text.trim_start_matches('\u{feff}').lines();
            assert!(lines.next().unwrap().starts_with("pseudonym,locality,practice,group,provisional,"), "{text}");
            let from_file: Vec<&str> = lines.map(|line| line.split(',').next().unwrap()).collect();
            let on_page: Vec<String> = page
                .match_indices("href=\"/people/P-")
                .map(|(at, _)| page[at + 14..at + 25].to_owned())
                .collect();
            assert_eq!(from_file, on_page, "{query}");
        }
        for theirs in ["practice=E87004", "practice=NOBODY", "locality=LOC02", "locality=NOWHERE"] {
            for list in ["/people", "/people.csv", "/movements", "/movements.csv"] {
                let answer = analyst.get(&format!("{list}?{theirs}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{list} {theirs}");
            }
        }
        for (query, label) in
            [("provisional=maybe", "Placement"), ("group=MISTYPED", "Group"), ("sex=f", "Sex"), ("age=17", "Age band")]
        {
            let page = analyst.get(&format!("/people?{query}")).await.text();
            assert_eq!(people_in(&page), all, "{query}");
            assert!(page.contains(&format!("The address asks the filter “{label}”")), "{page}");
            assert!(!page.contains("Remove filter"), "{query}");
            let file = analyst.get(&format!("/people.csv?{query}")).await;
            assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY, "a file cannot say what it leaves out: {query}");
        }
        let ends = analyst.get("/people?page=99").await.text();
        assert!(ends.contains("<title>People, page 2"), "a page past the end is the last one: {ends}");
    }
}

on_both! {
    async fn who_objects_to_planning_is_counted_and_not_listed_but_their_practice_lists_them(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, _) = somebody(&portal, "E87001");
        portal.write(|conn| {
            let person: i64 =
                people::table.filter(people::pseudonym.eq(&pseudonym)).select(people::id).first(conn)?;
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
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let list = commissioner.get("/people?per=100").await.text();
        assert!(!list.contains(&pseudonym), "{list}");
        assert!(list.contains("1 person is not listed: national data opt-out."), "{list}");
        assert!(!commissioner.get("/people.csv").await.text().contains(&pseudonym));
        let ledger = commissioner.get("/movements?per=100").await.text();
        assert!(!ledger.contains(&pseudonym) && ledger.contains("1 movement is not listed"), "{ledger}");
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let list = gp.get("/people?per=100").await.text();
        assert!(list.contains(&pseudonym) && !list.contains("opt-out."), "{list}");
    }
}

on_both! {
    async fn one_person_s_page_says_why_condition_by_condition(portal) {
        let portal = grouped(portal);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let mut analyst = signed_in(&portal, Role::Analyst, "CCG01").await;
        let (mut explained, mut judged) = (0, 0);
        for expected in samples::rows("expected-groups-2015-04-01.csv") {
            if expected["practice"] != "E87001" {
                continue;
            }
            let pseudonym: String = portal.read(|conn| {
                let id = samples::person(conn, &expected["nhs_number"]);
                Ok(people::table.find(id).select(people::pseudonym).first(conn)?)
            });
            let page = gp.get(&format!("/people/{pseudonym}")).await;
            assert_eq!(page.status, StatusCode::OK);
            let page = page.text();
            match &*expected["status"] {
                "placed" => {
                    assert!(page.contains("<strong>Met:</strong>"), "{expected:?} {page}");
                    explained += 1;
                }
                "not_placed" => assert!(page.contains("No group&#39;s criteria are met"), "{expected:?} {page}"),
                "out_of_scope" => assert!(page.contains("out of scope"), "{expected:?} {page}"),
                "died" => assert!(page.contains("Died "), "{expected:?} {page}"),
                "left" => assert!(page.contains("Left the practice"), "{expected:?} {page}"),
                _ => assert!(page.contains("Registered from"), "{expected:?} {page}"),
            }
            if expected["provisional"] == "Y" && !expected["unknown_facts"].is_empty() {
                assert!(page.contains("not known:") && page.contains("This person could be in"), "{page}");
                assert!(page.contains("<strong>Not known:</strong>"), "the fact it hangs on: {page}");
                judged += 1;
            }
            if expected["group"] == "EXCLUDED" && expected["provisional"] == "N" {
                let theirs = analyst.get(&format!("/people/{pseudonym}")).await.text();
                assert!(theirs.contains("shown to the person's own practice"), "{theirs}");
                assert!(!theirs.contains("homeless") && !theirs.contains("drug dependency (yes)"), "{theirs}");
            }
        }
        assert!(explained > 3 && judged > 0, "{explained} {judged}");
    }
}

on_both! {
    async fn who_moves_practice_is_seen_by_the_new_one_alone_and_the_difference_is_said(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, _) = somebody(&portal, "E87001");
        let mut old = signed_in(&portal, Role::Gp, "E87001").await;
        let mut new = signed_in(&portal, Role::PracticeStaff, "E87002").await;
        let address = format!("/people/{pseudonym}");
        assert_eq!(old.get(&address).await.status, StatusCode::OK);
        assert_eq!(new.get(&address).await.status, StatusCode::NOT_FOUND);
        let mut rows = samples::rows("good-people.csv");
        let row = rows.iter_mut().find(|row| row["nhs_number"] == number).unwrap();
        row.insert("practice_code".into(), "E87002".into());
        samples::publish_people(&portal, 2, &rows);
        assert_eq!(old.get(&address).await.status, StatusCode::NOT_FOUND);
        let page = new.get(&address).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("The register has changed since: import 2 is published."));
        let list = old.get("/people?per=100").await.text();
        assert!(list.contains("1 person counted by the run is with another practice now, and not listed."), "{list}");
        let list = new.get("/people?per=100").await.text();
        assert!(list.contains("1 person listed was with another practice at the time of the run"), "{list}");
    }
}
