//! Bringing in a file by the pages: upload, what is wrong, mend, confirm, cancel.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use common_ground::access::Role;
use common_ground::imports::kind::Kind;
use common_ground::schema::{audit_entries, imports, localities, organisations, person_records};
use diesel::prelude::*;

use super::loading::{Trial, example, load_good};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// The name of a field and its value.
type Part<'a> = (&'a str, &'a str);

/// Uploads a file as a browser sends the form.
async fn upload(browser: &mut Browser, parts: &[Part<'_>], file: Option<(&str, &[u8])>) -> Answer {
    let mut body = Vec::new();
    for (name, value) in parts {
        body.extend(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    if let Some((name, bytes)) = file {
        body.extend(
            format!(
                "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: text/csv\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    let request = TestRequest::with_uri("/imports")
        .method(Method::POST)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "multipart/form-data; boundary=cut"))
        .set_payload(body);
    browser.send(request).await
}

async fn administrator(portal: &TestPortal) -> Browser {
    portal.add_user("ada@example.org", Role::Administrator, None);
    portal.signed_in("ada@example.org").await
}

/// Uploads, lets the job work, and gives the address of the import.
pub async fn checked(
    portal: &TestPortal,
    browser: &mut Browser,
    kind: &str,
    name: &str,
    bytes: &[u8],
) -> String {
    let key = browser.get("/imports").await.field("key");
    let answer = upload(browser, &[("key", &key), ("kind", kind)], Some((name, bytes))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let address = answer.location().to_owned();
    let waiting = browser.get(&address).await.text();
    assert!(waiting.contains("In progress") && waiting.contains("http-equiv=\"refresh\""));
    portal.work().await;
    address
}

/// Sends the confirmation form of an import, with ticks.
pub async fn confirm(browser: &mut Browser, address: &str, ticks: &[Part<'_>]) -> Answer {
    let page = browser.get(address).await;
    let (key, version) = (page.field("key"), page.field("version"));
    let form: Vec<Part<'_>> =
        [("key", key.as_str()), ("version", &version)].iter().chain(ticks).copied().collect();
    browser.post(&format!("{address}/confirmation"), &form).await
}

fn uploads(portal: &TestPortal) -> usize {
    std::fs::read_dir(portal.folder().join("uploads")).map_or(0, Iterator::count)
}

on_both! {
    async fn a_file_with_an_error_is_shown_mended_and_loaded(portal) {
        let mut browser = administrator(&portal).await;
        let bad = b"locality_code,locality_name,commissioner_code,population\nLOC01,North,CCG01,\"12,000\"\n";
        let address = checked(&portal, &mut browser, "localities", "north.csv", bad).await;
        let page = browser.get(&address).await.text();
        for words in ["Completed with problems", "What to mend", "is not a whole number", "E_INTEGER", "north.csv"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Load 1 row"));
        let problems = browser.get(&format!("{address}/problems.csv")).await.text();
        assert!(problems.starts_with("\u{feff}line,column,code,severity,message\r\n2,population,E_INTEGER,error,"));
        let mine = browser.get(&format!("{address}/file.csv")).await.text();
        assert!(mine.contains("population,problem\r\nLOC01,North,CCG01,\"12,000\",\"population E_INTEGER: "), "{mine}");
        let good = b"locality_code,locality_name,commissioner_code,population\nLOC01,North,CCG01,12000\n";
        let address = checked(&portal, &mut browser, "localities", "north.csv", good).await;
        assert_eq!(uploads(&portal), 2);
        let answer = confirm(&mut browser, &address, &[]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, address.as_str()));
        portal.work().await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("What it changed") && page.contains("No commissioner yet: LOC01"), "{page}");
        let names: Vec<String> = portal.read(|conn| Ok(localities::table.select(localities::name).load(conn)?));
        assert_eq!(names, ["North"]);
        assert_eq!(uploads(&portal), 1, "the loaded file is deleted, the refused one waits");
        let list = browser.get("/imports").await.text();
        assert!(list.contains("today") && !list.contains("Waiting to be confirmed"), "{list}");
    }
}

on_both! {
    async fn a_file_of_a_header_alone_is_refused_and_offers_nothing_to_load(portal) {
        let mut browser = administrator(&portal).await;
        let bytes = b"locality_code,locality_name,commissioner_code,population\r\n";
        let address = checked(&portal, &mut browser, "localities", "none.csv", bytes).await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("a header line and no rows") && !page.contains("Load 0 rows"), "{page}");
    }
}

on_both! {
    async fn a_demo_says_that_its_rows_came_with_it(portal) {
        let mut browser = administrator(&portal).await;
        assert_eq!(browser.get("/imports").await.text().matches("None yet").count(), Kind::ALL.len());
        portal.write(|conn| common_ground::installation::set(conn, "demo.as_of", "2026-11-20"));
        let page = browser.get("/imports").await.text();
        assert_eq!(page.matches("Made with the demo").count(), Kind::ALL.len() - 1, "{page}");
        assert_eq!(page.matches("register import 1").count(), 3);
        assert!(page.contains("3 days ago"), "{page}");
        assert_eq!(page.matches("None yet").count(), 1, "paper returns come later");
    }
}

on_both! {
    async fn the_same_file_again_says_when_it_was_loaded(portal) {
        load_good(&portal);
        let mut browser = administrator(&portal).await;
        let bytes = std::fs::read(example("good-people.csv")).unwrap();
        let address = checked(&portal, &mut browser, "people", "people.csv", &bytes).await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("This file was already loaded on"), "{page}");
        for name in ["Sample-", "999000", "Avis"] {
            assert!(!page.contains(name), "no page shows an administrator a person");
        }
    }
}

on_both! {
    async fn warnings_and_many_leaving_each_need_a_tick(portal) {
        load_good(&portal);
        let mut browser = administrator(&portal).await;
        let text = std::fs::read_to_string(example("good-people.csv")).unwrap();
        let few: Vec<&str> = text.lines().take(2).collect();
        let warned = few.join("\n").replace(",N,,N,N,N,N,0,20000,", ",Y,2014-01-01,N,N,N,N,0,20000,");
        let key = browser.get("/imports").await.field("key");
        let parts = [("key", key.as_str()), ("kind", "people"), ("whole", "yes")];
        let answer = upload(&mut browser, &parts, Some(("few.csv", warned.as_bytes()))).await;
        let address = answer.location().to_owned();
        portal.work().await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("More than 5% of a practice would leave") && page.contains("W_CONFLICT"), "{page}");
        let answer = confirm(&mut browser, &address, &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Look at the warnings") && answer.text().contains("Tick that so many people"));
        let answer = confirm(&mut browser, &address, &[("looked", "yes"), ("leave", "yes")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        portal.work().await;
        let left: i64 = portal.read(|conn| Ok(person_records::table
            .filter(person_records::from_register.gt(4).and(person_records::deducted_on.is_not_null()))
            .count().get_result(conn)?));
        assert_eq!(left, 17, "all on the list of the practice but one");
    }
}

on_both! {
    async fn a_form_sent_twice_is_done_once_and_a_stale_one_says_so(portal) {
        let mut browser = administrator(&portal).await;
        let bytes = std::fs::read(example("good-localities.csv")).unwrap();
        let key = browser.get("/imports").await.field("key");
        let parts = [("key", key.as_str()), ("kind", "localities")];
        let first = upload(&mut browser, &parts, Some(("l.csv", &bytes))).await;
        let second = upload(&mut browser, &parts, Some(("l.csv", &bytes))).await;
        assert_eq!(first.location(), second.location());
        assert_eq!((portal.read(|conn| Ok(imports::table.count().get_result::<i64>(conn)?)), uploads(&portal)), (1, 1));
        portal.work().await;
        let address = first.location();
        let page = browser.get(address).await;
        let (key, version) = (page.field("key"), page.field("version"));
        portal.add_user("bea@example.org", Role::Administrator, None);
        let mut other = portal.signed_in("bea@example.org").await;
        let theirs = other.get(address).await.field("key");
        assert_eq!(confirm(&mut browser, address, &[]).await.status, StatusCode::SEE_OTHER);
        let decision = format!("{address}/confirmation");
        for has_worked in [false, true] {
            if has_worked {
                portal.work().await;
            }
            let again = browser.post(&decision, &[("key", &key), ("version", &version)]).await;
            assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, address), "from another window");
            let stale = other.post(&decision, &[("key", &theirs), ("version", &version)]).await;
            assert_eq!(stale.status, StatusCode::CONFLICT);
            assert!(stale.text().contains(&format!("<a href=\"{address}\">Go to import I-")), "{}", stale.text());
        }
        let loads: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::verb.eq("applied an import")).count().get_result(conn)?));
        assert_eq!(loads, 1);
    }
}

on_both! {
    async fn cancelling_deletes_the_file_and_changes_nothing(portal) {
        let mut browser = administrator(&portal).await;
        let bytes = std::fs::read(example("good-localities.csv")).unwrap();
        for has_worked in [true, false] {
            let key = browser.get("/imports").await.field("key");
            let parts = [("key", key.as_str()), ("kind", "localities")];
            let address = upload(&mut browser, &parts, Some(("l.csv", &bytes))).await.location().to_owned();
            if has_worked {
                portal.work().await;
            }
            let page = browser.get(&address).await;
            let form = [("key", page.field("key")), ("version", page.field("version"))];
            let form: Vec<Part<'_>> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = browser.post(&format!("{address}/cancellation"), &form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
            portal.work().await;
            let page = browser.get(&address).await.text();
            assert!(page.contains("Cancelled") && page.contains("the file is deleted"), "{page}");
        }
        assert_eq!(uploads(&portal), 0);
        assert_eq!(portal.read(|conn| Ok(localities::table.count().get_result::<i64>(conn)?)), 0);
    }
}

on_both! {
    async fn what_is_missing_from_the_form_is_said_beside_it(portal) {
        let mut browser = administrator(&portal).await;
        let key = browser.get("/imports").await.field("key");
        let answer = upload(&mut browser, &[("key", &key)], Some(("", b""))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Choose what the file holds") && answer.text().contains("Choose a CSV file"));
        let parts = [("key", key.as_str()), ("kind", "users"), ("whole", "yes")];
        let answer = upload(&mut browser, &parts, Some(("u.csv", b"x"))).await;
        assert!(answer.text().contains("Only a file of people can be a whole register"));
        let cut = TestRequest::with_uri("/imports").method(Method::POST)
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header(("content-type", "multipart/form-data; boundary=cut"))
            .set_payload("--cut\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nuse");
        assert_eq!(browser.send(cut).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(uploads(&portal), 0);
    }
}

on_both! {
    async fn an_analyst_brings_in_people_of_its_own_localities_and_no_users(portal) {
        load_good(&portal);
        portal.add_user("ana2@example.org", Role::Analyst, Some("CCG01"));
        let mut browser = portal.signed_in("ana2@example.org").await;
        let page = browser.get("/imports").await;
        assert!(page.text().contains("Risk scores") && !page.text().contains("Care agreements"));
        let key = page.field("key");
        let answer = upload(&mut browser, &[("key", &key), ("kind", "users")], Some(("u.csv", b"x"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let users: String = portal.read(|conn| Ok(imports::table
            .filter(imports::kind.eq(Kind::Users)).select(imports::reference).first(conn)?));
        assert_eq!(browser.get(&format!("/imports/{users}")).await.status, StatusCode::NOT_FOUND);
        let bytes = std::fs::read(example("good-people.csv")).unwrap();
        let address = checked(&portal, &mut browser, "people", "p.csv", &bytes).await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("E_UNKNOWN_REF") && page.contains("E87004"), "another commissioner's practice");
        assert!(!page.contains("E87001"));
    }
}

on_both! {
    async fn a_file_nobody_confirms_is_gone_after_a_day(portal) {
        let mut browser = administrator(&portal).await;
        let bytes = std::fs::read(example("good-localities.csv")).unwrap();
        let address = checked(&portal, &mut browser, "localities", "l.csv", &bytes).await;
        let part = portal.folder().join("uploads").join("never-whole.part");
        std::fs::write(&part, "x").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().write(true).open(&part).unwrap().set_modified(long_ago).unwrap();
        common_ground::imports::job::forget_old(&portal.tools).unwrap();
        assert_eq!(uploads(&portal), 1, "what never arrived whole is gone, what waits is not");
        portal.write(|conn| Ok(diesel::update(imports::table)
            .set(imports::created_at.eq(portal.tools.clock.now().moment - chrono::Duration::hours(25)))
            .execute(conn)?));
        common_ground::imports::job::forget_old(&portal.tools).unwrap();
        assert_eq!(uploads(&portal), 0);
        assert!(browser.get(&address).await.text().contains("Cancelled"));
    }
}

on_both! {
    async fn a_job_that_was_killed_is_taken_up_again(portal) {
        let mut browser = administrator(&portal).await;
        let bytes = std::fs::read(example("good-organisations.csv")).unwrap();
        Trial::of(&portal, Kind::Localities, example("good-localities.csv")).load();
        let key = browser.get("/imports").await.field("key");
        let parts = [("key", key.as_str()), ("kind", "organisations")];
        let address = upload(&mut browser, &parts, Some(("o.csv", &bytes))).await.location().to_owned();
        // The server that had claimed the job is gone, and its lease is out.
        portal.write(|conn| {
            use common_ground::schema::jobs;
            let long_ago = portal.tools.clock.now().moment - chrono::Duration::minutes(5);
            Ok(diesel::update(jobs::table)
                .set((jobs::state.eq("running"), jobs::holder.eq("dead"), jobs::lease_until.eq(long_ago)))
                .execute(conn)?)
        });
        let page = browser.get(&address).await.text();
        assert!(page.contains("Waiting for a server to take it up again."), "{page}");
        portal.work().await;
        confirm(&mut browser, &address, &[]).await;
        portal.work().await;
        assert_eq!(portal.read(|conn| Ok(organisations::table.count().get_result::<i64>(conn)?)), 16);
        let told: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::verb.eq_any(["checked an import", "applied an import"])).count().get_result(conn)?));
        assert_eq!(told, 3);
    }
}

on_both! {
    async fn every_kind_has_a_guide_and_a_template(portal) {
        let mut browser = administrator(&portal).await;
        for kind in Kind::ALL {
            let guide = browser.get(&format!("/imports/guide/{}", kind.word())).await;
            assert_eq!(guide.status, StatusCode::OK);
        }
        let template = browser.get("/imports/guide/risk-scores/template.csv").await.text();
        assert_eq!(template, "\u{feff}nhs_number,score,tool,tool_version,scored_on\r\n");
        assert_eq!(browser.get("/imports/guide/nonsense").await.status, StatusCode::NOT_FOUND);
    }
}
